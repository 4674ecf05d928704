package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Match;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Sample;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pages that HAProxy answers itself [4.2 monitor-uri, stats uri].
 *
 * <p>An address that begins with a slash is compared with path and query, else with the whole
 * target. The monitor's is compared exactly, that of the statistics is a prefix, for GET, HEAD and
 * POST.
 */
final class OwnPages {
  private static final String DEFAULT_STATISTICS = "/haproxy?stats";

  private record Fail(Condition when, Directive directive) {}

  private record StatisticsRule(Condition when, Action then, Directive directive) {}

  private Optional<Directive> monitor = Optional.empty();
  private final List<Fail> fails = new ArrayList<>();
  private Optional<Directive> statistics = Optional.empty();
  private Optional<Directive> statisticsUri = Optional.empty();
  private Optional<Directive> login = Optional.empty();
  private final List<StatisticsRule> statisticsRules = new ArrayList<>();

  void monitorUri(Directive directive) {
    monitor = Optional.of(directive);
  }

  void monitorFail(Directive directive, Condition when) {
    fails.add(new Fail(when, directive));
  }

  void stats(Directive directive) {
    if (statistics.isEmpty()) {
      statistics = Optional.of(directive);
    }
    switch (directive.arg(0)) {
      case "uri" -> statisticsUri = Optional.of(directive);
      case "auth" -> login = Optional.of(directive);
      case String other -> {
        // how the page looks
      }
    }
  }

  void statsRule(Directive directive, Condition when, Action then) {
    stats(directive);
    statisticsRules.add(new StatisticsRule(when, then, directive));
  }

  void rules(RuleSets sets) {
    monitor.ifPresent(directive -> monitor(directive, sets));
    statistics.ifPresent(directive -> statistics(directive, sets));
  }

  private void monitor(Directive directive, RuleSets sets) {
    String uri = directive.arg(0);
    Condition asked = asked(uri, Match.Kind.EXACT, directive);
    for (Fail fail : fails) {
      sets.add(
          RuleSet.Phase.MONITOR,
          rule(
              new Condition.All(List.of(asked, fail.when())),
              new Action.Respond(Action.Respond.Kind.MONITOR, 503, Optional.empty(), true),
              fail.directive()));
    }
    sets.add(
        RuleSet.Phase.MONITOR,
        rule(
            asked,
            new Action.Respond(Action.Respond.Kind.MONITOR, 200, Optional.empty(), true),
            directive));
  }

  private void statistics(Directive first, RuleSets sets) {
    Directive directive = statisticsUri.orElse(first);
    String uri = statisticsUri.map(d -> d.arg(1)).orElse(DEFAULT_STATISTICS);
    Condition asked =
        new Condition.All(
            List.of(
                test(
                    new Fetch.Method(),
                    new Match.Text(Match.Kind.EXACT, List.of("GET", "HEAD", "POST"), false),
                    directive),
                asked(uri, Match.Kind.PREFIX, directive)));
    // An allow ends the page's own rules, so each rule holds only if no allow came before it.
    List<Condition> before = new ArrayList<>();
    before.add(asked);
    for (StatisticsRule rule : statisticsRules) {
      if (rule.then() instanceof Action.Allow) {
        before.add(new Condition.Not(rule.when()));
      } else {
        List<Condition> all = new ArrayList<>(before);
        all.add(rule.when());
        sets.add(
            RuleSet.Phase.STATISTICS, rule(new Condition.All(all), rule.then(), rule.directive()));
      }
    }
    login.ifPresent(auth ->
        sets.add(
            RuleSet.Phase.STATISTICS,
            rule(
                new Condition.All(
                    List.of(
                        asked,
                        new Condition.Not(
                            test(
                                new Fetch.Authenticated(".internal-stats-userlist"),
                                new Match.True(),
                                auth)))),
                new Action.Respond(Action.Respond.Kind.AUTHENTICATE, 401, Optional.empty(), true),
                auth)));
    // Whatever a POST asks for, the answer sends the browser back to the page (303, with the result
    // in the address).
    sets.add(
        RuleSet.Phase.STATISTICS,
        rule(
            new Condition.All(
                List.of(
                    asked,
                    test(
                        new Fetch.Method(),
                        new Match.Text(Match.Kind.EXACT, List.of("POST"), false),
                        directive))),
            new Action.Respond(Action.Respond.Kind.STATISTICS, 303, Optional.empty(), false),
            directive));
    sets.add(
        RuleSet.Phase.STATISTICS,
        rule(
            asked,
            new Action.Respond(Action.Respond.Kind.STATISTICS, 200, Optional.empty(), false),
            directive));
  }

  private static Condition asked(String uri, Match.Kind kind, Directive directive) {
    Match match = new Match.Text(kind, List.of(uri), false);
    return uri.startsWith("/")
        ? test(new Fetch.PathAndQuery(), match, directive)
        : test(new Fetch.Url(), match, directive);
  }

  private static Condition test(Fetch fetch, Match match, Directive directive) {
    Span span = directive.span();
    String text = KeptText.text(directive);
    return new Condition.Test(new Sample(fetch, List.of(), span, text), match, span, text);
  }

  private static Rule rule(Condition when, Action then, Directive directive) {
    return new Rule(when, then, directive.span(), KeptText.text(directive));
  }
}
