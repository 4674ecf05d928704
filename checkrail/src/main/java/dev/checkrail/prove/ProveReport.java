package dev.checkrail.prove;

import dev.checkrail.report.Finding;
import java.util.List;

/**
 * What is proved of one configuration.
 *
 * @param findings in the order of questions, then of the file
 * @param undecided questions whose answer depends on something that is not modelled
 * @param reach which pools each listener reaches
 */
public record ProveReport(List<Finding> findings, List<Undecided> undecided, List<Reach> reach) {
  public ProveReport {
    findings = List.copyOf(findings);
    undecided = List.copyOf(undecided);
    reach = List.copyOf(reach);
  }

  /**
   * A way from a listener to a pool.
   *
   * @param requests the requests that take it, in words
   */
  public record Reach(String frontend, String listener, String pool, String requests) {}
}
