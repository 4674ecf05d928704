package dev.checkrail.serve;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.logs.Counts;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Client;
import dev.checkrail.watch.traffic.Fit;
import dev.checkrail.watch.traffic.Health;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Row;
import dev.checkrail.watch.traffic.Second;
import dev.checkrail.watch.traffic.Spread;
import dev.checkrail.watch.traffic.Traffic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that is known of a load balancer at this moment, as one answer: counters and states of its
 * socket, and what its log says of the last seconds that are complete. What is not observed is
 * named and left out, never 0.
 *
 * @param approved digest of the approved version
 * @param stats what was seen of its socket last
 * @param log where its log comes from; empty: it is not taken in
 * @param taken what was taken in of it; empty if it can't be opened
 * @param kept how many of its records are kept for a replay
 * @param trouble why not; "" if nothing is wrong
 */
record LiveNow(
    String name,
    Instant at,
    Optional<String> approved,
    Snapshot stats,
    Optional<String> log,
    Optional<Counts> taken,
    int kept,
    String trouble,
    Drifting drift) {
  private static final int ROUTES = 200;
  private static final int BUSIEST = 5;

  /** Sums of rows. */
  private static final class Sum {
    long requests;
    long failures;
    long wrong;
    long unserved;
    final Spread times = new Spread();
    final Map<Band, Long> bands = new EnumMap<>(Band.class);
    final Map<String, Long> terminations = new TreeMap<>();

    static Sum of(List<Row> rows) {
      Sum sum = new Sum();
      rows.forEach(sum::add);
      return sum;
    }

    void add(Row row) {
      requests += row.requests();
      failures += row.failures();
      wrong += row.fit().wrong() ? row.requests() : 0;
      unserved += row.unserved() ? row.requests() : 0;
      times.add(row.times());
      row.bands().forEach((band, count) -> bands.merge(band, count, Long::sum));
      row.terminations().forEach((state, count) -> terminations.merge(state, count, Long::sum));
    }

    void into(ObjectNode node) {
      node.put("requests", requests);
      node.put("failures", failures);
      node.put("wrong", wrong);
      node.put("unserved", unserved);
      if (times.count() > 0) {
        node.put("p50_ms", times.quantile(0.5));
        node.put("p95_ms", times.quantile(0.95));
      }
      ObjectNode byBand = node.putObject("bands");
      bands.forEach((band, count) -> byBand.put(word(band), count));
      ObjectNode byState = node.putObject("terminations");
      terminations.forEach(byState::put);
    }
  }

  ObjectNode with(Traffic traffic, int seconds) {
    long last = traffic.settled();
    boolean logged = taken.isPresent();
    Second window = traffic.snapshot(last - seconds + 1, seconds);
    ObjectNode node = Wire.object();
    node.put("name", name);
    node.put("at", at.toString());
    node.put("seconds", seconds);
    approved.ifPresent(digest -> node.put("approved", digest));
    if (stats instanceof Snapshot.Blind blind) {
      node.putObject("blind")
          .put("reason", blind.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .put("since", blind.since().toString())
          .put("why", blind.why());
    }
    node.set("drift", BalancerApi.drifting(drift));
    node.set("not_observed", Wire.texts(notObserved(traffic.judges())));
    if (logged) {
      node.put("second", last);
      log(node.putObject("log"), traffic.health());
      ObjectNode total = node.putObject("total");
      Sum.of(window.rows()).into(total);
      clients(total, window, "*");
      routes(node.putArray("routes"), window);
    }
    pools(node.putArray("pools"), logged ? window.rows() : List.of(), logged);
    workers(node.putArray("workers"));
    if (logged) {
      busiest(node.putArray("busiest"), traffic.busiest(last, BUSIEST));
    }
    return node;
  }

  private List<String> notObserved(boolean judged) {
    List<String> missing = new ArrayList<>();
    if (log.isEmpty()) {
      missing.add("routes, users and client failures: no log is taken in (lb add --log)");
    } else if (taken.isEmpty()) {
      missing.add(
          "routes, users and client failures: the log can't be taken in"
              + (trouble.isEmpty() ? "" : ": " + trouble));
    } else if (taken.get().parsed() == 0) {
      missing.add("routes, users and client failures: no request was logged yet to " + log.get());
    }
    if (taken.isPresent() && !judged) {
      missing.add("whether requests go where they should: the approved rules are not read yet");
    }
    if (stats instanceof Snapshot.Blind) {
      missing.add("states, sessions and queues of pools and servers: its socket is not seen");
    }
    if (drift.lookedAt().isEmpty()) {
      missing.add("drift: it was not looked for yet");
    }
    return missing;
  }

  private void log(ObjectNode node, Health health) {
    Counts counts = taken.orElseThrow();
    node.put("lines", counts.lines());
    node.put("parsed", counts.parsed());
    node.put("refused", counts.refusedInAll());
    ObjectNode reasons = node.putObject("refused_by");
    counts
        .refused()
        .forEach((reason, count) -> {
          if (count > 0) {
            reasons.put(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), count);
          }
        });
    node.put("dropped", counts.droppedByQueue() + counts.droppedByKernel().orElse(0));
    node.put("kept", kept);
    node.put("late", health.late());
    node.put("ahead", health.ahead());
    node.put("other", health.other());
    node.put("clock_steps", health.clockSteps());
    if (health.lagMillis() >= 0) {
      node.put("lag_ms", health.lagMillis());
    }
    String wrong = counts.trouble().isEmpty() ? trouble : counts.trouble();
    if (!wrong.isEmpty()) {
      node.put("trouble", wrong);
    }
  }

  private static void clients(ObjectNode node, Second window, String service) {
    window
        .clientsOf(service)
        .ifPresent(
            clients -> node.put("clients", clients.all()).put("clients_failed", clients.failed()));
  }

  // --- routes

  private record Way(String pool, Fit fit) {}

  private static void routes(ArrayNode list, Second window) {
    Map<Route, List<Row>> byRoute = new LinkedHashMap<>();
    window
        .rows()
        .forEach(row -> byRoute.computeIfAbsent(row.route(), r -> new ArrayList<>()).add(row));
    byRoute.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -Row.sum(entry.getValue())))
        .limit(ROUTES)
        .forEach(entry -> route(list.addObject(), entry.getKey(), entry.getValue(), window));
  }

  private static void route(ObjectNode node, Route route, List<Row> rows, Second window) {
    node.put("frontend", route.frontend());
    node.put("service", route.service());
    node.put("approved", route.approved());
    node.put("unseen", route.unseen());
    Sum.of(rows).into(node);
    // Clients are told apart by service; where it comes by several ways nobody knows which.
    if (window.rows().stream()
        .filter(row -> row.route().service().equals(route.service()))
        .allMatch(row -> row.route().equals(route))) {
      clients(node, window, route.service());
    }
    Map<Way, List<Row>> ways = new LinkedHashMap<>();
    rows.forEach(row ->
        ways.computeIfAbsent(new Way(row.pool(), row.fit()), w -> new ArrayList<>()).add(row));
    ArrayNode to = node.putArray("to");
    ways.forEach((way, own) -> {
      ObjectNode one = to.addObject();
      one.put("pool", way.pool());
      one.put("fit", word(way.fit()));
      one.put("wrong", way.fit().wrong());
      Sum sum = Sum.of(own);
      one.put("requests", sum.requests);
      one.put("failures", sum.failures);
      servers(one.putArray("servers"), own);
    });
  }

  private static void servers(ArrayNode list, List<Row> rows) {
    Map<String, List<Row>> byServer = new TreeMap<>();
    rows.forEach(row -> byServer.computeIfAbsent(row.server(), s -> new ArrayList<>()).add(row));
    byServer.forEach((server, own) -> {
      Sum sum = Sum.of(own);
      list.addObject()
          .put("name", server)
          .put("requests", sum.requests)
          .put("failures", sum.failures);
    });
  }

  // --- pools

  /** Those of the socket in its order, then those that only the log has. */
  private void pools(ArrayNode list, List<Row> rows, boolean logged) {
    Map<String, Optional<Snapshot.Pool>> all = new LinkedHashMap<>();
    if (stats instanceof Snapshot.Seen seen) {
      seen.pools().forEach(pool -> all.put(pool.name(), Optional.of(pool)));
    }
    rows.stream()
        .filter(row -> !row.server().isEmpty() && !row.route().equals(Route.OTHER))
        .map(Row::pool)
        .distinct()
        .sorted()
        .forEach(pool -> all.putIfAbsent(pool, Optional.empty()));
    all.forEach((pool, seen) -> pool(list.addObject(), pool, seen, rows, logged));
  }

  private void pool(
      ObjectNode node, String pool, Optional<Snapshot.Pool> seen, List<Row> rows, boolean logged) {
    node.put("name", pool);
    seen.ifPresent(one -> {
      node.put("up", one.up());
      node.put("active", one.active());
      node.put("backups", one.backups());
      node.put("sessions", one.sessions());
      node.put("queue", one.queue());
      node.put("weight", one.weight());
    });
    List<Row> own = only(rows, row -> row.pool().equals(pool));
    if (logged) {
      Sum.of(own).into(node);
    }
    Map<String, Optional<Snapshot.Server>> servers = new LinkedHashMap<>();
    seen.ifPresent(one ->
        one.servers().forEach(server -> servers.put(server.name().server(), Optional.of(server))));
    own.stream()
        .map(Row::server)
        .filter(server -> !server.isEmpty())
        .distinct()
        .sorted()
        .forEach(server -> servers.putIfAbsent(server, Optional.empty()));
    ArrayNode list = node.putArray("servers");
    long completed = 0;
    boolean counted = false;
    for (Map.Entry<String, Optional<Snapshot.Server>> entry : servers.entrySet()) {
      ObjectNode one = list.addObject();
      one.put("name", entry.getKey());
      entry.getValue().ifPresent(server -> server(one, server));
      if (one.get("completed") != null) {
        counted = true;
        completed += one.get("completed").longValue();
      }
      if (logged) {
        Sum.of(only(own, row -> row.server().equals(entry.getKey()))).into(one);
      }
    }
    if (counted) {
      node.put("completed", completed);
    }
  }

  /** What it completed in the last look; nothing after a gap, for that is not one second. */
  private void server(ObjectNode node, Snapshot.Server server) {
    node.put("address", server.address());
    node.put("state", server.state().name().toLowerCase(Locale.ROOT));
    node.put("status", server.status());
    node.put("weight", server.weight());
    node.put("backup", server.backup());
    node.put("sessions", server.sessions());
    server.limit().ifPresent(limit -> node.put("limit", limit));
    node.put("queue", server.queue());
    if (stats instanceof Snapshot.Seen seen && !seen.afterGap()) {
      server.completed().ifPresent(count -> node.put("completed", count));
    }
    server
        .check()
        .ifPresent(check ->
            node.putObject("check").put("result", check.result()).put("text", check.text()));
  }

  private static List<Row> only(List<Row> rows, Predicate<Row> which) {
    return rows.stream().filter(which).toList();
  }

  // --- workers and clients

  private void workers(ArrayNode list) {
    if (stats instanceof Snapshot.Seen seen) {
      for (Snapshot.Worker worker : seen.workers()) {
        ObjectNode one = list.addObject();
        one.put("pid", worker.pid());
        one.put("old", worker.old());
        one.put("answers", worker.answers());
        one.put("age_s", worker.age().toSeconds());
        worker.marker().ifPresent(digest -> one.put("version", digest));
        worker.connections().ifPresent(count -> one.put("connections", count));
      }
    }
  }

  private static void busiest(ArrayNode list, List<Client> clients) {
    for (Client client : clients) {
      list.addObject()
          .put("client", client.key())
          .put("requests", client.requests())
          .put("at_most_too_high", client.atMostTooHigh())
          .put("failures", client.failures());
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
