package dev.checkrail.path;

import dev.checkrail.report.Difference;
import dev.checkrail.source.Problem;
import java.util.List;

/**
 * What a change does, unjudged.
 *
 * @param refused errors for which HAProxy would not start with one of the two: then the difference
 *     means nothing
 * @param undecided what could not be compared, one sentence each
 */
public record DifferenceReport(
    Difference difference, List<String> undecided, List<Problem> refused) {
  public DifferenceReport {
    refused = List.copyOf(refused);
    undecided = List.copyOf(undecided);
  }
}
