package dev.checkrail.serve;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.logs.Counts;
import dev.checkrail.store.LateRollups;
import dev.checkrail.watch.collect.Counter;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Probes;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.collect.Snapshot.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is watched, for Prometheus. Labels are names of load balancers, frontends, pools and
 * servers, and words of ours; never anything that a client sent. Of a load balancer at most 1000
 * servers are shown, and it says how many are not. Counters begin at 0 with this process and go on
 * over reloads of the load balancer.
 */
final class Figures {
  private static final Logger LOG = LoggerFactory.getLogger(Figures.class);
  private static final int MOST = 1000;
  private static final String ONE = "checkrail_balancer_";

  private final Watching watching;
  private final Supplier<LateRollups.Tally> rollups;
  private final OnCallFigures onCall;
  private final InstantSource clock;

  Figures(
      Watching watching,
      Supplier<LateRollups.Tally> rollups,
      OnCallFigures onCall,
      InstantSource clock) {
    this.onCall = onCall;
    this.watching = watching;
    this.rollups = rollups;
    this.clock = clock;
  }

  /** In the text format of Prometheus. */
  String text() {
    Exposition out = new Exposition();
    for (Watched one : watching.all()) {
      try {
        balancer(out, one);
      } catch (RuntimeException e) {
        LOG.error("lb {}: its figures can't be shown", one.name(), e);
      }
    }
    LateRollups.Tally tally = rollups.get();
    out.gauge(
        "checkrail_rollup_rows_waiting",
        "Minutes that are not in the database yet",
        tally.waiting());
    out.counter(
        "checkrail_rollup_rows_written_total", "Minutes written to the database", tally.written());
    out.counter(
        "checkrail_rollup_rows_dropped_total",
        "Minutes given up: the database was down for too long, or refused them",
        tally.dropped());
    onCall.show(out);
    return out.toString();
  }

  private void balancer(Exposition out, Watched one) {
    String name = one.name();
    var looks = one.collector().tally();
    Snapshot latest = one.latest();
    boolean seen = latest instanceof Snapshot.Seen;
    out.gauge(
        ONE + "seen",
        "1 if it was seen at the last look, 0 if blind",
        seen ? 1 : 0,
        "balancer",
        name);
    String help = "Seconds by what came of looking at it";
    out.counter(ONE + "looks_total", help, looks.looks(), "balancer", name, "result", "seen");
    out.counter(ONE + "looks_total", help, looks.blind(), "balancer", name, "result", "blind");
    out.counter(ONE + "looks_total", help, looks.missed(), "balancer", name, "result", "missed");
    out.counter(
        ONE + "worker_changes_total",
        "How often another worker serves than before: reloads and restarts",
        one.totals().replaced(),
        "balancer",
        name);
    out.counter(
        "checkrail_series_refused_total",
        "Values not kept because there was no room for another series",
        one.series().refused(),
        "balancer",
        name);
    switch (latest) {
      case Snapshot.Blind blind ->
          out.gauge(
              ONE + "blind_seconds",
              "For how long it has not been seen",
              Math.max(0, Duration.between(blind.since(), clock.instant()).toMillis() / 1000.0),
              "balancer",
              name);
      case Snapshot.Seen it -> {
        out.gauge(ONE + "blind_seconds", "For how long it has not been seen", 0, "balancer", name);
        seen(out, one, it);
      }
    }
    probes(out, one);
    log(out, one);
  }

  private void seen(Exposition out, Watched one, Snapshot.Seen seen) {
    String name = one.name();
    out.gauge(
        ONE + "look_seconds",
        "How long the last look took",
        seen.took().toNanos() / 1e9,
        "balancer",
        name);
    for (boolean old : new boolean[] {false, true}) {
      List<Snapshot.Worker> some =
          seen.workers().stream().filter(worker -> worker.old() == old).toList();
      String word = old ? "old" : "current";
      out.gauge(
          ONE + "workers", "Worker processes", some.size(), "balancer", name, "generation", word);
      out.gauge(
          ONE + "connections",
          "Client connections that workers hold",
          some.stream().mapToInt(worker -> worker.connections().orElse(0)).sum(),
          "balancer",
          name,
          "generation",
          word);
    }
    out.gauge(
        ONE + "log_lines_unsent",
        "Log lines that the current worker could not send",
        seen.current().droppedLogs().orElse(0),
        "balancer",
        name);
    for (Snapshot.Frontend frontend : seen.frontends()) {
      String[] labels = {"balancer", name, "frontend", frontend.name()};
      out.gauge(
          "checkrail_frontend_open", "1 if it takes connections", frontend.open() ? 1 : 0, labels);
      out.gauge(
          "checkrail_frontend_current_sessions",
          "Sessions at the moment",
          frontend.sessions(),
          labels);
      counters(
          out,
          "checkrail_frontend_",
          Counter.Of.FRONTEND,
          one.totals().frontend(frontend.name()),
          labels);
    }
    int servers = 0;
    for (Snapshot.Pool pool : seen.pools()) {
      String[] labels = {"balancer", name, "pool", pool.name()};
      out.gauge(
          "checkrail_pool_up", "1 if one of its servers can be used", pool.up() ? 1 : 0, labels);
      out.gauge(
          "checkrail_pool_current_sessions", "Sessions at the moment", pool.sessions(), labels);
      out.gauge(
          "checkrail_pool_queued_requests",
          "Requests that wait for any of its servers",
          pool.queue(),
          labels);
      out.gauge(
          "checkrail_pool_usable_servers",
          "Servers that are no backups and can be used",
          pool.active(),
          labels);
      counters(out, "checkrail_pool_", Counter.Of.POOL, one.totals().pool(pool.name()), labels);
      for (Snapshot.Server server : pool.servers()) {
        if (servers++ < MOST) {
          server(out, one, server);
        }
      }
    }
    out.gauge(
        ONE + "servers_left_out",
        "Servers beyond the first " + MOST + ", of which no figures are shown here",
        Math.max(0, servers - MOST),
        "balancer",
        name);
  }

  private static void server(Exposition out, Watched one, Snapshot.Server server) {
    ServerName name = server.name();
    String[] labels = {"balancer", one.name(), "pool", name.pool(), "server", name.server()};
    boolean up =
        switch (server.state()) {
          case UP, GOING_DOWN, UNCHECKED -> true;
          case DOWN, GOING_UP, DRAIN, MAINT, UNKNOWN -> false;
        };
    out.gauge("checkrail_server_up", "1 if it takes new sessions", up ? 1 : 0, labels);
    out.gauge(
        "checkrail_server_maintenance",
        "1 if it is out of service or drained on purpose",
        server.state() == State.MAINT || server.state() == State.DRAIN ? 1 : 0,
        labels);
    out.gauge("checkrail_server_weight", "Weight in effect", server.weight(), labels);
    out.gauge(
        "checkrail_server_current_sessions", "Sessions at the moment", server.sessions(), labels);
    out.gauge(
        "checkrail_server_queued_requests", "Requests that wait for it", server.queue(), labels);
    out.counter(
        "checkrail_server_completed_total",
        "Requests (HTTP) or sessions (TCP) that it completed",
        one.totals().completed(name),
        labels);
    counters(out, "checkrail_server_", Counter.Of.SERVER, one.totals().server(name), labels);
  }

  private static void counters(
      Exposition out,
      String prefix,
      Counter.Of kind,
      dev.checkrail.watch.collect.Counts counts,
      String... labels) {
    for (Counter counter : Counter.of(kind)) {
      if (Counter.RESPONSES.contains(counter)) {
        String[] classed = java.util.Arrays.copyOf(labels, labels.length + 2);
        classed[labels.length] = "class";
        classed[labels.length + 1] = counter.word().substring("responses-".length());
        out.counter(
            prefix + "responses_total", "Answers by class of status", counts.of(counter), classed);
      } else {
        out.counter(prefix + metric(counter), help(counter), counts.of(counter), labels);
      }
    }
  }

  private static String metric(Counter counter) {
    return switch (counter) {
      case SESSIONS -> "sessions_total";
      case BYTES_IN -> "received_bytes_total";
      case BYTES_OUT -> "sent_bytes_total";
      case Counter other -> other.word().replace('-', '_') + "_total";
    };
  }

  private static String help(Counter counter) {
    return switch (counter) {
      case SESSIONS -> "Sessions; for a server those given to it, retries included";
      case REQUESTS -> "HTTP requests";
      case BYTES_IN -> "Bytes from clients";
      case BYTES_OUT -> "Bytes to clients";
      case DENIED_REQUESTS -> "Requests denied by rules";
      case DENIED_RESPONSES -> "Responses denied by rules";
      case REQUEST_ERRORS -> "Requests that could not be read";
      case CONNECT_ERRORS -> "Connections to servers that could not be made";
      case RESPONSE_ERRORS -> "Responses that failed";
      case RETRIES -> "Attempts to connect that were repeated";
      case REDISPATCHES -> "Requests given to another server";
      case CLIENT_ABORTS -> "Transfers that clients broke off";
      case SERVER_ABORTS -> "Transfers that servers broke off";
      case INTERCEPTED -> "Requests that the load balancer answered itself";
      case FAILED_CHECKS -> "Health checks that failed while it was up";
      case TIMES_DOWN -> "Changes from up to down";
      case RESPONSES_1XX,
          RESPONSES_2XX,
          RESPONSES_3XX,
          RESPONSES_4XX,
          RESPONSES_5XX,
          RESPONSES_OTHER ->
          "Answers by class of status";
    };
  }

  private static void probes(Exposition out, Watched one) {
    String name = one.name();
    Probes.Tally tally = one.probes().tally();
    String help = "Rounds of probes by what became of them";
    out.counter(
        "checkrail_probe_rounds_total", help, tally.rounds(), "balancer", name, "result", "done");
    out.counter(
        "checkrail_probe_rounds_total",
        help,
        tally.skipped(),
        "balancer",
        name,
        "result",
        "skipped");
    out.gauge(
        "checkrail_probes_left_out",
        "What is not probed because it may not or can't be",
        one.probes().plan().left().size(),
        "balancer",
        name);
    for (Probed probed : one.probes().latest()) {
      ProbeTarget target = probed.target();
      String kind = target.kind().name().toLowerCase(Locale.ROOT);
      String service =
          target.kind() == ProbeTarget.Kind.CAPABILITIES ? "" : String.join(" ", target.services());
      List<String> subjects =
          target.servers().isEmpty()
              ? List.of(target.host() + ":" + target.port())
              : target.servers().stream().map(ServerName::toString).toList();
      for (String subject : subjects) {
        String[] labels = {"balancer", name, "kind", kind, "subject", subject, "service", service};
        out.gauge(
            "checkrail_probe_good",
            "1 if the last probe was answered as it should be",
            probed.good() ? 1 : 0,
            labels);
        out.gauge(
            "checkrail_probe_duration_seconds",
            "How long the last probe took",
            probed.latency().toNanos() / 1e9,
            labels);
      }
    }
  }

  private static void log(Exposition out, Watched one) {
    String name = one.name();
    out.gauge(
        ONE + "log_observed",
        "1 if its log is taken in; without it routes and users are not observed",
        one.logCounts().isPresent() ? 1 : 0,
        "balancer",
        name);
    if (one.logCounts().isEmpty()) {
      return;
    }
    Counts counts = one.logCounts().get();
    String help = "Lines of its log by what became of them";
    String family = "checkrail_log_lines_total";
    Map<String, Long> results = new java.util.TreeMap<>();
    results.put("parsed", counts.parsed());
    counts
        .refused()
        .forEach((reason, lines) ->
            results.put(
                "refused " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '), lines));
    results.put("dropped by us", counts.droppedByQueue());
    counts.droppedByKernel().ifPresent(lines -> results.put("dropped by the kernel", lines));
    results.forEach(
        (result, lines) -> out.counter(family, help, lines, "balancer", name, "result", result));
    out.counter("checkrail_log_bytes_total", "Bytes of its log", counts.bytes(), "balancer", name);
  }
}
