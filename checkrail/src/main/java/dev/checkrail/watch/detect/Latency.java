package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Spread;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A route is slower than usual, or a server than its siblings.
 *
 * <p><b>Unit:</b> a route, and a server with siblings, by the log. A request is <i>slow</i> if it
 * takes longer than twice what 95 of 100 usually take on its route (learnt from minute to minute,
 * while nothing speaks against it), and at least {@value #FLOOR} ms. <b>Test:</b> of a route {@link
 * ShareTest} of the slow share against 15 %; of a server {@link SiblingTest}. <b>Minimum data:</b>
 * a minute with {@value #ENOUGH} requests; then about 20 slow ones. <b>False alarms:</b> for the
 * fleet at most one in a year for each of the two ({@link FalseAlarms}). <b>Ticket:</b> a late
 * answer is one; what comes too late fails, and is paged as an error.
 */
final class Latency implements Detector {
  private static final int FLOOR = 50;
  private static final int ENOUGH = 50;
  private static final double TOLERATED = 0.15;
  private static final double SLOWER = 2;
  private static final int LEARN = 60;

  private final Map<Scene.Unit, OfRoute> routes = new IdentityHashMap<>();
  private final Map<Route, OfRoute> byRoute = new HashMap<>();
  private final Map<Scene.Unit, OfServer> servers = new IdentityHashMap<>();

  private static final class OfRoute {
    final ShareTest slow = new ShareTest(TOLERATED);
    final Latch latch = new Latch(Double.POSITIVE_INFINITY);
    final Faded recent = new Faded(10);
    Spread learning = new Spread();
    long learningSince = Long.MIN_VALUE;
    double usual;

    int limit() {
      return usual == 0 ? Integer.MAX_VALUE : (int) Math.max(FLOOR, SLOWER * usual);
    }
  }

  private static final class OfServer {
    final SiblingTest slow = new SiblingTest();
    final Latch latch = new Latch(Double.POSITIVE_INFINITY);
    final Faded recent = new Faded(10);
    long requests;
    long slowOnes;
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    servers
        .values()
        .forEach(one -> {
          one.requests = 0;
          one.slowOnes = 0;
        });
    for (Scene.RouteUnit route : scene.routes()) {
      route(scene, route, signs);
    }
    for (Scene.PoolUnit pool : scene.pools()) {
      long requests = 0;
      long slow = 0;
      for (Scene.ServerUnit server : pool.servers) {
        OfServer one = count(server);
        requests += one.requests;
        slow += one.slowOnes;
      }
      for (Scene.ServerUnit server : pool.servers) {
        OfServer one = servers.computeIfAbsent(server, it -> new OfServer());
        one.slow.add(scene.second(), one.requests, one.slowOnes, requests, slow);
        one.recent.add(one.slowOnes, one.requests);
        boolean on =
            one.latch.update(scene.second(), one.slow.evidence(), one.requests, one.slowOnes);
        if (on && one.recent.share(0) >= 0.05) {
          signs.add(
              new Sign(
                  Detection.SERVER_LATENCY,
                  Level.TICKET,
                  server.subject,
                  Say.percent(one.recent.share(0))
                      + " of the requests at "
                      + server.subject
                      + " are slow, more than at its siblings.",
                  Instant.ofEpochSecond(one.latch.since()),
                  server.scope()));
        }
      }
    }
  }

  private OfServer count(Scene.ServerUnit server) {
    OfServer one = servers.computeIfAbsent(server, it -> new OfServer());
    for (Moment.Flow flow : server.flows) {
      OfRoute route = byRoute.get(flow.route());
      if (route != null) {
        one.requests += flow.times().count();
        one.slowOnes += flow.times().above(route.limit());
      }
    }
    return one;
  }

  private void route(Scene scene, Scene.RouteUnit route, List<Sign> signs) {
    OfRoute state = routes.computeIfAbsent(route, it -> new OfRoute());
    long second = scene.second();
    long requests = 0;
    long slow = 0;
    for (Moment.Flow flow : route.flows) {
      byRoute.put(flow.route(), state);
      requests += flow.times().count();
      slow += flow.times().above(state.limit());
      state.learning.add(flow.times());
    }
    boolean known = state.usual > 0;
    if (known && requests > 0) {
      state.slow.add(second, requests, slow);
      state.recent.add(slow, requests);
    }
    boolean on =
        state.latch.update(second, state.slow.evidence(), known ? requests : 0, known ? slow : 0);
    learn(state, second, on);
    if (on) {
      signs.add(
          new Sign(
              Detection.ROUTE_LATENCY,
              Level.TICKET,
              route.subject,
              Say.percent(state.recent.share(0))
                  + " of "
                  + route.subject
                  + " take more than "
                  + state.limit()
                  + " ms; usually 95 of 100 take at most "
                  + Math.round(state.usual)
                  + " ms.",
              Instant.ofEpochSecond(state.latch.since()),
              route.scope()));
    }
  }

  private static void learn(OfRoute state, long second, boolean on) {
    if (state.learningSince == Long.MIN_VALUE) {
      state.learningSince = second;
    }
    if (second - state.learningSince < LEARN || state.learning.count() < ENOUGH) {
      return;
    }
    if (!on && state.slow.evidence().value() < 1e3) {
      double now = Math.max(1, state.learning.quantile(0.95));
      state.usual =
          state.usual == 0 ? now : Math.exp(0.9 * Math.log(state.usual) + 0.1 * Math.log(now));
    }
    state.learning = new Spread();
    state.learningSince = second;
  }

  @Override
  public void forget(Scene.Unit unit) {
    OfRoute gone = routes.remove(unit);
    if (gone != null) {
      byRoute.values().removeIf(one -> one == gone);
    }
    servers.remove(unit);
  }
}
