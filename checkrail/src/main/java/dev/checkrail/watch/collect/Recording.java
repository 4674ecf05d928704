package dev.checkrail.watch.collect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.Series;
import dev.checkrail.watch.collect.Snapshot.Came;
import dev.checkrail.watch.collect.Snapshot.Frontend;
import dev.checkrail.watch.collect.Snapshot.Pool;
import dev.checkrail.watch.collect.Snapshot.Server;
import dev.checkrail.watch.collect.Snapshot.State;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what was seen into series. What was counted after a gap belongs to no single second and is
 * left out; what is at the moment is written. Names:
 *
 * <pre>
 * balancer seen | old-workers | old-connections
 * frontend FE sessions | COUNTER
 * pool BE sessions | queue | active | COUNTER
 * server BE/S sessions | queue | up | weight | completed | COUNTER
 * old BE/S sessions                                  what old workers hold
 * probe KIND SUBJECT good | millis
 * </pre>
 *
 * where COUNTER is a {@link Counter#word}.
 */
public final class Recording {
  private static final List<Counter> OF_FRONTENDS =
      List.of(
          Counter.SESSIONS,
          Counter.REQUESTS,
          Counter.DENIED_REQUESTS,
          Counter.REQUEST_ERRORS,
          Counter.RESPONSES_2XX,
          Counter.RESPONSES_3XX,
          Counter.RESPONSES_4XX,
          Counter.RESPONSES_5XX);

  private static final List<Counter> OF_POOLS =
      List.of(
          Counter.SESSIONS,
          Counter.CONNECT_ERRORS,
          Counter.RESPONSE_ERRORS,
          Counter.RETRIES,
          Counter.REDISPATCHES,
          Counter.CLIENT_ABORTS,
          Counter.RESPONSES_2XX,
          Counter.RESPONSES_4XX,
          Counter.RESPONSES_5XX);

  private static final List<Counter> OF_SERVERS =
      List.of(
          Counter.SESSIONS,
          Counter.CONNECT_ERRORS,
          Counter.RESPONSE_ERRORS,
          Counter.RETRIES,
          Counter.REDISPATCHES,
          Counter.CLIENT_ABORTS,
          Counter.SERVER_ABORTS,
          Counter.RESPONSES_2XX,
          Counter.RESPONSES_3XX,
          Counter.RESPONSES_4XX,
          Counter.RESPONSES_5XX);

  private static final Logger LOG = LoggerFactory.getLogger(Recording.class);

  private final Series series;
  private final AtomicBoolean said = new AtomicBoolean();

  public Recording(Series series) {
    this.series = series;
  }

  /** Writes a look. */
  public void snapshot(Snapshot snapshot) {
    switch (snapshot) {
      case Snapshot.Blind blind -> put("balancer seen", blind.at().getEpochSecond() - 1, 0);
      case Snapshot.Seen seen -> seen(seen);
    }
  }

  private void seen(Snapshot.Seen seen) {
    long second = seen.second();
    put("balancer seen", second, 1);
    List<Snapshot.Worker> old = seen.workers().stream().filter(Snapshot.Worker::old).toList();
    put("balancer old-workers", second, old.size());
    put(
        "balancer old-connections",
        second,
        old.stream().mapToInt(worker -> worker.connections().orElse(0)).sum());
    for (Frontend frontend : seen.frontends()) {
      String name = "frontend " + frontend.name() + " ";
      put(name + "sessions", second, frontend.sessions());
      counted(name, second, OF_FRONTENDS, came(seen, frontend.came()));
    }
    for (Pool pool : seen.pools()) {
      String name = "pool " + pool.name() + " ";
      put(name + "sessions", second, pool.sessions());
      put(name + "queue", second, pool.queue());
      put(name + "active", second, pool.active());
      counted(name, second, OF_POOLS, came(seen, pool.came()));
      pool.servers().forEach(server -> server(seen, server));
    }
    for (Snapshot.Worker worker : old) {
      for (Snapshot.Held held : worker.held()) {
        put("old " + held.server() + " sessions", second, held.sessions());
      }
    }
  }

  private void server(Snapshot.Seen seen, Server server) {
    String name = "server " + server.name() + " ";
    long second = seen.second();
    put(name + "sessions", second, server.sessions());
    put(name + "queue", second, server.queue());
    put(name + "up", second, usable(server) ? 1 : 0);
    put(name + "weight", second, server.weight());
    OptionalLong completed = server.completed();
    if (completed.isPresent() && !seen.afterGap()) {
      put(name + "completed", second, completed.getAsLong());
    }
    counted(name, second, OF_SERVERS, came(seen, server.came()));
  }

  /** Whether it takes new sessions. */
  static boolean usable(Server server) {
    State state = server.state();
    return state == State.UP || state == State.GOING_DOWN || state == State.UNCHECKED;
  }

  private static Optional<Came> came(Snapshot.Seen seen, Optional<Came> came) {
    return seen.afterGap() ? Optional.empty() : came;
  }

  private void counted(String name, long second, List<Counter> counters, Optional<Came> came) {
    came.ifPresent(
        it -> counters.forEach(one -> put(name + one.word(), second, it.counts().of(one))));
  }

  /** Writes a round of probes. */
  public void probed(List<Probed> results) {
    for (Probed one : results) {
      long second = one.at().getEpochSecond();
      String kind = one.target().kind().name().toLowerCase(java.util.Locale.ROOT);
      List<String> subjects =
          one.target().servers().isEmpty()
              ? List.of(one.target().subject())
              : one.target().servers().stream().map(ServerName::toString).toList();
      for (String subject : subjects) {
        String name = "probe " + kind + " " + subject + " ";
        put(name + "good", second, one.good() ? 1 : 0);
        put(name + "millis", second, one.latency().toNanos() / 1e6);
      }
    }
  }

  /** Refusals are counted there; that it began is said once. */
  private void put(String name, long second, double value) {
    if (!series.put(name, second, value) && series.refused() > 0 && !said.getAndSet(true)) {
      LOG.warn(
          "lb {}: there is no room for more than {} series; {} and others are left out",
          series.balancer(),
          series.most(),
          name);
    }
  }
}
