package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Habit.Tolerance;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * More requests of a route fail than usual.
 *
 * <p><b>Unit:</b> a route, by the log. <b>Failure:</b> as in {@link
 * dev.checkrail.watch.traffic.Band}; a declined card is none. <b>Test:</b> {@link ShareTest} of the
 * failing share against three times the usual one, at least 0.3 %, at most 5 %. <b>Minimum
 * data:</b> none; a few requests that all fail need about 7, a leak of 2 % about 25 s at 60/s.
 * <b>False alarms:</b> for the fleet at most one page in five years and one ticket a year ({@link
 * FalseAlarms}), as long as failures are no more than that and don't come in bunches. <b>Page:</b>
 * users fail now: at least 1 %, else a ticket.
 */
final class RouteErrors implements Detector {
  static final Tolerance TOLERANCE = new Tolerance(0.003, 3, 0.03, 0.05, 600);
  static final double PAGE_SHARE = 0.01;

  private final Map<Scene.Unit, Habit> habits = new IdentityHashMap<>();

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.RouteUnit route : scene.routes()) {
      Habit habit = habits.computeIfAbsent(route, it -> new Habit(TOLERANCE, new Latch()));
      if (habit.add(scene.second(), route.requests, route.failures)) {
        signs.add(
            new Sign(
                Detection.ROUTE_ERRORS,
                habit.latch().page() && habit.recent() >= PAGE_SHARE ? Level.PAGE : Level.TICKET,
                route.subject,
                Say.percent(habit.recent())
                    + " of "
                    + route.subject
                    + " fail ("
                    + Say.percent(habit.usual())
                    + " is usual).",
                Instant.ofEpochSecond(habit.latch().since()),
                route.scope()));
      }
    }
  }

  @Override
  public void forget(Scene.Unit unit) {
    habits.remove(unit);
  }
}
