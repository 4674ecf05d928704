package dev.checkrail.watch.detect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Requests reach a server that does not serve them, or go where the approved rules cannot send
 * them.
 *
 * <p><b>Unit:</b> a route, by the log: requests whose {@link dev.checkrail.watch.traffic.Fit} is
 * wrong, and requests of a service at a server that does not serve it by the policy's inventory; a
 * server that says of itself ({@code /capabilities}) that it does not serve what it should, twice
 * in a row. <b>Minimum data:</b> two requests within {@value #WINDOW} s; one if somebody else
 * reloaded within a minute. <b>False alarms:</b> none by chance: each of these requests is known to
 * be in the wrong place, whatever the log does not show. While a change of ours is under way and 10
 * s after it (5 s for the inventory) nothing counts, because what is judged by may be one step
 * behind; as long as its old workers hold connections (at most 2 minutes) only the inventory
 * counts. <b>Page:</b> the contract is broken live; requests that went wrong at a server that
 * serves them, too, are a ticket.
 */
final class ContractLive implements Detector {
  private static final int WINDOW = 10;

  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();
  private final Map<String, Said> said = new TreeMap<>();

  private static final class State {
    long since;
    long lastWrong = Long.MIN_VALUE / 2;
    long wrong;
    long unserved;
    Set<String> servers = new TreeSet<>();
    Set<String> pools = new TreeSet<>();
  }

  /** What a server said of itself. */
  private record Said(Instant at, Instant since, int times) {}

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.RouteUnit route : scene.routes()) {
      State state = states.get(route);
      boolean counts =
          (route.unserved > 0 && !scene.judgedByOld())
              || (route.misrouted > 0 && routesCount(scene));
      if (counts) {
        if (state == null) {
          state = new State();
          states.put(route, state);
        }
        note(scene, route, state);
      }
      if (state != null) {
        sign(scene, route, state, signs);
      }
    }
    capabilities(scene, signs);
  }

  /** Whether requests are surely judged by the rules that they were routed by. */
  private static boolean routesCount(Scene scene) {
    return !scene.settling() && !scene.oldRules();
  }

  private static void note(Scene scene, Scene.RouteUnit route, State state) {
    if (scene.second() - state.lastWrong > WINDOW) {
      state.since = scene.second() - 1;
      state.wrong = 0;
      state.unserved = 0;
      state.servers = new TreeSet<>();
      state.pools = new TreeSet<>();
    }
    state.lastWrong = scene.second();
    for (Moment.Flow flow : route.flows) {
      boolean wrong = flow.fit().wrong() && routesCount(scene);
      boolean unserved = flow.unserved() && !scene.judgedByOld();
      if (wrong || unserved) {
        state.wrong += flow.ended().requests();
        state.unserved += unserved ? flow.ended().requests() : 0;
        flow.to().ifPresent(server -> state.servers.add(server.toString()));
        if (!flow.pool().isEmpty()) {
          state.pools.add(flow.pool());
        }
      }
    }
  }

  private static void sign(Scene scene, Scene.RouteUnit route, State state, List<Sign> signs) {
    int enough = scene.othersReloaded() ? 1 : 2;
    if (scene.second() - state.lastWrong > WINDOW || state.wrong < enough) {
      return;
    }
    boolean page = state.unserved > 0 || lacking(scene, route, state);
    String where =
        state.servers.isEmpty()
            ? state.pools.isEmpty() ? "no server" : String.join(", ", state.pools)
            : String.join(", ", state.servers);
    signs.add(
        new Sign(
            Detection.CONTRACT,
            page ? Level.PAGE : Level.TICKET,
            route.subject,
            state.wrong
                + " requests of "
                + route.subject
                + " went to "
                + where
                + (state.unserved > 0
                    ? ", which does not serve them by the inventory."
                    : ", where the approved rules cannot send them."),
            Instant.ofEpochSecond(state.since),
            new Sign.Scope(Set.of(route.subject), state.pools, state.servers)));
  }

  /** Whether they did not reach anybody who is known to serve them. */
  private static boolean lacking(Scene scene, Scene.RouteUnit route, State state) {
    if (route.service.equals("-")) {
      return false;
    }
    if (state.servers.isEmpty()) {
      return true; // answered by the load balancer itself, though the rules send them on
    }
    Expectations expectations = scene.expectations();
    List<String> services = List.of(route.service.split("\\+"));
    return expectations.inventory()
        && state.servers.stream()
            .noneMatch(server ->
                expectations.serves().getOrDefault(ServerName.of(server), List.of()).stream()
                    .anyMatch(services::contains));
  }

  private void capabilities(Scene scene, List<Sign> signs) {
    Map<String, Said> now = new LinkedHashMap<>();
    for (Probed probed : scene.moment().probes()) {
      if (probed.target().kind() != ProbeTarget.Kind.CAPABILITIES
          || probed.outcome() != Probed.Outcome.WRONG) {
        continue;
      }
      for (var server : probed.target().servers()) {
        String name = server.toString();
        Said before = said.get(name);
        Said next =
            before == null
                ? new Said(probed.at(), probed.at(), 1)
                : before.at().equals(probed.at())
                    ? before
                    : new Said(probed.at(), before.since(), before.times() + 1);
        now.put(name, next);
        if (next.times() >= 2) {
          signs.add(capability(scene, name, server.pool(), probed, next));
        }
      }
    }
    said.clear();
    said.putAll(now);
  }

  private static Sign capability(Scene scene, String name, String pool, Probed probed, Said next) {
    boolean used =
        scene.servers().stream()
            .anyMatch(it -> it.subject.equals(name) && it.told != null && it.told.usable());
    return new Sign(
        Detection.CONTRACT,
        used ? Level.PAGE : Level.TICKET,
        name,
        name + ": " + probed.why() + (used ? "; it takes requests." : "; it takes none now."),
        next.since(),
        new Sign.Scope(Set.of(), Set.of(pool), Set.of(name)));
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
  }
}
