package dev.checkrail.watch.detect;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.logs.Counts;
import dev.checkrail.logs.Read;
import dev.checkrail.watch.collect.Counter;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Client;
import dev.checkrail.watch.traffic.Health;
import dev.checkrail.watch.traffic.Row;
import dev.checkrail.watch.traffic.Second;
import dev.checkrail.watch.traffic.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Puts a {@link Moment} together from what was collected. Remembers up to where it has read, so
 * that nothing is told twice and nothing is left out. Confined to one thread, one per load
 * balancer.
 */
public final class Moments {
  private static final String TOLD = "runtime.told";

  /** After a pause no more of the log than that is told at once. */
  private static final int LONGEST = 60;

  private static final int BUSIEST = 5;
  private static final Duration OURS = Duration.ofSeconds(60);

  private long logged = Long.MIN_VALUE;
  private Optional<Counts> intakeBefore = Optional.empty();
  private Optional<Health> healthBefore = Optional.empty();
  private OptionalLong droppedBefore = OptionalLong.empty();
  private long worker;
  private Optional<Instant> lastAct = Optional.empty();
  private final Map<Moment.Blind.Part, Instant> blindSince = new EnumMap<>(Moment.Blind.Part.class);

  /**
   * What is there to be put together.
   *
   * @param snapshot the latest look at the socket
   * @param traffic what the log was counted into; empty if no log is configured
   * @param intake what reading it has counted so far; empty if it can't be opened
   * @param logTrouble why it can't be opened; "" if it can
   * @param probes latest of each target
   * @param journal entries about this load balancer, and events told by others, since the moment
   *     before, oldest first
   * @param ours which worker is there by an act of ours
   */
  public record Sources(
      Instant at,
      Optional<String> approved,
      Snapshot snapshot,
      Optional<Traffic> traffic,
      Optional<Counts> intake,
      String logTrouble,
      List<Probed> probes,
      Drifting drift,
      List<JournalEntry> journal,
      Map<String, Moment.Dependency> dependencies,
      Ours ours) {
    public Sources {
      probes = List.copyOf(probes);
      journal = List.copyOf(journal);
      dependencies = Map.copyOf(dependencies);
    }
  }

  /**
   * Which worker is there by an act of ours, to tell a reload that somebody else ordered.
   *
   * @param acting whether an act of ours is under way: whose worker it is can't be said yet
   * @param worker that served when our last act ended; empty if that is not known, then what serves
   *     within a minute after an act is taken for ours
   */
  public record Ours(boolean acting, OptionalLong worker) {
    /** Nothing is known. */
    public static final Ours UNKNOWN = new Ours(false, OptionalLong.empty());
  }

  /** The moment that these make. */
  public Moment next(Sources from) {
    List<Moment.Blind> blind = new ArrayList<>();
    List<Moment.Event> events = events(from);
    Optional<Moment.Stats> stats = Optional.empty();
    OptionalLong dropped = OptionalLong.empty();
    switch (from.snapshot()) {
      case Snapshot.Blind none -> blind(Moment.Blind.Part.STATS, none.since(), none.why(), blind);
      case Snapshot.Seen seen -> {
        blindSince.remove(Moment.Blind.Part.STATS);
        stats = Optional.of(stats(seen));
        dropped = seen.current().droppedLogs();
        reloaded(from, seen, events);
      }
    }
    Optional<Moment.Intake> intake = intake(from, dropped);
    if (from.traffic().isPresent() && from.intake().isEmpty()) {
      blind(Moment.Blind.Part.LOG, from.at(), from.logTrouble(), blind);
    } else if (intake.isPresent() && !intake.get().trouble().isEmpty()) {
      blind(Moment.Blind.Part.LOG, from.at(), intake.get().trouble(), blind);
    } else {
      blindSince.remove(Moment.Blind.Part.LOG);
    }
    if (from.drift().unreachable().isPresent()) {
      blind(Moment.Blind.Part.DRIFT, from.at(), from.drift().unreachable().get(), blind);
    } else {
      blindSince.remove(Moment.Blind.Part.DRIFT);
    }
    return new Moment(
        from.snapshot().balancer(),
        from.at(),
        from.approved(),
        stats,
        log(from),
        intake,
        from.probes(),
        from.drift(),
        events,
        from.dependencies(),
        blind);
  }

  private void blind(Moment.Blind.Part part, Instant since, String why, List<Moment.Blind> all) {
    all.add(new Moment.Blind(part, blindSince.computeIfAbsent(part, it -> since), why));
  }

  // --- the socket

  private static Moment.Stats stats(Snapshot.Seen seen) {
    Map<ServerName, List<Snapshot.Held>> held = new HashMap<>();
    for (Snapshot.Worker worker : seen.workers()) {
      for (Snapshot.Held one : worker.held()) {
        held.computeIfAbsent(one.server(), it -> new ArrayList<>()).add(one);
      }
    }
    List<Moment.Front> fronts = new ArrayList<>();
    for (Snapshot.Frontend one : seen.frontends()) {
      fronts.add(
          new Moment.Front(
              one.name(),
              one.http(),
              one.open(),
              one.sessions(),
              one.limit(),
              came(one.came(), Counter.SESSIONS),
              came(one.came(), Counter.REQUESTS),
              came(one.came(), Counter.REQUEST_ERRORS)));
    }
    List<Moment.Pool> pools = new ArrayList<>();
    for (Snapshot.Pool one : seen.pools()) {
      List<Moment.Server> servers = new ArrayList<>();
      for (Snapshot.Server server : one.servers()) {
        servers.add(server(server, held.getOrDefault(server.name(), List.of())));
      }
      pools.add(
          new Moment.Pool(
              one.name(),
              one.http(),
              one.sessions(),
              one.queue(),
              one.active(),
              one.backups(),
              servers));
    }
    return new Moment.Stats(
        seen.second(),
        seen.over().isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(seen.over().get().toNanos() / 1e9),
        seen.afterGap(),
        seen.replaced(),
        seen.master(),
        seen.workers(),
        fronts,
        pools);
  }

  private static Moment.Server server(Snapshot.Server one, List<Snapshot.Held> held) {
    Optional<Moment.Came> came =
        one.came()
            .map(it -> {
              Moment.Came sum = came(it, one.http());
              for (Snapshot.Held old : held) {
                if (old.came().isPresent()) {
                  sum = sum.plus(came(old.came().get(), one.http()));
                }
              }
              return sum;
            });
    return new Moment.Server(
        one.name(),
        one.address(),
        one.state(),
        one.admin(),
        one.backup(),
        one.weight(),
        one.initialWeight(),
        one.sessions() + held.stream().mapToInt(Snapshot.Held::sessions).sum(),
        one.limit(),
        one.queue(),
        one.check(),
        one.lastChange(),
        came);
  }

  private static OptionalLong came(Optional<Snapshot.Came> came, Counter counter) {
    return came.isEmpty() ? OptionalLong.empty() : OptionalLong.of(came.get().counts().of(counter));
  }

  private static Moment.Came came(Snapshot.Came came, boolean http) {
    var counts = came.counts();
    return new Moment.Came(
        counts.of(Counter.SESSIONS),
        http ? counts.responses() : came.ended(),
        counts.of(Counter.CONNECT_ERRORS),
        counts.of(Counter.RESPONSE_ERRORS),
        counts.of(Counter.RETRIES),
        counts.of(Counter.REDISPATCHES),
        counts.of(Counter.CLIENT_ABORTS),
        counts.of(Counter.SERVER_ABORTS),
        counts.of(Counter.RESPONSES_2XX),
        counts.of(Counter.RESPONSES_3XX),
        counts.of(Counter.RESPONSES_4XX),
        counts.of(Counter.RESPONSES_5XX));
  }

  // --- the log

  private Optional<Moment.Logged> log(Sources from) {
    if (from.traffic().isEmpty() || from.intake().isEmpty()) {
      logged = Long.MIN_VALUE;
      return Optional.empty();
    }
    Traffic traffic = from.traffic().get();
    long settled = traffic.settled();
    if (logged == Long.MIN_VALUE || settled < logged - LONGEST) {
      logged = settled - 1; // the first time, or the clock was set back
    }
    if (settled <= logged) {
      return Optional.empty();
    }
    long first = Math.max(logged + 1, settled - LONGEST + 1);
    logged = settled;
    Second second = traffic.snapshot(first, (int) (settled - first + 1));
    List<Moment.Flow> flows = new ArrayList<>();
    for (Row row : second.rows()) {
      flows.add(flow(row));
    }
    List<Moment.Busy> busiest = new ArrayList<>();
    for (Client client : traffic.busiest(settled, BUSIEST)) {
      busiest.add(
          new Moment.Busy(
              client.key(),
              Math.max(0, client.requests() - client.atMostTooHigh()),
              client.failures()));
    }
    return Optional.of(
        new Moment.Logged(
            first,
            second.seconds(),
            flows,
            second.clients().stream()
                .map(one -> new Moment.Reach(one.service(), one.all(), one.failed()))
                .toList(),
            busiest,
            traffic.ofClients(settled),
            second.refused()));
  }

  private static Moment.Flow flow(Row row) {
    return new Moment.Flow(
        row.route(),
        row.pool(),
        row.server(),
        row.fit(),
        row.unserved(),
        Ended.of(row.bands()),
        row.terminations(),
        row.retries(),
        row.queueMillis(),
        row.connectMillis(),
        row.responseMillis(),
        row.times());
  }

  private Optional<Moment.Intake> intake(Sources from, OptionalLong dropped) {
    if (from.traffic().isEmpty() || from.intake().isEmpty()) {
      intakeBefore = Optional.empty();
      healthBefore = Optional.empty();
      return Optional.empty();
    }
    Counts now = from.intake().get();
    Health health = from.traffic().get().health();
    Counts before = intakeBefore.filter(it -> it.lines() <= now.lines()).orElse(now);
    Health healthThen = healthBefore.orElse(health);
    long broken =
        refused(now, Read.Reason.CONNECTION_ERROR) - refused(before, Read.Reason.CONNECTION_ERROR);
    // Lines all the same: the log is alive.
    long probes = refused(now, Read.Reason.OWN_PROBE) - refused(before, Read.Reason.OWN_PROBE);
    long lost = 0;
    if (dropped.isPresent()) {
      lost = Math.max(0, dropped.getAsLong() - droppedBefore.orElse(dropped.getAsLong()));
      droppedBefore = dropped;
    }
    intakeBefore = Optional.of(now);
    healthBefore = Optional.of(health);
    return Optional.of(
        new Moment.Intake(
            now.parsed() - before.parsed() + probes,
            now.refusedInAll() - before.refusedInAll() - broken - probes,
            broken,
            now.droppedByQueue()
                - before.droppedByQueue()
                + Math.max(0, now.droppedByKernel().orElse(0) - before.droppedByKernel().orElse(0))
                + lost,
            health.late() - healthThen.late(),
            health.ahead() - healthThen.ahead(),
            health.clockSteps() - healthThen.clockSteps(),
            now.trouble()));
  }

  private static long refused(Counts counts, Read.Reason reason) {
    return counts.refused().getOrDefault(reason, 0L);
  }

  // --- what was done

  private List<Moment.Event> events(Sources from) {
    List<Moment.Event> events = new ArrayList<>();
    for (JournalEntry entry : from.journal()) {
      what(entry)
          .ifPresent(what -> {
            events.add(
                new Moment.Event(
                    entry.at(),
                    what,
                    entry.actor(),
                    text(entry),
                    Optional.ofNullable(entry.details().get("digest")),
                    what == Moment.Event.What.TOLD ? about(entry.subject()) : "",
                    told(entry)));
            if (what == Moment.Event.What.APPLY_BEGAN
                || what == Moment.Event.What.ROLLBACK_BEGAN
                || what == Moment.Event.What.APPLY_ENDED
                || what == Moment.Event.What.ROLLBACK_ENDED) {
              lastAct = Optional.of(from.at());
            }
          });
    }
    return events;
  }

  private static Optional<Moment.Event.What> what(JournalEntry entry) {
    return switch (entry.kind()) {
      case "apply.began" -> Optional.of(Moment.Event.What.APPLY_BEGAN);
      case "apply.serves", "apply.stopped", "apply.live" ->
          Optional.of(Moment.Event.What.APPLY_ENDED);
      case "rollback.ordered" -> Optional.of(Moment.Event.What.ROLLBACK_BEGAN);
      case "rollback.serves", "rollback.stopped" -> Optional.of(Moment.Event.What.ROLLBACK_ENDED);
      // What a crash interrupted, and was ended at the start.
      case "recover.serves", "recover.stopped" ->
          Optional.of(
              entry.details().getOrDefault("why", "").startsWith("an interrupted rollback")
                  ? Moment.Event.What.ROLLBACK_ENDED
                  : Moment.Event.What.APPLY_ENDED);
      case TOLD, "rollout.raised", "rollback.tourniquet" -> Optional.of(Moment.Event.What.RUNTIME);
      case "event" -> Optional.of(Moment.Event.What.TOLD);
      default -> Optional.empty();
    };
  }

  /** Who names all names nothing. */
  private static String about(String scope) {
    return scope.strip().equals("*") ? "" : scope.strip();
  }

  private static Optional<Moment.Event.Told> told(JournalEntry entry) {
    return entry.kind().equals(TOLD)
        ? Optional.of(
            new Moment.Event.Told(
                entry.details().getOrDefault("server", ""),
                Optional.ofNullable(entry.details().get("state")),
                Optional.ofNullable(entry.details().get("weight"))))
        : Optional.empty();
  }

  private static String text(JournalEntry entry) {
    StringBuilder text = new StringBuilder(entry.kind()).append(' ').append(entry.subject());
    entry
        .details()
        .forEach((name, value) -> text.append("; ").append(name).append(": ").append(value));
    return text.length() > 500 ? text.substring(0, 500) : text.toString();
  }

  /**
   * Another worker serves, and nothing that we did explains it. After a start that is told of a
   * worker that somebody else's reload made before, too, at the time at which it was made.
   */
  private void reloaded(Sources from, Snapshot.Seen seen, List<Moment.Event> events) {
    long now = seen.current().pid();
    if (from.ours().acting()) {
      return; // it is said when the act is over
    }
    boolean first = worker == 0;
    boolean another = worker != now;
    worker = now;
    boolean others;
    if (from.ours().worker().isPresent()) {
      others = another && from.ours().worker().getAsLong() != now;
    } else {
      others =
          another && !first && lastAct.filter(it -> it.plus(OURS).isAfter(from.at())).isEmpty();
    }
    if (others) {
      Instant at = first ? from.at().minus(seen.current().age()) : from.at();
      events.add(
          new Moment.Event(
              at,
              Moment.Event.What.RELOADED_BY_OTHERS,
              "",
              "worker " + now + " serves since; none of our acts explains it",
              seen.current().marker()));
    }
  }
}
