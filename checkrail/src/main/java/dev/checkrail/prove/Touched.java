package dev.checkrail.prove;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import java.util.Locale;
import java.util.Set;

/** Which parts of a request conditions look at and actions write: for naming the rule to blame. */
final class Touched {
  private Touched() {}

  /** Adds the parts that a condition looks at. */
  static void by(Condition condition, Set<String> parts) {
    switch (condition) {
      case Condition.Always always -> {}
      case Condition.All all -> all.parts().forEach(part -> by(part, parts));
      case Condition.Any any -> any.parts().forEach(part -> by(part, parts));
      case Condition.Not not -> by(not.part(), parts);
      case Condition.Named named -> by(named.definition(), parts);
      case Condition.Unknown unknown -> parts.add("any");
      case Condition.Test test -> by(test.sample().fetch(), parts);
    }
  }

  private static void by(Fetch fetch, Set<String> parts) {
    switch (fetch) {
      case Fetch.Method f -> parts.add("method");
      case Fetch.Path f -> parts.add("path");
      case Fetch.PathAndQuery f -> {
        parts.add("path");
        parts.add("query");
      }
      case Fetch.Query f -> parts.add("query");
      case Fetch.Url f -> {
        parts.add("path");
        parts.add("query");
      }
      case Fetch.Base f -> {
        parts.add("path");
        parts.add("header host");
      }
      case Fetch.Header f -> parts.add("header " + f.name());
      case Fetch.HeaderCount f -> parts.add("header " + f.name());
      case Fetch.Cookie f -> parts.add("header cookie");
      case Fetch.CookieCount f -> parts.add("header cookie");
      case Fetch.UrlParameter f -> parts.add("query");
      case Fetch.Authenticated f -> parts.add("header authorization");
      case Fetch.AuthenticatedUser f -> parts.add("header authorization");
      case Fetch.Variable f -> parts.add("any");
      case Fetch.Unknown f -> parts.add("any");
      case Fetch.HttpVersion f -> {}
      case Fetch.SourceAddress f -> {}
      case Fetch.SourcePort f -> {}
      case Fetch.DestinationAddress f -> {}
      case Fetch.DestinationPort f -> {}
      case Fetch.Tls f -> {}
      case Fetch.TerminatedServerName f -> {}
      case Fetch.GreetingServerName f -> {}
      case Fetch.GreetingType f -> {}
      case Fetch.Random f -> {}
      case Fetch.TextConstant f -> {}
      case Fetch.NumberConstant f -> {}
      case Fetch.FlagConstant f -> {}
      case Fetch.UsableServers f -> {}
    }
  }

  /** Whether an action writes one of the parts. */
  static boolean any(Action action, Set<String> parts) {
    return switch (action) {
      case Action.SetTarget set -> target(set.part(), parts);
      case Action.ReplaceTarget replace -> target(replace.part(), parts);
      case Action.SetMethod set -> parts.contains("method");
      case Action.SetHeader set -> header(set.name(), parts);
      case Action.AddHeader add -> header(add.name(), parts);
      case Action.DeleteHeader delete ->
          header(delete.name(), parts) || parts.stream().anyMatch(p -> p.startsWith("header "));
      case Action.DeleteHeaderRegex delete -> parts.stream().anyMatch(p -> p.startsWith("header "));
      case Action.ReplaceHeader replace -> header(replace.name(), parts);
      case Action.Unknown unknown -> unknown.effects().contains(Action.Effect.REWRITE);
      case Action.Sequence sequence ->
          sequence.actions().stream().anyMatch(part -> any(part, parts));
      case Action.Allow a -> false;
      case Action.Route a -> false;
      case Action.RouteHere a -> false;
      case Action.RouteByName a -> false;
      case Action.UseServer a -> false;
      case Action.Respond a -> false;
      case Action.Drop a -> false;
      case Action.Redirect a -> false;
      case Action.SetVariable a -> false;
      case Action.SetVariableText a -> false;
      case Action.UnsetVariable a -> false;
      case Action.DisableRetry a -> false;
      case Action.NoEffect a -> false;
    };
  }

  private static boolean header(String name, Set<String> parts) {
    return parts.contains("header " + name.toLowerCase(Locale.ROOT));
  }

  private static boolean target(Action.Part part, Set<String> parts) {
    return switch (part) {
      case PATH -> parts.contains("path");
      case QUERY -> parts.contains("query");
      case PATH_AND_QUERY, URI -> parts.contains("path") || parts.contains("query");
    };
  }
}
