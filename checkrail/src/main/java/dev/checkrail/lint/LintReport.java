package dev.checkrail.lint;

import dev.checkrail.report.Finding;
import java.util.List;

/**
 * What the rules found.
 *
 * @param findings in the order of the rules, each rule's in file order; not yet judged by the
 *     policy
 */
public record LintReport(List<Finding> findings) {
  public LintReport {
    findings = List.copyOf(findings);
  }
}
