package dev.checkrail.watch.collect;

import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.RunningState;
import dev.checkrail.balancer.ServerName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What was seen of a load balancer at one look, or why nothing was. */
public sealed interface Snapshot {
  /** Its name. */
  String balancer();

  /** When it was looked at, by the clock on the wall. */
  Instant at();

  /**
   * Nothing was seen.
   *
   * @param since the first look that failed in a row
   * @param lastSeen the last one that did not; empty if there never was one
   * @param why a sentence for people: what is wrong and what to do
   */
  record Blind(
      String balancer,
      Instant at,
      Instant since,
      Optional<Instant> lastSeen,
      Reason reason,
      String why)
      implements Snapshot {}

  /** Why nothing was seen. */
  enum Reason {
    /** Not looked yet. */
    NOT_YET,
    /** No such socket, or nobody listens: HAProxy does not run. */
    GONE,
    /** The socket may not be opened by this user. */
    NO_RIGHTS,
    /** The socket's level is too low. */
    LEVEL,
    /** No answer in time. */
    TIMEOUT,
    /** An answer that can't be understood. */
    UNINTELLIGIBLE,
    /** HAProxy has no socket at all. */
    UNSUPPORTED,
    /** It is not looked at any more. */
    CLOSED
  }

  /**
   * What was seen.
   *
   * @param second the second that had ended when it was looked at, since 1970: what was counted
   *     belongs to it
   * @param over elapsed time since the look before; empty for the first one. More than about a
   *     second after a gap: what was counted came in all of that time
   * @param took how long the look itself took
   * @param replaced the worker that served at the look before, if another one serves now: a reload
   *     or a restart. Counters began at 0 with the new one
   * @param master the process that reloads; empty if it can't be asked
   * @param workers those that serve, the current one first
   * @param frontends listening sides
   * @param pools pools with their servers
   */
  record Seen(
      String balancer,
      Instant at,
      long second,
      Optional<Duration> over,
      Duration took,
      OptionalLong replaced,
      Optional<Processes.Master> master,
      List<Worker> workers,
      List<Frontend> frontends,
      List<Pool> pools)
      implements Snapshot {
    public Seen {
      workers = List.copyOf(workers);
      frontends = List.copyOf(frontends);
      pools = List.copyOf(pools);
    }

    /** All servers of all pools. */
    public Stream<Server> servers() {
      return pools.stream().flatMap(pool -> pool.servers().stream());
    }

    /** The worker that takes new connections. */
    public Worker current() {
      return workers.getFirst();
    }

    /** Whether seconds are missing before this one; what was counted is no second's then. */
    public boolean afterGap() {
      return over.isPresent() && over.get().compareTo(Collector.LONGEST_SECOND) > 0;
    }
  }

  /**
   * What came since the look before.
   *
   * @param ended sessions that ended, well or not
   */
  record Came(Counts counts, long ended) {}

  /**
   * A listening side.
   *
   * @param http whether it speaks HTTP; else TCP
   * @param open whether it takes connections
   * @param sessions at the moment
   * @param limit most sessions
   * @param rate sessions in the last second, by HAProxy's own sliding measure
   * @param requestRate requests alike
   * @param total since the current worker began
   * @param came since the look before, in the current worker; empty at the first look
   */
  record Frontend(
      String name,
      boolean http,
      boolean open,
      int sessions,
      OptionalInt limit,
      int rate,
      int requestRate,
      Counts total,
      Optional<Came> came) {}

  /**
   * A pool.
   *
   * @param up whether one of its servers can be used
   * @param queue requests that wait for any of its servers
   * @param weight of all servers that can be used
   * @param active usable servers that are not backups
   * @param backups usable backups
   */
  record Pool(
      String name,
      boolean http,
      boolean up,
      int sessions,
      int queue,
      OptionalInt limit,
      int rate,
      int weight,
      int active,
      int backups,
      Times times,
      Counts total,
      Optional<Came> came,
      List<Server> servers) {
    public Pool {
      servers = List.copyOf(servers);
    }
  }

  /**
   * A server.
   *
   * @param address as the worker has it; empty if it is not told
   * @param state what HAProxy makes of it
   * @param status as HAProxy says it: {@code UP 1/3}, {@code MAINT (via be/s)}
   * @param admin what a person told it over the socket
   * @param weight in effect
   * @param initialWeight as its worker read it from the file
   * @param backup used only when no other is
   * @param sessions at the moment
   * @param limit {@code maxconn}
   * @param queue requests that wait for it
   * @param rate sessions in the last second, by HAProxy's own sliding measure
   * @param idleConnections kept open for the next request
   * @param check its last check; empty if it is not checked
   * @param lastChange since its state changed
   */
  record Server(
      ServerName name,
      boolean http,
      String address,
      State state,
      String status,
      RunningState.Admin admin,
      int weight,
      int initialWeight,
      boolean backup,
      int sessions,
      OptionalInt limit,
      int queue,
      int rate,
      int idleConnections,
      Optional<Check> check,
      Duration lastChange,
      Times times,
      Counts total,
      Optional<Came> came) {

    /**
     * Requests (HTTP) or sessions (TCP) that it completed since the look before. A request that
     * timed out is no completion: HAProxy counts no answer of the server then.
     */
    public OptionalLong completed() {
      return came.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(http ? came.get().counts().responses() : came.get().ended());
    }
  }

  /** What HAProxy makes of a server. */
  enum State {
    /** Its checks succeed. */
    UP,
    /** It is up, and its last checks failed. */
    GOING_DOWN,
    /** Its checks fail. */
    DOWN,
    /** It is down, and its last checks succeeded. */
    GOING_UP,
    /** It is not checked, and taken for up. */
    UNCHECKED,
    /** It gets no new sessions, except those that stick to it. */
    DRAIN,
    /** Out of service: by a person, by its file, with a server that it follows, or unresolved. */
    MAINT,
    /** HAProxy says something else; see {@link Server#status}. */
    UNKNOWN
  }

  /**
   * A check.
   *
   * @param result {@code L7OK}, {@code L4TOUT}, {@code L7STS} …
   * @param code HTTP status
   * @param millis how long it took
   * @param text what it said
   */
  record Check(String result, OptionalInt code, OptionalInt millis, String text) {}

  /** Milliseconds, by HAProxy's mean over the last 1024 requests. */
  record Times(int queue, int connect, int response, int total) {}

  /**
   * A worker.
   *
   * @param old whether it was replaced and only finishes what it holds
   * @param answers whether it answered
   * @param reloads reloads that it has seen; empty without a master
   * @param marker the version that it was started with; empty if it does not say
   * @param connections client connections that it holds; empty if it does not answer
   * @param requests since the look before, our own questions included
   * @param droppedLogs log lines that it could not send, since it was started
   * @param held an old worker's servers that hold sessions or had some since the look before
   */
  record Worker(
      long pid,
      boolean old,
      boolean answers,
      Duration age,
      OptionalInt reloads,
      Optional<String> marker,
      OptionalInt connections,
      OptionalLong requests,
      OptionalLong droppedLogs,
      List<Held> held) {
    public Worker {
      held = List.copyOf(held);
    }
  }

  /** What an old worker still does to a server. */
  record Held(ServerName server, int sessions, Optional<Came> came) {}
}
