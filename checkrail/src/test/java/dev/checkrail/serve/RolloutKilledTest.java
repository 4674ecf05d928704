package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.NamedServer;
import dev.checkrail.balancer.RunningHaproxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The process of {@code serve} is killed in each step of a rollout and of taking it back. {@code
 * -Dcheckrail.kills=36} for more of them.
 */
class RolloutKilledTest {
  private static final int KILLS = Integer.getInteger("checkrail.kills", 3);
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(15);

  /** Four steps, then the way back of what is live, and of what is on its way. */
  private static final int PLACES = 6;

  private static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
          hard-stop-after 5s
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 5s
          option idle-close-on-response
      frontend web
          bind 127.0.0.1:@PORT@
          http-request return status 200 if { path /witness }
          default_backend be_pay
      backend be_pay
          balance roundrobin
          server pay-1 127.0.0.1:@PAY1@ weight 10
      """;
  private static final String CANDIDATE =
      CONFIG.replace("return status 200", "return status 201")
          + "    server pay-2 127.0.0.1:@PAY2@ weight 10\n";

  @TempDir private Path folder;
  private ServeProcess serve;
  private Api api;
  private String token;

  @BeforeEach
  void open() {
    serve = new ServeProcess(folder);
  }

  @AfterEach
  void end() throws Exception {
    serve.close();
  }

  @Test
  void whatWasInterruptedIsFinishedOrTakenBackAndASentenceSaysSo() throws Exception {
    Path own = Files.createDirectory(folder.resolve("edge"));
    try (NamedServer one = NamedServer.good("pay-1");
        NamedServer two = NamedServer.good("pay-2");
        RunningHaproxy haproxy =
            new RunningHaproxy(
                own, CONFIG, Map.of("PAY1", "" + one.port(), "PAY2", "" + two.port()))) {
      api = serve.start();
      token = serve.administrator(api);
      ObjectNode body = JsonMapper.builder().build().createObjectNode();
      body.put("name", "edge");
      body.put("master_socket", haproxy.masterSocket.toString());
      body.put("marker", haproxy.marker.toString());
      body.put("policy", "version: 1\nreview: { approvers: 0, high_risk: { approvers: 0 } }\n");
      assertThat(api.post("/api/v1/balancers", token, body.toString()).status()).isEqualTo(201);
      String base = live();
      Map<String, Integer> ends = new TreeMap<>();
      for (int kill = 0; kill < KILLS; kill++) {
        // The default few meet different places, too.
        int place = (kill * 5 + 1) % PLACES;
        String change = proposed(haproxy);
        String candidate = shown(change).get("candidate").asString();
        CompletableFuture<Void> order = lead(change, place);
        LockSupport.parkNanos(kill / PLACES * STEP);
        serve.kill();
        order.exceptionally(gone -> null).join();
        assertThat(answer(haproxy, "/pay")).as("traffic goes on").isEqualTo(200);
        api = serve.start();

        String where = "kill %d in place %d".formatted(kill, place);
        eventually(where, () -> !state(change).equals("rolling out"));
        // An interrupted way back of what was live is ended first, and then the change is told.
        eventually(
            where + " is settled", () -> state(change).equals("live") == live().equals(candidate));
        String state = state(change);
        assertThat(state).as(where).isIn("approved", "live", "rolled back");
        assertThat(live()).as(where).isEqualTo(state.equals("live") ? candidate : base);
        assertThat(answer(haproxy, "/witness"))
            .as(where)
            .isEqualTo(state.equals("live") ? 201 : 200);
        eventually(
            where + ": servers as approved",
            () ->
                !api.get("/api/v1/balancers/edge/drift", token)
                    .body()
                    .get("drifted")
                    .booleanValue());
        assertThat(shown(change).get("because").asString()).as(where).isNotBlank();
        assertThat(
                api.get("/api/v1/journal/verification", token).body().get("intact").booleanValue())
            .isTrue();
        ends.merge("place %d: %s".formatted(place, state), 1, Integer::sum);
        leaveAsBefore(change, state);
      }
      System.out.println("kills: " + ends);
    }
  }

  /** Leads a rollout to a place and orders what is to be killed there. */
  private CompletableFuture<Void> lead(String change, int place) throws Exception {
    if (place == 0) {
      return order(change + "/rollout", "{}");
    }
    assertThat(api.post(change + "/rollout", token, "{}").status()).isEqualTo(200);
    int steps = shown(change).get("stages").get("steps").size();
    assertThat(steps).isEqualTo(4);
    int to = place >= 4 ? (place == 4 ? steps : 2) : place;
    for (int step = 1; step < to; step++) {
      goOn(change, step + 1);
    }
    if (place == 4) {
      assertThat(api.post(change + "/go-on", token, "{}").status()).isEqualTo(200);
      eventually("it is live", () -> state(change).equals("live"));
    }
    return place >= 4
        ? order(change + "/rollback", "{\"reason\":\"a test\"}")
        : order(change + "/go-on", "{}");
  }

  private void goOn(String change, int step) throws Exception {
    assertThat(api.post(change + "/go-on", token, "{}").status()).isEqualTo(200);
    eventually(
        "step " + step,
        () -> {
          JsonNode rollout = shown(change).get("rollout");
          return rollout.get("step").asInt() == step
              && rollout.get("phase").asString().equals("observing");
        });
  }

  private CompletableFuture<Void> order(String path, String body) {
    Api asked = api;
    return CompletableFuture.runAsync(() -> asked.send("POST", path, token, body));
  }

  private void leaveAsBefore(String change, String state) throws Exception {
    if (state.equals("live")) {
      Api.Answer back = api.post(change + "/rollback", token, "{\"reason\":\"a test\"}");
      assertThat(back.status()).as(back.text()).isEqualTo(200);
    } else if (state.equals("approved")) {
      assertThat(api.post(change + "/withdraw", token, "{}").status()).isEqualTo(200);
    }
  }

  private String proposed(RunningHaproxy at) throws Exception {
    Api.Answer answer =
        api.post(
            "/api/v1/changes",
            token,
            "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"why\":\"a test\",\"moves\":[\"all\"]}"
                .formatted(
                    Base64.getEncoder()
                        .encodeToString(at.text(CANDIDATE).getBytes(StandardCharsets.UTF_8))));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    String change = "/api/v1/changes/" + answer.body().get("number").asLong();
    eventually("it is checked", () -> !state(change).equals("proposed"));
    assertThat(state(change)).as(shown(change).toString()).isEqualTo("approved");
    return change;
  }

  private ObjectNode shown(String change) {
    return api.get(change, token).body();
  }

  private String state(String change) {
    return shown(change).get("state").asString();
  }

  private String live() {
    return api.get("/api/v1/balancers/edge", token).body().get("live").asString();
  }

  /** Over a connection of its own: one that is kept is an old worker's, with the old rules. */
  private static int answer(RunningHaproxy haproxy, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + haproxy.port + path)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }
}
