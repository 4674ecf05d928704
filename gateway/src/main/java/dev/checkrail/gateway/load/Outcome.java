package dev.checkrail.gateway.load;

import java.time.Duration;
import java.util.Locale;

/** What became of a user's purchase, as he and his bank see it. */
public enum Outcome {
  PAID,
  /** Paid, and told so more than {@link #LATE} after he came. */
  PAID_LATE,
  /** The bank declined: business, not a failure. */
  DECLINED,
  /** Told that it failed, or told nothing: either way his page shows an error. */
  TOLD_FAILED,
  /** As before, and yet his card is charged. */
  TOLD_FAILED_BUT_CHARGED,
  /** Nobody can say whether his card is charged. */
  UNKNOWN;

  static final Duration LATE = Duration.ofSeconds(3);

  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static Outcome of(Step purchase) {
    return switch (purchase.told()) {
      case DONE -> latency(purchase).compareTo(LATE) > 0 ? PAID_LATE : PAID;
      case DECLINED -> DECLINED;
      case FAILED, NOTHING -> TOLD_FAILED;
    };
  }

  /** From the intended start: a user who waits for the load's own machine waits, too. */
  static Duration latency(Step step) {
    return Duration.between(step.intendedStart(), step.attempts().getLast().end());
  }
}
