package dev.checkrail.report;

import java.util.List;

/** What becomes of one request, and why: what {@code explain} answers. */
public record Explanation(Request request, Outcome outcome, List<TraceStep> trace) {
  public Explanation {
    trace = List.copyOf(trace);
  }
}
