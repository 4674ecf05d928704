package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests of a route stay away, or come and hardly succeed.
 *
 * <p><b>Unit:</b> a route, by the log. What is expected is the least that came in any five minutes
 * of the last two hours, so that the end of a burst or a batch is no drop ({@link Lowest}). <i>Stay
 * away:</i> {@link RateTest}: fewer clients (requests, if they can't be told apart) than a fifth of
 * that; a ticket below a half. <i>Hardly succeed:</i> fewer 2xx than a third of what is expected,
 * and at the same time their share is less than half of the usual one: a client that does
 * everything wrong adds to the others and takes nothing from the successes. <b>Minimum data:</b>
 * ten minutes of experience; after that as much time as about 40 requests would have come in.
 * <b>False alarms:</b> for the fleet at most one page in five years and one ticket a year for each
 * ({@link FalseAlarms}), as long as traffic does not fall to that by itself within minutes.
 * <b>Page:</b> users do not get through.
 */
final class RouteDrop implements Detector {
  /** What is gone for so long is taken for the new usual. */
  private static final long LONG_GONE = 86_400;

  private static final double SILENT = 0.2;

  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();

  private static final class Flow {
    final RateTest far;
    final RateTest near;
    final Latch farLatch = new Latch();
    final Latch nearLatch = new Latch(Double.POSITIVE_INFINITY);
    final Lowest usual = new Lowest();
    final Faded recent = new Faded(5);

    Flow() {
      far = RateTest.fewer();
      near = RateTest.fewer();
    }

    double expected() {
      return usual.rate();
    }

    void add(long second, long came, int seconds, double expected, double page, double ticket) {
      far.add(second, came, expected * seconds * page);
      near.add(second, came, expected * seconds * ticket);
      recent.add((double) came / seconds, 1);
    }

    void learn(long came, int seconds) {
      for (int i = 0; i < seconds; i++) {
        usual.add((double) came / seconds);
      }
    }
  }

  private static final class State {
    final Flow arrivals = new Flow();
    final Flow successes = new Flow();
    final Faded usualShare = new Faded(600);
    final Faded recentShare = new Faded(5);
    long wrongSince;
    boolean byClients;
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    if (scene.moment().log().isEmpty() || scene.blind(Moment.Blind.Part.LOG)) {
      return;
    }
    Moment.Logged log = scene.moment().log().get();
    if (silent(scene, log)) {
      return; // that is for who looks after our eyes
    }
    for (Scene.RouteUnit route : scene.routes()) {
      State state = states.computeIfAbsent(route, it -> new State());
      look(scene, log, route, state, signs);
    }
  }

  private void look(
      Scene scene, Moment.Logged log, Scene.RouteUnit route, State state, List<Sign> signs) {
    long second = scene.second();
    long came = clients(log, route, state);
    boolean known = state.arrivals.usual.known();
    Flow arrivals = state.arrivals;
    Flow successes = state.successes;
    if (known) {
      arrivals.add(second, came, log.seconds(), arrivals.expected(), 0.2, 0.5);
      successes.add(second, route.successes, log.seconds(), successes.expected(), 1 / 3.0, 0.5);
    }
    boolean away = arrivals.farLatch.update(second, arrivals.far.evidence(), true);
    boolean fewer = arrivals.nearLatch.update(second, arrivals.near.evidence(), true);
    boolean gone = successes.farLatch.update(second, successes.far.evidence(), true);
    if (route.requests > 0) {
      state.recentShare.add(route.successes, route.requests);
      if (!gone || state.recentShare.share(1) >= 0.5 * state.usualShare.share(1)) {
        state.usualShare.add(route.successes, route.requests);
      }
    }
    boolean fails =
        gone
            && route.requests + arrivals.recent.rate() > 0
            && state.recentShare.share(1) < 0.5 * state.usualShare.share(1);
    if (!fails && !away) {
      state.wrongSince = second;
    }
    if (second - state.wrongSince > LONG_GONE || !fails && !away) {
      arrivals.learn(came, log.seconds());
      successes.learn(route.successes, log.seconds());
    }
    if (fails && !away) {
      signs.add(
          new Sign(
              Detection.SUCCESS_GONE,
              successes.farLatch.page() ? Level.PAGE : Level.TICKET,
              route.subject,
              "Requests of "
                  + route.subject
                  + " come, and "
                  + Say.rate(successes.recent.rate())
                  + "/s succeed; "
                  + Say.rate(successes.expected())
                  + "/s are usual.",
              Instant.ofEpochSecond(successes.farLatch.since()),
              route.scope()));
    }
    if (away || fewer) {
      signs.add(
          new Sign(
              Detection.TRAFFIC_DROP,
              away && arrivals.farLatch.page() ? Level.PAGE : Level.TICKET,
              route.subject,
              Say.rate(arrivals.recent.rate())
                  + (state.byClients ? " clients/s" : " requests/s")
                  + " of "
                  + route.subject
                  + " come; "
                  + Say.rate(arrivals.expected())
                  + " are usual.",
              Instant.ofEpochSecond(away ? arrivals.farLatch.since() : arrivals.nearLatch.since()),
              route.scope()));
    }
  }

  /** Whether the socket saw much more end than the log, or cannot tell and the log has nothing. */
  private static boolean silent(Scene scene, Moment.Logged log) {
    if (scene.moment().stats().isEmpty()) {
      return log.requests() == 0;
    }
    long ended = 0;
    for (Scene.ServerUnit server : scene.servers()) {
      ended += server.came == null ? 0 : server.came.completed();
    }
    return ended >= 5 && log.requests() < SILENT * ended;
  }

  /** Clients of its service if they are told apart, else requests. */
  private static long clients(Moment.Logged log, Scene.RouteUnit route, State state) {
    for (Moment.Reach reach : log.clients()) {
      if (reach.service().equals(route.service)) {
        state.byClients = true;
        return Math.min(reach.all(), route.requests);
      }
    }
    return state.byClients ? 0 : route.requests;
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
  }
}
