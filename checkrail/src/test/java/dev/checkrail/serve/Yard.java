package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.logs.RecommendedFormat;
import dev.checkrail.store.DatabaseAddress;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A control plane, running load balancers with a log that it owns, servers that behave as they are
 * told, and users: what a rollout needs. The administrator is ada, the author anna.
 */
final class Yard implements AutoCloseable {
  private static final String PASSWORD = "long enough, really";

  /** Two servers that take payments, one that makes reports. */
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
          timeout server 2s
          option redispatch
          retries 3
          option idle-close-on-response
      frontend web
          bind 127.0.0.1:@PORT@
          @LOGGED@
          use_backend be_reports if { path_beg /reports }
          default_backend be_pay
      backend be_reports
          server rep-1 127.0.0.1:@REPORTS@
      backend be_pay
          balance roundrobin
          server pay-1 127.0.0.1:@PAY1@ weight 10
          server pay-2 127.0.0.1:@PAY2@ weight 10
      """;

  final Api api;
  final String ada;
  private final ControlPlane plane;
  private final String anna;
  private final Map<String, String> words = new HashMap<>();
  private final List<Answering> servers = new ArrayList<>();
  private final List<RunningHaproxy> balancers = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient users =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();

  /** A load balancer that is owned. */
  record Edge(String name, RunningHaproxy haproxy) {}

  /** What a server answers to a path: a status, after as long as it takes. */
  @FunctionalInterface
  interface Behaviour {
    int status(String path) throws InterruptedException;
  }

  /** A server whose behaviour can be changed. */
  static final class Answering {
    private final HttpServer server;
    volatile Behaviour behaviour;

    private Answering(Behaviour behaviour, ExecutorService threads) throws IOException {
      this.behaviour = behaviour;
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            try {
              exchange.sendResponseHeaders(
                  this.behaviour.status(exchange.getRequestURI().getPath()), -1);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            exchange.close();
          });
      server.start();
    }
  }

  /**
   * Starts the control plane, and the servers of {@link #CONFIG}.
   *
   * @param data what it keeps
   * @param database one's own; empty: an embedded one
   * @param observe so long is each step observed at least
   */
  Yard(Path data, Optional<DatabaseAddress> database, Duration observe) throws Exception {
    words.put(
        "LOGGED",
        "log-format \"%s\"\n    %s\n    %s"
            .formatted(
                RecommendedFormat.LOG_FORMAT.replace("\"", "\\\""),
                RecommendedFormat.UNIQUE_ID,
                String.join("\n    ", RecommendedFormat.REQUEST_LINES)));
    server("PAY1", path -> 200);
    server("PAY2", path -> 200);
    server("REPORTS", path -> path.startsWith("/reports") ? 200 : 500);
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                data,
                Path.of("target/postgres"),
                database,
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty(),
                Duration.ofMillis(200),
                false,
                Optional.empty(),
                Map.of(),
                observe),
            InstantSource.system(),
            System::nanoTime);
    api = new Api(plane.address());
    ada =
        api.post(
                "/api/v1/first-admin",
                "",
                "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"%s\"}"
                    .formatted(plane.firstCode().orElseThrow(), PASSWORD))
            .body()
            .get("secret")
            .asString();
    api.post(
        "/api/v1/accounts",
        ada,
        "{\"name\":\"anna\",\"roles\":[\"author\"],\"password\":\"%s\"}".formatted(PASSWORD));
    anna =
        api.post("/api/v1/login", "", "{\"name\":\"anna\",\"password\":\"%s\"}".formatted(PASSWORD))
            .body()
            .get("secret")
            .asString();
  }

  /** A server whose port configurations name by a word. */
  Answering server(String word, Behaviour behaviour) throws IOException {
    Answering one = new Answering(behaviour, threads);
    servers.add(one);
    words.put(word, "" + one.server.getAddress().getPort());
    return one;
  }

  /** Starts a load balancer with {@link #CONFIG} in a folder and owns it. */
  Edge owned(String name, Path folder) throws Exception {
    int log;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      log = socket.getLocalPort();
    }
    Map<String, String> all = new HashMap<>(words);
    all.put("LOG", "" + log);
    RunningHaproxy haproxy = new RunningHaproxy(Files.createDirectories(folder), CONFIG, all);
    balancers.add(haproxy);
    ObjectNode body = JsonMapper.builder().build().createObjectNode();
    body.put("name", name);
    body.put("master_socket", haproxy.masterSocket.toString());
    body.put("marker", haproxy.marker.toString());
    body.put("policy", "version: 1\nreview: { approvers: 0, high_risk: { approvers: 0 } }\n");
    body.put("log", "udp:127.0.0.1:" + log);
    Api.Answer added = api.post("/api/v1/balancers", ada, body.toString());
    assertThat(added.status()).as(added.text()).isEqualTo(201);
    return new Edge(name, haproxy);
  }

  /** Somebody looks: after Checkrail went back by itself rollouts wait for that. */
  void isLookedAt(Edge edge) {
    api.get("/api/v1/incidents?state=open&balancer=" + edge.name(), ada)
        .body()
        .get("incidents")
        .forEach(one -> {
          Api.Answer closed =
              api.post(
                  "/api/v1/incidents/%s/close".formatted(one.get("id").asString()),
                  ada,
                  "{\"reason\":\"a test ended\"}");
          assertThat(closed.status()).as(closed.text()).isEqualTo(200);
        });
  }

  // --- users

  /** Users come, so many each second, whatever becomes of those before. */
  void each(double second, Runnable user) {
    var unused = clock.scheduleAtFixedRate(user, 0, (long) (1e6 / second), TimeUnit.MICROSECONDS);
  }

  /** One request; its status, 0 if there is no answer. */
  CompletableFuture<Integer> ask(Edge edge, String path) {
    return users
        .sendAsync(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.haproxy().port + path))
                .timeout(Duration.ofSeconds(5))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .handle((answer, failed) -> failed == null ? answer.statusCode() : 0);
  }

  /** Lets users come for a while: what is usual has to be learnt. */
  static void beBusyFor(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  // --- changes, by their path

  /** Anna's, of one main file; checked and approved. */
  String proposed(Edge edge, String template) throws Exception {
    Api.Answer answer =
        api.post(
            "/api/v1/changes",
            anna,
            "{\"balancer\":\"%s\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"why\":\"a test\",\"moves\":[\"all\"]}"
                .formatted(
                    edge.name(),
                    Base64.getEncoder()
                        .encodeToString(
                            edge.haproxy().text(template).getBytes(StandardCharsets.UTF_8))));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    String change = "/api/v1/changes/" + answer.body().get("number").asLong();
    eventually("it is checked", () -> !state(change).equals("proposed"));
    assertThat(state(change)).as(shown(change).toString()).isEqualTo("approved");
    return change;
  }

  ObjectNode shown(String change) {
    return api.get(change, ada).body();
  }

  String state(String change) {
    return shown(change).get("state").asString();
  }

  String because(String change) {
    return shown(change).get("because").asString();
  }

  void becomes(String change, String state) throws Exception {
    try {
      eventually("it is " + state, () -> state(change).equals(state));
    } catch (AssertionError e) {
      throw new AssertionError(shown(change).toString(), e);
    }
  }

  static String number(String change) {
    return change.substring(change.lastIndexOf('/') + 1);
  }

  /** Begins it; {@code then} is the change that follows it. */
  void rolledOut(String change, Optional<String> then) {
    Api.Answer answer =
        api.post(
            change + "/rollout",
            ada,
            then.map(it -> "{\"then\":[\"%s\"]}".formatted(number(it))).orElse("{}"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.body().at("/change/state").asString()).isEqualTo("rolling out");
  }

  /** Puts it in place at once, without the approvals that it lacks. */
  void brokenGlass(String change) {
    Api.Answer answer = api.post(change + "/break-glass", ada, "{\"reason\":\"a test\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  JsonNode rollout(String change) {
    return shown(change).get("rollout");
  }

  String phase(String change) {
    return rollout(change).get("phase").asString();
  }

  /** A person goes on to a step, whatever is known. */
  void goOnTo(String change, int step) throws Exception {
    assertThat(api.post(change + "/go-on", ada, "{}").status()).isEqualTo(200);
    eventually(
        "step " + step,
        () -> rollout(change).get("step").asInt() == step && phase(change).equals("observing"));
  }

  // --- load balancers

  String live(Edge edge) {
    return api.get("/api/v1/balancers/" + edge.name(), ada).body().get("live").asString();
  }

  String server(Edge edge, String name) {
    return api
        .get("/api/v1/balancers/%s/runtime".formatted(edge.name()), ada)
        .body()
        .get("servers")
        .values()
        .stream()
        .filter(it -> it.get("name").asString().equals(name))
        .map(it -> it.get("state").asString() + " " + it.get("weight").asInt())
        .findFirst()
        .orElse("none");
  }

  void isAsApproved(Edge edge) throws Exception {
    eventually(
        "no drift is left",
        () ->
            !api.get("/api/v1/balancers/%s/drift".formatted(edge.name()), ada)
                .body()
                .get("drifted")
                .booleanValue());
  }

  boolean isIntact() {
    return api.get("/api/v1/journal/verification", ada).body().get("intact").booleanValue();
  }

  @Override
  public void close() throws Exception {
    clock.shutdownNow();
    plane.close();
    for (RunningHaproxy one : balancers) {
      one.close();
    }
    servers.forEach(one -> one.server.stop(0));
    users.shutdownNow();
    threads.shutdownNow();
  }
}
