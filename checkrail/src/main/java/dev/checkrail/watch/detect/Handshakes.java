package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Habit.Tolerance;
import java.time.Instant;
import java.util.List;

/**
 * Connections end before a request: TLS that is not agreed on, mostly. Nothing else shows it: such
 * clients are in no count of requests and none of failures.
 *
 * <p><b>Unit:</b> the load balancer, by the log's lines about connections (section 8.2.5 of the
 * manual) among all new connections. <b>Test:</b> {@link ShareTest} against twice the usual share,
 * at least 1 %. Scanners come in bunches, so no second counts for more than a bet of 2.5, and a
 * ticket takes half a minute. <b>Minimum data:</b> none; 6 % instead of none need half a minute at
 * 60 connections/s. <b>False alarms:</b> for the fleet at most one ticket a year ({@link
 * FalseAlarms}), as long as broken connections are independent, or over within half a minute.
 * <b>Ticket:</b> who it is cannot be told.
 */
final class Handshakes implements Detector {
  private static final double LIMIT = Math.log(2.5);

  private final Habit habit =
      new Habit(
          new Tolerance(0.01, 2, 0.05, 0.5, 1_800), new Latch(Double.POSITIVE_INFINITY), LIMIT);

  @Override
  public void look(Scene scene, List<Sign> signs) {
    Moment moment = scene.moment();
    if (moment.intake().isEmpty()) {
      return;
    }
    long broken = moment.intake().get().broken();
    long connections = 0;
    if (moment.stats().isPresent() && !moment.stats().get().gap()) {
      for (Moment.Front front : moment.stats().get().fronts()) {
        connections += front.connections().orElse(0);
      }
    }
    if (connections == 0) {
      connections = moment.intake().get().parsed() + broken;
    }
    if (habit.add(scene.second(), Math.max(connections, broken), broken)) {
      signs.add(
          new Sign(
              Detection.HANDSHAKES,
              Level.TICKET,
              "new connections",
              Say.percent(habit.recent())
                  + " of new connections end before a request (TLS, PROXY protocol); "
                  + Say.percent(habit.usual())
                  + " is usual.",
              Instant.ofEpochSecond(habit.latch().since()),
              Sign.Scope.ALL));
    }
  }

  @Override
  public void forget(Scene.Unit unit) {}
}
