package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process of {@code serve} is killed in the middle of applies and rollbacks. {@code
 * -Dcheckrail.kills=40} for more of them.
 */
class ServeKilledTest {
  private static final int KILLS = Integer.getInteger("checkrail.kills", 6);
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(9);
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
          http-request return status @ANSWER@
      """;

  @TempDir private Path folder;
  private ServeProcess serve;
  private Api api;

  @BeforeEach
  void open() {
    serve = new ServeProcess(folder);
  }

  @AfterEach
  void end() throws Exception {
    serve.close();
  }

  @Test
  void whatWasInterruptedIsFinishedOrRolledBackAndTheChainIsWhole() throws Exception {
    Path own = Files.createDirectory(folder.resolve("edge"));
    try (RunningHaproxy haproxy = new RunningHaproxy(own, CONFIG, Map.of("ANSWER", "200"))) {
      api = serve.start();
      String token = serve.administrator(api);
      assertThat(
              api.post(
                      "/api/v1/balancers",
                      token,
                      "{\"name\":\"edge\",\"master_socket\":\"%s\",\"marker\":\"%s\"}"
                          .formatted(haproxy.masterSocket, haproxy.marker))
                  .status())
          .isEqualTo(201);
      Map<String, Integer> answers = new HashMap<>();
      answers.put(live(token), 200);
      // The second version, without a kill.
      String other = haproxy.text(CONFIG).replace("status 200", "status 201");
      assertThat(apply(token, other).status()).isEqualTo(200);
      answers.put(live(token), 201);
      Map<String, Integer> ends = new TreeMap<>();
      for (int kill = 0; kill < KILLS; kill++) {
        boolean back = kill % 2 == 1;
        String text =
            haproxy
                .text(CONFIG)
                .replace(
                    "status 200", answers.get(live(token)) == 200 ? "status 201" : "status 200");
        CompletableFuture<Void> order =
            CompletableFuture.runAsync(() -> {
              if (back) {
                api.send(
                    "POST", "/api/v1/balancers/edge/rollback", token, "{\"reason\":\"a test\"}");
              } else {
                apply(token, text);
              }
            });
        Path intent = folder.resolve("data/balancers/edge/versions/intent");
        RunningHaproxy.eventually("it acts", () -> Files.exists(intent) || order.isDone());
        LockSupport.parkNanos(kill / 2 * STEP);
        boolean midway = Files.exists(intent);
        serve.kill();
        int between = answer(haproxy);
        assertThat(between).as("traffic goes on").isIn(200, 201);
        api = serve.start();
        String now = live(token);
        assertThat(answers).containsKey(now);
        assertThat(answer(haproxy))
            .as("kill %d, %s", kill, serve.said())
            .isEqualTo(answers.get(now));
        assertThat(api.get("/api/v1/balancers/edge/drift", token).text())
            .contains("\"drifted\":false");
        assertThat(
                api.get("/api/v1/journal/verification", token).body().get("intact").booleanValue())
            .isTrue();
        assertThat(intent).doesNotExist();
        ends.merge((back ? "rollback" : "apply") + (midway ? " midway" : " done"), 1, Integer::sum);
      }
      System.out.println("kills: " + ends);
    }
  }

  private String live(String token) {
    return api.get("/api/v1/balancers/edge", token).body().get("live").asString();
  }

  /** Over a connection of its own: one that is kept is an old worker's, with the old rules. */
  private static int answer(RunningHaproxy haproxy) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + haproxy.port + "/")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  private Api.Answer apply(String token, String config) {
    return api.send(
        "POST",
        "/api/v1/balancers/edge/apply",
        token,
        "{\"main\":[\"%s\"],\"names\":[\"candidate.cfg\"],\"moves\":[\"all\"],\"force\":true}"
            .formatted(
                Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8))));
  }
}
