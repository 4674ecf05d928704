package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.balancer.NamedServer;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.watch.detect.PrometheusRules;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The rules that we ship, in a real Prometheus that reads the metrics of a real control plane. */
class PrometheusRulesLiveTest {
  private static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
          hard-stop-after 5s
          log 127.0.0.1:@LOG@ local0
      defaults
          mode http
          log global
          option httplog
          timeout connect 1s
          timeout client 30s
          timeout server 5s
      frontend web
          bind 127.0.0.1:@PORT@
          default_backend be_web
      backend be_web
          option httpchk GET /ready
          server web-1 127.0.0.1:@WEB@ check inter 300 fall 2
      """;
  private static final Pattern FIGURE = Pattern.compile("checkrail_[a-z0-9_]+");

  private static final String POLICY =
      """
      version: 1
      services:
        web:
          - path: /**
      inventory:
        - { name: web-1, address: "127.0.0.1:@WEB@", serves: [web] }
      """;

  @TempDir private Path folder;

  private static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(it -> Path.of(it, "prometheus"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Test
  void theyFireWhenAPoolIsEmptyAndWhenNothingIsSeen() throws Exception {
    assumeTrue(program().isPresent(), "prometheus is not here");
    int log = RunningHaproxy.freePort();
    try (NamedServer web = NamedServer.good("web-1");
        RunningHaproxy haproxy =
            new RunningHaproxy(
                Files.createDirectories(folder.resolve("edge")),
                CONFIG,
                Map.of("WEB", "" + web.port(), "LOG", "" + log));
        ControlPlane plane = plane()) {
      Api api = new Api(plane.address());
      add(api, plane, haproxy, log);
      try (Prometheus prometheus = Prometheus.start(folder, plane.address())) {
        eventually(
            "all rules are evaluated, and nothing is wrong",
            () ->
                prometheus.rules().size() == rules()
                    && prometheus.rules().values().stream().allMatch("ok inactive"::equals));

        web.close();
        eventually("an empty pool", () -> prometheus.fires("CheckrailPoolEmpty"));
        assertThat(prometheus.rules()).containsEntry("CheckrailBlindSocket", "ok inactive");

        haproxy.close();
        eventually("nothing is seen", () -> prometheus.fires("CheckrailBlindSocket"));
      }
    }
  }

  @Test
  void theyAskForFiguresThatThereAre() throws Exception {
    int log = RunningHaproxy.freePort();
    try (NamedServer web = NamedServer.good("web-1");
        RunningHaproxy haproxy =
            new RunningHaproxy(
                Files.createDirectories(folder.resolve("edge")),
                CONFIG,
                Map.of("WEB", "" + web.port(), "LOG", "" + log));
        ControlPlane plane = plane()) {
      Api api = new Api(plane.address());
      add(api, plane, haproxy, log);
      Set<String> asked = figures(PrometheusRules.text());
      assertThat(asked).hasSizeGreaterThan(15);
      eventually(
          "all figures of the rules",
          () -> figures(api.get("/metrics", "").text()).containsAll(asked));
    }
  }

  private static Set<String> figures(String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = FIGURE.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  private static long rules() {
    return PrometheusRules.text().lines().filter(it -> it.contains("- alert: ")).count();
  }

  private ControlPlane plane() throws Exception {
    return ControlPlane.start(
        new ControlPlane.Settings(
            folder.resolve("data"),
            Path.of("target/postgres"),
            Optional.empty(),
            "127.0.0.1",
            0,
            Optional.empty()),
        InstantSource.system(),
        System::nanoTime);
  }

  private static void add(Api api, ControlPlane plane, RunningHaproxy haproxy, int log) {
    String token =
        api.post(
                "/api/v1/first-admin",
                "",
                "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                    .formatted(plane.firstCode().orElseThrow()))
            .body()
            .get("secret")
            .asString();
    ObjectNode body = JsonMapper.shared().createObjectNode();
    body.put("name", "edge");
    body.put("master_socket", haproxy.masterSocket.toString());
    body.put("marker", haproxy.marker.toString());
    body.put("policy", haproxy.text(POLICY));
    body.put("log", "udp:127.0.0.1:" + log);
    assertThat(api.post("/api/v1/balancers", token, body.toString()).status()).isEqualTo(201);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void eventually(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("not within 90 s: " + what).isLessThan(end);
      LockSupport.parkNanos(100_000_000);
    }
  }

  /** Debian's, with the shipped rules, looking each second. */
  private record Prometheus(Process process, int port, Path log) implements AutoCloseable {
    static Prometheus start(Path folder, URI metrics) throws Exception {
      Files.writeString(folder.resolve("rules.yml"), PrometheusRules.text());
      Path config = folder.resolve("prometheus.yml");
      Files.writeString(
          config,
          """
          global: { scrape_interval: 1s, evaluation_interval: 1s }
          rule_files: [rules.yml]
          scrape_configs:
            - job_name: checkrail
              static_configs:
                - targets: ["%s"]
          """
              .formatted(metrics.getAuthority()));
      int port = RunningHaproxy.freePort();
      Path log = folder.resolve("prometheus.log");
      Process process =
          new ProcessBuilder(
                  program().orElseThrow().toString(),
                  "--config.file=" + config,
                  "--storage.tsdb.path=" + folder.resolve("tsdb"),
                  "--web.listen-address=127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      return new Prometheus(process, port, log);
    }

    /** Of each alert: whether the rule could be evaluated, and its state. */
    Map<String, String> rules() throws Exception {
      assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
      Map<String, String> states = new TreeMap<>();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/rules")).build();
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 503) {
          return Map.of(); // it is not ready yet
        }
        for (JsonNode group :
            JsonMapper.shared().readTree(answer.body()).path("data").path("groups")) {
          for (JsonNode rule : group.path("rules")) {
            states.put(
                rule.path("name").asString(),
                rule.path("health").asString() + " " + rule.path("state").asString());
          }
        }
      } catch (IOException e) {
        return Map.of(); // it does not listen yet
      }
      return states;
    }

    boolean fires(String alert) throws Exception {
      return "ok firing".equals(rules().get(alert));
    }

    @Override
    public void close() throws Exception {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
