package dev.checkrail.scenarios.textbook;

import dev.checkrail.scenarios.topology.Children;
import dev.checkrail.scenarios.topology.Children.Child;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Prometheus and its Alertmanager, started for one run; the {@link Children} end them. */
final class Monitoring {
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

  /** Prometheus refuses a range of more than 11,000. */
  private static final double MOST_STEPS = 10_000;

  private static final JsonMapper JSON = new JsonMapper();

  private final Settings settings;
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  private Monitoring(Settings settings, int port) {
    this.settings = settings;
    this.port = port;
  }

  /**
   * An alert that was pending or firing.
   *
   * @param labels without the alert's name
   * @param at the first look at which it was
   */
  record Seen(String alert, Map<String, String> labels, boolean firing, Instant at) {
    Seen {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Starts both; returns once all that is to be watched has been scraped well.
   *
   * @param freePort gives ports that nobody uses
   */
  static Monitoring start(
      Children children,
      Path folder,
      Settings settings,
      Targets targets,
      History history,
      Pager pager,
      Ports freePort)
      throws IOException, InterruptedException {
    MonitoringFiles files = new MonitoringFiles(folder);
    int alertmanager = freePort.next();
    int prometheus = freePort.next();
    files.write(settings, targets, alertmanager, pager.url(settings.name()));
    history.into(files, Instant.now());
    Child alerts =
        children.start(
            settings.name() + "-alertmanager",
            List.of(
                "prometheus-alertmanager",
                "--config.file=" + files.alertmanager(),
                "--storage.path=" + folder.resolve("alertmanager"),
                "--web.listen-address=127.0.0.1:" + alertmanager,
                "--cluster.listen-address="),
            Map.of());
    Child server =
        children.start(
            settings.name() + "-prometheus",
            List.of(
                "prometheus",
                "--config.file=" + files.prometheus(),
                "--storage.tsdb.path=" + files.data(),
                "--web.listen-address=127.0.0.1:" + prometheus),
            Map.of());
    Monitoring monitoring = new Monitoring(settings, prometheus);
    monitoring.awaitTargets(server, alerts);
    return monitoring;
  }

  Settings settings() {
    return settings;
  }

  private void awaitTargets(Child server, Child alerts) throws IOException, InterruptedException {
    Instant until = Instant.now().plus(STARTS_WITHIN);
    String state = "nothing";
    while (Instant.now().isBefore(until)) {
      for (Child child : List.of(server, alerts)) {
        if (!child.process().isAlive()) {
          throw new IOException(child.name() + " has ended; see " + child.log());
        }
      }
      try {
        JsonNode targets = get("/api/v1/targets").path("data").path("activeTargets");
        state = targets.toString();
        boolean well = !targets.isEmpty();
        for (JsonNode target : targets) {
          well &= target.path("health").asString("").equals("up");
        }
        if (well) {
          return;
        }
      } catch (IOException e) {
        state = String.valueOf(e.getMessage()); // it does not listen yet
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IOException(settings.name() + ": not all targets can be scraped: " + state);
  }

  /**
   * When each alert was pending and firing for the first time since a moment, by its own series.
   */
  List<Seen> seen(Instant from, Instant to) throws IOException, InterruptedException {
    JsonNode answer =
        get(
            String.format(
                Locale.ROOT,
                "/api/v1/query_range?query=%s&start=%.3f&end=%.3f&step=%.3f",
                URLEncoder.encode("ALERTS", StandardCharsets.UTF_8),
                from.toEpochMilli() / 1000.0,
                to.toEpochMilli() / 1000.0,
                Math.max(0.2, Duration.between(from, to).toSeconds() / MOST_STEPS)));
    List<Seen> seen = new ArrayList<>();
    for (JsonNode series : answer.path("data").path("result")) {
      Map<String, String> labels = new TreeMap<>();
      series
          .path("metric")
          .properties()
          .forEach(it -> labels.put(it.getKey(), it.getValue().asString()));
      labels.remove("__name__");
      String name = String.valueOf(labels.remove("alertname"));
      boolean firing = "firing".equals(labels.remove("alertstate"));
      double first = series.path("values").path(0).path(0).asDouble();
      seen.add(new Seen(name, labels, firing, Instant.ofEpochMilli(Math.round(first * 1000))));
    }
    return seen;
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + " answered " + response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }
}
