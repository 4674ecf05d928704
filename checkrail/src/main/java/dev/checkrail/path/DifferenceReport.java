package dev.checkrail.path;

import dev.checkrail.report.Difference;
import java.util.List;

/**
 * What a change does, unjudged.
 *
 * @param undecided what could not be compared, one sentence each
 */
public record DifferenceReport(Difference difference, List<String> undecided) {
  public DifferenceReport {
    undecided = List.copyOf(undecided);
  }
}
