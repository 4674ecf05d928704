package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Weighs what the load balancer has in memory: states, tables, old workers. */
final class WeighMemory {
  private final Case of;
  private final History history;
  private final double began;
  private final Harm harm;
  private final List<Act> acts;
  private final Set<ServerName> takenOut;
  private final Tick now;

  WeighMemory(Case of) {
    this.of = of;
    this.history = of.history;
    this.began = of.began;
    this.harm = of.harm;
    this.acts = of.acts;
    this.takenOut = of.takenOut;
    this.now = of.now;
  }

  List<Hypothesis> runtime() {
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
      Hypothesis one = new Hypothesis(Cause.LB_RUNTIME, Case.names(deviating), -0.7);
      of.time(one, first, false);
      Predicate<Cell> cells = cell -> pools.contains(cell.pool());
      one.place = unit -> cells.test(unit.cell());
      one.scope(
          harm,
          harm.in(one.place),
          harm.all <= 0 ? 1 : harm.trafficIn(cells) / harm.all,
          "the pools of " + Case.names(deviating));
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
          Case.names(deviating),
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
}
