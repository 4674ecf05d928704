package dev.checkrail.prove;

import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * A question whose answer depends on something that is not modelled.
 *
 * @param rule what would be found if the answer were bad
 * @param subject as in a finding
 * @param because one sentence
 * @param lines the lines that it depends on
 * @param witness a request for which it does
 */
public record Undecided(
    RuleId rule, String subject, String because, List<Span> lines, Optional<Request> witness) {
  public Undecided {
    lines = List.copyOf(lines);
  }
}
