package dev.checkrail.prove;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether a TCP frontend has the TLS greeting when its rules run. Only an {@code inspect-delay}
 * together with a {@code tcp-request content} rule that asks for the greeting makes HAProxy wait;
 * without them it is a race, lost when the greeting comes later than the connection.
 */
final class GreetingWait {
  private GreetingWait() {}

  static boolean of(Configuration configuration, Listener listener) {
    return configuration.frontends().stream()
        .filter(frontend -> frontend.listeners().contains(listener))
        .allMatch(GreetingWait::waits);
  }

  private static boolean waits(Frontend frontend) {
    boolean delayed =
        frontend.settings().stream()
            .anyMatch(setting -> setting.name().equals("tcp-request inspect-delay"));
    return delayed
        && frontend.rules().stream()
            .filter(set -> set.phase() == RuleSet.Phase.CONTENT)
            .map(RuleSet::rules)
            .flatMap(List::stream)
            .map(Rule::when)
            .flatMap(GreetingWait::fetches)
            .anyMatch(fetch ->
                fetch instanceof Fetch.GreetingServerName || fetch instanceof Fetch.GreetingType);
  }

  private static Stream<Fetch> fetches(Condition condition) {
    return switch (condition) {
      case Condition.Always always -> Stream.empty();
      case Condition.Unknown unknown -> Stream.empty();
      case Condition.Test test -> Stream.of(test.sample().fetch());
      case Condition.Not not -> fetches(not.part());
      case Condition.Named named -> fetches(named.definition());
      case Condition.All all -> all.parts().stream().flatMap(GreetingWait::fetches);
      case Condition.Any any -> any.parts().stream().flatMap(GreetingWait::fetches);
    };
  }
}
