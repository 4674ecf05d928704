package dev.checkrail.path;

import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.Optional;

/**
 * What a stage has to say for the verdict.
 *
 * @param findings not yet judged
 * @param open questions that it could not decide and that make a verdict undecided
 * @param skipped why it did nothing, if it did nothing
 * @param remark what it left out
 */
record Found(
    List<Finding> findings, List<Open> open, Optional<String> skipped, Optional<String> remark) {
  Found {
    findings = List.copyOf(findings);
    open = List.copyOf(open);
  }

  /**
   * An undecided question.
   *
   * @param lines the lines that it hangs on, as written
   */
  record Open(RuleId rule, String subject, String because, List<String> lines) {
    Open {
      lines = List.copyOf(lines);
    }

    /** Whether it is the same question, hanging on the same lines. */
    boolean same(Open other) {
      return rule == other.rule && subject.equals(other.subject) && lines.equals(other.lines);
    }
  }

  static Found of(List<Finding> findings) {
    return new Found(findings, List.of(), Optional.empty(), Optional.empty());
  }

  static Found skipped(String why) {
    return new Found(List.of(), List.of(), Optional.of(why), Optional.empty());
  }

  Found only(RuleId rule) {
    return new Found(
        findings.stream().filter(it -> it.rule() == rule).toList(),
        open.stream().filter(it -> it.rule() == rule).toList(),
        skipped,
        remark);
  }

  Found undecided(List<Open> questions) {
    return new Found(findings, questions, skipped, remark);
  }

  Found remarking(Optional<String> what) {
    return new Found(findings, open, skipped, what);
  }
}
