package dev.checkrail.watch.collect;

import dev.checkrail.balancer.Pulse;
import dev.checkrail.balancer.RunningState;
import dev.checkrail.balancer.RunningState.Statistics;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Snapshot.Came;
import dev.checkrail.watch.collect.Snapshot.Check;
import dev.checkrail.watch.collect.Snapshot.Frontend;
import dev.checkrail.watch.collect.Snapshot.Held;
import dev.checkrail.watch.collect.Snapshot.Pool;
import dev.checkrail.watch.collect.Snapshot.Server;
import dev.checkrail.watch.collect.Snapshot.State;
import dev.checkrail.watch.collect.Snapshot.Times;
import dev.checkrail.watch.collect.Snapshot.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes of one pulse after the other what came in between. HAProxy counts from the start of each
 * worker on, so what was there before is kept for each worker by its process id. A worker that was
 * not there at the look before began at 0 since: all that it counts came since. Of the first look
 * nothing can be said.
 *
 * <p>What an old worker counts after it was replaced is told apart from what the current one does.
 * Counters that came between the last look at a worker and its end are lost. Confined to one
 * thread.
 */
final class Counting {
  /** A line of {@code show stat}; a listening side and a pool may have one name. */
  private record Line(String type, String proxy, String service) {}

  /** What one line showed at the look before. */
  private record Before(Counts total, int sessions) {}

  /**
   * What a worker showed when it was asked last.
   *
   * @param lines empty if it was never asked for its counters
   */
  private record Process(Optional<Map<Line, Before>> lines, OptionalLong requests) {}

  private static final String FRONTEND = "0";
  private static final String BACKEND = "1";
  private static final String SERVER = "2";

  private final String balancer;
  private Map<Long, Process> before = Map.of();
  private OptionalLong served = OptionalLong.empty();
  private boolean first = true;

  Counting(String balancer) {
    this.balancer = balancer;
  }

  /**
   * The next look.
   *
   * @param over elapsed time since the look before; ignored at the first
   */
  Snapshot.Seen next(Pulse pulse, Instant at, Duration over, Duration took) {
    Map<Long, Process> now = new HashMap<>();
    List<Worker> workers = new ArrayList<>();
    for (Pulse.Worker one : pulse.workers()) {
      Optional<Process> known = known(one);
      Map<Line, Before> lines = new HashMap<>();
      one.statistics().forEach(row -> lines.put(line(row), before(row)));
      if (one.answers()) {
        now.put(
            one.pid(),
            new Process(
                one.statistics().isEmpty()
                    ? known.flatMap(Process::lines)
                    : Optional.of(Map.copyOf(lines)),
                one.requests()));
      } else {
        known.ifPresent(it -> now.put(one.pid(), it));
      }
      workers.add(worker(one, known));
    }
    Pulse.Worker current = pulse.current();
    Optional<Process> base = known(current);
    Snapshot.Seen seen =
        new Snapshot.Seen(
            balancer,
            at,
            at.getEpochSecond() - 1,
            first ? Optional.empty() : Optional.of(over),
            took,
            served.isPresent() && served.getAsLong() != current.pid()
                ? served
                : OptionalLong.empty(),
            pulse.master(),
            workers,
            frontends(current, base),
            pools(current, base));
    before = now;
    served = OptionalLong.of(current.pid());
    first = false;
    return seen;
  }

  /** Empty if nothing can be said of what came since; all 0 for a worker that is new. */
  private Optional<Process> known(Pulse.Worker worker) {
    Process known = before.get(worker.pid());
    return known != null
        ? Optional.of(known)
        : first
            ? Optional.empty()
            : Optional.of(new Process(Optional.of(Map.of()), OptionalLong.of(0)));
  }

  private static Line line(Statistics row) {
    return new Line(row.values().getOrDefault("type", ""), row.proxy(), row.service());
  }

  private static Before before(Statistics row) {
    return new Before(Counts.of(row.values()), Cells.small(row.values(), "scur", 0));
  }

  private static Optional<Came> came(Statistics row, Optional<Process> base) {
    return base.flatMap(Process::lines)
        .map(lines -> {
          Before now = before(row);
          Before then = lines.getOrDefault(line(row), new Before(Counts.NONE, 0));
          Counts counts = now.total().since(then.total());
          long ended = counts.of(Counter.SESSIONS) + then.sessions() - now.sessions();
          return new Came(counts, Math.max(0, ended));
        });
  }

  private static Worker worker(Pulse.Worker one, Optional<Process> base) {
    List<Held> held = new ArrayList<>();
    if (one.old()) {
      for (Statistics row : one.statistics()) {
        Optional<Came> came = came(row, base);
        int sessions = Cells.small(row.values(), "scur", 0);
        boolean quiet =
            sessions == 0 && came.map(it -> it.counts().none() && it.ended() == 0).orElse(true);
        if (SERVER.equals(row.values().get("type")) && !quiet) {
          held.add(new Held(new ServerName(row.proxy(), row.service()), sessions, came));
        }
      }
    }
    OptionalLong requests = OptionalLong.empty();
    if (one.requests().isPresent() && base.isPresent() && base.get().requests().isPresent()) {
      long came = one.requests().getAsLong() - base.get().requests().getAsLong();
      requests = OptionalLong.of(came < 0 ? one.requests().getAsLong() : came);
    }
    return new Worker(
        one.pid(),
        one.old(),
        one.answers(),
        one.age(),
        one.reloads(),
        one.marker(),
        one.connections(),
        requests,
        one.droppedLogs(),
        held);
  }

  private static List<Frontend> frontends(Pulse.Worker current, Optional<Process> base) {
    List<Frontend> frontends = new ArrayList<>();
    for (Statistics row : current.statistics()) {
      Map<String, String> cells = row.values();
      if (FRONTEND.equals(cells.get("type"))) {
        frontends.add(
            new Frontend(
                row.proxy(),
                http(cells),
                "OPEN".equals(cells.get("status")),
                Cells.small(cells, "scur", 0),
                limit(cells),
                Cells.small(cells, "rate", 0),
                Cells.small(cells, "req_rate", 0),
                Counts.of(cells),
                came(row, base)));
      }
    }
    return frontends;
  }

  private static List<Pool> pools(Pulse.Worker current, Optional<Process> base) {
    Map<ServerName, RunningState.Server> told = new HashMap<>();
    current.servers().forEach(server -> told.put(server.name(), server));
    Map<String, List<Server>> servers = new LinkedHashMap<>();
    for (Statistics row : current.statistics()) {
      if (SERVER.equals(row.values().get("type"))) {
        ServerName name = new ServerName(row.proxy(), row.service());
        servers
            .computeIfAbsent(row.proxy(), it -> new ArrayList<>())
            .add(server(name, row, told.get(name), came(row, base)));
      }
    }
    List<Pool> pools = new ArrayList<>();
    for (Statistics row : current.statistics()) {
      Map<String, String> cells = row.values();
      if (BACKEND.equals(cells.get("type"))) {
        pools.add(
            new Pool(
                row.proxy(),
                http(cells),
                cells.getOrDefault("status", "").startsWith("UP"),
                Cells.small(cells, "scur", 0),
                Cells.small(cells, "qcur", 0),
                limit(cells),
                Cells.small(cells, "rate", 0),
                Cells.small(cells, "weight", 0),
                Cells.small(cells, "act", 0),
                Cells.small(cells, "bck", 0),
                times(cells),
                Counts.of(cells),
                came(row, base),
                servers.getOrDefault(row.proxy(), List.of())));
      }
    }
    return pools;
  }

  private static Server server(
      ServerName name, Statistics row, RunningState.@Nullable Server told, Optional<Came> came) {
    Map<String, String> cells = row.values();
    String status = cells.getOrDefault("status", "");
    int weight = Cells.small(cells, "weight", 0);
    return new Server(
        name,
        http(cells),
        cells.getOrDefault("addr", told == null ? "" : told.address()),
        state(status),
        status,
        told == null ? RunningState.Admin.READY : told.admin(),
        told == null ? weight : told.weight(),
        told == null ? weight : told.initialWeight(),
        Cells.small(cells, "bck", 0) > 0,
        Cells.small(cells, "scur", 0),
        limit(cells),
        Cells.small(cells, "qcur", 0),
        Cells.small(cells, "rate", 0),
        Cells.small(cells, "srv_icur", 0),
        check(cells),
        Duration.ofSeconds(Math.max(0, Cells.number(cells, "lastchg", 0))),
        times(cells),
        Counts.of(cells),
        came);
  }

  /** The words of HAProxy's {@code srv_hlt_st} [management guide 9.1, status]. */
  private static State state(String status) {
    String word = status.split(" ", 2)[0];
    boolean between = status.indexOf('/') > 0 && !status.contains("via");
    return switch (word) {
      case "UP" -> between ? State.GOING_DOWN : State.UP;
      case "DOWN" -> between ? State.GOING_UP : State.DOWN;
      case "no" -> State.UNCHECKED;
      case "DRAIN", "NOLB" -> State.DRAIN;
      case "MAINT" -> State.MAINT;
      default -> State.UNKNOWN;
    };
  }

  private static Optional<Check> check(Map<String, String> cells) {
    String result = cells.get("check_status");
    return result == null
        ? Optional.empty()
        : Optional.of(
            new Check(
                result.startsWith("* ") ? result.substring(2) : result,
                positive(cells, "check_code"),
                positive(cells, "check_duration"),
                cells.getOrDefault("last_chk", "")));
  }

  private static boolean http(Map<String, String> cells) {
    return !"tcp".equals(cells.get("mode"));
  }

  private static OptionalInt limit(Map<String, String> cells) {
    return positive(cells, "slim");
  }

  private static OptionalInt positive(Map<String, String> cells, String name) {
    int value = Cells.small(cells, name, -1);
    return value < 0 ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static Times times(Map<String, String> cells) {
    return new Times(
        Cells.small(cells, "qtime", 0),
        Cells.small(cells, "ctime", 0),
        Cells.small(cells, "rtime", 0),
        Cells.small(cells, "ttime", 0));
  }
}
