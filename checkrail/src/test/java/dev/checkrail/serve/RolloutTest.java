package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.logs.RecommendedFormat;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes are put in place step by step at two running HAProxy with users. With {@code
 * -Dcheckrail.rollout=full} one goes all the way by what is observed.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RolloutTest {
  private static final String PASSWORD = "long enough, really";
  private static final double EACH_SECOND = 80;
  private static final String CONFIG =
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
          default_backend be_pay
      backend be_pay
          balance roundrobin
          server pay-1 127.0.0.1:@PAY1@ weight 10
          server pay-2 127.0.0.1:@PAY2@ weight 10
      """;
  private static final String GOOD = CONFIG + "    server pay-3 127.0.0.1:@PAY3@ weight 10\n";
  private static final String BAD = CONFIG + "    server pay-4 127.0.0.1:@BAD@ weight 10\n";

  @TempDir private static Path folder;
  private static final List<Answering> SERVERS = new ArrayList<>();
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor();
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static final HttpClient USERS =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(THREADS).build();
  private static RunningHaproxy one;
  private static RunningHaproxy two;
  private static ControlPlane plane;
  private static Api api;
  private static String ada;
  private static String anna;

  /** A server that always answers the same status. */
  private static final class Answering implements AutoCloseable {
    private final HttpServer server;

    Answering(int status) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
      server.setExecutor(THREADS);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
          });
      server.start();
      SERVERS.add(this);
    }

    String port() {
      return "" + server.getAddress().getPort();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Map<String, String> words =
        Map.of(
            "LOGGED",
            "log-format \"%s\"\n    %s\n    %s"
                .formatted(
                    RecommendedFormat.LOG_FORMAT.replace("\"", "\\\""),
                    RecommendedFormat.UNIQUE_ID,
                    String.join("\n    ", RecommendedFormat.REQUEST_LINES)),
            "PAY1",
            new Answering(200).port(),
            "PAY2",
            new Answering(200).port(),
            "PAY3",
            new Answering(200).port(),
            "BAD",
            new Answering(500).port());
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder.resolve("data"),
                Path.of("target/postgres"),
                Optional.empty(),
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty(),
                Duration.ofMillis(200),
                false,
                Optional.empty(),
                Map.of(),
                Duration.ofSeconds(2)),
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
    one = owned("edge-1", words);
    two = owned("edge-2", words);
    var unused =
        CLOCK.scheduleAtFixedRate(
            RolloutTest::users, 0, (long) (1e6 / EACH_SECOND), TimeUnit.MICROSECONDS);
  }

  private static RunningHaproxy owned(String name, Map<String, String> words) throws Exception {
    int log;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      log = socket.getLocalPort();
    }
    Map<String, String> all = new java.util.HashMap<>(words);
    all.put("LOG", "" + log);
    RunningHaproxy haproxy =
        new RunningHaproxy(Files.createDirectories(folder.resolve(name)), CONFIG, all);
    ObjectNode body = JsonMapper.builder().build().createObjectNode();
    body.put("name", name);
    body.put("master_socket", haproxy.masterSocket.toString());
    body.put("marker", haproxy.marker.toString());
    body.put("policy", "version: 1\nreview: { approvers: 0, high_risk: { approvers: 0 } }\n");
    body.put("log", "udp:127.0.0.1:" + log);
    Api.Answer added = api.post("/api/v1/balancers", ada, body.toString());
    assertThat(added.status()).as(added.text()).isEqualTo(201);
    return haproxy;
  }

  /** One of each load balancer, whatever became of those before. */
  private static void users() {
    for (RunningHaproxy haproxy : List.of(one, two)) {
      var unused =
          USERS.sendAsync(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + haproxy.port + "/pay"))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
    }
  }

  @AfterAll
  static void stop() throws Exception {
    CLOCK.shutdownNow();
    plane.close();
    one.close();
    two.close();
    SERVERS.forEach(Answering::close);
    USERS.shutdownNow();
    THREADS.shutdownNow();
  }

  private static String proposed(String balancer, RunningHaproxy at, String template)
      throws Exception {
    Api.Answer answer =
        api.post(
            "/api/v1/changes",
            anna,
            "{\"balancer\":\"%s\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"why\":\"a test\",\"moves\":[\"all\"]}"
                .formatted(
                    balancer,
                    Base64.getEncoder()
                        .encodeToString(at.text(template).getBytes(StandardCharsets.UTF_8))));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    String change = "/api/v1/changes/" + answer.body().get("number").asLong();
    eventually("it is checked", () -> !state(change).equals("proposed"));
    assertThat(state(change)).as(shown(change).toString()).isEqualTo("approved");
    return change;
  }

  private static ObjectNode shown(String change) {
    return api.get(change, ada).body();
  }

  private static String state(String change) {
    return shown(change).get("state").asString();
  }

  private static void becomes(String change, String state) throws Exception {
    try {
      eventually("it is " + state, () -> state(change).equals(state));
    } catch (AssertionError e) {
      throw new AssertionError(shown(change).toString(), e);
    }
  }

  private static String number(String change) {
    return change.substring(change.lastIndexOf('/') + 1);
  }

  private static String live(String balancer) {
    return api.get("/api/v1/balancers/" + balancer, ada).body().get("live").asString();
  }

  private static void rolledOut(String change, String then) {
    Api.Answer answer =
        api.post(
            change + "/rollout",
            ada,
            then.isEmpty() ? "{}" : "{\"then\":[\"%s\"]}".formatted(then));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.body().at("/change/state").asString()).isEqualTo("rolling out");
  }

  private static JsonNode rollout(String change) {
    return shown(change).get("rollout");
  }

  private static String phase(String change) {
    return rollout(change).get("phase").asString();
  }

  /** A person goes on to a step, whatever is known. */
  private static void goOnTo(String change, int step) throws Exception {
    assertThat(api.post(change + "/go-on", ada, "{}").status()).isEqualTo(200);
    eventually(
        "step " + step,
        () -> rollout(change).get("step").asInt() == step && phase(change).equals("observing"));
  }

  private static String server(String balancer, String name) {
    return api
        .get("/api/v1/balancers/%s/runtime".formatted(balancer), ada)
        .body()
        .get("servers")
        .values()
        .stream()
        .filter(it -> it.get("name").asString().equals(name))
        .map(it -> it.get("state").asString() + " " + it.get("weight").asInt())
        .findFirst()
        .orElse("none");
  }

  private static void isAsApproved(String balancer) throws Exception {
    eventually(
        "no drift is left",
        () ->
            !api.get("/api/v1/balancers/%s/drift".formatted(balancer), ada)
                .body()
                .get("drifted")
                .booleanValue());
  }

  @Test
  @Order(1)
  void aNewServerGetsItsRequestsStepByStepAndNothingOfThatIsDrift() throws Exception {
    String change = proposed("edge-1", one, GOOD);
    JsonNode stages = shown(change).get("stages");
    assertThat(stages.get("steps")).hasSize(4);
    assertThat(stages.get("at_once")).isNull();
    String base = live("edge-1");

    rolledOut(change, "");
    assertThat(server("edge-1", "be_pay/pay-3")).isEqualTo("maint 10");
    assertThat(live("edge-1")).isEqualTo(stages.at("/steps/0/file").asString());
    goOnTo(change, 2);
    assertThat(server("edge-1", "be_pay/pay-3")).isEqualTo("ready 1");
    isAsApproved("edge-1");
    goOnTo(change, 3);
    assertThat(server("edge-1", "be_pay/pay-3")).isEqualTo("ready 5");
    isAsApproved("edge-1");
    goOnTo(change, 4);
    assertThat(server("edge-1", "be_pay/pay-3")).isEqualTo("ready 10");
    assertThat(api.post(change + "/go-on", ada, "{}").status()).isEqualTo(200);
    becomes(change, "live");

    assertThat(live("edge-1")).isEqualTo(shown(change).get("candidate").asString());
    isAsApproved("edge-1");
    Api.Answer back = api.post(change + "/rollback", ada, "{\"reason\":\"a test\"}");
    assertThat(back.status()).as(back.text()).isEqualTo(200);
    assertThat(live("edge-1")).as("never a step on the way").isEqualTo(base);
    assertThat(state(change)).isEqualTo("rolled back");
  }

  @Test
  @Order(2)
  void aServerThatFailsIsFoundAtItsFirstRequestsAndTheVersionBeforeIsPutBack() throws Exception {
    String base = live("edge-1");
    String change = proposed("edge-1", one, BAD);
    rolledOut(change, "");
    goOnTo(change, 2);

    becomes(change, "rolled back");

    assertThat(shown(change).get("because").asString())
        .containsAnyOf("more of what the change moved fails than before", "harm in what");
    assertThat(live("edge-1")).isEqualTo(base);
    assertThat(server("edge-1", "be_pay/pay-4")).isEqualTo("none");
    isAsApproved("edge-1");
  }

  @Test
  @Order(3)
  void aPersonTakesOneBackThatIsOnItsWay() throws Exception {
    String base = live("edge-1");
    String change = proposed("edge-1", one, GOOD);
    rolledOut(change, "");
    goOnTo(change, 2);

    Api.Answer back = api.post(change + "/rollback", ada, "{\"reason\":\"a test\"}");

    assertThat(back.status()).as(back.text()).isEqualTo(200);
    assertThat(back.body().at("/change/state").asString()).isEqualTo("rolled back");
    assertThat(live("edge-1")).isEqualTo(base);
  }

  @Test
  @Order(4)
  void theSecondLoadBalancerIsNotTouchedWhenTheFirstFails() throws Exception {
    String base = live("edge-2");
    String first = proposed("edge-1", one, BAD);
    String second = proposed("edge-2", two, GOOD);
    rolledOut(first, number(second));
    goOnTo(first, 2);

    becomes(first, "rolled back");

    assertThat(state(second)).isEqualTo("approved");
    assertThat(live("edge-2")).isEqualTo(base);
    assertThat(shown(second).get("rollout")).isNull();
  }

  @Test
  @Order(5)
  void whatIsDoneIsBroughtBackWhenALaterOneFails() throws Exception {
    String base = live("edge-1");
    String first =
        proposed("edge-1", one, CONFIG.replace("timeout client 30s", "timeout client 31s"));
    String second = proposed("edge-2", two, BAD);
    rolledOut(first, number(second));
    assertThat(api.post(first + "/go-on", ada, "{}").status()).isEqualTo(200);
    eventually("the second begins", () -> state(second).equals("rolling out"));
    assertThat(state(first)).isEqualTo("live");
    eventually("its first step is taken", () -> phase(second).equals("observing"));
    goOnTo(second, 2);

    becomes(second, "rolled back");
    becomes(first, "rolled back");

    assertThat(live("edge-1")).isEqualTo(base);
    assertThat(shown(first).get("because").asString())
        .contains("change " + number(second) + ", which was to follow it, failed");
    assertThat(api.get("/api/v1/journal/verification", ada).body().get("intact").booleanValue())
        .isTrue();
  }

  @Test
  @Order(6)
  void whatIsPutInPlaceByBreakingTheGlassIsWatchedAllTheSame() throws Exception {
    String base = live("edge-1");
    String change =
        proposed(
            "edge-1",
            one,
            CONFIG.replace("default_backend be_pay", "default_backend be_new")
                + "backend be_new\n    server new-1 127.0.0.1:@BAD@\n");
    Api.Answer answer = api.post(change + "/break-glass", ada, "{\"reason\":\"a test\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);

    becomes(change, "rolled back");

    assertThat(live("edge-1")).isEqualTo(base);
    assertThat(shown(change).get("review_owed").booleanValue()).isTrue();
  }

  @Test
  @Order(7)
  void whenHaproxyDiesOnTheWayTheVersionBeforeIsPutBackAsSoonAsItRuns() throws Exception {
    String base = live("edge-2");
    String change = proposed("edge-2", two, GOOD);
    rolledOut(change, "");
    goOnTo(change, 2);
    List<ProcessHandle> all = new ArrayList<>();
    ProcessHandle master = ProcessHandle.of(two.pid()).orElseThrow();
    all.add(master);
    all.addAll(master.descendants().toList());
    for (ProcessHandle process : all) {
      process.destroyForcibly();
      process.onExit().get(60, TimeUnit.SECONDS);
    }
    assertThat(api.post(change + "/go-on", ada, "{}").status()).isEqualTo(200);
    eventually(
        "it waits",
        () ->
            phase(change).equals("going back")
                && rollout(change).get("why").asString().contains("it can't go back yet"));

    two.restart("admin");

    becomes(change, "rolled back");
    assertThat(shown(change).get("because").asString()).contains("could not be taken");
    assertThat(live("edge-2")).isEqualTo(base);
    assertThat(server("edge-2", "be_pay/pay-3")).isEqualTo("none");
    isAsApproved("edge-2");
  }

  @Test
  @Order(8)
  @EnabledIfSystemProperty(named = "checkrail.rollout", matches = "full")
  void whatIsObservedLeadsAllTheWay() throws Exception {
    String change = proposed("edge-2", two, GOOD);
    long began = System.nanoTime();
    rolledOut(change, "");
    long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    String said = "";
    while (state(change).equals("rolling out") && System.nanoTime() < end) {
      String now = rollout(change).get("step") + " " + rollout(change).path("why").asString("");
      if (!now.equals(said)) {
        System.out.printf("%d s: step %s%n", (System.nanoTime() - began) / 1_000_000_000, now);
        said = now;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(500_000_000);
    }
    assertThat(state(change)).as(shown(change).toString()).isEqualTo("live");
  }
}
