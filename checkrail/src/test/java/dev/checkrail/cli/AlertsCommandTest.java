package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.serve.ControlPlane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A load balancer dies, and somebody takes care: all by commands. */
class AlertsCommandTest {
  private static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 5s
      frontend web
          bind 127.0.0.1:@PORT@
          http-request return status 200
      """;

  @TempDir private Path folder;
  private Map<String, String> caller = Map.of();

  private Run run(String... arguments) {
    return new Run.In(folder).run(caller, "", arguments);
  }

  private String within(String what, String text, String... arguments) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (true) {
      String said = run(arguments).all();
      if (said.contains(text)) {
        return said;
      }
      assertThat(System.nanoTime()).as(what + ": " + said).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  @Test
  void whatIsWrongIsListedTakenCareOfAndSilenced() throws Exception {
    try (RunningHaproxy haproxy =
            new RunningHaproxy(Files.createDirectories(folder.resolve("edge")), CONFIG, Map.of());
        ControlPlane plane =
            ControlPlane.start(
                new ControlPlane.Settings(
                    folder.resolve("data"),
                    Path.of("target/postgres"),
                    Optional.empty(),
                    "127.0.0.1",
                    0,
                    Optional.empty()),
                InstantSource.system(),
                System::nanoTime)) {
      String server = plane.address().toString();
      Files.writeString(folder.resolve("password"), "long enough, really\n");
      caller = Map.of("CHECKRAIL_SERVER", server, "HOME", folder.toString());
      Run login =
          run(
              "login",
              "--name",
              "ada",
              "--password-file",
              "password",
              "--first",
              plane.firstCode().orElseThrow());
      assertThat(login.status()).as(login.all()).isZero();
      Run added =
          run(
              "lb",
              "add",
              "edge",
              "--master-socket",
              haproxy.masterSocket.toString(),
              "--marker",
              haproxy.marker.toString());
      assertThat(added.status()).as(added.all()).isZero();
      within("it is looked at", "\"workers\"", "watch", "edge", "--once", "--format", "json");
      assertThat(run("alerts").out())
          .contains("nothing is wrong", "nobody is told: serve runs without --on-call FILE");

      haproxy.close();
      String said = within("we are blind", "watch/blind", "alerts", "--balancer", "edge");
      assertThat(said)
          .contains("docs/runbooks/watch/blind.md", "nobody was told", "not acknowledged");
      Matcher page = Pattern.compile("page (edge-watch-blind-\\S+)").matcher(said);
      assertThat(page.find()).as(said).isTrue();
      Run taken = run("alerts", "ack", page.group(1), "--note", "on my way");
      assertThat(taken.out()).as(taken.all()).contains("ada takes care since");
      JsonNode body =
          JsonMapper.builder().build().readTree(run("alerts", "--format", "json").out());
      assertThat(body.get("pages").get(0).has("acknowledged")).isTrue();
      assertThat(run("alerts", "ack", "none").status()).isEqualTo(2);

      Run silence =
          run("alerts", "silence", "--balancer", "edge", "--for", "2h", "--why", "it is known");
      assertThat(silence.status()).as(silence.all()).isZero();
      assertThat(run("alerts", "silences").out()).contains("edge  * at *", "by ada: it is known");
      String id = silence.out().replaceAll("silence (\\S+) until.*\\s*", "$1");
      assertThat(run("alerts", "unsilence", id).status()).isZero();
      assertThat(run("alerts", "silences").out()).isEmpty();
      assertThat(
              run("alerts", "silence", "--balancer", "edge", "--for", "soon", "--why", "x").err())
          .contains("write it as 30m, 2h or 1d");
      assertThat(run("incidents", "ack", "none").status()).isEqualTo(2);
    }
  }

  @Test
  void theRulesForPrometheusAreThoseOfTheDocs() throws Exception {
    Path docs = Path.of(System.getProperty("basedir", ".")).resolve("../docs/prometheus");
    assertThat(run("alerts", "rules").out())
        .isEqualTo(Files.readString(docs.resolve("checkrail.rules.yml")));
  }
}
