package dev.checkrail.explain;

import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.TraceStep;
import java.util.List;

/**
 * What becomes of one request.
 *
 * @param request as asked
 * @param outcome what becomes of it
 * @param trace each rule that was looked at, in order. If the outcome is undecided, up to the rule
 *     that decides; if chance decides, along the longest of the ways
 */
public record ExplainReport(Request request, Outcome outcome, List<TraceStep> trace) {
  public ExplainReport {
    trace = List.copyOf(trace);
  }
}
