package dev.checkrail.rehearse;

import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.Optional;

/**
 * A request to be sent, and what is expected of it.
 *
 * @param request with its listener's key, if there is more than one that fits
 * @param model what becomes of it by the proof; empty: {@code explain} is asked
 */
public record Rehearsed(Request request, Optional<Outcome> model) {
  /** A request whose outcome {@code explain} says. */
  public static Rehearsed of(Request request) {
    return new Rehearsed(request, Optional.empty());
  }

  /** A request whose outcome is known. */
  public static Rehearsed of(Request request, Outcome model) {
    return new Rehearsed(request, Optional.of(model));
  }
}
