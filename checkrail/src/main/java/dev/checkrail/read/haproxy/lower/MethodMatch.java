package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Match;
import dev.checkrail.model.Sample;
import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The ACL {@code method} [7.3.6]: HAProxy compares the methods that it knows by number, hence with
 * their case; {@code -i} acts on other methods only, so {@code method -i get} does not match GET.
 */
final class MethodMatch {
  private static final Set<String> KNOWN =
      Set.of("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT");

  private MethodMatch() {}

  /**
   * The condition.
   *
   * @param patterns of files and in the line
   */
  static Condition of(
      CriterionText criterion, List<String> patterns, Sample sample, Span span, String text) {
    List<String> exact = new ArrayList<>();
    List<Condition> parts = new ArrayList<>();
    for (String pattern : patterns) {
      String upper = pattern.toUpperCase(Locale.ROOT);
      if (KNOWN.contains(pattern) || !criterion.ignoreCase()) {
        exact.add(pattern);
      } else if (KNOWN.contains(upper)) {
        parts.add(
            new Condition.All(
                List.of(
                    test(sample, List.of(pattern), true, span, text),
                    new Condition.Not(test(sample, List.of(upper), false, span, text)))));
      } else {
        parts.add(test(sample, List.of(pattern), true, span, text));
      }
    }
    if (parts.isEmpty()) {
      return test(sample, exact, false, span, text);
    }
    if (!exact.isEmpty()) {
      parts.addFirst(test(sample, exact, false, span, text));
    }
    return parts.size() == 1 ? parts.getFirst() : new Condition.Any(parts);
  }

  private static Condition test(
      Sample sample, List<String> patterns, boolean fold, Span span, String text) {
    return new Condition.Test(sample, new Match.Text(Match.Kind.EXACT, patterns, fold), span, text);
  }
}
