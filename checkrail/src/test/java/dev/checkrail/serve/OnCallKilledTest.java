package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The process of {@code serve} is killed while somebody is being paged. */
class OnCallKilledTest {
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
          http-request return status @ANSWER@
      """;

  @TempDir private Path folder;
  private Sink sink;
  private ServeProcess serve;
  private Api api;
  private String token = "";

  @BeforeEach
  void open() throws Exception {
    sink = new Sink();
    serve = new ServeProcess(folder);
  }

  @AfterEach
  void end() throws Exception {
    serve.close();
    sink.close();
  }

  @Test
  void nobodyIsPagedTwiceNoPageIsLostAndWhoTookCareIsRemembered() throws Exception {
    Path own = Files.createDirectory(folder.resolve("edge"));
    Path plan =
        Sink.file(
            folder,
            """
            version: 1
            notifiers:
              pager: { webhook: "%s", secret_file: pager.secret }
              boss: { webhook: "%s", secret_file: pager.secret }
            chains:
              default:
                - { notify: [pager], for: 15s }
                - { notify: [boss], for: 5s }
            """
                .formatted(sink.url("/pager"), sink.url("/boss")));
    try (RunningHaproxy haproxy = new RunningHaproxy(own, CONFIG, Map.of("ANSWER", "200"))) {
      api = serve.start("--on-call", plan.toString());
      token = serve.administrator(api);
      assertThat(
              api.post(
                      "/api/v1/balancers",
                      token,
                      "{\"name\":\"edge\",\"master_socket\":\"%s\",\"marker\":\"%s\"}"
                          .formatted(haproxy.masterSocket, haproxy.marker))
                  .status())
          .isEqualTo(201);
      Sink.within(
          "it is looked at",
          () -> api.get("/api/v1/balancers/edge/live", token).text().contains("\"workers\""));
      // We are blind: that is a page. Nobody takes it yet.
      sink.status = 503;
      haproxy.close();
      Sink.within("somebody is paged", () -> !sink.at("/pager").isEmpty());
      serve.kill();
      sink.status = 204;
      int before = sink.at("/pager").size();
      api = serve.start("--on-call", plan.toString());
      Sink.within("the page is taken", () -> sink.at("/pager").size() > before);
      assertThat(calls("/pager")).as("one page, however often it was tried").hasSize(1);

      // In the middle of everything that follows.
      for (int i = 0; i < 2; i++) {
        serve.kill();
        api = serve.start("--on-call", plan.toString());
        seenAfter(Instant.now());
      }
      assertThat(opened()).hasSize(1);
      Sink.within("escalation goes on", () -> !sink.at("/boss").isEmpty());
      String page = sink.at("/boss").getFirst().get("page");
      assertThat(page).isEqualTo(sink.at("/pager").getFirst().get("page"));
      assertThat(api.post("/api/v1/pages/" + page + "/acknowledge", token, "").status())
          .isEqualTo(200);
      Instant acknowledged = Instant.now();
      serve.kill();
      List<String> told = calls("/boss");
      api = serve.start("--on-call", plan.toString());
      assertThat(api.get("/api/v1/alerts", token).text()).contains("\"by\":\"ada\"", page);
      seenAfter(acknowledged.plusSeconds(15));
      assertThat(calls("/boss")).isEqualTo(told);
      assertThat(opened()).hasSize(1);
      assertThat(sink.posts.stream().filter(post -> post.kind().equals("cause")))
          .as("the cause is told once to each")
          .extracting(post -> post.path() + post.get("page"))
          .doesNotHaveDuplicates();
      assertThat(api.get("/api/v1/journal/verification", token).body().get("intact").booleanValue())
          .isTrue();
    }
  }

  /** All calls that came; one that was tried again counts once. */
  private List<String> calls(String path) {
    return sink.at(path).stream()
        .filter(post -> post.body().get("wake").booleanValue())
        .map(post -> post.kind() + " " + post.delivery())
        .distinct()
        .toList();
  }

  private List<String> opened() {
    return sink.posts.stream()
        .filter(post -> post.body().get("wake").booleanValue() && !post.kind().equals("escalated"))
        .map(Sink.Post::delivery)
        .distinct()
        .toList();
  }

  private void seenAfter(Instant time) {
    Sink.within(
        "it is seen again",
        () -> {
          for (JsonNode alert : api.get("/api/v1/alerts", token).body().get("alerts")) {
            if (Instant.parse(alert.get("seen").asString()).isAfter(time)) {
              return true;
            }
          }
          return false;
        });
  }
}
