package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is known when causes are weighed: the harm, what came before it, what was done. Not changed
 * once made.
 */
final class Case {
  private static final double HORIZON = 900;

  final History history;
  final History.Usual usual;
  final double began;
  final Harm harm;
  final List<Act> acts;
  final Moved moved;
  final Set<ServerName> takenOut;
  final Tick now;
  final List<Tick> since;

  /**
   * @param acts what was done in the last quarter of an hour, oldest first
   * @param takenOut servers that people told us, or we, to take out: no deviation
   */
  Case(
      History history,
      double began,
      Harm harm,
      List<Act> acts,
      Moved moved,
      Set<ServerName> takenOut) {
    this.history = history;
    this.usual = history.usual();
    this.began = began;
    this.harm = harm;
    this.acts = acts;
    this.moved = moved;
    this.takenOut = takenOut;
    this.now = history.ticks.getLast();
    this.since = history.since(began);
  }

  /** Who came first. */
  void time(Hypothesis one, double at, boolean lasting) {
    double after = began - at;
    if (after < -2.6) {
      one.add(Reason.Kind.TIME, -5, "the harm began %.0f s before it", -after);
      return;
    }
    double late = Math.max(0, after - 1.5);
    double ratio = lasting ? 0 : Math.log10(HORIZON / 4 * Math.exp(-late / 4) + 0.05);
    if (!lasting) {
      ratio = Math.max(-0.7, Math.min(2, ratio));
    }
    one.add(
        Reason.Kind.TIME,
        ratio,
        lasting
            ? "it came %.0f s before the harm; what it left undone harms at any later time"
            : "the harm began %.0f s after it",
        Math.max(0, after));
  }

  /** Difference in differences: what was touched against what was not, before and since. */
  void difference(Hypothesis one, Predicate<Cell> cells, Predicate<Harm.Unit> where) {
    double inTraffic = harm.trafficIn(cells);
    double outTraffic = harm.all - inTraffic;
    if (inTraffic < 3 || outTraffic < 10) {
      return;
    }
    double in = Math.min(1, harm.in(where) / inTraffic);
    double out = Math.min(1, harm.in(where.negate()) / outTraffic);
    // The share of harm is that above the usual one, so "before" is taken off already.
    double ratio = (in + 0.01) / (out + 0.01);
    one.add(
        Reason.Kind.DIFFERENCE,
        Math.max(-2, Math.min(1.5, Math.log10(ratio))),
        "what it changed: %.0f %% worse than before; what it did not: %.0f %%",
        100 * in,
        100 * out);
  }

  /**
   * Whether all servers of the pool are harmed alike: Bayes factor of one share against several.
   */
  void uniform(Hypothesis one) {
    String pool = harm.worstPool();
    List<double[]> servers = new ArrayList<>();
    double bad = 0;
    double all = 0;
    for (ServerName name : now.servers.keySet()) {
      if (!name.pool().equals(pool)) {
        continue;
      }
      double requests = harm.trafficAt(name);
      if (requests < 3) {
        continue;
      }
      double hit = Math.min(requests, harm.at(name));
      servers.add(new double[] {hit, requests});
      bad += hit;
      all += requests;
    }
    if (servers.size() < 2 || bad < 2) {
      return;
    }
    double shrink = Math.min(1, 60 / all);
    double common = beta(bad * shrink, all * shrink);
    double separate = 0;
    StringBuilder shares = new StringBuilder();
    for (double[] server : servers) {
      separate += beta(server[0] * shrink, server[1] * shrink);
      shares.append(shares.isEmpty() ? "" : ", ");
      shares.append(Math.round(100 * server[0] / server[1])).append(" %");
    }
    one.add(
        Reason.Kind.SCOPE,
        Math.max(-4, Math.min(1.5, (common - separate) / Math.log(10))),
        "harmed shares of the servers of %s: %s",
        pool,
        shares);
  }

  /** Log of the chance of so many of so many, all shares being equally likely before. */
  private static double beta(double hits, double all) {
    return gamma(hits + 1) + gamma(all - hits + 1) - gamma(all + 2);
  }

  /** Stirling's series for the log of the gamma function. */
  private static double gamma(double x) {
    double shift = 0;
    double y = x;
    while (y < 8) {
      shift -= Math.log(y);
      y++;
    }
    return shift
        + (y - 0.5) * Math.log(y)
        - y
        + 0.5 * Math.log(2 * Math.PI)
        + 1 / (12 * y)
        - 1 / (360 * y * y * y);
  }

  static String names(Set<ServerName> servers) {
    return String.join(", ", servers.stream().map(ServerName::toString).sorted().toList());
  }
}
