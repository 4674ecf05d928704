package dev.checkrail.rehearse;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Template;
import java.util.Optional;

/**
 * What a listener behind a PROXY header does not show as it is. The header says who connects where,
 * and all rules believe it, but for those on the bare connection: they run before it is read.
 */
final class Behind {
  private Behind() {}

  /**
   * Why a request to this listener is not rehearsed there; empty if nothing is in the way.
   *
   * @param address the concrete address that the client would connect to
   */
  static Optional<String> hidden(
      Configuration configuration, Frontend frontend, Listener listener, String address) {
    if (frontend.rules().stream()
        .filter(set -> set.phase() == RuleSet.Phase.CONNECTION)
        .flatMap(set -> set.rules().stream())
        .anyMatch(Behind::looks)) {
      return Optional.of(
          "on the loopback device the tcp-request connection rules of "
              + frontend.name()
              + " do not see who connects");
    }
    if (listener.address().equals("::") && address.indexOf(':') < 0) {
      return Optional.of(
          "on the loopback device "
              + listener.key()
              + " does not show an IPv4 client as an IPv6 listener does");
    }
    long same =
        configuration.frontends().stream()
            .flatMap(one -> one.listeners().stream())
            .filter(one -> one.key().equals(listener.key()))
            .count();
    return same > 1
        ? Optional.of(
            same
                + " listeners are at "
                + listener.key()
                + ", and on the loopback device each has a place of its own")
        : Optional.empty();
  }

  /** Whether a rule on the connection could tell one client from another. */
  private static boolean looks(Rule rule) {
    return looks(rule.when()) || looks(rule.then());
  }

  private static boolean looks(Condition condition) {
    return switch (condition) {
      case Condition.Always always -> false;
      case Condition.All all -> all.parts().stream().anyMatch(Behind::looks);
      case Condition.Any any -> any.parts().stream().anyMatch(Behind::looks);
      case Condition.Not not -> looks(not.part());
      case Condition.Named named -> looks(named.definition());
      case Condition.Test test -> looks(test.sample());
      case Condition.Unknown unknown -> true;
    };
  }

  private static boolean looks(Sample sample) {
    return !(sample.fetch() instanceof Fetch.TextConstant
        || sample.fetch() instanceof Fetch.NumberConstant
        || sample.fetch() instanceof Fetch.FlagConstant
        || sample.fetch() instanceof Fetch.Random
        || sample.fetch() instanceof Fetch.Variable
        || sample.fetch() instanceof Fetch.UsableServers);
  }

  private static boolean looks(Action action) {
    return switch (action) {
      case Action.SetVariable set -> looks(set.value());
      case Action.SetVariableText set ->
          set.value().parts().stream()
              .anyMatch(part ->
                  switch (part) {
                    case Template.Part.Literal literal -> false;
                    case Template.Part.Expression expression -> looks(expression.sample());
                    case Template.Part.Unknown unknown -> true;
                  });
      case Action.Sequence sequence -> sequence.actions().stream().anyMatch(Behind::looks);
      case Action.Unknown unknown -> true;
      case Action.Allow plain -> false;
      case Action.Drop plain -> false;
      case Action.NoEffect plain -> false;
      case Action.UnsetVariable plain -> false;
      case Action.DisableRetry plain -> false;
      // None of these is an action on connections.
      case Action.Route other -> true;
      case Action.RouteHere other -> true;
      case Action.RouteByName other -> true;
      case Action.UseServer other -> true;
      case Action.Respond other -> true;
      case Action.Redirect other -> true;
      case Action.SetTarget other -> true;
      case Action.ReplaceTarget other -> true;
      case Action.SetMethod other -> true;
      case Action.SetHeader other -> true;
      case Action.AddHeader other -> true;
      case Action.DeleteHeader other -> true;
      case Action.DeleteHeaderRegex other -> true;
      case Action.ReplaceHeader other -> true;
    };
  }
}
