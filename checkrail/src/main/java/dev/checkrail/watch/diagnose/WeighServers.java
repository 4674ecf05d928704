package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Weighs servers, the way to them, and whole pools. */
final class WeighServers {
  private final Case of;
  private final Signals signals;
  private final History history;
  private final History.Usual usual;
  private final double began;
  private final Harm harm;
  private final List<Act> acts;
  private final Moved moved;
  private final Tick now;
  private final List<Tick> since;
  private final Set<ServerName> touched = new HashSet<>();

  WeighServers(Case of, Signals signals) {
    this.of = of;
    this.signals = signals;
    this.history = of.history;
    this.usual = of.usual;
    this.began = of.began;
    this.harm = of.harm;
    this.acts = of.acts;
    this.moved = of.moved;
    this.now = of.now;
    this.since = of.since;
  }

  Hypothesis backend(ServerName server) {
    Hypothesis one = new Hypothesis(Cause.BACKEND, server.toString(), -0.7);
    one.place = unit -> History.same(server, unit.cell());
    scopeOf(one, server);
    Tick.At at = now.servers.get(server);
    probes(one, server);
    double[] before = usual.sessions.getOrDefault(server.toString(), new double[4]);
    if (before[2] <= 0) {
      one.add(
          Reason.Kind.DIFFERENCE,
          -1.5,
          "it got no requests before the harm: nothing of its own is known");
    }
    if (at != null && addressChanged(server)) {
      one.add(Reason.Kind.MECHANISM, -2, "its address is another one than before");
    }
    boolean sentWrong =
        harm.since.entrySet().stream()
            .anyMatch(e ->
                History.same(server, e.getKey())
                    && e.getValue().wrongWay > 0.5 * e.getValue().requests
                    && e.getValue().requests >= 2);
    if (sentWrong) {
      one.add(Reason.Kind.MECHANISM, -2, "it gets requests that it is not there to serve");
    }
    double more = shareRisen(server);
    if (more > 1.7) {
      one.add(
          Reason.Kind.DOSE,
          -2,
          "it gets %.1f times its usual share of the pool's requests: it is sent too much",
          more);
    }
    for (Cause below : List.of(Cause.DATABASE, Cause.ACQUIRER)) {
      if (signals.troubled(below) > 0.45) {
        one.add(
            Reason.Kind.DEPENDENCY,
            -1.5,
            "what it leans on (%s) is in trouble itself",
            below.word());
        break;
      }
    }
    if (touchedByAct(server)) {
      one.add(Reason.Kind.MECHANISM, -0.7, "a change touched just this server");
    }
    return one;
  }

  private boolean touchedByAct(ServerName server) {
    if (touched.isEmpty()) {
      for (Act act : acts) {
        double at = act.at().toEpochMilli() / 1000.0;
        if (began - at > 60 || began - at < -3) {
          continue;
        }
        moved
            .by(act)
            .ifPresent(scope ->
                scope
                    .parts()
                    .forEach(part -> {
                      if (!part.server().isEmpty()
                          && (part.touch() == Scope.Touch.SERVER_ADDED
                              || part.touch() == Scope.Touch.ADDRESS)) {
                        touched.add(new ServerName(part.pool(), part.server()));
                      }
                    }));
      }
    }
    return touched.contains(server);
  }

  private void scopeOf(Hypothesis one, ServerName server) {
    double share = harm.all <= 0 ? 1 : harm.trafficAt(server) / harm.all;
    one.scope(harm, harm.at(server), share, server.toString());
  }

  private boolean addressChanged(ServerName server) {
    Tick.At is = now.servers.get(server);
    Optional<Tick> before = history.lastBefore(began - 1.5);
    Tick.At was = before.map(t -> t.servers.get(server)).orElse(null);
    return is != null && was != null && !is.address().equals(was.address());
  }

  /** Whether a reload came in the second in which the address became another one. */
  private boolean changedByReload(ServerName server) {
    String before = "";
    double changed = -1;
    for (Tick tick : history.ticks) {
      Tick.At at = tick.servers.get(server);
      if (at != null) {
        if (!before.isEmpty() && !before.equals(at.address())) {
          changed = tick.time;
        }
        before = at.address();
      }
    }
    double when = changed;
    return history.ticks.stream().anyMatch(t -> t.replaced && Math.abs(t.time - when) < 1.6);
  }

  private void probes(Hypothesis one, ServerName server) {
    boolean asked = false;
    List<String> bad = new ArrayList<>();
    for (Probed probe : now.probes) {
      if (probe.target().kind() != ProbeTarget.Kind.OUTSIDE
          && probe.target().servers().contains(server)) {
        asked = true;
        if (!probe.good() && probe.outcome() != Probed.Outcome.WRONG) {
          bad.add(
              probe.target().kind().name().toLowerCase(Locale.ROOT)
                  + " "
                  + probe.outcome().name().toLowerCase(Locale.ROOT));
        }
      }
    }
    if (asked) {
      one.add(
          Reason.Kind.PROBE,
          bad.isEmpty() ? -0.3 : 1.2,
          "asked directly: %s",
          bad.isEmpty() ? "all good" : String.join(", ", bad));
    }
  }

  /** The way to a server, or its name. */
  Hypothesis network(ServerName server) {
    Hypothesis one = new Hypothesis(Cause.NETWORK, server.toString(), -1.2);
    one.place = unit -> History.same(server, unit.cell());
    scopeOf(one, server);
    Tick.At at = now.servers.get(server);
    if (at != null && addressChanged(server)) {
      boolean reloaded = changedByReload(server);
      one.add(
          Reason.Kind.MECHANISM,
          reloaded ? -2 : 3.5,
          "its address is another one than before, and %s",
          reloaded ? "a reload brought it" : "no reload brought it: the name resolves to it now");
      return one;
    }
    double errors = 0;
    double answered = 0;
    double came = 0;
    int failing = 0;
    for (Tick tick : since) {
      Tick.At then = tick.servers.get(server);
      if (then != null && tick.time > began + 0.9) {
        failing += then.connectErrors() > 0 ? 1 : 0;
        errors += then.connectErrors();
        answered += then.completed();
        came += then.arrived();
      }
    }
    Sums sums = new Sums();
    Sums before = new Sums();
    harm.since.forEach((cell, s) -> {
      if (History.same(server, cell)) {
        sums.add(s);
      }
    });
    usual.cells.forEach((cell, s) -> {
      if (History.same(server, cell)) {
        before.add(s);
      }
    });
    double share = came <= 0 ? 0 : errors / came;
    boolean partly = errors >= 2 && failing >= 2 && share > 0.03 && share < 0.8 && answered >= 2;
    int refusals = 0;
    int silent = 0;
    int direct = 0;
    for (Tick tick : since) {
      for (Probed probe : tick.probes) {
        if (probe.target().servers().contains(server)) {
          direct++;
          refusals += probe.outcome() == Probed.Outcome.REFUSED ? 1 : 0;
          silent += probe.outcome() == Probed.Outcome.TIMEOUT ? 1 : 0;
        }
      }
    }
    one.add(
        Reason.Kind.MECHANISM,
        refusals > 0
            ? -2
            : partly ? 3 : errors > 0 && answered > 0 && now.time < began + 4 ? 0 : -2,
        "%.0f of %.0f connections could not be made, %.0f requests were answered",
        errors,
        came,
        answered);
    if (silent > 0 && !partly && errors > 0 && answered > 0 && now.time < began + 4) {
      one.add(Reason.Kind.PROBE, 1.2, "asked directly, %d probes got no answer in time", silent);
    }
    if (direct > 0 && partly) {
      double failed = (double) silent / direct;
      one.add(
          Reason.Kind.PROBE,
          failed > 0.03 && failed < 0.9 ? 0.7 : -0.3,
          "asked directly, %.0f %% of the probes got no answer in time",
          100 * failed);
    }
    return one;
  }

  Set<String> pools() {
    Set<String> pools = new TreeSet<>();
    harm.units.forEach(unit -> {
      if (!unit.cell().pool().isEmpty()) {
        pools.add(unit.cell().pool());
      }
    });
    return pools;
  }

  /** All of them at once, and nothing that they share. */
  Hypothesis wholePool(String pool) {
    Hypothesis one = new Hypothesis(Cause.BACKEND, pool + Weigh.WHOLE, -1.8);
    one.place = unit -> unit.cell().pool().equals(pool);
    one.scope(
        harm,
        harm.in(one.place),
        harm.all <= 0 ? 1 : harm.trafficIn(c -> c.pool().equals(pool)) / harm.all,
        pool);
    of.uniform(one);
    int asked = 0;
    int silent = 0;
    for (Tick tick : since) {
      if (tick.time > began + 6) {
        continue;
      }
      for (Probed probe : tick.probes) {
        if ((probe.target().kind() == ProbeTarget.Kind.CHECK
                || probe.target().kind() == ProbeTarget.Kind.TCP)
            && probe.target().servers().stream().anyMatch(s -> s.pool().equals(pool))) {
          asked++;
          silent += probe.good() ? 0 : 1;
        }
      }
    }
    boolean checks =
        since.stream()
            .filter(t -> t.time < began + 6)
            .anyMatch(t ->
                t.servers.entrySet().stream()
                        .filter(e ->
                            e.getKey().pool().equals(pool)
                                && e.getValue().state() == Snapshot.State.GOING_DOWN)
                        .count()
                    >= 2);
    if (asked > 0 || checks) {
      double share = asked == 0 ? 0 : (double) silent / asked;
      one.add(
          Reason.Kind.PROBE,
          share > 0.25 || checks ? 3 : -1.5,
          "asked directly when it began, %.0f %% of the checks of %s were not answered",
          100 * share,
          pool);
    }
    if (signals.dependencies().values().stream().anyMatch(Signals.Trouble::now)) {
      // A second of trouble is what servers that stood still do to what they share.
      boolean lasts =
          Stream.of(Cause.DATABASE, Cause.ACQUIRER, Cause.RATE_LIMIT)
              .anyMatch(cause -> signals.troubled(cause) > Signals.LASTING);
      one.add(
          Reason.Kind.DEPENDENCY,
          lasts ? -2 : -0.5,
          "what they share %s",
          lasts ? "is in trouble itself" : "was in trouble itself for a moment");
    }
    return one;
  }

  /** A server's share of what comes to its pool, against the usual one. */
  private double shareRisen(ServerName server) {
    double own = 0;
    double pool = 0;
    for (Tick tick : since) {
      for (Map.Entry<ServerName, Tick.At> one : tick.servers.entrySet()) {
        if (one.getKey().pool().equals(server.pool()) && tick.time > began) {
          pool += one.getValue().arrived() - one.getValue().retries();
          own +=
              one.getKey().equals(server) ? one.getValue().arrived() - one.getValue().retries() : 0;
        }
      }
    }
    double ownBefore = usual.sessions.getOrDefault(server.toString(), new double[4])[2];
    double poolBefore = 0;
    for (Map.Entry<String, double[]> one : usual.sessions.entrySet()) {
      poolBefore += one.getKey().startsWith(server.pool() + "/") ? one.getValue()[2] : 0;
    }
    if (pool < 10 || poolBefore < 10 || ownBefore <= 0) {
      return 1;
    }
    return own / pool / (ownBefore / poolBefore);
  }
}
