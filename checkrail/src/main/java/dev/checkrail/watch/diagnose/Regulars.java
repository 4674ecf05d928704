package dev.checkrail.watch.diagnose;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Clients that are refused all the time, as one that asks a little more often than it may.
 *
 * <p>Its refusals come in clusters, several one after the other and then none for a while: every
 * few minutes there are far more of them than as many that know nothing of each other would be.
 * They are no news as long as they are no more in a second than {@value #AGAIN} times what they
 * were at most. Such a client alone makes half of the refusals of a service of one kind in the last
 * minutes, at least {@value #LEAST}, and not half of its requests: that would be a proxy, and
 * behind it everybody. As long as little is known of what is usual, it is whoever does so within a
 * second. Confined.
 */
final class Regulars {
  private static final double LEAST = 10;
  private static final double AGAIN = 1.5;

  /** Fewer seconds of what is usual do not tell who comes back. */
  private static final double LITTLE = 30;

  private static final class Known {
    double sum;
    double most;
    double usually;
  }

  private final History.Usual usual;
  private final Map<Tick.Refusals, Map<String, Known>> known = new TreeMap<>();
  private final Map<Tick.Refusals, Double> all = new TreeMap<>();

  /** Who they are beside what is usual. */
  Regulars(History.Usual usual) {
    this.usual = usual;
  }

  /**
   * Takes in a second before the harm.
   *
   * @param counts whether it is one of those that say what is usual
   */
  void add(Tick tick, boolean counts) {
    tick.refused.forEach((what, clients) -> {
      Map<String, Known> of = known.computeIfAbsent(what, it -> new HashMap<>());
      clients.forEach((client, count) -> {
        Known one = of.computeIfAbsent(client, it -> new Known());
        one.sum += count;
        one.most = Math.max(one.most, count);
        one.usually += counts ? count : 0;
      });
      Sums sums = tick.services.getOrDefault(what.service(), new Sums());
      all.merge(what, sums.of(what.kind()), Double::sum);
    });
  }

  /** All seconds were taken in: forgets whoever is no such client. */
  void forgetOthers() {
    known.forEach((what, clients) -> {
      double half = all.getOrDefault(what, 0.0) / 2;
      double most = usual.service(what.service()).requests / 2;
      clients
          .entrySet()
          .removeIf(one ->
              one.getValue().sum < Math.max(LEAST, half)
                  || usual.busy.getOrDefault(one.getKey(), 0.0) > most);
    });
  }

  /** The part of a second's refusals that is not of these clients, or more than ever: 0 to 1. */
  double news(Tick.Refusals what, Tick tick) {
    Sums sums = tick.services.getOrDefault(what.service(), new Sums());
    return without(theirs(what, tick), sums.of(what.kind()));
  }

  /** How many of a second's refusals are of these clients, and no more than they ever were. */
  double theirs(Tick.Refusals what, Tick tick) {
    Map<String, Double> refused = tick.refused.getOrDefault(what, Map.of());
    Sums sums = tick.services.get(what.service());
    if (refused.isEmpty() || sums == null || usual.seconds < History.LEARNED) {
      return 0;
    }
    Map<String, Known> regular = known.getOrDefault(what, Map.of());
    double all = sums.of(what.kind());
    double theirs = 0;
    for (Map.Entry<String, Double> one : refused.entrySet()) {
      Known before = regular.get(one.getKey());
      double count = one.getValue();
      if (usual.seconds < LITTLE && count >= all / 2 && count <= sums.requests / 2) {
        theirs += count;
      } else if (before != null) {
        theirs += Math.min(count, AGAIN * before.most);
      }
    }
    return theirs;
  }

  /** The part of the usual refusals that was not of these clients, 0 to 1. */
  double usualNews(Tick.Refusals what) {
    double theirs = 0;
    for (Known one : known.getOrDefault(what, Map.of()).values()) {
      theirs += one.usually;
    }
    return without(theirs, usual.service(what.service()).of(what.kind()));
  }

  /** The part that is left without theirs, 0 to 1. */
  static double without(double theirs, double all) {
    return all <= 0 ? 1 : Math.max(0, 1 - theirs / all);
  }
}
