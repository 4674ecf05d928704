package dev.checkrail.prove;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Rules that count requests, and rules that refuse by such a count or by size. What is counted
 * lives while HAProxy runs, so no request shows that it is counted by a coarser key, or refused
 * sooner: the lines are compared as text. A threshold that only rises is no finding.
 */
final class CompareRates {
  private static final Pattern COUNTS = Pattern.compile("(http|tcp)-request .*\\btrack-sc\\d+ .*");

  /** Fetches of stick tables and of sizes [7.3.3, 7.3.5, 7.3.6]. */
  private static final Pattern LIMITED =
      Pattern.compile(
          "(?i).*\\b((sc\\d?_|src_|table_)\\w*(rate|cnt|cur|gp[ct]\\d?)\\b|in_table\\b"
              + "|req\\.(body_size|body_len|len)\\b|content-length).*");

  private static final Pattern THRESHOLD =
      Pattern.compile("(.*\\b(?:gt|ge) +)(\\d{1,18})((?: .*)?)");

  private CompareRates() {}

  static void compare(
      List<RuleSet> old, List<RuleSet> now, String subject, SettingChanges changes) {
    List<String> countedBefore = counting(old).map(Rule::text).toList();
    List<Rule> counted = counting(now).toList();
    List<String> countedNow = counted.stream().map(Rule::text).toList();
    // Counting that ends lifts a limit.
    if (!countedBefore.equals(countedNow) && !countedBefore.containsAll(countedNow)) {
      changes.add(
          RuleId.DIFF_LIMIT_LOWERED,
          subject,
          "what requests are counted by",
          String.join("; ", countedBefore),
          String.join("; ", countedNow),
          counted.stream()
              .filter(rule -> !countedBefore.contains(rule.text()))
              .map(Rule::span)
              .findFirst());
    }
    List<String> before = limits(old).map(Limit::text).toList();
    for (Limit limit : limits(now).toList()) {
      if (before.stream()
          .noneMatch(was -> was.equals(limit.text()) || isHigher(was, limit.text()))) {
        changes.add(
            RuleId.DIFF_LIMIT_LOWERED,
            subject,
            "requests refused by a count or by size",
            String.join("; ", before),
            limit.text(),
            Optional.of(limit.span()));
      }
    }
  }

  private static Stream<Rule> counting(List<RuleSet> sets) {
    return rules(sets).filter(rule -> COUNTS.matcher(rule.text()).matches());
  }

  private static Stream<Rule> rules(List<RuleSet> sets) {
    return sets.stream().flatMap(set -> set.rules().stream());
  }

  /** A test of a rule that answers or closes. */
  private record Limit(String text, Span span) {}

  private static Stream<Limit> limits(List<RuleSet> sets) {
    List<Limit> limits = new ArrayList<>();
    rules(sets)
        .filter(rule -> rule.then() instanceof Action.Respond || rule.then() instanceof Action.Drop)
        .forEach(rule -> limits(rule.when(), limits));
    return limits.stream();
  }

  private static void limits(Condition condition, List<Limit> limits) {
    switch (condition) {
      case Condition.Always always -> {}
      case Condition.All all -> all.parts().forEach(part -> limits(part, limits));
      case Condition.Any any -> any.parts().forEach(part -> limits(part, limits));
      case Condition.Not not -> limits(not.part(), limits);
      case Condition.Named named -> limits(named.definition(), limits);
      case Condition.Test test -> limit(test.text(), test.span(), limits);
      case Condition.Unknown unknown -> limit(unknown.why().text(), unknown.why().span(), limits);
    }
  }

  private static void limit(String text, Span span, List<Limit> limits) {
    if (LIMITED.matcher(text).matches()) {
      limits.add(new Limit(text, span));
    }
  }

  /** Whether the second is the first with a higher threshold. */
  private static boolean isHigher(String was, String now) {
    Matcher before = THRESHOLD.matcher(was);
    Matcher after = THRESHOLD.matcher(now);
    return before.matches()
        && after.matches()
        && before.group(1).equals(after.group(1))
        && before.group(3).equals(after.group(3))
        && Long.parseLong(after.group(2)) >= Long.parseLong(before.group(2));
  }
}
