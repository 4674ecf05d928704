package dev.checkrail.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code apply}, {@code reload} and {@code rollback} have in common. */
abstract class LbActing extends Asking {
  private static final long LOOK = 200; // milliseconds

  @Parameters(index = "0", paramLabel = "NAME", description = "The load balancer.")
  private String name = "";

  @Option(
      names = "--choose",
      paramLabel = "WHAT=keep|drop|carry",
      description =
          "What becomes of something that is in memory only; WHAT as the refusal names it.")
  private Map<String, String> choices = new LinkedHashMap<>();

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description =
          "How long to wait until no old worker is left. Default: 0; 'lb show' tells it later.")
  private int wait;

  LbActing(Surroundings at) {
    super(at);
  }

  final String name() {
    return name;
  }

  final void choices(ObjectNode body) {
    ObjectNode node = body.putObject("choices");
    choices.forEach(node::put);
  }

  /** Tells what became of it; exit status 0 if it serves, 1 if it was stopped. */
  final int tell(Remote.Answer answer) {
    if (!answer.ok() && !answer.text("type").endsWith(":not-applied")) {
      throw refused(answer);
    }
    ObjectNode body = answer.body();
    Page page = page();
    if (output.json()) {
      at.out().println(body);
    } else {
      text(page, answer.ok(), body);
    }
    if (!answer.ok()) {
      say("nothing new serves: " + Shown.of(answer.text("why")));
      return 1;
    }
    Optional.ofNullable(body.get("truth")).ifPresent(truth -> follow(page, of(truth, "stage")));
    return 0;
  }

  private static void text(Page page, boolean serves, ObjectNode body) {
    if (!serves || of(body, "outcome").equals("nothing")) {
      page.labelled(0, of(body, "outcome") + ":", of(body, "why"));
    }
    Optional.ofNullable(body.get("truth"))
        .ifPresent(truth -> page.labelled(0, "truth:", of(truth, "text")));
    if (!of(body, "tourniquet").isEmpty()) {
      page.labelled(0, "tourniquet:", of(body, "tourniquet"));
    }
    for (JsonNode one : nodes(body, "only_in_memory")) {
      page.labelled(0, "in memory only:", of(one, "text"));
      if (!serves) {
        page.labelled(
            2,
            "choose:",
            "--choose '" + of(one, "key") + "=" + String.join("|", texts(one, "choices")) + "'");
      }
    }
    texts(body, "notes").forEach(it -> page.labelled(0, "note:", it));
  }

  /** Looks until only the new worker is there, or the time is over. */
  private void follow(Page page, String first) {
    String last = first;
    long end = at.nanos().getAsLong() + TimeUnit.SECONDS.toNanos(wait);
    Remote remote = remote();
    try {
      while (!List.of("only-new", "other").contains(last) && at.nanos().getAsLong() < end) {
        TimeUnit.MILLISECONDS.sleep(LOOK);
        JsonNode truth = good(remote.get(LbCommand.path(name))).body().get("last_reload");
        if (truth != null && !of(truth, "stage").equals(last)) {
          last = of(truth, "stage");
          if (!output.json()) {
            page.labelled(0, "truth:", of(truth, "text"));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
