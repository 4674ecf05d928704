package dev.checkrail.report;

import java.util.Locale;
import java.util.Optional;

/**
 * How a stage ended.
 *
 * @param seconds how long it took, as measured by the edge
 * @param why what was skipped or could not be decided
 */
public record StageResult(Stage stage, Status status, double seconds, Optional<String> why) {

  /** Ways to end. */
  public enum Status {
    PASS,
    BLOCKED,
    UNDECIDED,
    SKIPPED;

    /** The word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  StageResult blocked() {
    return new StageResult(stage, Status.BLOCKED, seconds, why);
  }
}
