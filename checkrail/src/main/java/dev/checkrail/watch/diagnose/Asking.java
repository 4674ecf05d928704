package dev.checkrail.watch.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who asks, how many and how often, since the harm began and before. */
final class Asking {
  private final History history;
  private final History.Usual usual;
  private final double began;
  private final Harm harm;
  private final Tick now;
  private final List<Tick> since;

  Asking(Case of) {
    this.history = of.history;
    this.usual = of.usual;
    this.began = of.began;
    this.harm = of.harm;
    this.now = of.now;
    this.since = of.since;
  }

  /** Arrivals now against the usual ones. */
  double arrivals() {
    return arrivals(Math.max(began, now.time - 12), now.time);
  }

  /** Whether more came already when the harm began: those who ask again come later. */
  boolean cameFirst() {
    return arrivals(began - 4, began + 1) >= 1.4;
  }

  /**
   * What the listening sides have counted, as long as they tell: requests that wait for a server
   * are at no server yet, and in no log. Else what was given to servers, or ended without one.
   */
  private double arrivals(double from, double to) {
    double came = 0;
    double seconds = 0;
    double given = 0;
    double looked = 0;
    for (Tick tick : history.ticks) {
      if (tick.seen && tick.time > from && tick.time <= to) {
        looked++;
        given += given(tick);
        if (tick.came.isPresent()) {
          seconds++;
          came += tick.came.getAsDouble();
        }
      }
    }
    return seconds > 0 && usual.cameSeconds > 0
        ? ratio(came, seconds * usual.came / usual.cameSeconds)
        : ratio(given, looked * usual.rate(usuallyGiven()));
  }

  private static double given(Tick tick) {
    double sum = 0;
    for (Tick.At at : tick.servers.values()) {
      sum += at.arrived() - at.retries();
    }
    for (Map.Entry<Cell, Sums> flow : tick.flows.entrySet()) {
      sum += flow.getKey().server().isEmpty() ? flow.getValue().requests : 0;
    }
    return sum;
  }

  private double usuallyGiven() {
    double sum = 0;
    for (double[] one : usual.sessions.values()) {
      sum += one[2];
    }
    for (Map.Entry<Cell, Sums> flow : usual.cells.entrySet()) {
      sum += flow.getKey().server().isEmpty() ? flow.getValue().requests : 0;
    }
    return sum;
  }

  private static double ratio(double came, double expected) {
    if (expected <= 0) {
      return 1;
    }
    double ratio = came / expected;
    // Few requests differ by chance.
    return Math.abs(came - expected) < 4 * Math.sqrt(expected + 1)
        ? Math.min(1.2, Math.max(0.8, ratio))
        : ratio;
  }

  /** Requests of each client, against the usual. */
  double attemptsPerClient() {
    double requests = 0;
    double clients = 0;
    for (Tick tick : since) {
      if (tick.time > began) {
        requests += tick.requests;
        clients += tick.clients;
      }
    }
    double before = usual.clients <= 0 ? 1 : usual.requests / usual.clients;
    return clients <= 0 ? 1 : requests / clients / Math.max(1e-9, before);
  }

  /**
   * How much more of all requests than usual is of so many clients, those that rose most: who has
   * few and large clients always has busy ones.
   */
  private double risen(int most) {
    double all = 0;
    Map<String, Long> before = Map.of();
    long running = 0;
    Map<String, Double> counts = new TreeMap<>();
    for (Tick tick : history.ticks) {
      if (tick.time >= began - 1 && tick.logged) {
        // Counted as they are: in seconds that are not complete yet, too.
        all += tick.running >= running ? tick.running - running : tick.running;
        // Who was not among the busiest had at most as many as the last of them.
        long last = before.values().stream().mapToLong(Long::longValue).min().orElse(0);
        for (Map.Entry<String, Long> one : tick.busy.entrySet()) {
          long then = before.getOrDefault(one.getKey(), last);
          double more = one.getValue() >= then ? (double) (one.getValue() - then) : one.getValue();
          counts.merge(one.getKey(), more, Double::sum);
        }
      }
      if (tick.logged) {
        before = tick.busy;
        running = tick.running;
      }
    }
    if (all <= 0) {
      return 0;
    }
    double requests = all;
    List<double[]> rises = new ArrayList<>();
    counts.forEach((client, count) -> {
      double usually =
          usual.requests <= 0 ? 0 : usual.busy.getOrDefault(client, 0.0) / usual.requests;
      // Few requests differ by chance.
      double chance = 1.5 * Math.sqrt(usually * (1 - usually) / requests);
      rises.add(new double[] {Math.max(0, count / requests - usually - chance), usually});
    });
    rises.sort(Comparator.comparingDouble((double[] one) -> one[0]).reversed());
    double rise = 0;
    double usually = 0;
    for (double[] one : rises.subList(0, Math.min(most, rises.size()))) {
      rise += one[0];
      usually += one[1];
    }
    // Of what was left to be theirs: a fifth cannot become six fifths.
    return usually >= 1 ? 0 : Math.min(1, rise / (1 - usually));
  }

  /** Of three clients. */
  double busiestRisen() {
    return risen(3);
  }

  /** Of one client. */
  double topRisen() {
    return risen(1);
  }

  boolean logged() {
    return since.stream().anyMatch(tick -> tick.logged);
  }

  static Hypothesis unseen(Hypothesis one) {
    one.observed = false;
    one.missing = "who asks, and which 4xx it was, is known by the log only";
    return one;
  }
}
