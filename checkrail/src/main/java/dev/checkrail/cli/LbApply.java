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

/** Puts a configuration in place, through the gate. */
@Command(
    name = "apply",
    description = {
      "Puts a configuration in place: gate, native check, files switched, reload, and the truth of"
          + " what serves. For administrators; the journal says who approved it. Refused once the"
          + " load balancer has reviewed changes: see 'change'.",
      "CONFIG lies here; its maps, lists and the like go with it."
    },
    footer = {
      "",
      "Example: checkrail lb apply edge candidate.cfg --moves payments --wait 30",
      "Exit status: 0 it serves, 1 blocked or stopped, 2 could not run, 3 undecided."
    })
final class LbApply extends LbActing {
  @Parameters(
      index = "1",
      paramLabel = "CONFIG",
      description = "The new configuration: a file, or a folder with *.cfg files.")
  private String config = "";

  @Option(
      names = "--moves",
      paramLabel = "SERVICE",
      split = ",",
      description = "Requests of these services are meant to move; 'all' for every request.")
  private List<String> moves = new ArrayList<>();

  @Option(
      names = "--force",
      description = "Although the gate blocks it, and over drift; the journal says so.")
  private boolean force;

  @Mixin private Places places = new Places();

  LbApply(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Remote.Answer answer = remote().post(LbCommand.path(name()) + "/apply", body());
    String type = answer.text("type");
    if (type.endsWith(":gate-blocked") || type.endsWith(":gate-undecided")) {
      return heldBack(answer, "checkrail gate");
    }
    if (type.endsWith(":changes-only")) {
      if (output.json()) {
        at.out().println(answer.body());
      }
      say(Shown.of(answer.text("detail")));
      return 1;
    }
    return tell(answer);
  }

  private ObjectNode body() {
    ObjectNode body = new SentFiles(this, places, config).into(Remote.object());
    moves.forEach(body.putArray("moves")::add);
    choices(body);
    body.put("force", force);
    return body;
  }

  /** What is looked at here only finds files: another policy judges. */
  static final class Places extends PlacesHere {
    @Option(
        names = "--policy",
        paramLabel = "FILE",
        description =
            "Only for its 'target:', by which the files are found that CONFIG names ('none' for"
                + " none). Default: checkrail.yaml beside CONFIG. The change is judged by the"
                + " policy that was approved: 'lb policy NAME'.")
    private @Nullable String policy;

    @Override
    public Optional<String> policy() {
      return Optional.ofNullable(policy);
    }
  }
}
