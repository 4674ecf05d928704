package dev.checkrail.prove;

import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.source.Span;

/**
 * A request that is worth sending to the real binary.
 *
 * @param decidingRule the frontend's rule that decides it; the frontend's header if none does
 * @param outcome what the proof says becomes of it
 */
public record CoverRequest(Request request, Span decidingRule, Outcome outcome) {}
