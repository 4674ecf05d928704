package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Weighs all causes against what was observed. One use; confined. */
final class Weigh {
  private static final double HORIZON = 900;

  private final History history;
  private final History.Usual usual;
  private final double began;
  private final Harm harm;
  private final List<Act> acts;
  private final Moved moved;
  private final Set<ServerName> takenOut;
  private final Tick now;
  private final List<Tick> since;
  private final Set<ServerName> touched = new HashSet<>();

  /**
   * @param acts what was done in the last quarter of an hour, oldest first
   * @param takenOut servers that people told us, or we, to take out: no deviation
   */
  Weigh(
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

  List<Hypothesis> all() {
    List<Hypothesis> all = new ArrayList<>();
    for (Act act : acts) {
      if (act.kind().changesTheFile()) {
        all.add(change(act));
      } else {
        all.add(otherChange(act));
      }
    }
    all.addAll(runtime());
    for (ServerName server : now.servers.keySet()) {
      if (harm.at(server) > 0) {
        all.add(backend(server));
        all.add(network(server));
      }
    }
    pools().forEach(pool -> all.add(wholePool(pool)));
    all.add(shared(Cause.DATABASE));
    all.add(shared(Cause.ACQUIRER));
    all.add(rateLimit());
    all.add(surge());
    all.add(abuse());
    all.add(merchant());
    return all;
  }

  // --- changes of the file

  private Hypothesis change(Act act) {
    Hypothesis one =
        new Hypothesis(
            Cause.LB_CHANGE,
            act.digest().map(d -> d.length() > 12 ? d.substring(0, 12) : d).orElse(act.id()),
            act.kind() == Act.Kind.BYPASS ? -0.2 : act.kind() == Act.Kind.ROLLBACK ? -1 : -0.5);
    one.act = Optional.of(act);
    Optional<Scope> scope = moved.by(act);
    double at = act.at().toEpochMilli() / 1000.0;
    Places known = new Places(history, began, harm);
    List<Places.Place> places = new ArrayList<>(known.lostAtReload(at));
    if (scope.isEmpty()) {
      if (places.isEmpty()) {
        one.observed = false;
        one.missing = "what it moved is not known" + (now.time - at < 10 ? " yet" : "");
        time(one, at, false);
        return one;
      }
    } else {
      for (Scope.Part part : scope.get().parts()) {
        places.addAll(known.of(part));
      }
    }
    if (places.isEmpty()) {
      time(one, at, false);
      one.add(
          Reason.Kind.SCOPE,
          scope.isPresent() && scope.get().whole() ? -6 : -1.5,
          "it moved no request that is harmed, and no setting that could harm them");
      return one;
    }
    boolean lasting = places.stream().anyMatch(Places.Place::later);
    time(one, at, lasting);
    double best = -99;
    Places.Place chosen = places.getFirst();
    for (Places.Place place : places) {
      double worth = harm.in(place.where()) + place.bonus();
      if (worth > best) {
        best = worth;
        chosen = place;
      }
    }
    Predicate<Harm.Unit> where = unit -> places.stream().anyMatch(p -> p.where().test(unit));
    Predicate<Cell> cells = cell -> places.stream().anyMatch(p -> p.cells().test(cell));
    one.place = where;
    double share = harm.all <= 0 ? 1 : harm.trafficIn(cells) / harm.all;
    // All that goes wrong behind a pool goes wrong in all of the pool.
    boolean broad = chosen.broad();
    one.scope(
        harm, harm.in(where), share, "what it changed (" + chosen.words() + ")", broad ? 0.5 : 6);
    if (one.explained < 0.05) {
      one.add(Reason.Kind.SCOPE, -3, "next to nothing of the harm lies in what it changed");
      return one;
    }
    one.add(Reason.Kind.MECHANISM, chosen.bonus(), "%s", chosen.mechanism());
    if (!broad) {
      difference(one, cells, where);
    }
    return one;
  }

  /** Who came first. */
  private void time(Hypothesis one, double at, boolean lasting) {
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
  private void difference(Hypothesis one, Predicate<Cell> cells, Predicate<Harm.Unit> where) {
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

  // --- memory of the load balancer

  private List<Hypothesis> runtime() {
    List<Hypothesis> all = new ArrayList<>();
    Optional<Tick> before = history.lastBefore(began - 20);
    Tick reference = before.orElse(history.ticks.getFirst());
    Set<String> pools = new TreeSet<>();
    Set<ServerName> deviating = new TreeSet<>(Comparator.comparing(ServerName::toString));
    double first = Double.MAX_VALUE;
    for (Map.Entry<ServerName, Tick.At> one : now.servers.entrySet()) {
      Tick.At was = reference.servers.get(one.getKey());
      Tick.At is = one.getValue();
      if (was == null || takenOut.contains(one.getKey())) {
        continue;
      }
      boolean other =
          (is.admin() != was.admin() && is.admin() != Admin.READY)
              || (is.weight() != was.weight()
                  && is.weight() != is.initialWeight()
                  && is.admin() == Admin.READY
                  && is.state() != Snapshot.State.DOWN
                  && is.weight() > 0
                  && was.weight() > 0);
      if (other) {
        deviating.add(one.getKey());
        pools.add(one.getKey().pool());
        first = Math.min(first, firstSeen(one.getKey(), is));
      }
    }
    if (!deviating.isEmpty()) {
      Hypothesis one = new Hypothesis(Cause.LB_RUNTIME, names(deviating), -0.7);
      time(one, first, false);
      Predicate<Cell> cells = cell -> pools.contains(cell.pool());
      one.place = unit -> cells.test(unit.cell());
      one.scope(
          harm,
          harm.in(one.place),
          harm.all <= 0 ? 1 : harm.trafficIn(cells) / harm.all,
          "the pools of " + names(deviating));
      int left = 0;
      int known = 0;
      for (Map.Entry<ServerName, Tick.At> s : now.servers.entrySet()) {
        if (pools.contains(s.getKey().pool())) {
          known++;
          left += s.getValue().usable() ? 1 : 0;
        }
      }
      one.add(
          Reason.Kind.MECHANISM,
          2,
          "told over the socket, by none of our acts, and not in the file: %s; %d of %d servers are"
              + " left",
          names(deviating),
          left,
          known);
      all.add(one);
    }
    all.addAll(tables());
    all.addAll(oldWorkers());
    return all;
  }

  private double firstSeen(ServerName name, Tick.At is) {
    double first = now.time;
    for (Tick tick : history.ticks) {
      Tick.At at = tick.servers.get(name);
      if (at != null && at.admin() == is.admin() && at.weight() == is.weight()) {
        first = Math.min(first, tick.time);
      } else if (at != null) {
        first = now.time;
      }
    }
    return first - 0.5;
  }

  private List<Hypothesis> tables() {
    List<Drift.Found> tables =
        now.drift.stream().filter(f -> f.part() == Drift.Part.RUNTIME_TABLES).toList();
    if (tables.isEmpty()) {
      return List.of();
    }
    Hypothesis one = new Hypothesis(Cause.LB_RUNTIME, tables.getFirst().subject(), -0.7);
    double wrong = 0;
    double traffic = 0;
    for (Map.Entry<Cell, Sums> cell : harm.since.entrySet()) {
      if (cell.getValue().wrongWay > 0.5 * cell.getValue().requests) {
        wrong += cell.getValue().requests;
      }
      traffic += cell.getValue().requests;
    }
    one.place = unit -> wrongWay(unit.cell());
    one.scope(harm, harm.in(one.place), wrong / Math.max(1, traffic), "requests on a wrong way");
    one.add(
        Reason.Kind.MECHANISM,
        1.5,
        "a map or list in memory is not its file: %s",
        tables.getFirst().brief());
    return List.of(one);
  }

  private boolean wrongWay(Cell cell) {
    if (cell.service().equals(Cell.ANY)) {
      return harm.since.entrySet().stream()
          .anyMatch(e ->
              e.getKey().at(cell.pool(), cell.server())
                  && e.getValue().wrongWay > 0.5 * e.getValue().requests);
    }
    Sums sums = harm.since.get(cell);
    return sums != null && sums.wrongWay > 0.5 * sums.requests;
  }

  private List<Hypothesis> oldWorkers() {
    if (now.oldConnections <= 0 && now.heldByOld.isEmpty()) {
      return List.of();
    }
    boolean bypassed =
        now.drift.stream()
            .anyMatch(
                f -> f.part() == Drift.Part.MAIN_FILES || f.part() == Drift.Part.REFERENCED_FILES);
    Hypothesis one = new Hypothesis(Cause.LB_RUNTIME, "an old worker", -1);
    one.place =
        unit ->
            wrongWay(unit.cell())
                || now.heldByOld.contains(unit.cell().pool() + "/" + unit.cell().server());
    double share = 0;
    for (Map.Entry<Cell, Double> cell : harm.traffic.entrySet()) {
      share += one.place.test(new Harm.Unit(cell.getKey(), Kind.TIMEOUT, 1)) ? cell.getValue() : 0;
    }
    one.scope(
        harm,
        harm.in(one.place),
        harm.all <= 0 ? 1 : share / harm.all,
        "requests that only a worker with the rules before would send there");
    Optional<Act> back =
        acts.stream()
            .filter(a -> a.kind() == Act.Kind.ROLLBACK || a.kind() == Act.Kind.APPLY)
            .reduce((a, b) -> b);
    double sinceReload =
        back.map(a -> now.time - a.at().toEpochMilli() / 1000.0).orElse(Double.MAX_VALUE);
    boolean rolledBack = back.isPresent() && back.get().kind() == Act.Kind.ROLLBACK;
    one.add(
        Reason.Kind.MECHANISM,
        bypassed ? -4 : rolledBack && sinceReload > 7 ? 3 : sinceReload < 6 ? -2 : 0.5,
        "%.0f connections are held by a replaced worker; the one that serves has the approved"
            + " files",
        now.oldConnections);
    return List.of(one);
  }

  // --- one server

  private Hypothesis backend(ServerName server) {
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
      if (troubled(below) > 0.45) {
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
  private Hypothesis network(ServerName server) {
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

  // --- all servers of a pool

  private Set<String> pools() {
    Set<String> pools = new TreeSet<>();
    harm.units.forEach(unit -> {
      if (!unit.cell().pool().isEmpty()) {
        pools.add(unit.cell().pool());
      }
    });
    return pools;
  }

  /** All of them at once, and nothing that they share. */
  private Hypothesis wholePool(String pool) {
    Hypothesis one = new Hypothesis(Cause.BACKEND, pool + " as a whole", -1.8);
    one.place = unit -> unit.cell().pool().equals(pool);
    one.scope(
        harm,
        harm.in(one.place),
        harm.all <= 0 ? 1 : harm.trafficIn(c -> c.pool().equals(pool)) / harm.all,
        pool);
    uniform(one);
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
    if (dependencies().values().stream().anyMatch(Trouble::now)) {
      one.add(Reason.Kind.DEPENDENCY, -2, "what they share is in trouble itself");
    }
    return one;
  }

  // --- what servers share

  /** A dependency's signal, in trouble since the harm began. */
  private record Trouble(String name, double value, double usual, double above, boolean now) {}

  private Map<String, Trouble> dependencies() {
    Map<String, Trouble> all = new TreeMap<>();
    for (Tick tick : since) {
      if (tick.time < began - 3) {
        continue;
      }
      tick.dependencies.forEach((name, signal) -> {
        if (signal.value().isEmpty()) {
          return;
        }
        double value = signal.value().getAsDouble();
        double[] before = usual.dependencies.getOrDefault(name, new double[3]);
        double mean = usual.rate(before[0]);
        Trouble old = all.get(name);
        // In trouble before the harm as well: then it is no news.
        boolean news =
            signal.inTrouble()
                && (before[2] < 0.1 * usual.seconds || value > 2.5 * Math.max(mean, 1e-9));
        double worst = old == null ? value : Math.max(old.value(), value);
        all.put(
            name,
            new Trouble(name, worst, mean, signal.above(), news || (old != null && old.now())));
      });
    }
    return all;
  }

  /** Seconds of trouble among those since the harm began. */
  private double troubled(Cause cause) {
    double seconds = 0;
    double all = 0;
    Map<String, Trouble> news = dependencies();
    for (Tick tick : since) {
      if (tick.time < began) {
        continue;
      }
      all++;
      boolean one =
          tick.dependencies.entrySet().stream()
              .anyMatch(e -> {
                Trouble trouble = news.get(e.getKey());
                return Dependencies.cause(e.getKey()).filter(c -> c == cause).isPresent()
                    && e.getValue().inTrouble()
                    && trouble != null
                    && trouble.now();
              });
      seconds += one ? 1 : 0;
    }
    return all == 0 ? 0 : seconds / all;
  }

  private void dependency(Hypothesis one, Cause cause) {
    List<Trouble> own = new ArrayList<>();
    dependencies()
        .forEach((name, trouble) -> {
          if (Dependencies.cause(name).filter(c -> c == cause).isPresent()) {
            own.add(trouble);
          }
        });
    if (own.isEmpty()) {
      one.observed = false;
      one.missing = "no signal of it is mapped in the policy, or none answers";
      return;
    }
    List<Trouble> bad = own.stream().filter(Trouble::now).toList();
    if (bad.isEmpty()) {
      Trouble any = own.getFirst();
      one.add(
          Reason.Kind.DEPENDENCY,
          -3,
          "its signals are as usual (%s: %.1f, trouble above %.1f)",
          any.name(),
          any.value(),
          any.above());
    } else {
      Trouble worst =
          bad.stream()
              .max(Comparator.comparingDouble(t -> t.value() / Math.max(1e-9, t.above())))
              .orElse(bad.getFirst());
      double part = troubled(cause);
      one.add(
          Reason.Kind.DEPENDENCY,
          part > 0.45 ? 3 : part > 0.3 ? 1.2 : -0.3,
          "%s is %.1f, usually %.1f, trouble above %.1f; in trouble %.0f %% of the time since",
          worst.name(),
          worst.value(),
          worst.usual(),
          worst.above(),
          100 * part);
    }
  }

  private Hypothesis shared(Cause cause) {
    Hypothesis one = new Hypothesis(cause, "", -0.9);
    one.place =
        unit ->
            unit.kind() != Kind.HANDSHAKE
                && unit.kind() != Kind.REDIRECTED
                && unit.kind() != Kind.NOT_FOUND
                && unit.kind() != Kind.LIMITED
                && unit.kind() != Kind.REFUSED
                && (cause == Cause.ACQUIRER || unit.kind() != Kind.DECLINED)
                && (unit.cell().server().isEmpty() || !unit.cell().pool().isEmpty());
    one.scope(harm, harm.in(one.place), 0.9, "servers, in a way in which it would show");
    uniform(one);
    dependency(one, cause);
    if (cause == Cause.ACQUIRER) {
      double declined = harm.of(Kind.DECLINED);
      if (declined > 0.5 * harm.total) {
        double more = arrivals();
        one.add(
            Reason.Kind.MECHANISM,
            more < 1.35 ? 4.5 : -0.5,
            "%.0f of %.0f harmed are declined, while arrivals are %.1f times the usual ones",
            declined,
            harm.total,
            more);
      }
    }
    return one;
  }

  /**
   * Whether all servers of the pool are harmed alike: Bayes factor of one share against several.
   */
  private void uniform(Hypothesis one) {
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

  private Hypothesis rateLimit() {
    Hypothesis one = new Hypothesis(Cause.RATE_LIMIT, "", -1);
    if (!logged()) {
      return unseen(one);
    }
    one.place = unit -> unit.kind() == Kind.LIMITED && !unit.cell().server().isEmpty();
    double limited = harm.in(one.place);
    one.scope(harm, limited, 0.3, "429 of the servers themselves");
    uniform(one);
    if (limited > 0) {
      double each = attemptsPerClient();
      if (each > 1.5) {
        one.add(
            Reason.Kind.DOSE, -2.5, "requests of each client are %.1f times the usual ones", each);
      }
      one.add(
          Reason.Kind.MECHANISM,
          busiestShare() > 0.35 ? -3 : 1,
          "429 by the servers, %.0f %% of the requests are of the busiest client",
          100 * busiestShare());
      dependency(one, Cause.RATE_LIMIT);
    } else {
      one.add(Reason.Kind.MECHANISM, -2, "no 429 above the usual");
    }
    return one;
  }

  // --- who asks

  /** Arrivals now against the usual ones. */
  private double arrivals() {
    return arrivals(Math.max(began, now.time - 12), now.time);
  }

  /** Whether more came already when the harm began: those who ask again come later. */
  private boolean cameFirst() {
    return arrivals(began - 4, began + 1) >= 1.4;
  }

  private double arrivals(double from, double to) {
    double came = 0;
    double seconds = 0;
    for (Tick tick : history.ticks) {
      if (tick.seen && tick.time > from && tick.time <= to) {
        seconds++;
        for (Tick.At at : tick.servers.values()) {
          came += at.arrived() - at.retries();
        }
        for (Map.Entry<Cell, Sums> flow : tick.flows.entrySet()) {
          came += flow.getKey().server().isEmpty() ? flow.getValue().requests : 0;
        }
      }
    }
    double usually = 0;
    for (double[] one : usual.sessions.values()) {
      usually += one[2];
    }
    for (Map.Entry<Cell, Sums> flow : usual.cells.entrySet()) {
      usually += flow.getKey().server().isEmpty() ? flow.getValue().requests : 0;
    }
    double mean = usual.rate(usually);
    if (seconds == 0 || mean <= 0) {
      return 1;
    }
    double expected = mean * seconds;
    double ratio = came / expected;
    // Few requests differ by chance.
    return Math.abs(came - expected) < 4 * Math.sqrt(expected + 1)
        ? Math.min(1.2, Math.max(0.8, ratio))
        : ratio;
  }

  /** Requests of each client, against the usual. */
  private double attemptsPerClient() {
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

  /** Share of the requests since that are of so many clients, the busiest ones. */
  private double shareOf(int most) {
    double requests = 0;
    Map<String, Long> before = Map.of();
    Map<String, Double> counts = new TreeMap<>();
    for (Tick tick : history.ticks) {
      if (tick.time >= began - 1 && tick.logged) {
        requests += tick.requests;
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
      }
    }
    double own = 0;
    for (double count :
        counts.values().stream().sorted(Comparator.reverseOrder()).limit(most).toList()) {
      own += count;
    }
    return requests <= 0 ? 0 : Math.min(1, own / requests);
  }

  private double busiestShare() {
    return shareOf(3);
  }

  private double topShare() {
    return shareOf(1);
  }

  private Hypothesis surge() {
    Hypothesis one = new Hypothesis(Cause.SURGE, "", -1);
    double more = arrivals();
    one.place =
        unit ->
            unit.kind().ofLoad
                || unit.kind() == Kind.TIMEOUT
                || unit.kind() == Kind.ERROR
                || unit.kind() == Kind.CONNECT;
    one.scope(harm, harm.in(one.place), 0.9, "servers, as too much load would show");
    uniform(one);
    double each = attemptsPerClient();
    boolean first = cameFirst();
    one.add(
        Reason.Kind.DOSE,
        first
            ? more >= 2 ? 3.2 : more >= 1.5 ? 1.8 : -2.5
            : more >= 1.8 ? 0.2 : more >= 1.4 ? 0 : -2.5,
        "arrivals are %.1f times the usual ones, requests of each client %.1f times%s",
        more,
        each,
        first || more < 1.4 ? "" : "; they rose after the harm began, as when users ask again");
    double top = busiestShare();
    if (top > 0.35) {
      one.add(Reason.Kind.MECHANISM, -2.5, "%.0f %% of them are of three clients", 100 * top);
    }
    return one;
  }

  private boolean logged() {
    return since.stream().anyMatch(tick -> tick.logged);
  }

  private static Hypothesis unseen(Hypothesis one) {
    one.observed = false;
    one.missing = "who asks, and which 4xx it was, is known by the log only";
    return one;
  }

  private Hypothesis abuse() {
    Hypothesis one = new Hypothesis(Cause.ABUSE, "", -1.2);
    if (!logged()) {
      return unseen(one);
    }
    double declined = harm.of(Kind.DECLINED) + harm.of(Kind.REFUSED);
    one.place = unit -> unit.kind() == Kind.DECLINED || unit.kind() == Kind.REFUSED;
    double top = busiestShare();
    double more = arrivals();
    if (declined > 0) {
      one.scope(harm, declined, 0.3, "refusals by the business");
    }
    one.add(
        Reason.Kind.DOSE,
        more >= 1.35 && declined > 0 ? 1.5 : -2,
        "arrivals are %.1f times the usual ones, and most of the new ones are refused",
        more);
    one.add(
        Reason.Kind.MECHANISM,
        top > 0.2 ? 1.5 : -1,
        "%.0f %% of the requests come from three clients",
        100 * top);
    return one;
  }

  private Hypothesis merchant() {
    Hypothesis one = new Hypothesis(Cause.MERCHANT, "", -1.2);
    if (!logged()) {
      return unseen(one);
    }
    double top = topShare();
    double more = arrivals();
    one.place =
        unit -> unit.kind() == Kind.LIMITED || unit.kind() == Kind.REFUSED || unit.kind().ofLoad;
    if (top > 0.25) {
      one.scope(harm, harm.in(one.place), 0.5, "what one client's loop would show");
    }
    double each = attemptsPerClient();
    if (each > 1.5 && harm.of(Kind.LIMITED) > 0.5 * harm.total) {
      one.add(Reason.Kind.DOSE, 2, "requests of each client are %.1f times the usual ones", each);
    }
    one.add(
        Reason.Kind.MECHANISM,
        top > 0.4 ? 3 : top > 0.25 ? 1 : each > 1.5 ? -0.5 : -4,
        "%.0f %% of the requests since are of one client",
        100 * top);
    one.add(Reason.Kind.DOSE, more >= 1.4 ? 1 : -1, "arrivals are %.1f times the usual ones", more);
    return one;
  }

  // --- what others changed

  private Hypothesis otherChange(Act act) {
    Hypothesis one = new Hypothesis(Cause.OTHER_CHANGE, act.text(), -0.6);
    one.act = Optional.of(act);
    double at = act.at().toEpochMilli() / 1000.0;
    time(one, at, false);
    Set<ServerName> servers = new TreeSet<>(Comparator.comparing(ServerName::toString));
    for (ServerName name : now.servers.keySet()) {
      if (Dependencies.within(act.subject(), name)) {
        servers.add(name);
      }
    }
    Optional<Cause> dependency = Dependencies.cause(act.subject() + " " + act.text());
    if (servers.isEmpty()) {
      one.place = unit -> true;
      if (dependency.isPresent()) {
        uniform(one);
        dependency(one, dependency.get());
      } else {
        one.add(Reason.Kind.SCOPE, -1, "it does not say what it is about");
      }
      return one;
    }
    Predicate<Cell> cells = cell -> servers.stream().anyMatch(name -> History.same(name, cell));
    one.place = unit -> cells.test(unit.cell());
    one.scope(
        harm,
        harm.in(one.place),
        harm.all <= 0 ? 1 : harm.trafficIn(cells) / harm.all,
        "what it is about (" + names(servers) + ")");
    difference(one, cells, one.place);
    // All that it is about has to be harmed, or it was not that.
    double spared = 0;
    double busy = 0;
    for (ServerName name : servers) {
      double traffic = harm.trafficAt(name);
      if (traffic >= 5) {
        busy++;
        spared += harm.at(name) / traffic < 0.03 ? 1 : 0;
      }
    }
    if (spared > 0) {
      one.add(
          Reason.Kind.DOSE,
          -3 * spared / Math.max(1, busy),
          "%.0f of %.0f of the servers that it is about are well",
          spared,
          busy);
    }
    return one;
  }

  // --- words and numbers

  private static String names(Set<ServerName> servers) {
    return String.join(", ", servers.stream().map(ServerName::toString).sorted().toList());
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
