package dev.checkrail.report;

import java.util.List;

/**
 * What becomes of one request, and why: what {@code explain} answers.
 *
 * @param request as asked
 * @param outcome what becomes of it
 * @param trace each rule that was looked at, in order. If the outcome is undecided, up to the rule
 *     that decides; if chance decides, along the longest of the ways
 */
public record Explanation(Request request, Outcome outcome, List<TraceStep> trace) {
  public Explanation {
    trace = List.copyOf(trace);
  }
}
