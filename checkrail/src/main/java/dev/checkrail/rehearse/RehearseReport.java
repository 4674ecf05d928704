package dev.checkrail.rehearse;

import dev.checkrail.report.Finding;
import dev.checkrail.report.Rehearsal;
import java.util.List;

/**
 * What the real binary said of a configuration.
 *
 * @param rehearsal requests, disagreements, faults, and what was left out
 * @param undecided how many of the requests sent have no decided answer of the model to be compared
 *     with; they are in {@code sent}, neither agreed nor disagreed
 * @param sandbox how the sandbox was shut in, in words
 * @param haproxy the binary's version, as it says it
 * @param findings disagreements and faults, of rules {@code rehearse/disagreement} and {@code
 *     rehearse/fault}
 */
public record RehearseReport(
    Rehearsal rehearsal, int undecided, String sandbox, String haproxy, List<Finding> findings) {
  public RehearseReport {
    findings = List.copyOf(findings);
  }
}
