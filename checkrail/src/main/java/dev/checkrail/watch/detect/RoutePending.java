package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Habit.Tolerance;
import dev.checkrail.watch.traffic.Band;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * More answers of a route than usual have no final state: accepted, and the outcome is not known,
 * by the statuses that the policy's {@code pending} names. Nothing else in a log shows it: they are
 * answers of 2xx, and in time.
 *
 * <p><b>Unit:</b> a route, by the log. <b>Test:</b> {@link ShareTest} of their share against three
 * times the usual one, at least 2 %, at most 10 points more. <b>Minimum data:</b> about {@value
 * #MANY} within a minute, because who has got such an answer asks again: a single payment is up to
 * 32 of them; a share that goes from 0 to 20 % needs some 6 s at 60/s. <b>False alarms:</b> for the
 * fleet at most one page in five years and one ticket a year ({@link FalseAlarms}), as long as
 * payments whose outcome is not known are independent. <b>Page:</b> a tenth of the answers, and
 * twice as many as usual; else a ticket.
 */
final class RoutePending implements Detector {
  private static final Tolerance TOLERANCE = new Tolerance(0.02, 3, 0.10, 0.95, 1_800);
  private static final double PAGE_SHARE = 0.1;
  private static final int MANY = 40;

  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();

  private static final class State {
    final Habit habit = new Habit(TOLERANCE, new Latch());
    final Faded minute = new Faded(40);
    final Faded recent = new Faded(6);
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.RouteUnit route : scene.routes()) {
      State state = states.computeIfAbsent(route, it -> new State());
      long pending = route.bands[Band.PENDING.ordinal()];
      state.minute.add(pending, 1);
      state.recent.add(pending, route.requests);
      boolean more = state.habit.add(scene.second(), route.requests, pending);
      if (more && state.minute.rate() * state.minute.seconds() >= MANY) {
        signs.add(
            new Sign(
                Detection.PENDING,
                isPage(state) ? Level.PAGE : Level.TICKET,
                route.subject,
                Say.percent(state.recent.share(0))
                    + " of the answers of "
                    + route.subject
                    + " say that the outcome is not known yet ("
                    + Say.percent(state.habit.usual())
                    + " is usual).",
                Instant.ofEpochSecond(state.habit.latch().since()),
                route.scope()));
      }
    }
  }

  private static boolean isPage(State state) {
    return state.habit.latch().page()
        && state.recent.share(0) >= Math.max(PAGE_SHARE, 2 * state.habit.usual());
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
  }
}
