package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.store.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails around the control plane, and what goes on. */
class OutageTest {
  private static final Path PROGRAMS = Path.of("target/postgres");
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
          default_backend be_web
      backend be_web
          server web-1 127.0.0.1:@WEB@
      """;

  @TempDir private Path folder;

  @Test
  void whileOnesOwnDatabaseIsDownNothingNewIsAppliedAndGoingBackWorksAndIsWrittenLate()
      throws Exception {
    Path own = Files.createDirectory(folder.resolve("edge"));
    EmbeddedPostgres database =
        EmbeddedPostgres.start(folder.resolve("database"), PROGRAMS, System::nanoTime);
    try (RunningHaproxy haproxy =
            new RunningHaproxy(
                own, CONFIG, Map.of("WEB", Integer.toString(RunningHaproxy.freePort())));
        ControlPlane plane =
            ControlPlane.start(
                new ControlPlane.Settings(
                    folder.resolve("data"),
                    PROGRAMS,
                    Optional.of(database.asOwner()),
                    "127.0.0.1",
                    0,
                    Optional.empty()),
                InstantSource.system(),
                System::nanoTime)) {
      Api api = new Api(plane.address());
      String token =
          api.post(
                  "/api/v1/first-admin",
                  "",
                  "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                      .formatted(plane.firstCode().orElseThrow()))
              .body()
              .get("secret")
              .asString();
      String first =
          api.post(
                  "/api/v1/balancers",
                  token,
                  "{\"name\":\"edge\",\"master_socket\":\"%s\",\"marker\":\"%s\"}"
                      .formatted(haproxy.masterSocket, haproxy.marker))
              .body()
              .get("approved")
              .asString();
      assertThat(apply(api, token, haproxy.text(CONFIG.replace("30s", "31s"))).status())
          .isEqualTo(200);

      database.close();
      assertThat(api.get("/live", "").status()).isEqualTo(200);
      assertThat(api.get("/ready", "").status()).isEqualTo(503);
      assertThat(apply(api, token, haproxy.text(CONFIG.replace("30s", "32s"))).status())
          .isEqualTo(503);
      assertThat(api.get("/api/v1/me", "ckr_" + "b".repeat(43)).status()).isEqualTo(503);
      Api.Answer back =
          api.post("/api/v1/balancers/edge/rollback", token, "{\"reason\":\"outage\"}");
      assertThat(back.status()).as(back.text()).isEqualTo(200);
      assertThat(back.body().get("digest").asString()).isEqualTo(first);
      assertThat(back.body().get("notes").toString()).contains("not in the journal");
      assertThat(Files.readString(haproxy.config)).contains("timeout client 30s");

      database = EmbeddedPostgres.start(folder.resolve("database"), PROGRAMS, System::nanoTime);
      String path = "/api/v1/journal?kind=rollback.*";
      RunningHaproxy.eventually(
          "the journal is made up for",
          () -> {
            Api.Answer answer = api.get(path, token);
            return answer.status() == 200 && answer.text().contains("rollback.serves");
          });
      assertThat(api.get(path, token).text()).contains("written_late", "rollback.ordered");
      assertThat(api.get("/api/v1/journal/verification", token).body().get("intact").booleanValue())
          .isTrue();
    } finally {
      database.close();
    }
  }

  @Test
  void anEmbeddedDatabaseThatIsKilledIsStartedAgain() throws Exception {
    try (ControlPlane plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder.resolve("data"),
                PROGRAMS,
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty()),
            InstantSource.system(),
            System::nanoTime)) {
      Api api = new Api(plane.address());
      long pid =
          Long.parseLong(
              Files.readAllLines(folder.resolve("data/postgres/data/postmaster.pid")).getFirst());
      ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
      server.destroyForcibly();
      server.onExit().get();
      RunningHaproxy.eventually("it is back", () -> api.get("/ready", "").status() == 200);
    }
  }

  private static Api.Answer apply(Api api, String token, String config) {
    return api.post(
        "/api/v1/balancers/edge/apply",
        token,
        "{\"main\":[\"%s\"],\"names\":[\"candidate.cfg\"]}"
            .formatted(
                Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8))));
  }
}
