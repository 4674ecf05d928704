package dev.checkrail.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Under which policy changes are judged. */
@Command(
    name = "policy",
    description = {
      "Which policy its changes are judged under, and who approved it. With --approve another one"
          + " counts from now on; for administrators, and only as long as the load balancer has no"
          + " reviewed changes: then 'change propose NAME --policy FILE'.",
      "The load balancer's files and its approved version are not touched, and what drifts is not"
          + " approved by it. The approved version has to pass under the new policy."
    },
    footer = {
      "",
      "Example: checkrail lb policy edge",
      "Another one: checkrail lb policy edge --approve checkrail.yaml",
      "Exit status: 0 shown or approved, 1 the approved version does not pass, 2 could not run,"
          + " 3 undecided."
    })
final class LbPolicy extends Asking {
  @Parameters(paramLabel = "NAME", description = "The load balancer.")
  private String name = "";

  @Option(
      names = "--approve",
      paramLabel = "FILE",
      description = "The policy that counts from now on; it lies here.")
  private @Nullable String approve;

  @Option(
      names = "--force",
      description = "Although the approved version does not pass under it; the journal says so.")
  private boolean force;

  LbPolicy(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    if (approve == null) {
      if (force) {
        throw CannotRun.usage("--force goes with --approve", "name the policy: --approve FILE");
      }
      return shown();
    }
    ObjectNode body = Remote.object();
    body.put("policy", PolicyFile.text(at, approve));
    body.put("force", force);
    Remote.Answer answer = remote().post(path(), body);
    String type = answer.text("type");
    if (type.endsWith(":changes-only")) {
      if (output.json()) {
        at.out().println(answer.body());
      }
      say(Shown.of(answer.text("detail")));
      return 1;
    }
    if (type.endsWith(":policy-blocked") || type.endsWith(":policy-undecided")) {
      return heldBack(answer, "checkrail check CONFIG --policy " + approve);
    }
    ObjectNode made = good(answer).body();
    return show(
        made,
        page -> {
          String digest = brief(of(made, "digest"));
          if (of(made, "changed").equals("false")) {
            page.line("policy %s is the approved one already".formatted(digest));
            return;
          }
          page.line("changes of %s are judged under policy %s now".formatted(name, digest));
          if (made.has("was")) {
            page.labelled(2, "before:", brief(of(made, "was")));
          }
        });
  }

  private int shown() {
    ObjectNode body = good(remote().get(path())).body();
    return show(
        body,
        page -> {
          JsonNode approved = body.get("approved");
          if (approved == null) {
            page.line("no policy: only what needs none is judged; approve one with --approve FILE");
          } else {
            page.line("policy " + of(approved, "digest") + "  " + approval(approved));
          }
          nodes(body, "earlier")
              .forEach(one -> page.line("before " + of(one, "digest") + "  " + approval(one)));
        });
  }

  private static String approval(JsonNode one) {
    return one.has("at")
        ? "approved %s by %s: %s".formatted(of(one, "at"), of(one, "by"), of(one, "why"))
        : "approved before it was written down by whom";
  }

  private String path() {
    return LbCommand.path(name) + "/policy";
  }
}
