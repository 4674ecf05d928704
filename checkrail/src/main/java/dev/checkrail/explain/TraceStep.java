package dev.checkrail.explain;

import dev.checkrail.source.Span;

/**
 * One thing that was looked at on the way.
 *
 * @param span where it stands
 * @param rule as written, secrets removed
 * @param matched whether it acted
 * @param why what was seen, e.g. {@code path /v1/payments begins with /v1/payments}
 */
public record TraceStep(Span span, String rule, boolean matched, String why) {}
