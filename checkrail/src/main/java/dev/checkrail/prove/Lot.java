package dev.checkrail.prove;

import dev.checkrail.report.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of requests of which only a part is known, in one configuration or in two: the same
 * whatever the rest of them was, or undecided.
 *
 * @param before in the first of two configurations; empty if there is one only. What is different
 *     for each of the requests is {@link Outcome#VARIES}; headers that a rule removes by a pattern
 *     of names are not listed
 * @param now in the second, or in the only one
 * @param move whether they fare differently
 * @param because what is missing, if an outcome is undecided or it is not known whether they move
 * @param services of the policy to which they belong, whatever the rest of them was
 */
public record Lot(
    Optional<Outcome> before,
    Outcome now,
    Move move,
    Optional<String> because,
    List<String> services) {
  public Lot {
    services = List.copyOf(services);
  }

  /** Whether requests fare differently in the second configuration, as {@code diff} says it. */
  public enum Move {
    /** They do not. */
    STAYS,
    /** They do. */
    MOVES,
    /** It depends on something that is not known of them, or not modelled. */
    UNCLEAR
  }

  /** Whether something about them is not decided. */
  public boolean undecided() {
    return because.isPresent();
  }
}
