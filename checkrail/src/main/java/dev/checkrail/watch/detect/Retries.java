package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Habit.Tolerance;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests are tried again and again: by the load balancer, or by the clients.
 *
 * <p><b>Unit:</b> a pool (sessions given to servers that were retries or redispatches, by the
 * socket: {@link ShareTest} against twice the usual share, at least 5 %), and a route (requests by
 * client, where clients can be told apart: {@link RateTest} against twice what is usual by client).
 * <b>Minimum data:</b> of clients {@value #LEARNT} s of experience; {@value #LEAST} clients.
 * <b>False alarms:</b> for the fleet at most one ticket a year for each of the two ({@link
 * FalseAlarms}). The busiest client's requests don't count, and one with more than a third of them
 * is no storm. <b>Ticket:</b> what fails by it is paged as an error.
 */
final class Retries implements Detector {
  private static final Tolerance TOLERANCE = new Tolerance(0.05, 2, 0.10, 0.9, 1_800);
  private static final double TIMES = 2;
  private static final long LEARNT = 120;
  private static final long LEAST = 5;
  private static final double ONE_CLIENT = 0.33;

  private final Map<Scene.Unit, Habit> pools = new IdentityHashMap<>();
  private final Map<Scene.Unit, Clients> routes = new IdentityHashMap<>();

  private static final class Clients {
    final RateTest test = RateTest.more();
    final Latch latch = new Latch(Double.POSITIVE_INFINITY);
    final Faded usual = new Faded(1_800);
    final Faded recent = new Faded(10);
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.PoolUnit pool : scene.pools()) {
      long arrived = 0;
      long again = 0;
      for (Scene.ServerUnit server : pool.servers) {
        if (server.came != null) {
          arrived += server.came.arrived();
          again += server.came.retries() + server.came.redispatches();
        }
      }
      if (arrived + again == 0) {
        continue;
      }
      Habit habit =
          pools.computeIfAbsent(
              pool, it -> new Habit(TOLERANCE, new Latch(Double.POSITIVE_INFINITY)));
      if (habit.add(scene.second(), Math.max(arrived, again), again)) {
        signs.add(
            new Sign(
                Detection.RETRIES,
                Level.TICKET,
                pool.subject,
                Say.percent(habit.recent())
                    + " of the attempts to connect to "
                    + pool.subject
                    + " are retries ("
                    + Say.percent(habit.usual())
                    + " is usual).",
                Instant.ofEpochSecond(habit.latch().since()),
                pool.scope()));
      }
    }
    for (Scene.RouteUnit route : scene.routes()) {
      for (Moment.Reach reach :
          scene.moment().log().map(Moment.Logged::clients).orElse(List.of())) {
        if (reach.service().equals(route.service) && route.requests > 0) {
          clients(scene, route, reach.all(), signs);
        }
      }
    }
  }

  private void clients(Scene scene, Scene.RouteUnit route, long clients, List<Sign> signs) {
    Clients state = routes.computeIfAbsent(route, it -> new Clients());
    boolean one = scene.busiestShare() > ONE_CLIENT;
    boolean known = state.usual.seconds() > LEARNT * 0.9;
    boolean data = known && !one && clients >= LEAST;
    long requests = Math.round(route.requests * (1 - scene.busiestShare()));
    if (data) {
      state.test.add(scene.second(), requests, TIMES * clients * Math.max(1, state.usual.share(1)));
    }
    state.recent.add(requests, clients);
    boolean on = state.latch.update(scene.second(), state.test.evidence(), data);
    if (!on && !one && state.test.evidence().value() < 1e3) {
      state.usual.add(requests, clients);
    }
    if (on) {
      signs.add(
          new Sign(
              Detection.RETRIES,
              Level.TICKET,
              route.subject,
              "Clients of "
                  + route.subject
                  + " ask "
                  + Say.rate(state.recent.share(1))
                  + " times a second each; "
                  + Say.rate(state.usual.share(1))
                  + " is usual.",
              Instant.ofEpochSecond(state.latch.since()),
              route.scope()));
    }
  }

  @Override
  public void forget(Scene.Unit unit) {
    pools.remove(unit);
    routes.remove(unit);
  }
}
