package dev.checkrail.lint;

import dev.checkrail.model.Action;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who can send requests to which pool, as far as it is written down.
 *
 * @param pools names of pools that a frontend names, by the frontend's name
 * @param named all of them
 * @param computed whether some rule computes the name of a pool, or may do so
 */
record Routes(Map<String, Set<String>> pools, Set<String> named, boolean computed) {
  Routes {
    pools = Map.copyOf(pools);
    named = Set.copyOf(named);
  }

  static Routes of(Configuration configuration) {
    Map<String, Set<String>> pools = new HashMap<>();
    Set<String> named = new HashSet<>();
    boolean computed = false;
    for (Frontend frontend : configuration.frontends()) {
      Set<String> own = new LinkedHashSet<>();
      for (RuleSet set : frontend.rules()) {
        for (Rule rule : set.rules()) {
          computed |= collect(rule.then(), own);
        }
      }
      named.addAll(own);
      pools.merge(
          frontend.name(),
          own,
          (a, b) -> {
            a.addAll(b);
            return a;
          });
    }
    return new Routes(pools, named, computed);
  }

  private static boolean collect(Action action, Set<String> pools) {
    return switch (action) {
      case Action.Route route -> {
        pools.add(route.pool());
        yield false;
      }
      case Action.RouteHere route -> {
        pools.add(route.pool());
        yield false;
      }
      case Action.RouteByName route -> true;
      case Action.Unknown unknown -> unknown.effects().contains(Action.Effect.ROUTE);
      case Action.Sequence sequence -> {
        boolean computed = false;
        for (Action one : sequence.actions()) {
          computed |= collect(one, pools);
        }
        yield computed;
      }
      case Action.Allow a -> false;
      case Action.UseServer a -> false;
      case Action.Respond a -> false;
      case Action.Drop a -> false;
      case Action.Redirect a -> false;
      case Action.SetTarget a -> false;
      case Action.ReplaceTarget a -> false;
      case Action.SetMethod a -> false;
      case Action.SetHeader a -> false;
      case Action.AddHeader a -> false;
      case Action.DeleteHeader a -> false;
      case Action.DeleteHeaderRegex a -> false;
      case Action.ReplaceHeader a -> false;
      case Action.SetVariable a -> false;
      case Action.SetVariableText a -> false;
      case Action.UnsetVariable a -> false;
      case Action.DisableRetry a -> false;
      case Action.NoEffect a -> false;
    };
  }
}
