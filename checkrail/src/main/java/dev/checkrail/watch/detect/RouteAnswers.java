package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Habit.Tolerance;
import dev.checkrail.watch.traffic.Band;
import java.time.Instant;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * More 3xx or 4xx answers of one kind than usual. Each kind has a band of its own, because each is
 * normal in its own measure: redirects, 401, 402 (declines), 404, 409, 422, 429, other 4xx.
 *
 * <p><b>Unit:</b> a route and a kind, by the log. <b>Test:</b> {@link ShareTest} against twice the
 * usual share, at least 1 % and at most 10 points more; declines, which banks decide on, against 15
 * points more. <b>Minimum data:</b> none; a kind that goes from 0 to 5 % needs about 15 s at 60/s.
 * <b>False alarms:</b> for the fleet at most one ticket a year for each kind ({@link FalseAlarms}),
 * as long as clients are independent; one client that does everything wrong is named as such.
 * <b>Ticket:</b> it may be the clients' own fault; if successes vanish by it, that is paged ({@link
 * RouteDrop}).
 */
final class RouteAnswers implements Detector {
  private static final Tolerance TOLERANCE = new Tolerance(0.01, 2, 0.10, 0.95, 1_800);
  private static final Tolerance OF_DECLINES = new Tolerance(0.15, 3, 0.15, 0.95, 1_800);
  private static final List<Band> KINDS =
      List.of(
          Band.REDIRECTED,
          Band.UNAUTHENTICATED,
          Band.DECLINED,
          Band.NOT_FOUND,
          Band.CONFLICT,
          Band.UNPROCESSABLE,
          Band.LIMITED,
          Band.REFUSED);
  private static final double ONE_CLIENT = 0.3;
  private static final double LONG_KNOWN = 110;

  private final Map<Scene.Unit, Kinds> habits = new IdentityHashMap<>();

  /** A habit is made for the first answer of its kind; until then requests are counted only. */
  private static final class Kinds {
    final Map<Band, Habit> all = new EnumMap<>(Band.class);
    final Faded requests = new Faded(1_800);
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.RouteUnit route : scene.routes()) {
      if (route.requests == 0 && !habits.containsKey(route)) {
        continue;
      }
      Kinds kinds = habits.computeIfAbsent(route, it -> new Kinds());
      Map<Band, Habit> all = kinds.all;
      for (Band kind : KINDS) {
        long bad = route.bands[kind.ordinal()];
        Habit habit = all.get(kind);
        if (habit == null) {
          if (bad == 0) {
            continue;
          }
          habit =
              new Habit(
                  kind == Band.DECLINED ? OF_DECLINES : TOLERANCE,
                  new Latch(Double.POSITIVE_INFINITY));
          if (kinds.requests.seconds() > LONG_KNOWN) {
            habit.experienced(kinds.requests.rate() * kinds.requests.seconds());
          }
          all.put(kind, habit);
        }
        if (habit.add(scene.second(), route.requests, bad)) {
          signs.add(sign(scene, route, kind, habit));
        }
      }
      kinds.requests.add(route.requests, 1);
    }
  }

  private static Sign sign(Scene scene, Scene.RouteUnit route, Band kind, Habit habit) {
    double busiest = scene.busiestShare();
    return new Sign(
        Detection.ROUTE_ANSWERS,
        Level.TICKET,
        route.subject + ": " + words(kind),
        Say.percent(habit.recent())
            + " of "
            + route.subject
            + " are answered with "
            + words(kind)
            + " ("
            + Say.percent(habit.usual())
            + " is usual)."
            + (busiest >= ONE_CLIENT
                ? " One client makes " + Say.percent(busiest) + " of all requests."
                : ""),
        Instant.ofEpochSecond(habit.latch().since()),
        route.scope());
  }

  private static String words(Band kind) {
    return switch (kind) {
      case REDIRECTED -> "3xx";
      case UNAUTHENTICATED -> "401";
      case DECLINED -> "402";
      case NOT_FOUND -> "404";
      case CONFLICT -> "409";
      case UNPROCESSABLE -> "422";
      case LIMITED -> "429";
      case REFUSED -> "another 4xx";
      case SUCCESS, PENDING, LEFT, NO_REQUEST, ERROR, TIMED_OUT, GAVE_UP, BROKEN -> kind.toString();
    };
  }

  @Override
  public void forget(Scene.Unit unit) {
    habits.remove(unit);
  }
}
