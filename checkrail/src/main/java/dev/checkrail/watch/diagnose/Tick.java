package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.traffic.Second;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** What of a moment matters to a diagnosis. Not changed once made. */
final class Tick {
  /** A server in this second. */
  record At(
      String address,
      Snapshot.State state,
      Admin admin,
      int weight,
      int initialWeight,
      int sessions,
      double arrived,
      double completed,
      double connectErrors,
      double retries,
      boolean usable) {}

  /** Requests of a service that were refused in one way. */
  record Refusals(String service, Kind kind) implements Comparable<Refusals> {
    @Override
    public int compareTo(Refusals other) {
      int first = service.compareTo(other.service);
      return first == 0 ? kind.compareTo(other.kind) : first;
    }
  }

  final double time;
  final boolean seen;
  final boolean logged;
  final Map<Cell, Sums> flows = new TreeMap<>();

  /** The same by service. */
  final Map<String, Sums> services = new TreeMap<>();

  /** Clients that were refused most, by service and kind. */
  final Map<Refusals, Map<String, Double>> refused = new TreeMap<>();

  final Map<ServerName, At> servers =
      new TreeMap<>(java.util.Comparator.comparing(ServerName::toString));
  final Map<String, Integer> queues = new TreeMap<>();
  final Map<String, Moment.Dependency> dependencies;
  final List<Probed> probes;
  final double handshakes;
  final double requests;
  final double clients;
  final Map<String, Long> busy = new TreeMap<>();

  /** Requests of the clients that {@link #busy} is of, in the running minute. */
  final long running;

  /** Requests that have come in at the listening sides; empty if that is not known. */
  final OptionalDouble came;

  final boolean replaced;
  final int failedReloads;
  final double oldConnections;
  final TreeSet<String> heldByOld = new TreeSet<>();
  final List<Drift.Found> drift = new ArrayList<>();
  final List<Moment.Blind> blind;

  Tick(Moment moment) {
    time = moment.at().toEpochMilli() / 1000.0;
    dependencies = moment.dependencies();
    probes = moment.probes();
    blind = moment.blind();
    moment.drift().found().forEach(since -> drift.add(since.found()));
    Optional<Moment.Stats> stats = moment.stats();
    seen = stats.isPresent() && !stats.get().gap();
    replaced = stats.isPresent() && stats.get().replaced().isPresent();
    failedReloads = stats.flatMap(Moment.Stats::master).map(it -> it.failed()).orElse(0);
    double old = 0;
    for (Snapshot.Worker worker : stats.map(Moment.Stats::workers).orElse(List.of())) {
      if (worker.old()) {
        old += worker.connections().orElse(0);
        worker.held().forEach(held -> heldByOld.add(held.server().toString()));
      }
    }
    oldConnections = old;
    for (Moment.Pool pool : stats.map(Moment.Stats::pools).orElse(List.of())) {
      queues.put(
          pool.name(), pool.queue() + pool.servers().stream().mapToInt(Moment.Server::queue).sum());
      for (Moment.Server server : pool.servers()) {
        Moment.Came came = server.came().orElse(Moment.Came.NOTHING);
        servers.put(
            server.name(),
            new At(
                server.address(),
                server.state(),
                server.admin(),
                server.weight(),
                server.initialWeight(),
                server.sessions(),
                came.arrived(),
                came.completed(),
                came.connectErrors(),
                came.retries(),
                server.usable()));
      }
    }
    logged = moment.log().isPresent();
    for (Moment.Flow flow : moment.flows()) {
      flows
          .computeIfAbsent(
              new Cell(flow.route().service(), flow.pool(), flow.server()), it -> new Sums())
          .add(flow);
    }
    if (moment.intake().isEmpty() && moment.log().isEmpty()) {
      withoutLog(moment);
    }
    flows.forEach(
        (cell, sums) -> services.computeIfAbsent(cell.service(), it -> new Sums()).add(sums));
    for (Second.Refused one : moment.log().map(Moment.Logged::refused).orElse(List.of())) {
      Kind.refusal(one.band())
          .ifPresent(kind ->
              refused
                  .computeIfAbsent(new Refusals(one.service(), kind), it -> new TreeMap<>())
                  .merge(one.client(), (double) one.requests(), Double::sum));
    }
    requests = moment.log().map(Moment.Logged::requests).orElse(0L);
    clients =
        moment.log().map(Moment.Logged::clients).orElse(List.of()).stream()
            .filter(reach -> reach.service().equals("*"))
            .mapToLong(Moment.Reach::all)
            .sum();
    moment
        .log()
        .map(Moment.Logged::busiest)
        .orElse(List.of())
        .forEach(one -> busy.put(one.key(), one.requests()));
    running = moment.log().map(Moment.Logged::running).orElse(0L);
    came = came(stats.map(Moment.Stats::fronts).orElse(List.of()));
    handshakes = moment.intake().map(Moment.Intake::broken).orElse(0L);
  }

  private static OptionalDouble came(List<Moment.Front> fronts) {
    double sum = 0;
    for (Moment.Front front : fronts) {
      OptionalLong one = front.http() ? front.requests() : front.connections();
      if (one.isEmpty()) {
        return OptionalDouble.empty();
      }
      sum += one.getAsLong();
    }
    return fronts.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(sum);
  }

  /** The socket knows servers and classes of status, no routes, no users, no reasons. */
  private void withoutLog(Moment moment) {
    moment
        .servers()
        .forEach(server ->
            server
                .came()
                .ifPresent(came -> {
                  Sums sums = new Sums();
                  sums.add(came);
                  if (sums.requests > 0) {
                    flows.put(
                        new Cell(Cell.ANY, server.name().pool(), server.name().server()), sums);
                  }
                }));
  }

  /** The latest answers of one kind. */
  List<Probed> probes(ProbeTarget.Kind kind) {
    return probes.stream().filter(one -> one.target().kind() == kind).toList();
  }

  boolean blindTo(Moment.Blind.Part part) {
    return blind.stream().anyMatch(one -> one.part() == part);
  }
}
