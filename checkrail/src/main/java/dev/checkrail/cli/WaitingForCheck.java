package dev.checkrail.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Waiting for a check, and its exit status. */
abstract class WaitingForCheck extends Asking {
  private static final long LOOK = 200; // milliseconds

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for its check. Default: 0; 'change show' tells it later.")
  private int wait;

  WaitingForCheck(Surroundings at) {
    super(at);
  }

  /** Shows it once it is checked, or the time is over. */
  final int checked(ObjectNode first) {
    ObjectNode body = first;
    long end = at.nanos().getAsLong() + TimeUnit.SECONDS.toNanos(wait);
    Remote remote = remote();
    String stage = "";
    boolean said = false;
    try {
      while (of(body, "state").equals("proposed")
          && of(body, "not_checked").isEmpty()
          && at.nanos().getAsLong() < end) {
        TimeUnit.MILLISECONDS.sleep(LOOK);
        body = good(remote.get(ChangeCommand.ALL + "/" + of(body, "number"))).body();
        String now = of(body, "checking");
        if (!now.equals(stage) && !now.isEmpty() && at.errIsTerminal()) {
          say("change " + of(body, "number") + ": " + now);
        }
        stage = now;
        List<String> blocked = texts(body, "blocked_already");
        if (!said && !blocked.isEmpty()) {
          said = true;
          say(
              "change %s: blocked already by %s; the rest of its check goes on"
                  .formatted(of(body, "number"), String.join(", ", blocked)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ObjectNode last = body;
    show(last, page -> ChangeText.text(page, last));
    return status(last);
  }

  private static int status(ObjectNode body) {
    if (!of(body, "not_checked").isEmpty()) {
      return 2;
    }
    return switch (Optional.ofNullable(body.get("checked"))
        .map(it -> of(it, "verdict"))
        .orElse("")) {
      case "blocked", "error" -> 1;
      case "undecided" -> 3;
      case String other -> 0;
    };
  }
}
