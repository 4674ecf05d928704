package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What puts a change in place, or takes it back. */
final class ChangeActs {
  private ChangeActs() {}

  /** What puts files in place. */
  abstract static class Acting extends OneChange {
    private static final long LOOK = 500; // milliseconds

    @Option(
        names = "--no-wait",
        description = "Ends when the first step serves; 'change show' tells how it goes on.")
    private boolean noWait;

    Acting(Surroundings at) {
      super(at);
    }

    /** Shows how it goes on until it is live, taken back, or waits for a person. */
    final int followed(ObjectNode first) {
      ObjectNode body = first;
      String said = "";
      Remote remote = remote();
      try {
        while (RolloutText.underWay(body)) {
          String now = RolloutText.place(body);
          if (!now.equals(said) && !output.json()) {
            say(Shown.of(RolloutText.line(body)));
            said = now;
          }
          if (noWait || RolloutText.waits(body)) {
            break;
          }
          TimeUnit.MILLISECONDS.sleep(LOOK);
          body = good(remote.get(path())).body();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ObjectNode last = body;
      show(
          last,
          page -> {
            ChangeText.head(page, last);
            RolloutText.now(page, last);
          });
      return RolloutText.status(last, noWait);
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
      Optional<ObjectNode> change =
          Optional.ofNullable(body.get("change"))
              .filter(ObjectNode.class::isInstance)
              .map(ObjectNode.class::cast);
      if (answer.ok() && change.filter(RolloutText::underWay).isPresent()) {
        texts(body, "notes").forEach(it -> say("note: " + Shown.of(it)));
        return followed(change.get());
      }
      show(
          body,
          page -> {
            change.ifPresent(it -> ChangeText.head(page, it));
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
        "Puts an approved change in place, step by step ('change show' has the steps): after each"
            + " one what it moved is observed, and it goes on, waits, or goes back by itself. For"
            + " operators.",
        "It goes on on the server whether this command runs or not; said again it is followed"
            + " again."
      },
      footer = {
        "",
        "Example: checkrail change rollout 17",
        "It waits for want of data, and you take it on yourself:",
        "  checkrail change rollout 17 --continue",
        "Several load balancers, one after the other: checkrail change rollout 17 --then 18,19",
        "Exit status: 0 it is live, 1 held back, stopped or taken back, 2 could not run, 3 it waits"
            + " for a person."
      })
  static final class RollOut extends Putting {
    @Option(
        names = "--continue",
        description = "Goes on with the next step now, whatever is known of this one.")
    private boolean goOn;

    @Option(
        names = "--then",
        paramLabel = "NUMBER",
        split = ",",
        description =
            "Changes of other load balancers that follow, each when the one before is live. If one"
                + " fails, those after it are not touched, and those before it are taken back.")
    private List<String> then = new ArrayList<>();

    RollOut(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      if (goOn) {
        Remote.Answer answer = remote().post(path() + "/go-on", Remote.object());
        if (answer.status() == 409) {
          say(Shown.of(answer.text("detail")));
          return 1;
        }
        return followed(RolloutText.after(good(answer).body(), this::again));
      }
      ObjectNode now = again();
      if (RolloutText.underWay(now)) {
        return followed(now);
      }
      ObjectNode body = body();
      then.forEach(body.putArray("then")::add);
      return acted(remote().post(path() + "/rollout", body));
    }

    private ObjectNode again() {
      return good(remote().get(path())).body();
    }
  }

  /** Takes a live one back. */
  @Command(
      name = "rollback",
      description = {
        "Takes a change back that is live, or on its way, to the version that was live before it."
            + " For operators; needs no approval, and no freeze window holds it up.",
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
        "In an emergency: puts a change in place whatever its check found and whoever has agreed, in"
            + " freeze windows and over drift, too; at once, and watched: what does harm is taken"
            + " back by itself. For operators.",
        "The journal says who and why, and somebody else has to look at it afterwards: each day it"
            + " is said again until that is done."
      },
      footer = {
        "",
        "Example: checkrail change break-glass 17 --reason 'the only way to keep payments up'",
        "Exit status: 0 it is live, 1 stopped or taken back, 2 could not run."
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
