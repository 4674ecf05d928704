package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.balancer.NamedServer;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.watch.MinuteRow;
import dev.checkrail.watch.Rollups;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A real HAProxy, watched by a real control plane. */
class WatchingTest {
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
          option idle-close-on-response
      frontend web
          bind 127.0.0.1:@PORT@
          default_backend be_web
      backend be_web
          option httpchk GET /ready
          server web-1 127.0.0.1:@WEB@ check inter 500
          server web-2 127.0.0.1:@GONE@
      """;

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

  /** A free port of UDP. */
  private static int freeUdp() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private RunningHaproxy haproxy(NamedServer web, int log) throws Exception {
    return new RunningHaproxy(
        Files.createDirectories(folder.resolve("edge")),
        CONFIG,
        Map.of(
            "WEB", Integer.toString(web.port()),
            "GONE", Integer.toString(RunningHaproxy.freePort()),
            "LOG", Integer.toString(log)));
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

  private static String admin(Api api, ControlPlane plane) {
    return api.post(
            "/api/v1/first-admin",
            "",
            "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                .formatted(plane.firstCode().orElseThrow()))
        .body()
        .get("secret")
        .asString();
  }

  private static Map<String, Double> figures(Api api) {
    return TextFormat.read(api.get("/metrics", "").text());
  }

  private static boolean figure(Api api, String name, double value) {
    return figures(api).getOrDefault(name, Double.NaN) == value;
  }

  private static int get(RunningHaproxy haproxy, String path) throws Exception {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + haproxy.port + path).toURL().openConnection();
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }

  @Test
  void whatIsAddedIsWatchedFromThenOnAlsoByTheNextProcess() throws Exception {
    int log = freeUdp();
    try (NamedServer web = NamedServer.good("web-1");
        RunningHaproxy haproxy = haproxy(web, log)) {
      try (ControlPlane plane = plane()) {
        Api api = new Api(plane.address());
        String token = admin(api, plane);
        ObjectNode body = JsonMapper.builder().build().createObjectNode();
        body.put("name", "edge");
        body.put("master_socket", haproxy.masterSocket.toString());
        body.put("marker", haproxy.marker.toString());
        body.put("policy", haproxy.text(POLICY));
        body.put("log", "udp:127.0.0.1:" + log);
        assertThat(api.post("/api/v1/balancers", token, body.toString()).status()).isEqualTo(201);
        assertThat(api.get("/api/v1/balancers/edge", token).body().get("log").asString())
            .isEqualTo("udp:127.0.0.1:" + log);
        RunningHaproxy.eventually(
            "it is seen", () -> figure(api, "checkrail_balancer_seen{balancer=\"edge\"}", 1));
        RunningHaproxy.eventually(
            "its log is taken in",
            () -> figure(api, "checkrail_balancer_log_observed{balancer=\"edge\"}", 1));
        for (int i = 0; i < 20; i++) {
          assertThat(get(haproxy, "/x")).isIn(200, 503);
        }
        String web1 = "{balancer=\"edge\",pool=\"be_web\",server=\"web-1\"}";
        RunningHaproxy.eventually(
            "what it completed is counted",
            () ->
                figures(api).getOrDefault("checkrail_server_completed_total" + web1, 0.0) >= 10
                    && figures(api)
                            .getOrDefault(
                                "checkrail_log_lines_total{balancer=\"edge\",result=\"parsed\"}",
                                0.0)
                        >= 20);
        assertThat(figures(api)).containsEntry("checkrail_server_up" + web1, 1.0);
        RunningHaproxy.eventually(
            "our own requests are in the log, and no user's",
            () ->
                figures(api)
                        .getOrDefault(
                            "checkrail_log_lines_total{balancer=\"edge\",result=\"refused own probe\"}",
                            0.0)
                    >= 2);
        assertThat(figures(api))
            .as("all that users sent, and nothing else")
            .containsEntry("checkrail_log_lines_total{balancer=\"edge\",result=\"parsed\"}", 20.0);
        RunningHaproxy.eventually(
            "probes tell the good one from the one that is gone",
            () ->
                figure(
                        api,
                        "checkrail_probe_good{balancer=\"edge\",kind=\"check\",subject=\"be_web/web-1\",service=\"\"}",
                        1)
                    && figure(
                        api,
                        "checkrail_probe_good{balancer=\"edge\",kind=\"tcp\",subject=\"be_web/web-2\",service=\"\"}",
                        0));
        assertThat(api.get("/api/v1/balancers/edge/probes", token).text())
            .contains(
                "\"subject\":\"be_web/web-2\"",
                "nobody takes the connection",
                "the policy's inventory does not name it");
      }
      assertThat(threads()).isEmpty();

      try (ControlPlane plane = plane()) {
        Api api = new Api(plane.address());
        RunningHaproxy.eventually(
            "it is seen again", () -> figure(api, "checkrail_balancer_seen{balancer=\"edge\"}", 1));
        RunningHaproxy.eventually(
            "its log is taken in again",
            () -> figure(api, "checkrail_balancer_log_observed{balancer=\"edge\"}", 1));
        String token =
            api.post("/api/v1/login", "", "{\"name\":\"ada\",\"password\":\"long enough, really\"}")
                .body()
                .get("secret")
                .asString();
        assertThat(
                api.get("/api/v1/balancers/edge/live", token).body().get("log").get("kept").asInt())
            .as("the sample survives")
            .isGreaterThanOrEqualTo(20);
        haproxy.close();
        RunningHaproxy.eventually(
            "blind", () -> figure(api, "checkrail_balancer_seen{balancer=\"edge\"}", 0));
        assertThat(api.get("/live", "").status()).isEqualTo(200);
        assertThat(api.get("/ready", "").status()).isEqualTo(200);
        assertThat(figures(api).get("checkrail_balancer_blind_seconds{balancer=\"edge\"}"))
            .isNotNegative();
      }
      assertThat(threads()).isEmpty();
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(
            name -> Stream.of("collect ", "probe ", "plan ", "rollups").anyMatch(name::startsWith))
        .toList();
  }

  @Test
  void promtoolHasNothingToSayAgainstTheMetrics() throws Exception {
    Optional<Path> promtool =
        Stream.concat(
                Stream.of(Path.of("../.checkrail/promtool")),
                Stream.of(System.getenv("PATH").split(":", -1)).map(it -> Path.of(it, "promtool")))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(promtool.isPresent(), "promtool is not here");
    try (NamedServer web = NamedServer.good("web-1");
        RunningHaproxy haproxy = haproxy(web, freeUdp());
        ControlPlane plane = plane()) {
      Api api = new Api(plane.address());
      String token = admin(api, plane);
      assertThat(
              api.post(
                      "/api/v1/balancers",
                      token,
                      "{\"name\":\"edge\",\"master_socket\":\"%s\",\"marker\":\"%s\",\"log\":\"file:%s\"}"
                          .formatted(
                              haproxy.masterSocket, haproxy.marker, folder.resolve("none.log")))
                  .status())
          .isEqualTo(201);
      RunningHaproxy.eventually(
          "all kinds of figures are there",
          () ->
              Stream.of(
                      "checkrail_server_up",
                      "checkrail_probe_good",
                      "checkrail_log_lines_total",
                      "checkrail_frontend_open")
                  .allMatch(
                      name -> figures(api).keySet().stream().anyMatch(it -> it.startsWith(name))));
      Path text = folder.resolve("metrics.txt");
      Files.writeString(text, api.get("/metrics", "").text());
      Process check =
          new ProcessBuilder(promtool.get().toString(), "check", "metrics")
              .redirectInput(text.toFile())
              .redirectErrorStream(true)
              .start();
      String said =
          new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(said).isEmpty();
      assertThat(check.waitFor()).isZero();
    }
  }

  /** Rollups that keep what they are given. */
  private record Kept(CopyOnWriteArrayList<MinuteRow> rows) implements Rollups {
    @Override
    public void write(List<MinuteRow> more) {
      rows.addAll(more);
    }

    @Override
    public List<MinuteRow> read(String balancer, String series, Instant from, Instant to) {
      return rows.stream().filter(row -> row.series().equals(series)).toList();
    }
  }

  @Test
  void theMinuteThatIsUnderWayIsRolledUpAtTheEnd() throws Exception {
    Kept kept = new Kept(new CopyOnWriteArrayList<>());
    try (NamedServer web = NamedServer.good("web-1");
        RunningHaproxy haproxy = haproxy(web, freeUdp())) {
      Registry registry = new Registry(folder.resolve("balancers"));
      registry.add(
          new Registry.Entry(
              "edge", haproxy.installation(), Optional.of(haproxy.text(POLICY)), Optional.empty()));
      try (Watching watching =
          new Watching(registry, kept, InstantSource.system(), System::nanoTime)) {
        watching.beginAll();
        Watched edge = watching.of("edge").orElseThrow();
        RunningHaproxy.eventually("seen twice", () -> edge.collector().tally().looks() >= 2);
        RunningHaproxy.eventually(
            "the service is asked for directly and through the front",
            () ->
                edge.probes().latest().stream()
                        .filter(Probed::good)
                        .filter(it -> it.target().services().contains("web"))
                        .map(it -> it.target().kind())
                        .distinct()
                        .count()
                    == 2);
        assertThat(edge.latest()).isInstanceOf(Snapshot.Seen.class);
      }
    }
    List<MinuteRow> rows = kept.read("edge", "balancer seen", Instant.MIN, Instant.MAX);
    assertThat(rows).isNotEmpty();
    assertThat(rows.stream().mapToInt(MinuteRow::seconds).sum()).isBetween(2, 60);
    assertThat(kept.rows()).extracting(MinuteRow::series).contains("server be_web/web-1 up");
  }

  @Test
  void aSourceThatIsNoneIsRefusedInWords() throws Exception {
    for (String wrong :
        List.of("udp:localhost:5514", "udp:127.0.0.1:99999", "tcp:1.2.3.4:5", "file:log")) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(() -> {
                var unused = LogOption.read(wrong);
              }))
          .as(wrong)
          .hasMessageContaining("udp:ADDRESS:PORT, unix:/PATH, file:/PATH or none");
    }
    assertThat(LogOption.read("none")).isEmpty();
    assertThat(LogOption.read("udp:[::1]:5514")).isPresent();
    assertThat(LogOption.read("unix:/run/checkrail/edge.sock")).isPresent();
  }
}
