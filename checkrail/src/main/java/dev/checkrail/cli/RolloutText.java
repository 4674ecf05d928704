package dev.checkrail.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A rollout in words: its steps, and how far it is. */
final class RolloutText {
  private static final int LOOKS = 50;
  private static final long LOOK = 100; // milliseconds

  private RolloutText() {}

  /** Whether it is being put in place, or taken back. */
  static boolean underWay(JsonNode change) {
    return Asking.of(change, "state").equals("rolling out");
  }

  /** Whether a person has to say how it goes on. */
  static boolean waits(JsonNode change) {
    return of(change, "waits_for_a_person").equals("true");
  }

  /** The exit status of who followed it. */
  static int status(JsonNode change, boolean noWait) {
    return switch (Asking.of(change, "state")) {
      case "live" -> 0;
      case "rolling out" -> noWait && !waits(change) ? 0 : 3;
      case String other -> 1;
    };
  }

  /** What has to change for another line to be worth it: figures change each second. */
  static String place(JsonNode change) {
    return String.join(
        " ", of(change, "step"), of(change, "phase"), of(change, "decision"), waits(change) + "");
  }

  /** One line. */
  static String line(JsonNode change) {
    String place =
        "change %s, step %s of %s"
            .formatted(Asking.of(change, "number"), of(change, "step"), of(change, "steps"));
    String doing = of(change, "doing");
    return switch (of(change, "phase")) {
      case "going back" -> place + ": going back: " + of(change, "why");
      case "acting" -> place + ": " + doing;
      case String other ->
          place
              + ": "
              + doing
              + "; "
              + plain(change)
              + (of(change, "decision").equals("hold") ? "; --continue goes on all the same" : "");
    };
  }

  private static String plain(JsonNode change) {
    String decision = of(change, "decision");
    return (decision.isEmpty() ? "" : decision + ": ") + of(change, "why");
  }

  private static String of(JsonNode change, String name) {
    JsonNode rollout = change.get("rollout");
    return rollout == null ? "" : Asking.of(rollout, name);
  }

  /** The change once it took the order, or a little later. */
  static ObjectNode after(ObjectNode before, Supplier<ObjectNode> again) {
    String step = of(before, "step");
    ObjectNode now = before;
    try {
      for (int i = 0; i < LOOKS && underWay(now) && of(now, "step").equals(step); i++) {
        TimeUnit.MILLISECONDS.sleep(LOOK);
        now = again.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return now;
  }

  /** The steps that were planned. */
  static void stages(Page page, JsonNode change) {
    JsonNode stages = change.get("stages");
    if (stages == null) {
      return;
    }
    List<JsonNode> steps = Asking.nodes(stages, "steps");
    for (int i = 0; i < steps.size(); i++) {
      String file = Asking.of(steps.get(i), "file");
      page.labelled(
          2,
          "step %d of %d:".formatted(i + 1, steps.size()),
          Asking.of(steps.get(i), "why") + (file.isEmpty() ? "" : " (" + Asking.brief(file) + ")"));
    }
    if (!Asking.of(stages, "at_once").isEmpty()) {
      page.labelled(2, "at once:", Asking.of(stages, "at_once"));
    }
    Asking.texts(stages, "said").forEach(it -> page.labelled(2, "not staged:", it));
  }

  /** How far it is. */
  static void now(Page page, JsonNode change) {
    if (!underWay(change) || of(change, "steps").isEmpty()) {
      return;
    }
    page.labelled(
        2,
        "now:",
        "step %s of %s, %s, since %s"
            .formatted(
                of(change, "step"), of(change, "steps"), of(change, "phase"), of(change, "since")));
    page.labelled(4, "does:", of(change, "doing"));
    page.labelled(4, "decision:", plain(change));
    if (waits(change)) {
      page.labelled(
          4,
          "waits for you:",
          String.format(
              Locale.ROOT,
              "'change rollout %1$s --continue' goes on, 'change rollback %1$s' goes back",
              Asking.of(change, "number")));
    }
  }
}
