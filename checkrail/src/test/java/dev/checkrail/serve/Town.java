package dev.checkrail.serve;

import dev.checkrail.balancer.NamedServer;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.logs.RecommendedFormat;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A load balancer with a log, users who pay through it, servers that serve payments and one that
 * serves reports only: a payment that is sent to it hangs.
 */
final class Town implements AutoCloseable {
  static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
          hard-stop-after 5s
          log 127.0.0.1:@LOG@ local0
      defaults
          mode http
          log global
          timeout connect 1s
          timeout client 30s
          timeout server 3s
          option redispatch
          retries 3
          option idle-close-on-response
      frontend web
          bind 127.0.0.1:@PORT@
          @LOGGED@
          use_backend be_reports if { path_beg /reports }
          default_backend be_pay
      backend be_pay
          balance roundrobin
          option httpchk GET /ready
          server pay-1 127.0.0.1:@PAY1@ check inter 500
          server pay-2 127.0.0.1:@PAY2@ check inter 500
      backend be_reports
          option httpchk GET /ready
          server rep-1 127.0.0.1:@REP@ check inter 500
      """;

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
        reports:
          - path: /reports/**
      inventory:
        - { name: pay-1, address: "127.0.0.1:@PAY1@", serves: [payments] }
        - { name: pay-2, address: "127.0.0.1:@PAY2@", serves: [payments] }
        - { name: rep-1, address: "127.0.0.1:@REP@", serves: [reports] }
      owners:
        lb: platform
        be_pay: payments-team
      """;

  private static final double EACH_SECOND = 40;

  final RunningHaproxy haproxy;
  private final int logPort;
  private final NamedServer pay1 = NamedServer.good("pay-1");
  private final NamedServer pay2 = NamedServer.good("pay-2");
  private final NamedServer reports = NamedServer.stuckAt("rep-1", "/v1/payments");
  private final HttpClient users;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Random chance = new Random(7);
  private final ServeProcess serve;
  private @Nullable Api api;
  private String token = "";

  Town(Path folder) throws Exception {
    this.serve = new ServeProcess(folder);
    int log;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      log = socket.getLocalPort();
    }
    String logged =
        "log-format \"%s\"\n    %s\n    %s"
            .formatted(
                RecommendedFormat.LOG_FORMAT.replace("\"", "\\\""),
                RecommendedFormat.UNIQUE_ID,
                String.join("\n    ", RecommendedFormat.REQUEST_LINES));
    this.haproxy =
        new RunningHaproxy(
            Files.createDirectories(folder.resolve("edge")),
            CONFIG,
            Map.of(
                "LOG", "" + log,
                "LOGGED", logged,
                "PAY1", "" + pay1.port(),
                "PAY2", "" + pay2.port(),
                "REP", "" + reports.port()));
    this.logPort = log;
    this.users =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    var unused = clock.schedule(this::user, 0, TimeUnit.MILLISECONDS);
  }

  /** Starts the control plane, a process of its own; the first time with the load balancer. */
  void start(String... options) throws Exception {
    Api asked = serve.start(options);
    api = asked;
    eventually("the control plane answers", () -> asked.get("/ready", "").status() == 200);
    if (!token.isEmpty()) {
      return;
    }
    token = serve.administrator(asked);
    ObjectNode body = JsonMapper.builder().build().createObjectNode();
    body.put("name", "edge");
    body.put("master_socket", haproxy.masterSocket.toString());
    body.put("marker", haproxy.marker.toString());
    body.put("policy", haproxy.text(POLICY));
    body.put("log", "udp:127.0.0.1:" + logPort);
    Api.Answer added = asked.post("/api/v1/balancers", token, body.toString());
    if (added.status() != 201) {
      throw new AssertionError(added.text());
    }
  }

  Api api() {
    Api known = api;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  String token() {
    return token;
  }

  /** One user: pays, or reads a report; the next one comes by chance. */
  private void user() {
    long next = (long) (-Math.log(1 - chance.nextDouble()) * 1e6 / EACH_SECOND);
    double which = chance.nextDouble();
    String path =
        which < 0.05 ? "/reports/" : which < 0.4 ? "/v1/payments/eu/" : "/v1/payments/us/";
    var sent =
        users.sendAsync(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + haproxy.port + path + chance.nextInt(1000)))
                .timeout(Duration.ofSeconds(8))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    var unused = clock.schedule(this::user, next, TimeUnit.MICROSECONDS);
  }

  /** Lets users come for a while: what is usual has to be learnt. */
  void beBusyFor(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    eventually("time passes", () -> System.nanoTime() > end);
  }

  /** The file is edited by hand and loaded: payments of the EU are taken for reports. */
  void bypass() throws Exception {
    Files.writeString(
        haproxy.config,
        haproxy
            .text(CONFIG)
            .replace("{ path_beg /reports }", "{ path_beg /reports /v1/payments/eu }"));
    try (var driver = haproxy.driver()) {
      driver.reload();
    }
  }

  /** A harmless change, through the gate. */
  Api.Answer apply(boolean force) {
    String text = haproxy.text(CONFIG).replace("timeout client 30s", "timeout client 31s");
    return api()
        .post(
            "/api/v1/balancers/edge/apply",
            token,
            "{\"main\":[\"%s\"],\"names\":[\"candidate.cfg\"],\"force\":%s}"
                .formatted(
                    Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)),
                    force));
  }

  JsonNode diagnosis() {
    return api().get("/api/v1/balancers/edge/diagnosis", token).body();
  }

  /** The latest incident, with all of it. */
  Optional<JsonNode> incident() {
    JsonNode list = api().get("/api/v1/incidents", token).body().get("incidents");
    if (list.size() > 1) {
      throw new AssertionError("more than one incident: " + list);
    }
    return list.isEmpty()
        ? Optional.empty()
        : Optional.of(
            api().get("/api/v1/incidents/" + list.get(0).get("id").asString(), token).body());
  }

  /** Looks until something is so, for up to 90 s. */
  void eventually(String what, BooleanSupplier so) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 90 s: " + what + "\n" + last());
      }
      java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
    }
  }

  private String last() {
    if (api == null) {
      return serve.said();
    }
    String timeline =
        incident()
            .map(it ->
                it.get("timeline").values().stream()
                    .map(one -> one.get("at").asString() + " " + one.get("what").asString())
                    .collect(Collectors.joining("\n")))
            .orElse("no incident");
    String text = diagnosis().toString();
    String log = serve.said();
    return timeline
        + "\n"
        + (text.length() > 4000 ? text.substring(0, 4000) : text)
        + "\n"
        + log.substring(Math.max(0, log.length() - 4000));
  }

  /** kill -9. */
  void kill() throws InterruptedException {
    serve.kill();
  }

  @Override
  public void close() throws Exception {
    clock.shutdownNow();
    serve.close();
    users.shutdownNow();
    haproxy.close();
    pay1.close();
    pay2.close();
    reports.close();
  }
}
