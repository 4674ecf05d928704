package dev.checkrail.explain;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.report.Request;

/** The TLS greeting that a TCP frontend passes through. */
final class Greeting {
  private Greeting() {}

  /** Whether the client speaks TLS. */
  static boolean isTls(Request request) {
    return request.scheme().equals("https") || request.sni().isPresent();
  }

  /** Whether rules of the frontend wait until the greeting is there. */
  static boolean isWaitedFor(Frontend frontend) {
    return frontend.settings().stream().anyMatch(s -> s.name().endsWith("inspect-delay"))
        && frontend.rules().stream()
            .filter(set -> set.phase() == RuleSet.Phase.CONTENT)
            .flatMap(set -> set.rules().stream())
            .map(Rule::when)
            .anyMatch(Greeting::looksAtIt);
  }

  private static boolean looksAtIt(Condition condition) {
    return switch (condition) {
      case Condition.Always always -> false;
      case Condition.All all -> all.parts().stream().anyMatch(Greeting::looksAtIt);
      case Condition.Any any -> any.parts().stream().anyMatch(Greeting::looksAtIt);
      case Condition.Not not -> looksAtIt(not.part());
      case Condition.Named named -> looksAtIt(named.definition());
      case Condition.Test test ->
          test.sample().fetch() instanceof Fetch.GreetingServerName
              || test.sample().fetch() instanceof Fetch.GreetingType;
      case Condition.Unknown unknown -> false;
    };
  }
}
