package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sessions pile up at a server and do not end: what shows seconds before any error is counted, when
 * requests only wait for a server that will not answer.
 *
 * <p>By Little's law a server holds, on average, rate × time requests; so of those that it holds
 * about one in {@code time} seconds must end each second. <b>Unit:</b> a server, by its counters.
 * <b>Test:</b> {@link RateTest}: fewer requests end in a second than those held at its beginning
 * would let expect if each took twice the usual time (at least a second). The usual time is learnt:
 * sessions held by completions; of a server that nobody knows yet it is its siblings', else 1 s.
 * <b>Minimum data:</b> {@value #LEAST} sessions held, at least twice what is usual there, and in
 * the last 5 s more than one and a half times as many came as ended. <b>False alarms:</b> for the
 * fleet at most one in five years ({@link FalseAlarms}), as long as requests take at most twice the
 * usual time. <b>Page:</b> users wait and will fail.
 */
final class Unfinished implements Detector {
  private static final int LEAST = 8;
  private static final double SLOWER = 2;

  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();

  private static final class State {
    final RateTest test = RateTest.fewer();
    final Latch latch = new Latch();
    final Faded held = new Faded(600);
    final Faded ended = new Faded(600);
    final Faded heldNow = new Faded(3);
    final Faded arrivedNow = new Faded(3);
    final Faded endedNow = new Faded(3);
    int before = -1;
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.PoolUnit pool : scene.pools()) {
      for (Scene.ServerUnit server : pool.servers) {
        State state = states.get(server);
        if (server.told == null || server.came == null) {
          if (state != null) {
            state.before = -1;
          }
          continue;
        }
        if (state == null) {
          state = new State();
          states.put(server, state);
        }
        server(scene, pool, server, server.told, server.came, state, signs);
      }
    }
  }

  private void server(
      Scene scene,
      Scene.PoolUnit pool,
      Scene.ServerUnit server,
      Moment.Server told,
      Moment.Came came,
      State state,
      List<Sign> signs) {
    long second = scene.second();
    boolean data = state.before > 0;
    if (data) {
      double time = Math.max(1, SLOWER * usual(pool, state));
      state.test.add(second, came.completed(), state.before * -Math.expm1(-1 / time));
    }
    state.before = told.sessions();
    state.heldNow.add(told.sessions(), 1);
    state.arrivedNow.add(came.arrived(), 1);
    state.endedNow.add(came.completed(), 1);
    boolean on = state.latch.update(second, state.test.evidence(), data || told.sessions() == 0);
    if (!on && state.test.evidence().value() < 1e3) {
      state.held.add(told.sessions(), 1);
      state.ended.add(came.completed(), 1);
    }
    double arrives = state.arrivedNow.rate();
    double ends = state.endedNow.rate();
    boolean grows =
        told.sessions() >= LEAST
            && told.sessions() >= 2 * state.held.rate()
            && (arrives > 1.5 * ends || ends < 0.1);
    if (on && grows) {
      signs.add(
          new Sign(
              Detection.UNFINISHED,
              state.latch.page() ? Level.PAGE : Level.TICKET,
              server.subject,
              told.sessions()
                  + " sessions at "
                  + server.subject
                  + " and growing: "
                  + Say.rate(arrives)
                  + "/s come, "
                  + Say.rate(ends)
                  + "/s end ("
                  + Say.rate(state.held.rate())
                  + " sessions are usual).",
              Instant.ofEpochSecond(state.latch.since()),
              server.flows.isEmpty()
                  ? new Sign.Scope(Set.of(), Set.of(pool.subject), Set.of(server.subject))
                  : server.scope()));
    }
  }

  /** Seconds that a request takes there as a rule. */
  private double usual(Scene.PoolUnit pool, State state) {
    if (state.ended.rate() * state.ended.seconds() >= 20) {
      return state.held.rate() / state.ended.rate();
    }
    double held = 0;
    double ended = 0;
    for (Scene.ServerUnit sibling : pool.servers) {
      State other = states.get(sibling);
      if (other != null) {
        held += other.held.rate() * other.held.seconds();
        ended += other.ended.rate() * other.ended.seconds();
      }
    }
    return ended >= 20 ? held / ended : 1;
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
  }
}
