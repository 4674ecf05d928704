package dev.checkrail.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a load balancer does, second by second. */
@Command(
    name = "watch",
    description = {
      "What a load balancer does, second by second: routes, pools, servers, workers, and what is"
          + " drifting. On a terminal one page that is drawn anew (q ends it), else one block after"
          + " the other."
    },
    footer = {
      "",
      "Example: checkrail watch edge",
      "One look, for a script: checkrail watch edge --once --format json",
      "Over ten seconds each: checkrail watch edge --interval 10",
      "Exit status: 0 ended by q, 1 (--once) requests fail, go astray or it drifts or is not seen,"
          + " 2 could not run."
    })
final class WatchCommand extends Asking {
  private static final int LONGEST = 60;
  private static final long SECOND = 1_000_000_000L;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The load balancer; may be left out if there is only one.")
  private @Nullable String name;

  @Option(names = "--once", description = "One look, then the end.")
  private boolean once;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "Between two looks, and what each is about: 1 (default) to 60.")
  private int interval = 1;

  WatchCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    if (interval < 1 || interval > LONGEST) {
      throw CannotRun.usage("--interval: " + interval + " is not from 1 to 60", "give 1 to 60");
    }
    Remote remote = remote();
    String path = LbCommand.path(one(remote)) + "/live?seconds=" + interval;
    ObjectNode first = good(remote.get(path)).body();
    if (once) {
      write(first);
      return calm(first) ? 0 : 1;
    }
    boolean drawn =
        at.outIsTerminal()
            && !output.json()
            && at.variable("TERM").filter("dumb"::equals).isEmpty();
    try (Keys keys = drawn ? Keys.ofTerminal(at) : Keys.none()) {
      Screen screen = new Screen(at.out(), drawn);
      try {
        look(remote, path, first, keys, screen);
      } finally {
        screen.leave();
      }
    }
    return 0;
  }

  private String one(Remote remote) {
    if (name != null) {
      return name;
    }
    List<String> names =
        nodes(good(remote.get("/api/v1/balancers")).body(), "balancers").stream()
            .map(node -> of(node, "name"))
            .toList();
    if (names.size() == 1) {
      return names.getFirst();
    }
    throw CannotRun.usage(
        names.isEmpty() ? "no load balancer is owned" : "which load balancer is missing",
        names.isEmpty() ? "add one: checkrail lb add NAME" : "one of " + String.join(", ", names));
  }

  /** Until q is pressed, or nobody reads any more. */
  private void look(Remote remote, String path, ObjectNode first, Keys keys, Screen screen) {
    ObjectNode body = first;
    String trouble = "";
    long next = at.nanos().getAsLong();
    while (!at.out().checkError()) {
      draw(screen, body, trouble, keys);
      next += interval * SECOND;
      long now = at.nanos().getAsLong();
      // What was missed while the machine slept is not caught up with.
      next = Math.max(next, now);
      if (keys.quitWithin(next - now)) {
        return;
      }
      try {
        Remote.Answer answer = remote.get(path);
        if (answer.ok()) {
          body = answer.body();
          trouble = "";
        } else if (answer.status() >= 500) {
          trouble = "the control plane answered " + answer.status();
        } else {
          throw refused(answer);
        }
      } catch (CannotRun gone) {
        if (gone.problems().getFirst().code().equals("cli/server") && screen.drawn()) {
          // It may be started again; what is shown is old, and says so.
          trouble = gone.problems().getFirst().message();
        } else {
          throw gone;
        }
      }
    }
  }

  private void draw(Screen screen, ObjectNode body, String trouble, Keys keys) {
    if (output.json()) {
      at.out().println(body);
      at.out().flush();
      return;
    }
    Keys.Size size = keys.size(width());
    Paint paint = new Paint(output.colour(at), at.unicode());
    List<String> lines = new WatchText(paint, size.columns()).lines(body, trouble);
    screen.show(lines.stream().map(paint::plain).toList(), size.rows());
  }

  private void write(ObjectNode body) {
    if (output.json()) {
      at.out().println(body);
    } else {
      Paint paint = new Paint(output.colour(at), at.unicode());
      new WatchText(paint, width()).lines(body, "").forEach(l -> at.out().println(paint.plain(l)));
    }
  }

  private int width() {
    return at.variable("COLUMNS")
        .filter(it -> it.matches("[0-9]{2,4}"))
        .map(Integer::parseInt)
        .orElse(100);
  }

  /** Whether a script has nothing to say. */
  private static boolean calm(JsonNode body) {
    return body.get("blind") == null
        && WatchText.number(body.path("total"), "failures") == 0
        && WatchText.number(body.path("total"), "wrong") == 0
        && WatchText.number(body.path("total"), "unserved") == 0
        && nodes(body.path("drift"), "found").isEmpty();
  }
}
