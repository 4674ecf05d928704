package dev.checkrail.scenarios.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the control plane's own journal says was done, read as somebody reads it who always blames
 * the last change; and the ways back that it went by itself.
 */
record LastChange(String cause, List<Row.WentBack> back) {
  LastChange {
    back = List.copyOf(back);
  }

  /**
   * Reads entries of the journal, oldest first.
   *
   * @param people accounts of people: what they ordered was not done by itself
   * @param happened when the fault was there
   * @param asked when somebody would have said what he thinks
   */
  static LastChange read(
      JsonNode entries, List<String> people, Instant happened, Instant asked, Truth truth) {
    String cause = "none";
    List<Row.WentBack> back = new ArrayList<>();
    for (JsonNode entry : entries) {
      Instant at = Instant.parse(entry.path("at").asString());
      String kind = entry.path("kind").asString();
      String actor = entry.path("actor").asString();
      boolean byItself = !people.contains(actor);
      if (kind.equals("rollback.ordered") && byItself) {
        boolean right = !at.isBefore(happened) && truth.causes().contains("lb-change");
        back.add(new Row.WentBack(seconds(happened, at), entry.path("details").toString(), right));
      }
      if (at.isAfter(asked) || byItself && kind.startsWith("rollback.")) {
        continue;
      }
      if (kind.equals("apply.began") || kind.equals("rollback.ordered") || outside(entry)) {
        cause = "lb-change";
      } else if (kind.equals("runtime.told")) {
        cause = "lb-runtime";
      } else if (kind.equals("event") || kind.startsWith("event.")) {
        cause = "other-change";
      }
    }
    return new LastChange(cause, back);
  }

  /** Somebody else's reload, or files that are not the approved ones. */
  private static boolean outside(JsonNode entry) {
    if (!entry.path("kind").asString().equals("drift.found")) {
      return false;
    }
    String text = entry.path("details").toString();
    return text.contains("reload")
        || text.contains("main-files")
        || text.contains("referenced-files");
  }

  static double seconds(Instant from, Instant to) {
    return Math.round(java.time.Duration.between(from, to).toMillis() / 100.0) / 10.0;
  }
}
