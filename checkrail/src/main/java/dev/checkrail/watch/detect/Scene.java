package dev.checkrail.watch.detect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Moment} summed up by route, server and pool, as all detectors look at it. Units are kept
 * from moment to moment, so that detectors can remember what they know of each; one that was not
 * there for an hour is forgotten, and there are at most {@value #MOST} of each kind. Confined.
 */
final class Scene {
  static final int MOST = 1_000;
  private static final long FORGOTTEN = 3_600;
  private static final long SETTLING = 10;
  private static final long JUDGED_ANEW = 5;
  private static final long LONGEST_ACT = 15;
  private static final long OLD_RULES = 120;
  private static final int BANDS = Band.values().length;
  private static final Band[] ALL_BANDS = Band.values();

  private Expectations expectations;
  private final Map<Route, RouteUnit> byRoute = new HashMap<>();
  private final Map<String, RouteUnit> routes = new LinkedHashMap<>();
  private final Map<ServerName, ServerUnit> servers = new LinkedHashMap<>();
  private final Map<String, PoolUnit> pools = new LinkedHashMap<>();
  private @Nullable Moment current;
  private long second;
  private long lastSwept;
  private long lastOwnAct = Long.MIN_VALUE / 2;
  private long lastOthersAct = Long.MIN_VALUE / 2;
  private Optional<String> approved = Optional.empty();
  private boolean oldWorkers;
  private long ignored;
  private long minute;
  private long inMinute;
  private double busiestShare;

  Scene(Expectations expectations) {
    this.expectations = expectations;
  }

  /** For so long a unit is said to concern what it met. */
  private static final long MEETS = 60;

  /** What is remembered of anything. */
  abstract static class Unit {
    final String subject;
    long seen;

    Unit(String subject) {
      this.subject = subject;
    }
  }

  /** A route: all that the approved rules treat alike at one frontend. */
  static final class RouteUnit extends Unit {
    final String service;
    final String frontend;

    /** Requests in this moment, without those that clients gave up at once or never made. */
    long requests;

    long failures;
    long successes;
    long misrouted;
    long unserved;
    long retries;
    final long[] bands = new long[BANDS];
    final List<Moment.Flow> flows = new ArrayList<>();

    /** Servers that its requests went to, and when last. */
    final Map<ServerUnit, Long> met = new IdentityHashMap<>();

    RouteUnit(String subject, Route route) {
      super(subject);
      this.service = route.service();
      this.frontend = route.frontend();
    }

    void clear() {
      requests = 0;
      failures = 0;
      successes = 0;
      misrouted = 0;
      unserved = 0;
      retries = 0;
      Arrays.fill(bands, 0);
      flows.clear();
    }

    Sign.Scope scope() {
      Set<String> to = new TreeSet<>();
      Set<String> at = new TreeSet<>();
      met.forEach((server, when) -> {
        if (when >= seen - MEETS) {
          to.add(server.name.pool());
          at.add(server.subject);
        }
      });
      for (Moment.Flow flow : flows) {
        if (!flow.pool().isEmpty()) {
          to.add(flow.pool());
        }
      }
      return new Sign.Scope(Set.of(subject), to, at);
    }
  }

  /** A server. */
  static final class ServerUnit extends Unit {
    final ServerName name;

    /** As the socket told it; null if it did not in this moment. */
    Moment.@Nullable Server told;

    /** What came, by the socket; null after a gap or at the first look. */
    Moment.@Nullable Came came;

    /** By the log if there is one, else by the socket. */
    long requests;

    long failures;
    long refusals;
    long successes;
    final List<Moment.Flow> flows = new ArrayList<>();

    /** Routes whose requests it got, and when last. */
    final Map<RouteUnit, Long> met = new IdentityHashMap<>();

    boolean listed;

    ServerUnit(ServerName name) {
      super(name.toString());
      this.name = name;
    }

    void clear() {
      told = null;
      came = null;
      requests = 0;
      failures = 0;
      refusals = 0;
      successes = 0;
      flows.clear();
      listed = false;
    }

    Sign.Scope scope() {
      Set<String> routes = new TreeSet<>();
      met.forEach((route, when) -> {
        if (when >= seen - MEETS) {
          routes.add(route.subject);
        }
      });
      return new Sign.Scope(routes, Set.of(name.pool()), Set.of(subject));
    }
  }

  /** A pool and the servers of it. */
  static final class PoolUnit extends Unit {
    Moment.@Nullable Pool told;
    final List<ServerUnit> servers = new ArrayList<>();

    PoolUnit(String name) {
      super(name);
    }

    long requests() {
      long sum = 0;
      for (ServerUnit one : servers) {
        sum += one.requests;
      }
      return sum;
    }

    Sign.Scope scope() {
      return new Sign.Scope(Set.of(), Set.of(subject), Set.of());
    }
  }

  // --- the next moment

  /** Takes in the next moment; returns units that are forgotten. */
  List<Unit> take(Moment moment) {
    current = moment;
    second = moment.at().getEpochSecond();
    acts(moment);
    routes.values().forEach(RouteUnit::clear);
    servers.values().forEach(ServerUnit::clear);
    for (PoolUnit pool : pools.values()) {
      pool.told = null;
      pool.servers.clear();
    }
    moment.stats().ifPresent(this::stats);
    moment.log().ifPresent(this::log);
    if (moment.log().isEmpty() && moment.intake().isEmpty()) {
      withoutLog();
    }
    return second - lastSwept >= 600 ? sweep() : List.of();
  }

  private void acts(Moment moment) {
    for (Moment.Event event : moment.events()) {
      switch (event.what()) {
        case APPLY_BEGAN, ROLLBACK_BEGAN -> lastOwnAct = second;
        // That the last old worker is gone is told, too, much later, and settles nothing anew.
        case APPLY_ENDED, ROLLBACK_ENDED ->
            lastOwnAct = second - lastOwnAct <= LONGEST_ACT ? second : lastOwnAct;
        case RELOADED_BY_OTHERS -> lastOthersAct = second;
        case RUNTIME, TOLD -> {}
      }
    }
    if (approved.isPresent() && !approved.equals(moment.approved())) {
      lastOwnAct = second;
    }
    approved = moment.approved();
    oldWorkers =
        moment.stats().isPresent()
            && moment.stats().get().workers().stream().anyMatch(Snapshot.Worker::old);
  }

  private void stats(Moment.Stats stats) {
    for (Moment.Pool pool : stats.pools()) {
      PoolUnit unit = pool(pool.name());
      if (unit == null) {
        continue;
      }
      unit.told = pool;
      for (Moment.Server server : pool.servers()) {
        ServerUnit one = server(server.name());
        if (one != null) {
          one.told = server;
          one.came = stats.gap() ? null : server.came().orElse(null);
        }
      }
    }
  }

  private void log(Moment.Logged log) {
    long running = Math.floorDiv(log.second() + log.seconds() - 1, 60);
    inMinute = (running == minute ? inMinute : 0) + log.requests();
    minute = running;
    busiestShare =
        log.busiest().isEmpty() || inMinute == 0
            ? 0
            : Math.min(1, (double) log.busiest().getFirst().requests() / inMinute);
    for (Moment.Flow flow : log.flows()) {
      RouteUnit route = route(flow.route());
      Ended ended = flow.ended();
      long requests = judged(ended);
      if (route != null) {
        route.seen = second;
        route.requests += requests;
        route.failures += ended.failures();
        route.successes += answered(ended);
        route.retries += flow.retries();
        for (Band band : ALL_BANDS) {
          route.bands[band.ordinal()] += ended.of(band);
        }
        if (flow.fit().wrong()) {
          route.misrouted += ended.requests();
        }
        if (flow.unserved()) {
          route.unserved += ended.requests();
        }
        route.flows.add(flow);
      }
      Optional<ServerName> to = flow.to();
      ServerUnit server = to.isPresent() ? server(to.get()) : null;
      if (server != null) {
        server.requests += requests;
        server.failures += ended.failures();
        server.successes += answered(ended);
        server.refusals +=
            ended.of(Band.NOT_FOUND) + ended.of(Band.REFUSED) + ended.of(Band.UNAUTHENTICATED);
        server.flows.add(flow);
        if (route != null && requests > 0) {
          route.met.put(server, second);
          server.met.put(route, second);
        }
      }
    }
  }

  /** Requests that tell something: somebody made them and waited for an answer. */
  static long judged(Ended ended) {
    return ended.requests() - ended.of(Band.NO_REQUEST) - ended.of(Band.LEFT);
  }

  /** As they should be, whether or not the outcome is known already. */
  private static long answered(Ended ended) {
    return ended.of(Band.SUCCESS) + ended.of(Band.PENDING);
  }

  /** Without a log servers are judged by their counters, and there are no routes. */
  private void withoutLog() {
    for (ServerUnit server : servers.values()) {
      Moment.Came came = server.came;
      if (came != null) {
        server.requests = came.completed() + came.responseErrors();
        server.failures = came.statuses5xx() + came.responseErrors();
        server.refusals = came.statuses4xx();
        server.successes = came.statuses2xx();
      }
    }
  }

  private List<Unit> sweep() {
    lastSwept = second;
    List<Unit> gone = new ArrayList<>();
    for (Collection<? extends Unit> units :
        List.of(routes.values(), servers.values(), pools.values())) {
      for (Iterator<? extends Unit> all = units.iterator(); all.hasNext(); ) {
        Unit unit = all.next();
        if (unit.seen < second - FORGOTTEN) {
          all.remove();
          gone.add(unit);
        }
      }
    }
    byRoute.values().removeIf(gone::contains);
    routes.values().forEach(route -> route.met.keySet().removeIf(gone::contains));
    servers.values().forEach(server -> server.met.keySet().removeIf(gone::contains));
    return gone;
  }

  // --- units

  private @Nullable RouteUnit route(Route key) {
    RouteUnit known = byRoute.get(key);
    if (known != null) {
      return known;
    }
    if (key.equals(Route.OTHER) || key.approved().equals("(none)")) {
      return null;
    }
    if (routes.size() >= MOST || byRoute.size() >= 4 * MOST) {
      ignored++;
      return null;
    }
    RouteUnit unit = routes.computeIfAbsent(subject(key), subject -> new RouteUnit(subject, key));
    byRoute.put(key, unit);
    return unit;
  }

  /** {@code payments at fe}. */
  static String subject(Route route) {
    return (route.service().equals("-") ? "requests for " + route.approved() : route.service())
        + " at "
        + route.frontend();
  }

  private @Nullable ServerUnit server(ServerName name) {
    ServerUnit unit = servers.get(name);
    if (unit == null) {
      if (servers.size() >= MOST) {
        ignored++;
        return null;
      }
      unit = new ServerUnit(name);
      servers.put(name, unit);
    }
    if (!unit.listed) {
      unit.listed = true;
      unit.seen = second;
      PoolUnit pool = pool(name.pool());
      if (pool != null) {
        pool.servers.add(unit);
      }
    }
    return unit;
  }

  private @Nullable PoolUnit pool(String name) {
    PoolUnit unit = pools.get(name);
    if (unit == null) {
      if (pools.size() >= MOST) {
        ignored++;
        return null;
      }
      unit = new PoolUnit(name);
      pools.put(name, unit);
    }
    unit.seen = second;
    return unit;
  }

  // --- what detectors ask

  Moment moment() {
    if (current == null) {
      throw new IllegalStateException("no moment yet");
    }
    return current;
  }

  void expect(Expectations wanted) {
    expectations = wanted;
  }

  Expectations expectations() {
    return expectations;
  }

  /** By our clock; increases from moment to moment. */
  long second() {
    return second;
  }

  Instant at() {
    return moment().at();
  }

  Collection<RouteUnit> routes() {
    return routes.values();
  }

  Collection<ServerUnit> servers() {
    return servers.values();
  }

  Collection<PoolUnit> pools() {
    return pools.values();
  }

  Optional<RouteUnit> route(String subject) {
    return Optional.ofNullable(routes.get(subject));
  }

  /** What did not fit, of all kinds, so far. */
  long ignored() {
    return ignored;
  }

  /**
   * Whether a change of ours is under way or was a moment ago: what is judged by may lag behind.
   */
  boolean settling() {
    return second - lastOwnAct <= SETTLING;
  }

  /** Whether what servers serve may have been judged by the inventory of before. */
  boolean judgedByOld() {
    return second - lastOwnAct <= JUDGED_ANEW;
  }

  /** Whether an old worker of a change of ours may still route by old rules. */
  boolean oldRules() {
    return oldWorkers && second - lastOwnAct <= OLD_RULES && lastOwnAct > lastOthersAct;
  }

  /** Whether somebody else reloaded within a minute. */
  boolean othersReloaded() {
    return second - lastOthersAct <= 60;
  }

  /** Whether something of this part is not observed in this moment. */
  boolean blind(Moment.Blind.Part part) {
    for (Moment.Blind one : moment().blind()) {
      if (one.part() == part) {
        return true;
      }
    }
    return false;
  }

  /** The busiest client's part of the requests of the running minute; 0 if it is not known. */
  double busiestShare() {
    return busiestShare;
  }
}
