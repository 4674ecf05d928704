package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Where the harm is: of each cell and kind, how much more there was since it began than there would
 * have been as before; and what went through each cell meanwhile.
 */
final class Harm {
  /** Much of one kind at one place. */
  record Unit(Cell cell, Kind kind, double count) {
    /** Refused by a server, for what was asked; what the load balancer refuses it has not seen. */
    boolean refusedByServer() {
      return kind == Kind.REFUSED && !cell.server().isEmpty();
    }
  }

  /** The whole front door, for what has no server. */
  private static final double MOST = 0.5;

  /** Seconds in which it is seen that what has piled up goes down. */
  private static final int DRAINS = 4;

  /** Seconds after which nobody still waits. */
  private static final double LONGEST = 3_600;

  static final Cell FRONT = new Cell(Cell.ANY, "", "");

  final List<Unit> units = new ArrayList<>();
  final Map<Cell, Double> traffic = new TreeMap<>();
  final Map<Cell, Sums> since = new TreeMap<>();
  double total;
  double all;

  Harm(History history, double began) {
    this(history, began, Double.NEGATIVE_INFINITY);
  }

  /**
   * Without those who had waited already when something ended it: they are answered late still.
   *
   * @param ended seconds since 1970
   */
  Harm(History history, double began, double ended) {
    History.Usual usual = history.usual();
    List<Tick> ticks = history.since(began);
    Map<Cell, Double> waited = new TreeMap<>();
    Map<Tick.Refusals, Double> regulars = new TreeMap<>();
    for (Tick tick : ticks) {
      tick.flows.forEach((cell, sums) -> {
        since.computeIfAbsent(cell, it -> new Sums()).add(sums);
        if (tick.time - ended < LONGEST) {
          double millis = Math.max(usual.slowAbove(cell.service()), 1_000 * (tick.time - ended));
          waited.merge(cell, sums.slowerThan((int) millis), Double::sum);
        }
      });
      tick.refused
          .keySet()
          .forEach(what -> regulars.merge(what, usual.regulars.theirs(what, tick), Double::sum));
    }
    Map<String, Sums> services = new TreeMap<>();
    since.forEach(
        (cell, sums) -> services.computeIfAbsent(cell.service(), it -> new Sums()).add(sums));
    since.forEach((cell, sums) -> {
      put(cell, sums.requests);
      Sums own = usual.cells.getOrDefault(cell, new Sums());
      Sums service = services.getOrDefault(cell.service(), sums);
      double failed = 0;
      for (Kind kind : Kind.values()) {
        Tick.Refusals refusals = new Tick.Refusals(cell.service(), kind);
        double news = Regulars.without(regulars.getOrDefault(refusals, 0.0), service.of(kind));
        double bad = sums.of(kind) * news;
        if (bad <= 0) {
          continue;
        }
        double usually = usual.share(cell.service(), kind);
        double share = usually;
        if (own.requests > 30) {
          double usualNews = usual.regulars.usualNews(refusals);
          share = Math.max(share, own.of(kind) * usualNews / own.requests);
        }
        double over = bad - share * sums.requests;
        // What is clear of the whole service need not be clear of each server.
        double least = kind.failure ? 2.7 : 4;
        boolean clear =
            clear(bad, share * sums.requests, least)
                || clear(service.of(kind) * news, usually * service.requests, least);
        if (over > 0.4 && clear) {
          unit(cell, kind, over);
          failed += bad;
        }
      }
      if (history.withoutBefore()) {
        return;
      }
      double others = failed + waited.getOrDefault(cell, 0.0);
      double slow = sums.slowerThan(usual.slowAbove(cell.service())) - others;
      double slower = sums.slowerThan(usual.slowerAbove(cell.service())) - others;
      if (slower > MOST * sums.requests) {
        slow = slower;
      }
      double expected = usual.slowShare(cell.service()) * sums.requests;
      if (slow - expected > 1 && clear(slow, expected, 2.7)) {
        unit(cell, Kind.SLOW, slow - expected);
      }
    });
    if (history.withoutBefore()) {
      return; // of connections, sessions and handshakes any number may be usual
    }
    connections(ticks, usual);
    if (!ticks.isEmpty()) {
      stuck(ticks, usual);
    }
    double broken = 0;
    for (Tick tick : ticks) {
      broken += tick.handshakes;
    }
    double expected = usual.rate(usual.handshakes) * ticks.size();
    if (broken - expected > 2 && broken - expected > 3 * Math.sqrt(expected)) {
      unit(FRONT, Kind.HANDSHAKE, broken - expected);
      put(FRONT, broken);
    }
  }

  private Harm(Harm whole, Predicate<Unit> without) {
    since.putAll(whole.since);
    for (Unit unit : whole.units) {
      if (!without.test(unit)) {
        unit(unit.cell(), unit.kind(), unit.count());
      }
    }
    whole.traffic.forEach((cell, count) -> {
      boolean gone = whole.units.stream().anyMatch(u -> u.cell().equals(cell) && without.test(u));
      boolean left = units.stream().anyMatch(u -> u.cell().equals(cell));
      if (!gone || left) {
        put(cell, count);
      }
    });
  }

  /** What is left if a cause explains these. */
  Harm without(Predicate<Unit> explained) {
    return new Harm(this, explained);
  }

  /**
   * When a fiftieth of it had come, by the statuses: what is left of harm that has another cause
   * may have begun later than the whole.
   *
   * @param began of the whole, seconds since 1970
   * @return seconds since 1970, not before that; that if statuses do not show it
   */
  double began(History history, double began) {
    History.Usual usual = history.usual();
    double sum = 0;
    for (Tick tick : history.since(began)) {
      for (Unit unit : units) {
        Sums sums = tick.flows.get(unit.cell());
        if (sums != null && unit.kind() != Kind.SLOW && unit.kind() != Kind.STUCK) {
          double share = usual.share(unit.cell().service(), unit.kind());
          sum += Math.max(0, sums.of(unit.kind()) - share * sums.requests);
        }
      }
      if (sum >= Math.max(1, 0.02 * total)) {
        return Math.max(began, tick.time - 1);
      }
    }
    return began;
  }

  private void stuck(List<Tick> ticks, History.Usual usual) {
    ticks
        .getLast()
        .servers
        .forEach((name, at) -> {
          double[] before = usual.sessions.getOrDefault(name.toString(), new double[4]);
          double mean = usual.rate(before[0]);
          double over = at.sessions() - 1.3 * before[1] - 1.5;
          if (over > 0 && !drains(ticks, name)) {
            Cell cell = new Cell(Cell.ANY, name.pool(), name.server());
            unit(cell, Kind.STUCK, at.sessions() - mean);
            put(cell, at.sessions() - mean);
          }
        });
  }

  /** A server works off what has piled up: that is over soon, and began earlier. */
  private static boolean drains(List<Tick> ticks, ServerName name) {
    List<Tick.At> last =
        ticks.subList(Math.max(0, ticks.size() - DRAINS), ticks.size()).stream()
            .flatMap(tick -> Optional.ofNullable(tick.servers.get(name)).stream())
            .toList();
    double arrived = last.stream().mapToDouble(Tick.At::arrived).sum();
    double completed = last.stream().mapToDouble(Tick.At::completed).sum();
    return last.size() == DRAINS
        && last.getLast().sessions() < 0.95 * last.getFirst().sessions()
        && completed > arrived + 2;
  }

  /** Far more than chance makes of what is expected. */
  private static boolean clear(double count, double expected, double sigmas) {
    return count - expected > 1 && count - expected > sigmas * Math.sqrt(expected + 0.3);
  }

  private void connections(List<Tick> ticks, History.Usual usual) {
    Map<ServerName, Double> errors =
        new TreeMap<>(java.util.Comparator.comparing(ServerName::toString));
    for (Tick tick : ticks) {
      tick.servers.forEach((name, at) -> errors.merge(name, at.connectErrors(), Double::sum));
    }
    errors.forEach((name, count) -> {
      double[] before = usual.sessions.getOrDefault(name.toString(), new double[4]);
      double expected = usual.rate(before[3]) * ticks.size();
      double told = in(u -> u.kind() == Kind.CONNECT && History.same(name, u.cell()));
      if (clear(count, expected, 2.7) && count - expected > told) {
        Cell cell = new Cell(Cell.ANY, name.pool(), name.server());
        unit(cell, Kind.RETRIED, count - expected - told);
        put(cell, count - expected - told);
      }
    });
  }

  private void unit(Cell cell, Kind kind, double count) {
    units.add(new Unit(cell, kind, count));
    total += count;
  }

  private void put(Cell cell, double count) {
    traffic.merge(cell, count, Double::sum);
    all += count;
  }

  double in(Predicate<Unit> place) {
    double sum = 0;
    for (Unit unit : units) {
      sum += place.test(unit) ? unit.count() : 0;
    }
    return sum;
  }

  double of(Kind kind) {
    return in(unit -> unit.kind() == kind);
  }

  double trafficIn(Predicate<Cell> place) {
    double sum = 0;
    for (Map.Entry<Cell, Double> one : traffic.entrySet()) {
      sum += place.test(one.getKey()) ? one.getValue() : 0;
    }
    return sum;
  }

  /** Harm of a server. */
  double at(ServerName name) {
    return in(unit -> History.same(name, unit.cell()));
  }

  double trafficAt(ServerName name) {
    return trafficIn(cell -> History.same(name, cell));
  }

  /** The most of it, in words. */
  String text() {
    return String.join(
        "; ",
        units.stream()
            .sorted(java.util.Comparator.comparingDouble(Unit::count).reversed())
            .limit(5)
            .map(unit ->
                String.format(
                    java.util.Locale.ROOT,
                    "%.0f %s of %s",
                    unit.count(),
                    unit.kind().words,
                    unit.cell()))
            .toList());
  }

  /** The pool that most of it is in; "" if it has no pool. */
  String worstPool() {
    Map<String, Double> byPool = new TreeMap<>();
    units.forEach(unit -> byPool.merge(unit.cell().pool(), unit.count(), Double::sum));
    return byPool.entrySet().stream()
        .max(Map.Entry.<String, Double>comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }
}
