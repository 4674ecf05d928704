package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Proposes one. */
@Command(
    name = "propose",
    description = {
      "Proposes a configuration for a load balancer. Its check begins by itself: all stages of"
          + " 'gate', on the server, under the approved policy.",
      "CONFIG lies here; its maps, lists and the like go with it. Without CONFIG the policy of"
          + " --policy is proposed: a change of its own, which lands first."
    },
    footer = {
      "",
      "Example: checkrail change propose edge candidate.cfg --why 'a fourth server' --moves"
          + " payments",
      "The policy: checkrail change propose edge --policy checkrail.yaml --why 'pay-4 may be used'",
      "During an incident: checkrail change propose edge fix.cfg --why 'the fix' --urgent --wait"
          + " 10",
      "Exit status: 0 nothing blocks it (or it is not checked yet), 1 blocked, 2 could not run,"
          + " 3 undecided."
    })
final class ChangePropose extends WaitingForCheck {
  @Parameters(index = "0", paramLabel = "NAME", description = "The load balancer.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "The new configuration: a file, or a folder with *.cfg files.")
  private @Nullable String config;

  @Option(names = "--why", required = true, paramLabel = "TEXT", description = "What it is for.")
  private String why = "";

  @Option(
      names = "--moves",
      paramLabel = "SERVICE",
      split = ",",
      description = "Requests of these services are meant to move; 'all' for every request.")
  private List<String> moves = new ArrayList<>();

  @Option(
      names = "--urgent",
      description =
          "The fast lane, while an incident is open: not rehearsed, one approver, in freeze"
              + " windows too.")
  private boolean urgent;

  @Option(
      names = "--replaces",
      paramLabel = "NUMBER",
      description = "Your own change whose place it takes.")
  private @Nullable Integer replaces;

  @Mixin private Places places = new Places();

  ChangePropose(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    ObjectNode body = Remote.object();
    if (config != null) {
      var unused = new SentFiles(this, places, config).into(body);
      moves.forEach(body.putArray("moves")::add);
    } else {
      body.put("policy", policy());
    }
    body.put("balancer", name);
    body.put("why", why);
    body.put("urgent", urgent);
    if (replaces != null) {
      body.put("replaces", replaces);
    }
    return checked(good(remote().post(ChangeCommand.ALL, body)).body());
  }

  private String policy() {
    String file =
        places
            .policy()
            .filter(it -> !it.equals("none"))
            .orElseThrow(() ->
                CannotRun.usage(
                    "neither CONFIG nor a policy is proposed", "name the one or --policy FILE"));
    if (!moves.isEmpty()) {
      throw CannotRun.usage("--moves goes with CONFIG", "a policy moves no requests");
    }
    return PolicyFile.text(at, file);
  }

  /** What is looked at here only finds files, or is the policy that is proposed. */
  static final class Places extends PlacesHere {
    @Option(
        names = "--policy",
        paramLabel = "FILE",
        description =
            "Without CONFIG: this policy is proposed. With it: only for its 'target:', by which the"
                + " files are found that CONFIG names ('none' for none; default: checkrail.yaml"
                + " beside CONFIG). The change is judged by the policy that was approved: 'lb"
                + " policy NAME'.")
    private @Nullable String policy;

    @Override
    public Optional<String> policy() {
      return Optional.ofNullable(policy);
    }
  }
}
