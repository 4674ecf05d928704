package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A server fails, or refuses, what its siblings serve; and the worse case that it draws more than
 * its share by doing so (a server that fails at once looks free to {@code leastconn}).
 *
 * <p><b>Unit:</b> a server, by the log, or by its counters if there is no log; one without siblings
 * is held against itself as {@link RouteErrors} does. <b>Refusal:</b> 401, 404 and other 4xx but
 * for declines, conflicts and limits. <b>Test:</b> {@link SiblingTest}; at refusals also that its
 * successes fell below a third of what is usual at it ({@link RateTest}), because a client that
 * does everything wrong may stick to one server. <b>Minimum data:</b> none; of three servers one
 * that fails each request needs about 20 failures. <b>False alarms:</b> for the fleet at most one
 * page in five years and one ticket a year for each of the three ({@link FalseAlarms}).
 * <b>Page:</b> at least 1 % of its requests fail; it is a black hole if it has also drawn more than
 * its fair share in the last quarter of a minute, by more than chance (four standard deviations).
 */
final class ServerErrors implements Detector {
  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();

  private static final class State {
    final SiblingTest failing = new SiblingTest();
    final Latch failingLatch = new Latch();
    final SiblingTest refusing = new SiblingTest();
    final Latch refusingLatch = new Latch();
    final RateTest successes = RateTest.fewer();
    final Latch successesLatch = new Latch();
    final Faded usualSuccesses = new Faded(600);
    final Faded failures = new Faded(10);
    final Faded refusals = new Faded(10);
    final Faded share = new Faded(10);
    final Habit alone = new Habit(RouteErrors.TOLERANCE, new Latch());
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.PoolUnit pool : scene.pools()) {
      long requests = 0;
      long failures = 0;
      long refusals = 0;
      double weights = 0;
      for (Scene.ServerUnit server : pool.servers) {
        requests += server.requests;
        failures += server.failures;
        refusals += server.refusals;
        weights += weight(server);
      }
      for (Scene.ServerUnit server : pool.servers) {
        State state = states.computeIfAbsent(server, it -> new State());
        server(scene, pool, server, state, requests, failures, refusals, weights, signs);
      }
    }
  }

  private static double weight(Scene.ServerUnit server) {
    return server.told != null && server.told.usable() && !server.told.backup()
        ? server.told.weight()
        : 0;
  }

  private static void server(
      Scene scene,
      Scene.PoolUnit pool,
      Scene.ServerUnit server,
      State state,
      long requests,
      long failures,
      long refusals,
      double weights,
      List<Sign> signs) {
    long second = scene.second();
    boolean data = server.requests > 0;
    if (data) {
      state.failing.add(second, server.requests, server.failures, requests, failures);
      state.refusing.add(second, server.requests, server.refusals, requests, refusals);
      state.failures.add(server.failures, server.requests);
      state.refusals.add(server.refusals, server.requests);
      state.share.add(server.requests, requests);
    }
    boolean alone = pool.servers.size() == 1;
    boolean failing =
        alone
            ? state.alone.add(second, server.requests, server.failures)
            : state.failingLatch.update(
                second, state.failing.evidence(), server.requests, server.failures);
    Latch latch = alone ? state.alone.latch() : state.failingLatch;
    if (failing) {
      double share = state.failures.share(0);
      Level level = latch.page() && share >= RouteErrors.PAGE_SHARE ? Level.PAGE : Level.TICKET;
      double fair = weights > 0 ? weight(server) / weights : 0;
      double drawn = state.share.share(0);
      boolean hole =
          !alone
              && fair > 0
              && drawn - fair > 4 * Math.sqrt(fair * (1 - fair) / state.share.whole());
      signs.add(
          new Sign(
              hole ? Detection.BLACK_HOLE : Detection.SERVER_ERRORS,
              level,
              server.subject,
              Say.percent(share)
                  + " of the requests at "
                  + server.subject
                  + (alone ? " fail, more than usual" : " fail, more than at its siblings")
                  + (hole
                      ? "; it draws "
                          + Say.percent(drawn)
                          + " of the pool's requests, its weight says "
                          + Say.percent(fair)
                      : "")
                  + ".",
              Instant.ofEpochSecond(latch.since()),
              server.scope()));
    }
    refusing(second, server, state, data, signs);
  }

  private static void refusing(
      long second, Scene.ServerUnit server, State state, boolean data, List<Sign> signs) {
    if (data) {
      state.successes.add(second, server.successes, state.usualSuccesses.rate() / 3);
    }
    boolean fewer = state.successesLatch.update(second, state.successes.evidence(), data);
    boolean refusing =
        state.refusingLatch.update(
            second, state.refusing.evidence(), server.requests, server.refusals);
    if (data && !fewer && !refusing) {
      state.usualSuccesses.add(server.successes, 1);
    }
    double share = state.refusals.share(0);
    if (refusing && share >= RouteErrors.PAGE_SHARE) {
      boolean page = fewer && state.refusingLatch.page() && state.usualSuccesses.seconds() > 60;
      signs.add(
          new Sign(
              Detection.SERVER_REFUSES,
              page ? Level.PAGE : Level.TICKET,
              server.subject,
              Say.percent(share)
                  + " of the requests at "
                  + server.subject
                  + " are refused (4xx), more than at its siblings"
                  + (fewer ? "; successes there are less than a third of what is usual" : "")
                  + ".",
              Instant.ofEpochSecond(state.refusingLatch.since()),
              server.scope()));
    }
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
  }
}
