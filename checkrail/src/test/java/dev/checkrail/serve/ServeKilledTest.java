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
  private Process serve;
  private Api api;

  @AfterEach
  void end() throws Exception {
    if (serve != null) {
      serve.destroy();
      serve.waitFor(40, TimeUnit.SECONDS);
    }
    Files.deleteIfExists(folder.resolve("data/programs"));
  }

  @Test
  void whatWasInterruptedIsFinishedOrRolledBackAndTheChainIsWhole() throws Exception {
    Path own = Files.createDirectory(folder.resolve("edge"));
    int port = RunningHaproxy.freePort();
    try (RunningHaproxy haproxy = new RunningHaproxy(own, CONFIG, Map.of("ANSWER", "200"))) {
      start(port);
      String token = first();
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
        serve.destroyForcibly();
        serve.waitFor();
        int between = answer(haproxy);
        assertThat(between).as("traffic goes on").isIn(200, 201);
        start(port);
        String now = live(token);
        assertThat(answers).containsKey(now);
        assertThat(answer(haproxy))
            .as("kill %d, %s", kill, Files.readString(folder.resolve("serve.log")))
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

  private void start(int port) throws Exception {
    Path log = folder.resolve("serve.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.checkrail.serve.Main",
            "--listen",
            "127.0.0.1:" + port,
            "--data",
            folder.resolve("data").toString());
    Path programs = Path.of("target/postgres").toAbsolutePath();
    Files.createDirectories(programs);
    Files.createDirectories(folder.resolve("data"));
    Path link = folder.resolve("data/programs");
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, programs);
    }
    serve = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    URI address = URI.create("http://127.0.0.1:" + port);
    for (int i = 0; i < 600 && !Files.readString(log).contains("control plane on"); i++) {
      assertThat(serve.isAlive()).as(Files.readString(log)).isTrue();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    api = new Api(address);
  }

  private String first() throws Exception {
    Path log = folder.resolve("serve.log");
    RunningHaproxy.eventually(
        "the code is printed",
        () -> {
          try {
            return Files.readString(log).contains("--first ");
          } catch (java.io.IOException e) {
            return false;
          }
        });
    String code = Files.readString(log).split("--first ", 2)[1].strip();
    return api.post(
            "/api/v1/first-admin",
            "",
            "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                .formatted(code))
        .body()
        .get("secret")
        .asString();
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
