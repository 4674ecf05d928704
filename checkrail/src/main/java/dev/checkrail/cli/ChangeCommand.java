package dev.checkrail.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Changes that are reviewed before they reach a load balancer. */
@Command(
    name = "change",
    description = {
      "Changes of a load balancer's configuration: proposed, checked, approved by somebody else,",
      "put in place. What is put in place is what was approved."
    },
    footer = {
      "",
      "Example: checkrail change propose edge candidate.cfg --why 'a fourth server' --wait 120",
      "Then: checkrail change approve 17, checkrail change rollout 17"
    })
final class ChangeCommand extends Group {
  static final String ALL = "/api/v1/changes";

  ChangeCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(
        new ChangePropose(at),
        new Listed(at),
        new Show(at),
        new ChangeDecisions.Check(at),
        new ChangeDecisions.Approve(at),
        new ChangeDecisions.Reject(at),
        new ChangeDecisions.Withdraw(at),
        new ChangeActs.RollOut(at),
        new ChangeActs.RollBack(at),
        new ChangeActs.BreakGlass(at),
        new ChangeVerify(at));
  }

  /** Lists them. */
  @Command(
      name = "list",
      description = "Changes, the latest first.",
      footer = {
        "",
        "Example: checkrail change list --balancer edge --state approved",
        "Reviews that are owed: checkrail change list --owed"
      })
  static final class Listed extends Asking {
    @Option(names = "--balancer", paramLabel = "NAME", description = "Only of this load balancer.")
    private @Nullable String balancer;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only in this state: proposed, checked, approved, rolling-out, live …")
    private @Nullable String state;

    @Option(
        names = "--owed",
        description = "Only those for which the glass was broken and nobody has looked at that.")
    private boolean owed;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 50.")
    private int limit = 50;

    Listed(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String path =
          Asked.of(ALL)
              .with("limit", limit)
              .with("balancer", balancer)
              .with("state", state)
              .with("owed", owed ? true : null)
              .path();
      ObjectNode body = good(remote().get(path)).body();
      return show(
          body,
          page -> {
            if (nodes(body, "changes").isEmpty()) {
              page.line("no changes");
            }
            nodes(body, "changes").forEach(one -> ChangeText.head(page, one));
          });
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "All of one; with --evidence what its check found, sealed, as a folder.",
      footer = {
        "",
        "Example: checkrail change show 17",
        "Its evidence: checkrail change show 17 --evidence change-17"
      })
  static final class Show extends OneChange {
    @Option(
        names = "--evidence",
        paramLabel = "DIR",
        description = "Writes the evidence folder; it must not hold anything yet.")
    private @Nullable String evidence;

    Show(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get(path())).body();
      if (evidence != null) {
        EvidenceFolder folder = new EvidenceFolder(at, evidence);
        ObjectNode sealed = good(remote().get(path() + "/evidence")).body();
        Map<String, String> files = new LinkedHashMap<>();
        Optional.ofNullable(sealed.get("files"))
            .ifPresent(all ->
                all.properties()
                    .forEach(one -> files.put(one.getKey(), one.getValue().asString())));
        folder.write(files);
        say(
            "the evidence is in "
                + Shown.of(evidence)
                + ", sealed by the key "
                + of(sealed, "fingerprint"));
      }
      return show(body, page -> ChangeText.text(page, body));
    }
  }
}
