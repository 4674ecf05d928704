package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Where a part of a change would do harm, in which way, and whether what is seen fits to that. One
 * use; confined.
 */
final class Places {
  private final History history;
  private final History.Usual usual;
  private final Harm harm;
  private final Tick now;
  private final List<Tick> since;

  Places(History history, double began, Harm harm) {
    this.history = history;
    this.usual = history.usual();
    this.harm = harm;
    this.now = history.ticks.getLast();
    this.since = history.since(began);
  }

  /**
   * A part of what a change touched.
   *
   * @param bonus what its mechanism is worth, as a power of 10
   * @param later whether it may do harm long after
   */
  record Place(
      Predicate<Harm.Unit> where,
      Predicate<Cell> cells,
      String words,
      double bonus,
      String mechanism,
      boolean later,
      boolean broad) {
    Place ofWholePool() {
      return new Place(where, cells, words, bonus, mechanism, later, true);
    }
  }

  private static Place place(
      Predicate<Cell> cells, Predicate<Kind> kinds, String words, double bonus, String mechanism) {
    return new Place(
        unit -> cells.test(unit.cell()) && kinds.test(unit.kind()),
        cells,
        words,
        bonus,
        mechanism,
        false,
        false);
  }

  List<Place> of(Scope.Part part) {
    List<Place> all = new ArrayList<>();
    String pool = part.pool();
    String server = part.server();
    Predicate<Cell> inPool = cell -> pool.isEmpty() || cell.pool().equals(pool);
    Predicate<Cell> atServer =
        cell -> inPool.test(cell) && (server.isEmpty() || cell.server().equals(server));
    Predicate<Cell> others = cell -> inPool.test(cell) && !cell.server().equals(server);
    Predicate<Kind> any = kind -> kind != Kind.HANDSHAKE && kind != Kind.DECLINED;
    Predicate<Kind> load =
        kind ->
            kind.ofLoad
                || kind == Kind.TIMEOUT
                || kind == Kind.ERROR
                || kind == Kind.CONNECT
                || kind == Kind.RETRIED;
    String name = pool + (server.isEmpty() ? "" : "/" + server);
    switch (part.touch()) {
      case ROUTE -> {
        // Which services moved is known by where they went before.
        Set<String> moving = new TreeSet<>();
        usual.cells.forEach((cell, sums) -> {
          if (cell.pool().equals(part.from())) {
            moving.add(cell.service());
          }
        });
        // From a pool that nobody used it moved those only of whom nothing is known.
        boolean unused =
            moving.isEmpty()
                && now.servers.keySet().stream().anyMatch(it -> it.pool().equals(part.from()));
        Predicate<String> moves =
            service ->
                service.equals(Cell.ANY)
                    || (part.service().isEmpty()
                        ? moving.contains(service)
                            || (moving.isEmpty() && !(unused && known(service)))
                        : part.service().equals(service));
        all.add(
            place(
                cell -> cell.pool().equals(pool) && moves.test(cell.service()),
                any,
                (part.service().isEmpty() ? "requests" : part.service())
                    + " sent to "
                    + pool
                    + " instead of "
                    + part.from(),
                1,
                "requests are sent to "
                    + pool
                    + ", which did not get them before: whatever happens to them there follows"));
      }
      case ANSWER ->
          all.add(
              place(
                  cell -> cell.server().isEmpty(),
                  kind -> kind != Kind.HANDSHAKE,
                  "answered by the load balancer with " + part.to(),
                  1.5,
                  "the load balancer answers by itself"));
      case RATE ->
          all.add(
              place(
                  cell -> cell.server().isEmpty(),
                  kind -> kind == Kind.LIMITED || kind == Kind.REFUSED || kind == Kind.BROKEN,
                  "refused by the load balancer",
                  1.5,
                  "the load balancer refuses them by itself: no server was chosen"));
      case SERVER_ADDED ->
          all.add(
              place(atServer, any, name + ", which was added", 1, "the harm is at the new server"));
      case ADDRESS ->
          all.add(
              place(
                  atServer,
                  any,
                  name + ", whose address was changed",
                  1,
                  "the harm is at the server with another address"));
      case SERVER_REMOVED ->
          all.add(
              place(
                  others,
                  load,
                  "the servers left of " + pool,
                  0,
                  "fewer servers carry the same load"));
      case WEIGHT -> {
        double ratio = number(part.to()) / Math.max(1, number(part.from()));
        boolean risen = ratio >= 1;
        double much = Math.abs(Math.log(Math.max(0.01, ratio)));
        all.add(
            place(
                risen ? atServer : others,
                load,
                name + ", whose weight was " + (risen ? "raised" : "lowered"),
                much < 0.4 ? -1 : 0.3,
                "its weight went from " + part.from() + " to " + part.to()));
      }
      case BALANCE -> {
        double most = largestShare(pool);
        all.add(
            place(
                inPool,
                load,
                pool + ", whose requests are spread in another way",
                most > 0.6 ? 2.5 : most > 0.45 ? 0.5 : -2,
                String.format(
                    Locale.ROOT, "one of its servers gets %.0f %% of the requests", 100 * most)));
      }
      case TIMEOUT_SERVER, TIMEOUT_QUEUE, TIMEOUT_CONNECT, TIMEOUT_OTHER ->
          all.addAll(timeouts(part, inPool));
      case LIMIT -> {
        double ratio = number(part.to()) / Math.max(1, number(part.from()));
        if (ratio < 1 && number(part.to()) > 0) {
          double waited = queueShare(pool);
          all.add(
              place(
                  inPool.and(cell -> true),
                  kind ->
                      kind == Kind.QUEUE_TIMEOUT
                          || kind == Kind.SLOW
                          || kind == Kind.GAVE_UP
                          || kind == Kind.STUCK,
                  pool + ", whose limit was lowered",
                  waited > 0.4 ? 2.5 : -1.5,
                  String.format(
                      Locale.ROOT,
                      "limit %s to %s, and %.0f %% of the time is spent waiting for a place",
                      part.from(),
                      part.to(),
                      100 * waited)));
        } else {
          all.add(
              place(
                  inPool,
                  kind -> kind == Kind.STUCK || kind == Kind.SLOW,
                  pool + ", whose limit was raised",
                  -2,
                  "a higher limit harms only servers that are overrun"));
        }
      }
      case RETRY -> {
        double risen = retriesRisen(pool);
        all.add(
            place(
                inPool,
                load,
                pool + ", whose requests are tried again in another way",
                risen > 4 ? 2 : -2.5,
                String.format(
                    Locale.ROOT, "attempts beyond the first: %.1f times as many", risen)));
      }
      case CHECK -> {
        boolean dropped = part.to().isEmpty();
        Predicate<Cell> unchecked =
            cell ->
                atServer.test(cell)
                    && now.servers.entrySet().stream()
                        .anyMatch(e ->
                            History.same(e.getKey(), cell)
                                && e.getValue().state() == Snapshot.State.UNCHECKED
                                && refusedLately(e.getKey()));
        Predicate<Cell> down =
            cell ->
                inPool.test(cell)
                    && (cell.server().isEmpty()
                        || now.servers.values().stream()
                            .anyMatch(s -> s.state() == Snapshot.State.DOWN));
        all.add(
            new Place(
                unit ->
                    (dropped
                                ? unchecked.or(c -> c.pool().equals(pool) && c.server().isEmpty())
                                : down)
                            .test(unit.cell())
                        && load.test(unit.kind()),
                dropped ? unchecked : down,
                name + (dropped ? ", which is not checked any more" : ", whose check was changed"),
                dropped ? 1.2 : 0,
                dropped
                    ? "a server that does not answer goes on getting requests, because nobody"
                        + " checks"
                    : "its check decides who gets requests",
                dropped,
                !dropped));
      }
      case TLS ->
          all.add(
              place(
                  cell -> cell.server().isEmpty() && cell.pool().isEmpty(),
                  kind -> kind == Kind.HANDSHAKE,
                  "TLS",
                  2,
                  "connections end before a request, as with clients that speak an older TLS"));
      case OTHER -> {
        boolean refused = harm.in(Harm.Unit::refusedByServer) > 0.5 * harm.total;
        all.add(
            place(
                inPool,
                any,
                pool.isEmpty() ? "a setting" : pool,
                refused ? 0.4 : -0.7,
                refused
                    ? "servers refuse what they get since, as without a credential"
                    : "how it harms is not known"));
      }
    }
    return switch (part.touch()) {
      case BALANCE,
          TIMEOUT_SERVER,
          TIMEOUT_QUEUE,
          TIMEOUT_CONNECT,
          TIMEOUT_OTHER,
          LIMIT,
          RETRY,
          OTHER ->
          all.stream().map(Place::ofWholePool).toList();
      case ROUTE, ANSWER, SERVER_ADDED, SERVER_REMOVED, ADDRESS, WEIGHT, CHECK, TLS, RATE -> all;
    };
  }

  /** Whether it is known where the requests of a service went. */
  private boolean known(String service) {
    return usual.service(service).requests > 0;
  }

  private List<Place> timeouts(Scope.Part part, Predicate<Cell> inPool) {
    double from = millis(part.from());
    double to = millis(part.to());
    Kind kind =
        part.touch() == Scope.Touch.TIMEOUT_QUEUE
            ? Kind.QUEUE_TIMEOUT
            : part.touch() == Scope.Touch.TIMEOUT_CONNECT ? Kind.CONNECT : Kind.TIMEOUT;
    if (to <= 0 || (from > 0 && to > from)) {
      return List.of(
          place(
              inPool,
              one -> one == Kind.STUCK || one == Kind.GAVE_UP || one == Kind.SLOW,
              part.pool() + ", which waits longer",
              -3,
              "waiting longer only makes an outage last"));
    }
    // They end at the new limit, to the millisecond, or they end for another reason.
    double late = 0;
    double sharp = 0;
    for (Map.Entry<Cell, Sums> one : harm.since.entrySet()) {
      if (inPool.test(one.getKey()) && one.getValue().of(kind) > 0) {
        double count = one.getValue().of(kind);
        double near =
            one.getValue().slowerThan((int) (0.85 * to - 1))
                - one.getValue().slowerThan((int) (1.3 * to + 60));
        if (one.getValue().times.count() == 0) {
          continue; // the socket has no times
        }
        late += count;
        sharp += Math.min(count, Math.max(0, near));
      }
    }
    double edge = late == 0 ? 0 : sharp / late;
    return List.of(
        place(
            inPool,
            one -> one == kind,
            part.pool() + ", whose time-out was lowered",
            late == 0
                ? since.stream().anyMatch(tick -> tick.logged) ? -2 : 1
                : edge > 0.6 ? 2.5 : -1.5,
            String.format(
                Locale.ROOT,
                "%.0f %% of the time-outs come at the new limit of %s (it was %s)",
                100 * edge,
                part.to(),
                part.from())));
  }

  /**
   * Servers that were out of service, or had another weight, until the reload made it forgotten.
   */
  List<Place> lostAtReload(double at) {
    Optional<Tick> before = history.lastBefore(at);
    if (before.isEmpty()) {
      return List.of();
    }
    List<Place> all = new ArrayList<>();
    before
        .get()
        .servers
        .forEach((name, was) -> {
          Tick.At is = now.servers.get(name);
          if (is == null) {
            return;
          }
          boolean back = was.admin() != Admin.READY && is.admin() == Admin.READY;
          boolean weight = was.weight() != was.initialWeight() && is.weight() == is.initialWeight();
          if ((back || weight) && wasReplaced(at)) {
            all.add(
                place(
                    cell -> History.same(name, cell),
                    kind -> true,
                    name + ", which came back by the reload",
                    2,
                    name
                        + (back
                            ? " was out of service ("
                                + was.admin().name().toLowerCase(Locale.ROOT)
                                + ") in memory only, and the reload made that forgotten"
                            : " had another weight in memory only, and the reload made that"
                                + " forgotten")));
          }
        });
    return all;
  }

  private boolean wasReplaced(double at) {
    return history.ticks.stream().anyMatch(t -> t.replaced && t.time >= at - 1 && t.time <= at + 8);
  }

  private boolean refusedLately(ServerName server) {
    double errors = 0;
    for (Tick tick : since) {
      Tick.At at = tick.servers.get(server);
      errors += at == null ? 0 : at.connectErrors();
    }
    return errors > 1 || harm.at(server) > 2;
  }

  private double largestShare(String pool) {
    double most = 0;
    double all = 0;
    for (ServerName name : now.servers.keySet()) {
      if (name.pool().equals(pool)) {
        double own = 0;
        for (Tick tick : since) {
          Tick.At at = tick.servers.get(name);
          own += at == null ? 0 : at.arrived();
        }
        most = Math.max(most, own);
        all += own;
      }
    }
    return all < 5 ? 0 : most / all;
  }

  private double queueShare(String pool) {
    double queue = 0;
    double whole = 0;
    for (Map.Entry<Cell, Sums> one : harm.since.entrySet()) {
      if (one.getKey().pool().equals(pool)) {
        queue += one.getValue().queueMillis;
        whole += one.getValue().times.sum();
      }
    }
    int waiting = now.queues.getOrDefault(pool, 0);
    double usually = usual.queues.getOrDefault(pool, 0.0);
    double share = whole <= 0 ? 0 : queue / whole;
    return waiting > usually + 4 ? Math.max(share, 0.5) : share;
  }

  private double retriesRisen(String pool) {
    double now = 0;
    double requests = 0;
    for (Tick tick : since) {
      for (Map.Entry<ServerName, Tick.At> one : tick.servers.entrySet()) {
        if (one.getKey().pool().equals(pool)) {
          now += one.getValue().retries();
          requests += one.getValue().arrived();
        }
      }
    }
    double before = 0;
    double beforeRequests = 0;
    for (Map.Entry<Cell, Sums> one : usual.cells.entrySet()) {
      if (one.getKey().pool().equals(pool)) {
        before += one.getValue().retries;
        beforeRequests += one.getValue().requests;
      }
    }
    double share = now < 3 ? 0 : now / Math.max(1, requests);
    return (share + 0.0005) / (before / Math.max(1, beforeRequests) + 0.003);
  }

  static double number(String text) {
    String digits = text.replaceAll("[^0-9.].*$", "");
    try {
      return digits.isEmpty() ? 0 : Double.parseDouble(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** A time as the configuration has it, in milliseconds; 0 if there is none. */
  static double millis(String text) {
    double value = number(text);
    String unit = text.replaceAll("^[0-9.]+", "").strip();
    return switch (unit) {
      case "us" -> value / 1000;
      case "s" -> value * 1000;
      case "m" -> value * 60_000;
      case "h" -> value * 3_600_000;
      case "d" -> value * 86_400_000;
      case String other -> value;
    };
  }
}
