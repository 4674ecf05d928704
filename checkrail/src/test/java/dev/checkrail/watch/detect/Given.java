package dev.checkrail.watch.detect;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Fit;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Builds a {@link Moment} for a test: only what matters is said. Without anything it is a second in
 * which the socket answered, and the log, and nothing came.
 */
public final class Given {
  private final long second;
  private String balancer = "edge";
  private boolean stats = true;
  private boolean log = true;
  private boolean gap;
  private int seconds = 1;
  private OptionalLong replaced = OptionalLong.empty();
  private Optional<String> approved = Optional.of("a".repeat(64));
  private final List<Snapshot.Worker> workers = new ArrayList<>();
  private final List<Moment.Front> fronts = new ArrayList<>();
  private final Map<String, List<Moment.Server>> pools = new LinkedHashMap<>();
  private final Map<String, Integer> queues = new LinkedHashMap<>();
  private final List<Moment.Flow> flows = new ArrayList<>();
  private final List<Moment.Reach> clients = new ArrayList<>();
  private final List<Moment.Busy> busiest = new ArrayList<>();
  private final List<Probed> probes = new ArrayList<>();
  private final List<Moment.Event> events = new ArrayList<>();
  private final Map<String, Moment.Dependency> dependencies = new LinkedHashMap<>();
  private final List<Moment.Blind> blind = new ArrayList<>();
  private Drifting drift = Drifting.UNKNOWN;
  private Optional<Moment.Intake> intake = Optional.empty();

  private Given(long second) {
    this.second = second;
  }

  /** The second with this number: {@link #at} is 1.4 s after its beginning. */
  public static Given second(long second) {
    return new Given(second);
  }

  /** When a moment of this second is put together. */
  public static Instant at(long second) {
    return Instant.ofEpochSecond(second + 1).plusMillis(400);
  }

  public Given balancer(String name) {
    this.balancer = name;
    return this;
  }

  public Given approved(String digest) {
    this.approved = Optional.of(digest);
    return this;
  }

  /** The socket was not asked, or did not answer. */
  public Given withoutStats(String why, Instant since) {
    stats = false;
    blind.add(new Moment.Blind(Moment.Blind.Part.STATS, since, why));
    return this;
  }

  /** No log is taken in. */
  public Given withoutLog() {
    log = false;
    return this;
  }

  /** Counters are of several seconds, because looks are missing. */
  public Given afterGap() {
    gap = true;
    return this;
  }

  public Given logSeconds(int count) {
    seconds = count;
    return this;
  }

  public Given replaced(long worker) {
    replaced = OptionalLong.of(worker);
    return this;
  }

  public Given worker(Snapshot.Worker worker) {
    workers.add(worker);
    return this;
  }

  /** An old worker that holds connections. */
  public Given oldWorker(long pid, int connections, String marker, Duration age) {
    return worker(
        new Snapshot.Worker(
            pid,
            true,
            true,
            age,
            OptionalInt.empty(),
            Optional.of(marker),
            OptionalInt.of(connections),
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of()));
  }

  public Given front(String name, long connections, long requests) {
    fronts.add(
        new Moment.Front(
            name,
            true,
            true,
            0,
            OptionalInt.empty(),
            OptionalLong.of(connections),
            OptionalLong.of(requests),
            OptionalLong.of(0)));
    return this;
  }

  /** A server that is up, of weight 100. */
  public Given server(String name, int sessions, long arrived, long completed) {
    return server(
        name,
        Snapshot.State.UP,
        100,
        sessions,
        new Moment.Came(arrived, completed, 0, 0, 0, 0, 0, 0, completed, 0, 0, 0));
  }

  public Given server(
      String name, Snapshot.State state, int weight, int sessions, Moment.Came came) {
    return server(
        new Moment.Server(
            ServerName.of(name),
            "127.0.0.1:1",
            state,
            state == Snapshot.State.MAINT
                ? Admin.MAINT
                : state == Snapshot.State.DRAIN ? Admin.DRAIN : Admin.READY,
            false,
            weight,
            weight,
            sessions,
            OptionalInt.empty(),
            0,
            state == Snapshot.State.UNCHECKED
                ? Optional.empty()
                : Optional.of(
                    new Snapshot.Check(
                        state == Snapshot.State.DOWN ? "L7STS" : "L7OK",
                        OptionalInt.of(state == Snapshot.State.DOWN ? 503 : 200),
                        OptionalInt.of(1),
                        "")),
            Duration.ofHours(1),
            Optional.of(came)));
  }

  public Given server(Moment.Server server) {
    pools.computeIfAbsent(server.name().pool(), it -> new ArrayList<>()).add(server);
    return this;
  }

  /** Requests that wait in a pool. */
  public Given queue(String pool, int waiting) {
    queues.put(pool, waiting);
    return this;
  }

  /** Requests of a service that went to a server where they belong. */
  public Given flow(String service, String server, Map<Band, Long> ended) {
    return flow(service, server, Fit.RIGHT, false, ended, 100);
  }

  public Given flow(
      String service, String server, Fit fit, boolean unserved, Map<Band, Long> ended, int millis) {
    Ended counts = Ended.of(ended);
    Spread times = new Spread();
    for (long i = 0; i < counts.requests(); i++) {
      times.add(millis);
    }
    return flow(
        new Moment.Flow(
            route(service),
            server.isEmpty() ? "" : ServerName.of(server).pool(),
            server.isEmpty() ? "" : ServerName.of(server).server(),
            fit,
            unserved,
            counts,
            Map.of(),
            0,
            0,
            0,
            millis * counts.requests(),
            times));
  }

  public Given flow(Moment.Flow flow) {
    flows.add(flow);
    return this;
  }

  /** The route that the builder gives a service. */
  public static Route route(String service) {
    return new Route("fe", service, "be_" + service, "");
  }

  public Given clients(String service, long all, long failed) {
    clients.add(new Moment.Reach(service, all, failed));
    return this;
  }

  public Given busy(String key, long requests, long failures) {
    busiest.add(new Moment.Busy(key, requests, failures));
    return this;
  }

  public Given intake(Moment.Intake counts) {
    intake = Optional.of(counts);
    return this;
  }

  public Given probe(Probed probed) {
    probes.add(probed);
    return this;
  }

  public Given drift(Drifting drifting) {
    drift = drifting;
    return this;
  }

  public Given event(Moment.Event.What what, String text) {
    events.add(new Moment.Event(at(second), what, "ada", text, Optional.empty()));
    return this;
  }

  public Given dependency(String name, double value, double above) {
    dependencies.put(name, new Moment.Dependency(OptionalDouble.of(value), above, ""));
    return this;
  }

  public Given blind(Moment.Blind.Part part, Instant since, String why) {
    blind.add(new Moment.Blind(part, since, why));
    return this;
  }

  /** The moment. */
  public Moment moment() {
    List<Moment.Pool> all = new ArrayList<>();
    pools.forEach((name, servers) ->
        all.add(
            new Moment.Pool(
                name,
                true,
                servers.stream().mapToInt(Moment.Server::sessions).sum(),
                queues.getOrDefault(name, 0),
                (int) servers.stream().filter(it -> it.usable() && !it.backup()).count(),
                (int) servers.stream().filter(it -> it.usable() && it.backup()).count(),
                servers)));
    long requests = flows.stream().mapToLong(flow -> flow.ended().requests()).sum();
    List<Snapshot.Worker> serving = new ArrayList<>();
    if (workers.stream().allMatch(Snapshot.Worker::old)) {
      serving.add(
          new Snapshot.Worker(
              100,
              false,
              true,
              Duration.ofHours(1),
              OptionalInt.of(1),
              approved,
              OptionalInt.of(10),
              OptionalLong.of(requests),
              OptionalLong.of(0),
              List.of()));
    }
    serving.addAll(workers);
    return new Moment(
        balancer,
        at(second),
        approved,
        stats
            ? Optional.of(
                new Moment.Stats(
                    second,
                    OptionalDouble.of(gap ? 5 : 1),
                    gap,
                    replaced,
                    Optional.empty(),
                    serving,
                    fronts,
                    all))
            : Optional.empty(),
        log
            ? Optional.of(
                new Moment.Logged(second, seconds, flows, clients, busiest, requests, List.of()))
            : Optional.empty(),
        log
            ? intake.or(() -> Optional.of(new Moment.Intake(requests, 0, 0, 0, 0, 0, 0, "")))
            : Optional.empty(),
        probes,
        drift,
        events,
        dependencies,
        blind);
  }
}
