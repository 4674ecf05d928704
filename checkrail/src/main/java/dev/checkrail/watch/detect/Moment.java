package dev.checkrail.watch.detect;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Fit;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Second;
import dev.checkrail.watch.traffic.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that was observed of one load balancer since the moment before, about a second ago. What was
 * not observed is empty, never 0, and {@link #blind} says why.
 *
 * <p>The parts are of different seconds: counters are of the second that just ended, the log of the
 * latest seconds of which all records are there, mostly one behind it.
 *
 * @param balancer name
 * @param at when it was put together, by our clock
 * @param approved digest of the version that is meant to be live
 * @param stats counters and states of its socket; empty if it could not be asked
 * @param log what its log told of the seconds that became complete; empty if no log is taken in, or
 *     none became complete
 * @param intake how reading the log went; empty if no log is taken in
 * @param probes the latest answer of each target; empty before the first round
 * @param drift what nobody approved
 * @param events what people and programs did to it or near it since the moment before, oldest first
 * @param dependencies what the policy's signals say, by name; one that is not there is not observed
 * @param blind what could not be observed, and why
 */
public record Moment(
    String balancer,
    Instant at,
    Optional<String> approved,
    Optional<Stats> stats,
    Optional<Logged> log,
    Optional<Intake> intake,
    List<Probed> probes,
    Drifting drift,
    List<Event> events,
    Map<String, Dependency> dependencies,
    List<Blind> blind) {
  public Moment {
    probes = List.copyOf(probes);
    events = List.copyOf(events);
    dependencies = Collections.unmodifiableMap(new TreeMap<>(dependencies));
    blind = List.copyOf(blind);
  }

  /** All servers of all pools; none if the socket could not be asked. */
  public Stream<Server> servers() {
    return stats.stream()
        .flatMap(it -> it.pools().stream())
        .flatMap(pool -> pool.servers().stream());
  }

  /** All rows of the log; none if there is none. */
  public List<Flow> flows() {
    return log.map(Logged::flows).orElse(List.of());
  }

  /**
   * What the socket told.
   *
   * @param second the second that had ended, since 1970
   * @param over seconds in which {@link Came} came; empty at the first look, when nothing came yet
   * @param gap whether seconds are missing before this one: what came, came in all of them
   * @param replaced the worker that served before, if another one serves now
   * @param master the process that reloads; empty if it can't be asked
   * @param workers the current one first
   */
  public record Stats(
      long second,
      OptionalDouble over,
      boolean gap,
      OptionalLong replaced,
      Optional<Processes.Master> master,
      List<Snapshot.Worker> workers,
      List<Front> fronts,
      List<Pool> pools) {
    public Stats {
      workers = List.copyOf(workers);
      fronts = List.copyOf(fronts);
      pools = List.copyOf(pools);
    }
  }

  /**
   * A listening side.
   *
   * @param sessions at the moment
   * @param limit most sessions
   * @param connections new ones since the moment before; empty if that is not known
   * @param requests alike
   * @param unreadable requests that could not be read, alike
   */
  public record Front(
      String name,
      boolean http,
      boolean open,
      int sessions,
      OptionalInt limit,
      OptionalLong connections,
      OptionalLong requests,
      OptionalLong unreadable) {}

  /**
   * A pool.
   *
   * @param queue requests that wait for any of its servers
   * @param active usable servers that are not backups
   */
  public record Pool(
      String name,
      boolean http,
      int sessions,
      int queue,
      int active,
      int backups,
      List<Server> servers) {
    public Pool {
      servers = List.copyOf(servers);
    }
  }

  /**
   * A server.
   *
   * @param address as the worker has it; empty if it is not told
   * @param weight in effect
   * @param initialWeight as the file has it
   * @param sessions at the moment, in all workers together
   * @param limit {@code maxconn}
   * @param queue requests that wait for it
   * @param check its last check; empty if it is not checked
   * @param lastChange since its state changed
   * @param came since the moment before, in all workers together; empty if that is not known
   */
  public record Server(
      ServerName name,
      String address,
      Snapshot.State state,
      Admin admin,
      boolean backup,
      int weight,
      int initialWeight,
      int sessions,
      OptionalInt limit,
      int queue,
      Optional<Snapshot.Check> check,
      Duration lastChange,
      Optional<Came> came) {
    /** Whether it takes new sessions. */
    public boolean usable() {
      return switch (state) {
        case UP, GOING_DOWN, UNCHECKED -> weight > 0;
        case DOWN, GOING_UP, DRAIN, MAINT, UNKNOWN -> false;
      };
    }
  }

  /**
   * What came to a server since the moment before.
   *
   * @param arrived sessions given to it, retries included
   * @param completed requests that it answered, or TCP sessions that ended; a time-out is none
   * @param connectErrors connections that could not be made
   * @param responseErrors answers that failed: too late, broken off, nonsense
   * @param statuses5xx answers of 500 and more, by the server itself
   */
  public record Came(
      long arrived,
      long completed,
      long connectErrors,
      long responseErrors,
      long retries,
      long redispatches,
      long clientAborts,
      long serverAborts,
      long statuses2xx,
      long statuses3xx,
      long statuses4xx,
      long statuses5xx) {
    /** Nothing. */
    public static final Came NOTHING = new Came(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Came plus(Came other) {
      return new Came(
          arrived + other.arrived,
          completed + other.completed,
          connectErrors + other.connectErrors,
          responseErrors + other.responseErrors,
          retries + other.retries,
          redispatches + other.redispatches,
          clientAborts + other.clientAborts,
          serverAborts + other.serverAborts,
          statuses2xx + other.statuses2xx,
          statuses3xx + other.statuses3xx,
          statuses4xx + other.statuses4xx,
          statuses5xx + other.statuses5xx);
    }
  }

  /**
   * What the log told.
   *
   * @param second the first second; requests count where they ended
   * @param seconds how many, one after the other
   * @param flows by route and server
   * @param clients distinct clients of these seconds by service; {@code *} for all
   * @param busiest clients of the running minute, the busiest first
   * @param running requests of all clients in the running minute, counted as {@code busiest} is:
   *     also those of seconds that are not complete yet
   * @param refused the clients of these seconds that were refused most
   */
  public record Logged(
      long second,
      int seconds,
      List<Flow> flows,
      List<Reach> clients,
      List<Busy> busiest,
      long running,
      List<Second.Refused> refused) {
    public Logged {
      flows = List.copyOf(flows);
      clients = List.copyOf(clients);
      busiest = List.copyOf(busiest);
      refused = List.copyOf(refused);
    }

    /** All requests. */
    public long requests() {
      long sum = 0;
      for (Flow flow : flows) {
        sum += flow.ended().requests();
      }
      return sum;
    }
  }

  /**
   * Requests of one route that went to one server.
   *
   * @param pool as logged; empty if none was chosen
   * @param server as logged; empty if there was none
   * @param fit whether they may go there
   * @param unserved whether the policy's inventory says that the server does not serve them
   * @param ended how they ended
   * @param terminations how many by the first two characters of the termination state
   * @param retries attempts to connect beyond the first, over all requests
   * @param queueMillis sum of the time in queues
   * @param connectMillis sum of the time until servers accepted
   * @param responseMillis sum of the time until response headers
   * @param times how long they took as a whole
   */
  public record Flow(
      Route route,
      String pool,
      String server,
      Fit fit,
      boolean unserved,
      Ended ended,
      Map<String, Long> terminations,
      long retries,
      long queueMillis,
      long connectMillis,
      long responseMillis,
      Spread times) {
    public Flow {
      terminations = Map.copyOf(terminations);
    }

    /** The server; empty if there was none. */
    public Optional<ServerName> to() {
      return pool.isEmpty() || server.isEmpty()
          ? Optional.empty()
          : Optional.of(new ServerName(pool, server));
    }
  }

  /** Distinct clients of a service, by estimate, and how many of them had a failure. */
  public record Reach(String service, long all, long failed) {}

  /** A client that asks a lot: a hash of its key, or its address. */
  public record Busy(String key, long requests, long failures) {}

  /**
   * How reading the log went since the moment before.
   *
   * @param parsed lines that became records
   * @param refused lines that were none, without {@code broken}
   * @param broken lines about a connection that ended before a request: TLS mostly
   * @param dropped lines that we or the kernel threw away, or the load balancer could not send
   * @param late records of seconds that are not kept any more
   * @param ahead records from the future by our clock
   * @param clockSteps how often our clock went back
   * @param trouble why it can't be read; "" if it can
   */
  public record Intake(
      long parsed,
      long refused,
      long broken,
      long dropped,
      long late,
      long ahead,
      long clockSteps,
      String trouble) {}

  /**
   * Something that was done, or happened, to the load balancer or near it.
   *
   * @param about what others said that it is about: names of servers or services separated by
   *     commas, {@code *} for any letters; "" if nobody said, or it is ours
   * @param told what a server was told, if that is what was done
   */
  public record Event(
      Instant at,
      What what,
      String actor,
      String text,
      Optional<String> digest,
      String about,
      Optional<Told> told) {
    /** One of which nobody said what it is about, and by which no server was told anything. */
    public Event(Instant at, What what, String actor, String text, Optional<String> digest) {
      this(at, what, actor, text, digest, "", Optional.empty());
    }

    /**
     * Whether the version that was gone back to serves. Also if a crash interrupted it and the next
     * start ended it; not if it was stopped, or never begun.
     */
    public boolean isVerifiedWayBack() {
      return what == What.ROLLBACK_ENDED
          && (text.startsWith("rollback.serves") || text.startsWith("recover.serves"));
    }

    /**
     * What a server was told over the socket, by us.
     *
     * @param server {@code POOL/SERVER}
     */
    public record Told(String server, Optional<String> state, Optional<String> weight) {}

    /** What it was. */
    public enum What {
      /** A change of ours began: files are switched and a reload ordered. */
      APPLY_BEGAN,
      /** It serves, or was stopped: the text says. */
      APPLY_ENDED,
      /** The way back was ordered. */
      ROLLBACK_BEGAN,
      /** It serves, or was stopped. */
      ROLLBACK_ENDED,
      /** Somebody told a server something over the socket, by us. */
      RUNTIME,
      /** Another worker serves, and none of our acts explains it. */
      RELOADED_BY_OTHERS,
      /** Told by people or programs: {@code checkrail event "gateway 1.8 deployed"}. */
      TOLD
    }
  }

  /**
   * What the policy's signal of a dependency says.
   *
   * @param value empty if it is not observed
   * @param above it is in trouble if the value is above this
   * @param why why it is not observed; else ""
   */
  public record Dependency(OptionalDouble value, double above, String why) {
    /** Whether it says that it is in trouble. */
    public boolean inTrouble() {
      return value.isPresent() && value.getAsDouble() > above;
    }
  }

  /** Something that could not be observed, since when, and why. */
  public record Blind(Part part, Instant since, String why) {
    /** Which eye. */
    public enum Part {
      STATS,
      LOG,
      PROBES,
      DRIFT,
      DEPENDENCIES
    }
  }
}
