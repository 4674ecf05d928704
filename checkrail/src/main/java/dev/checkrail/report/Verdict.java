package dev.checkrail.report;

import dev.checkrail.model.Unmodelled;
import dev.checkrail.source.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code check} and {@code gate} say in the end.
 *
 * @param kind the verdict itself
 * @param findings all of them, those that don't count included
 * @param unmodelled what the answer can't speak of
 * @param stages in order of the path
 */
public record Verdict(
    Kind kind, List<Finding> findings, List<Unmodelled> unmodelled, List<StageResult> stages) {
  public Verdict {
    findings = List.copyOf(findings);
    unmodelled = List.copyOf(unmodelled);
    stages = List.copyOf(stages);
  }

  /** The verdicts, with their exit statuses. */
  public enum Kind {
    PASS(0),
    BLOCKED(1),
    ERROR(2),
    UNDECIDED(3);

    private final int exit;

    Kind(int exit) {
      this.exit = exit;
    }

    /** Exit status of the command. */
    public int exit() {
      return exit;
    }

    /** The word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Which findings block.
   *
   * @param failOn at or above this severity
   * @param strict findings that are live already or suppressed count as well
   */
  public record Measure(Severity failOn, boolean strict) {
    /** Errors that are neither live already nor suppressed. */
    public static Measure usual() {
      return new Measure(Severity.ERROR, false);
    }

    /** Whether a finding blocks. */
    public boolean blocks(Finding finding) {
      return (strict || finding.counts()) && finding.severity().compareTo(failOn) >= 0;
    }
  }

  /**
   * Judges: blocked if a finding blocks, else undecided if a stage is, else pass. A stage of which
   * a finding blocks becomes {@code BLOCKED}, whatever it said itself.
   */
  public static Verdict of(
      List<Finding> findings,
      List<Unmodelled> unmodelled,
      List<StageResult> stages,
      Measure measure) {
    List<StageResult> judged = new ArrayList<>();
    for (StageResult stage : stages) {
      boolean blocked =
          findings.stream().anyMatch(one -> one.stage() == stage.stage() && measure.blocks(one));
      judged.add(blocked ? stage.blocked() : stage);
    }
    Kind kind = Kind.PASS;
    if (findings.stream().anyMatch(measure::blocks) || has(stages, StageResult.Status.BLOCKED)) {
      kind = Kind.BLOCKED;
    } else if (has(stages, StageResult.Status.UNDECIDED)) {
      kind = Kind.UNDECIDED;
    }
    return new Verdict(kind, findings, unmodelled, judged);
  }

  private static boolean has(List<StageResult> stages, StageResult.Status status) {
    return stages.stream().anyMatch(stage -> stage.status() == status);
  }

  /** Exit status of the command. */
  public int exit() {
    return kind.exit();
  }
}
