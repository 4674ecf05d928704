package dev.checkrail.rehearse;

import dev.checkrail.report.Finding;
import java.util.List;

/**
 * What HAProxy itself says of a configuration.
 *
 * @param accepted whether it takes it
 * @param findings {@code read/refused-by-haproxy}, one for each place that HAProxy names
 * @param text all that it wrote, paths as in the original, secrets removed
 * @param notChecked what was not part of the copy that it judged
 */
public record NativeReport(
    boolean accepted, List<Finding> findings, String text, List<String> notChecked) {
  public NativeReport {
    findings = List.copyOf(findings);
    notChecked = List.copyOf(notChecked);
  }
}
