package dev.checkrail.serve;

import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Stages.Weight;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Sorter;
import dev.checkrail.replay.Captures;
import dev.checkrail.replay.Told;
import dev.checkrail.rollout.observe.Before;
import dev.checkrail.rollout.observe.Group;
import dev.checkrail.rollout.observe.Observed;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Sign;
import dev.checkrail.watch.diagnose.Act;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.diagnose.Scope;
import dev.checkrail.watch.diagnose.Scopes;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is seen of one step: requests that it moved and all others, before it and since; probes of
 * the servers concerned; what the watch finds. Confined to one thread.
 *
 * <p>Of a step that gives new servers more, those requests are moved that came to them; they are
 * compared with the others of their pools. Of files that move requests by themselves it is those
 * that would fare differently in the files of before ({@link Sorter}), and all of a pool whose
 * settings changed. What is not known to stay counts as moved.
 */
final class Sight implements AutoCloseable {
  private static final Duration BEFORE = Duration.ofSeconds(60);

  /** Kept records are a sample: thinner, so of a longer stretch. */
  private static final Duration SAMPLED = Duration.ofMinutes(15);

  private static final Duration USUAL = Duration.ofSeconds(10);
  private static final Duration SLOWEST = Duration.ofSeconds(60);
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final Optional<Watched> watched;
  private final Optional<Guard> guard;
  private final Instant since;
  private final Set<String> servers = new LinkedHashSet<>();
  private final Set<String> pools = new LinkedHashSet<>();
  private final Scope scope;
  private final boolean everything;
  private final Tally.Sort sort;
  private final Tally tally;
  private final Unended unended;
  private final Unended unendedOfOthers;
  private final Duration slowest;
  private final Before before;
  private final Optional<Watched.Tap> tap;

  /**
   * What it is about.
   *
   * @param weights of new servers, if it is about these
   * @param from the files of before
   * @param to the files that serve since
   */
  record Ground(
      List<Weight> weights, Configuration from, Configuration to, Policy policy, String digest) {
    Ground {
      weights = List.copyOf(weights);
    }

    private boolean ofServers() {
      return weights.stream().anyMatch(it -> it.share() > 0);
    }
  }

  private final Ground ground;
  private long toldUnended;

  /**
   * Begins.
   *
   * @param since when the step was taken
   */
  Sight(Optional<Watched> watched, Optional<Guard> guard, Ground ground, Instant since) {
    this.watched = watched;
    this.guard = guard;
    this.ground = ground;
    this.since = since;
    ground.weights().forEach(it -> servers.add(it.pool() + "/" + it.server()));
    if (ground.ofServers()) {
      this.everything = false;
      this.scope =
          new Scope(
              ground.weights().stream()
                  .map(it ->
                      new Scope.Part(Scope.Touch.SERVER_ADDED, "", it.pool(), it.server(), "", ""))
                  .toList(),
              true);
      ground.weights().forEach(it -> pools.add(it.pool()));
      this.slowest = slowest(ground.to(), pools);
      this.tally = new Tally(since, slowest);
      this.tap = watched.map(it -> it.tap(tally::add));
      this.sort = this::byServer;
    } else {
      this.slowest = slowest(ground.to(), Set.of());
      this.tally = new Tally(since, slowest);
      this.tap = watched.map(it -> it.tap(tally::add));
      this.scope = Scopes.of(Prove.diff(ground.from(), ground.to(), ground.policy(), Set.of()));
      Set<String> touched = new HashSet<>();
      boolean all = false;
      for (Scope.Part part : scope.parts()) {
        switch (part.touch()) {
          case ROUTE, ANSWER, SERVER_ADDED, SERVER_REMOVED, ADDRESS, WEIGHT ->
              pools.add(part.pool());
          case BALANCE,
              TIMEOUT_SERVER,
              TIMEOUT_QUEUE,
              TIMEOUT_CONNECT,
              TIMEOUT_OTHER,
              LIMIT,
              RETRY,
              CHECK,
              TLS,
              RATE,
              OTHER -> {
            all |= part.pool().isEmpty();
            touched.add(part.pool());
            pools.add(part.pool());
          }
        }
      }
      this.everything = all || !scope.whole();
      this.sort = byRoute(touched);
    }
    this.before = ground.ofServers() ? beforeInPools() : beforeByRoute();
    this.unended = new Unended(this::isMovedTo, since, slowest);
    this.unendedOfOthers = new Unended(it -> ground.ofServers() && isOther(it), since, slowest);
  }

  /** Requests of before, of a length that does not depend on them. */
  Before before() {
    return before;
  }

  /** So long does a request take at most before it has failed. */
  Duration slowest() {
    return slowest;
  }

  /** Whether the step moved any request. */
  boolean moves() {
    return !scope.parts().isEmpty() || !scope.whole();
  }

  /** Why requests can never be counted, whoever waits; empty if they can, or may be soon. */
  Optional<String> blindForGood() {
    if (watched.isEmpty()) {
      return Optional.of("this load balancer is not watched");
    }
    return watched.get().log().isEmpty()
        ? Optional.of("no log is taken in (lb add --log)")
        : Optional.empty();
  }

  /** What was seen since the last look. */
  Observed next(Instant now) {
    Tally.Counted counted =
        tally.next(
            record -> {
              unended.add(record);
              unendedOfOthers.add(record);
              return sort.of(record);
            },
            now);
    List<String> harm = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    Optional<String> cant = blindForGood();
    if (cant.isEmpty() && watched.isPresent() && watched.get().logCounts().isEmpty()) {
      cant = Optional.of("the log can't be taken in: " + watched.get().logTrouble());
    }
    if (cant.isEmpty() && counted.lost() > 0) {
      cant = Optional.of(counted.lost() + " lines of the log came faster than they are counted");
    }
    Optional<Guard.Now> seen = guard.flatMap(Guard::now);
    if (seen.isPresent()) {
      for (Sign sign : seen.get().signs()) {
        if (sign.level() != Detection.Level.PAGE || sign.detection() == Detection.BLIND) {
          continue;
        }
        (isOurs(sign) ? harm : elsewhere).add(sign.text());
      }
      diagnosed(seen.get()).ifPresent(harm::add);
    }
    return new Observed(
        counted.moved(),
        counted.others(),
        counted.settled(),
        newlyUnended(),
        cant,
        probes(),
        harm.stream().findFirst(),
        elsewhere.stream().findFirst());
  }

  /** Servers to which moved requests go, and perhaps others, too. */
  private boolean isMovedTo(ServerName server) {
    return ground.ofServers()
        ? servers.contains(server.toString())
        : everything || pools.contains(server.pool());
  }

  private boolean isOther(ServerName server) {
    return pools.contains(server.pool()) && !isMovedTo(server);
  }

  /**
   * More of those that do not end than before. What lasts at the other servers of the pool, too,
   * lasts as a matter of course (WebSocket, long polls).
   */
  private long newlyUnended() {
    if (watched.isEmpty()) {
      return 0;
    }
    Unended.Count here = unended.next(watched.get().latest());
    Unended.Count there = unendedOfOthers.next(watched.get().latest());
    long usual = there.came() == 0 ? 0 : Math.ceilDiv(here.came() * there.held(), there.came());
    long more = Math.max(0, here.held() - usual - toldUnended);
    toldUnended += more;
    return more;
  }

  /** It began after the step, at what the step moved. */
  private boolean isOurs(Sign sign) {
    if (sign.since().isBefore(since)) {
      return false;
    }
    if (ground.ofServers()) {
      return sign.scope().servers().stream().anyMatch(servers::contains);
    }
    return moves()
        && (everything
            || sign.scope().pools().stream().anyMatch(pools::contains)
            || sign.scope().servers().stream()
                .anyMatch(it -> pools.contains(ServerName.of(it).pool())));
  }

  private Optional<String> diagnosed(Guard.Now seen) {
    return seen.diagnosis()
        .published()
        .filter(it -> it.urgent() && it.at().isAfter(since))
        .map(it -> it.first())
        .filter(first -> first.cause() == Cause.LB_CHANGE)
        .filter(
            first -> first.act().flatMap(Act::digest).filter(ground.digest()::equals).isPresent())
        .map((Ranked first) ->
            "the diagnosis names version " + Versions.brief(ground.digest()) + " as the cause");
  }

  /** What is wrong with the new servers, or through the load balancer, asked since the step. */
  Optional<String> probes() {
    if (watched.isEmpty()) {
      return servers.isEmpty() ? Optional.empty() : Optional.of("nobody probes them");
    }
    List<Probed> fresh =
        watched.get().probes().latest().stream().filter(it -> it.at().isAfter(since)).toList();
    Set<String> asked = new HashSet<>();
    for (Probed one : fresh) {
      boolean ours =
          one.target().servers().stream().anyMatch(it -> servers.contains(it.toString()));
      if (ours) {
        one.target().servers().forEach(it -> asked.add(it.toString()));
      }
      boolean through = one.target().kind() == ProbeTarget.Kind.OUTSIDE;
      if ((ours || through) && !one.good()) {
        return Optional.of(
            "%s of %s: %s"
                .formatted(
                    one.target().kind().name().toLowerCase(java.util.Locale.ROOT),
                    one.target().subject(),
                    one.why()));
      }
    }
    List<String> missing = servers.stream().filter(it -> !asked.contains(it)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("not asked yet: " + String.join(", ", missing));
  }

  /**
   * What is wrong that is said to wake people, whatever it is about; for a step that moves none.
   */
  Optional<String> alarm() {
    return guard.flatMap(Guard::now).stream()
        .flatMap(it -> it.signs().stream())
        .filter(sign -> sign.level() == Detection.Level.PAGE)
        .map(Sign::text)
        .findFirst();
  }

  /** Which servers hurt, as it looks now. */
  Optional<Rollback.Tourniquet> tourniquet() {
    return guard
        .flatMap(Guard::now)
        .flatMap(now -> GoingBack.tourniquet(scope, now.moment(), Optional.of(ground.from())));
  }

  // --- what is moved

  private Tally.Kind byServer(LogRecord record) {
    if (!pools.contains(record.backend())) {
      return Tally.Kind.BESIDE;
    }
    String server = record.server().map(it -> record.backend() + "/" + it).orElse("");
    return servers.contains(server) ? Tally.Kind.MOVED : Tally.Kind.OTHER;
  }

  private Tally.Sort byRoute(Set<String> touched) {
    if (everything) {
      return record -> Tally.Kind.MOVED;
    }
    Sorter sorter = Prove.sorter(ground.from(), ground.to(), ground.policy());
    Captures captures = Captures.of(ground.from());
    return record -> {
      if (touched.contains(record.backend())) {
        return Tally.Kind.MOVED;
      }
      return sorter
          .at(Told.by(record, captures.request(record.frontend())))
          .map(lot ->
              switch (lot.move()) {
                case STAYS -> Tally.Kind.OTHER;
                case MOVES, UNCLEAR -> Tally.Kind.MOVED;
              })
          .orElse(Tally.Kind.MOVED);
    };
  }

  // --- what was before

  private Before beforeInPools() {
    Group all = Group.NONE;
    if (watched.isPresent()) {
      int seconds = (int) BEFORE.toSeconds();
      for (Row row :
          watched.get().traffic().snapshot(since.getEpochSecond() - seconds, seconds).rows()) {
        if (pools.contains(row.pool())) {
          long requests = row.requests() - row.bands().getOrDefault(Band.NO_REQUEST, 0L);
          all = all.and(new Group(requests, row.failures()));
        }
      }
    }
    return new Before(all, all);
  }

  private Before beforeByRoute() {
    Group moved = Group.NONE;
    Group others = Group.NONE;
    if (watched.isPresent()) {
      for (LogRecord record :
          watched.map(Watched::sample).map(KeptRecords::records).orElse(List.of())) {
        Band band = Band.of(record);
        if (band == Band.NO_REQUEST
            || !record.at().isBefore(since)
            || record.at().isBefore(since.minus(SAMPLED))) {
          continue;
        }
        Group one = new Group(1, band.failure() ? 1 : 0);
        switch (sort.of(record)) {
          case MOVED -> moved = moved.and(one);
          case OTHER -> others = others.and(one);
          case BESIDE -> {}
        }
      }
    }
    return new Before(moved, others);
  }

  /** Queue, connection and answer, of the slowest pool. */
  private static Duration slowest(Configuration configuration, Set<String> pools) {
    long most =
        configuration.pools().stream()
            .filter(pool -> pools.isEmpty() || pools.contains(pool.name()))
            .mapToLong(pool ->
                millis(pool, "timeout server")
                    + millis(pool, "timeout connect")
                    + millis(pool, "timeout queue"))
            .max()
            .orElse(0);
    Duration longest = most == 0 ? USUAL : Duration.ofMillis(most);
    return (longest.compareTo(SLOWEST) > 0 ? SLOWEST : longest).plus(SLACK);
  }

  private static long millis(Pool pool, String name) {
    return pool.settings().stream()
        .filter(it -> it.name().equals(name))
        .map(it -> it.value())
        .filter(it -> it.matches("\\d{1,12}ms"))
        .mapToLong(it -> Long.parseLong(it.substring(0, it.length() - 2)))
        .findFirst()
        .orElse(0);
  }

  /** For people. */
  @Override
  public String toString() {
    return servers.isEmpty()
        ? "what the files move: " + pools.stream().sorted().collect(Collectors.joining(", "))
        : String.join(", ", servers);
  }

  @Override
  public void close() {
    tap.ifPresent(Watched.Tap::close);
  }
}
