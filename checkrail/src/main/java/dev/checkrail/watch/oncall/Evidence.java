package dev.checkrail.watch.oncall;

import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import java.time.Instant;

/**
 * A published cause, as it is told to people.
 *
 * @param cause a word: {@code lb-change}
 * @param object which one; "" if there is none
 * @param probability among all causes
 * @param why what speaks for it
 * @param at when it was published
 * @param urgent whether users fail by it now
 */
public record Evidence(
    String cause, String object, double probability, String why, Instant at, boolean urgent) {

  static Evidence of(Diagnosis.Published published) {
    Ranked first = published.first();
    return new Evidence(
        first.cause().word(),
        first.object(),
        first.probability(),
        first.why(),
        published.at(),
        published.urgent());
  }

  /** What was found for a ticket explains nothing that began later. */
  boolean mayExplain(Alert alert) {
    return urgent || !at.isBefore(alert.since());
  }

  /** Cause and object in one word or two. */
  public String name() {
    return object.isEmpty() ? cause : cause + " (" + object + ")";
  }
}
