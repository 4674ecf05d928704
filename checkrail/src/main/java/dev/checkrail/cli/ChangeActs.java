package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What puts a change in place, or takes it back. */
final class ChangeActs {
  private ChangeActs() {}

  /** What puts files in place. */
  abstract static class Acting extends OneChange {
    Acting(Surroundings at) {
      super(at);
    }

    final int acted(Remote.Answer answer) {
      if (!answer.ok() && !answer.text("type").endsWith(":not-applied")) {
        if (answer.status() == 409) {
          if (output.json()) {
            at.out().println(answer.body());
          }
          say(Shown.of(answer.text("detail")));
          return 1;
        }
        throw refused(answer);
      }
      ObjectNode body = answer.body();
      show(
          body,
          page -> {
            Optional.ofNullable(body.get("change")).ifPresent(it -> ChangeText.head(page, it));
            for (JsonNode one : nodes(body, "only_in_memory")) {
              page.labelled(0, "in memory only:", of(one, "text"));
              page.labelled(
                  2,
                  "choose:",
                  "--choose '"
                      + of(one, "key")
                      + "="
                      + String.join("|", texts(one, "choices"))
                      + "'");
            }
            texts(body, "notes").forEach(it -> page.labelled(0, "note:", it));
          });
      if (!answer.ok()) {
        say("nothing new serves: " + Shown.of(answer.text("why")));
        return 1;
      }
      return 0;
    }
  }

  /** What puts a candidate in place. */
  abstract static class Putting extends Acting {
    @Option(
        names = "--choose",
        paramLabel = "WHAT=keep|drop|carry",
        description =
            "What becomes of something that is in memory only; WHAT as the refusal names it.")
    private Map<String, String> choices = new LinkedHashMap<>();

    Putting(Surroundings at) {
      super(at);
    }

    final ObjectNode body() {
      ObjectNode body = Remote.object();
      ObjectNode node = body.putObject("choices");
      choices.forEach(node::put);
      return body;
    }
  }

  /** Puts one in place. */
  @Command(
      name = "rollout",
      description = {
        "Puts an approved change in place: native check, files switched, reload, and the truth of"
            + " what serves. For operators.",
        "In one step for now: all traffic meets the new version at the reload. Stages, and watching"
            + " before the next one, are not built yet; going back by itself is ('incidents')."
      },
      footer = {
        "",
        "Example: checkrail change rollout 17",
        "Exit status: 0 it serves, 1 held back or stopped, 2 could not run."
      })
  static final class RollOut extends Putting {
    RollOut(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return acted(remote().post(path() + "/rollout", body()));
    }
  }

  /** Takes a live one back. */
  @Command(
      name = "rollback",
      description = {
        "Takes a live change back, to the version that was live before it. For operators; needs no"
            + " approval, and no freeze window holds it up.",
        "'lb rollback' goes back to any version, and can take a server out first."
      },
      footer = {
        "",
        "Example: checkrail change rollback 17 --reason 'payments fail'",
        "Exit status: 0 the version before serves, 1 stopped, 2 could not run."
      })
  static final class RollBack extends Acting {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    @Option(
        names = "--drop",
        paramLabel = "WHAT",
        description = "Something in memory that is not to come back; may be repeated.")
    private List<String> drop = new ArrayList<>();

    RollBack(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object().put("reason", reason);
      drop.forEach(body.putArray("drop")::add);
      return acted(remote().post(path() + "/rollback", body));
    }
  }

  /** Breaks the glass. */
  @Command(
      name = "break-glass",
      description = {
        "In an emergency: puts a change in place whatever its check found and whoever has agreed,"
            + " in freeze windows and over drift, too. For operators.",
        "The journal says who and why, and somebody else has to look at it afterwards: each day it"
            + " is said again until that is done."
      },
      footer = {
        "",
        "Example: checkrail change break-glass 17 --reason 'the only way to keep payments up'",
        "Exit status: 0 it serves, 1 stopped, 2 could not run."
      })
  static final class BreakGlass extends Putting {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    BreakGlass(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return acted(remote().post(path() + "/break-glass", body().put("reason", reason)));
    }
  }
}
