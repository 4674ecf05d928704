package dev.checkrail.watch.detect;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which alert explains which: while the first is open, the second of the same requests or servers
 * is kept and not told. An explanation is at least as loud as what it explains. There are no
 * circles.
 */
final class Inhibition {
  private static final Map<Detection, Set<Detection>> EXPLAINS = new EnumMap<>(Detection.class);

  static {
    explains(
        Detection.BLIND,
        Detection.TRAFFIC_DROP,
        Detection.SUCCESS_GONE,
        Detection.SERVER_SHARE,
        Detection.SATURATED,
        Detection.RETRIES,
        Detection.HANDSHAKES,
        Detection.ROUTE_LATENCY,
        Detection.SERVER_LATENCY,
        Detection.ROUTE_ANSWERS,
        Detection.OLD_WORKERS);
    explains(
        Detection.CONTRACT,
        Detection.OUTSIDE_PROBE,
        Detection.UNFINISHED,
        Detection.SERVER_ERRORS,
        Detection.SERVER_REFUSES,
        Detection.BLACK_HOLE,
        Detection.CHECK_DISAGREES,
        Detection.SERVER_SHARE,
        Detection.SERVER_LATENCY,
        Detection.ROUTE_ERRORS,
        Detection.PENDING,
        Detection.SUCCESS_GONE,
        Detection.ROUTE_ANSWERS,
        Detection.ROUTE_LATENCY,
        Detection.TRAFFIC_DROP,
        Detection.RETRIES,
        Detection.SATURATED,
        Detection.DRIFT);
    explains(
        Detection.FLOOR,
        Detection.OUTSIDE_PROBE,
        Detection.ROUTE_ERRORS,
        Detection.SUCCESS_GONE,
        Detection.TRAFFIC_DROP,
        Detection.SATURATED,
        Detection.SERVER_SHARE,
        Detection.RETRIES);
    explains(
        Detection.BLACK_HOLE,
        Detection.OUTSIDE_PROBE,
        Detection.SERVER_ERRORS,
        Detection.CHECK_DISAGREES,
        Detection.SERVER_SHARE,
        Detection.ROUTE_ERRORS,
        Detection.SUCCESS_GONE,
        Detection.RETRIES);
    explains(
        Detection.CHECK_DISAGREES,
        Detection.OUTSIDE_PROBE,
        Detection.SERVER_ERRORS,
        Detection.ROUTE_ERRORS,
        Detection.SUCCESS_GONE,
        Detection.SERVER_SHARE);
    explains(
        Detection.SERVER_ERRORS,
        Detection.OUTSIDE_PROBE,
        Detection.ROUTE_ERRORS,
        Detection.SUCCESS_GONE,
        Detection.SERVER_LATENCY,
        Detection.SERVER_SHARE,
        Detection.RETRIES);
    explains(
        Detection.SERVER_REFUSES,
        Detection.OUTSIDE_PROBE,
        Detection.ROUTE_ANSWERS,
        Detection.SUCCESS_GONE,
        Detection.SERVER_SHARE);
    explains(
        Detection.UNFINISHED,
        Detection.OUTSIDE_PROBE,
        Detection.SATURATED,
        Detection.SERVER_LATENCY,
        Detection.ROUTE_LATENCY,
        Detection.SERVER_SHARE);
    explains(
        Detection.ROUTE_ERRORS,
        Detection.OUTSIDE_PROBE,
        Detection.SUCCESS_GONE,
        Detection.ROUTE_LATENCY,
        Detection.RETRIES);
    explains(Detection.SUCCESS_GONE, Detection.ROUTE_ANSWERS, Detection.ROUTE_LATENCY);
    explains(Detection.PENDING, Detection.ROUTE_LATENCY, Detection.RETRIES);
    explains(Detection.TRAFFIC_DROP, Detection.SERVER_SHARE);
  }

  private static final Duration AFTERMATH = Duration.ofMinutes(2);

  private Inhibition() {}

  private static void explains(Detection strong, Detection... weak) {
    Set<Detection> all = EnumSet.noneOf(Detection.class);
    for (Detection one : weak) {
      all.add(one);
    }
    EXPLAINS.put(strong, all);
  }

  /** Whether one explains the other; also for a while after it is over, as its aftermath. */
  static boolean explains(Alert strong, Alert weak, Instant at) {
    boolean there =
        strong
            .closed()
            .map(closed -> closed.plus(AFTERMATH).isAfter(at) && weak.opened().isBefore(closed))
            .orElse(true);
    return there
        && strong.silencedBy().isEmpty()
        && strong.balancer().equals(weak.balancer())
        && explains(strong.detection()).contains(weak.detection())
        && strong.level().compareTo(weak.level()) >= 0
        && strong.scope().meets(weak.scope());
  }

  static Set<Detection> explains(Detection strong) {
    return EXPLAINS.getOrDefault(strong, Set.of());
  }
}
