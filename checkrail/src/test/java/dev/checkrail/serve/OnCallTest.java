package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.watch.detect.Alerts;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.detect.Sign;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident.What;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People are told by a control plane that runs; the looks at a load balancer are made here. */
class OnCallTest {
  private static final Path PROGRAMS = Path.of("target/postgres");
  private static final Expectations OWNERS =
      new Expectations(
          Map.of("be_pay", "team-payments", "lb", "team-devops"), Map.of(), List.of(), false);

  @TempDir private Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final List<Happening> happened = new ArrayList<>();
  private Sink sink;
  private ControlPlane plane;
  private Api api;
  private String ada = "";
  private Optional<DatabaseAddress> database = Optional.empty();
  private Optional<Diagnosis.Published> published = Optional.empty();

  @BeforeEach
  void open() throws IOException {
    sink = new Sink();
  }

  @AfterEach
  void close() {
    if (plane != null) {
      plane.close();
    }
    sink.close();
  }

  private void start(String plan) throws Exception {
    start(Optional.of(Sink.file(folder, plan)), false);
  }

  private void start(Optional<Path> plan, boolean observeOnly) throws Exception {
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder.resolve("data"),
                PROGRAMS,
                database,
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty(),
                Duration.ofSeconds(10),
                observeOnly,
                plan),
            InstantSource.system(),
            System::nanoTime);
    api = new Api(plane.address());
    if (ada.isEmpty()) {
      ada =
          api.post(
                  "/api/v1/first-admin",
                  "",
                  "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                      .formatted(plane.firstCode().orElseThrow()))
              .body()
              .get("secret")
              .asString();
    }
  }

  private String plan(String lasting) {
    return """
    version: 1
    notifiers:
      pager: { webhook: "%s", secret_file: pager.secret }
      boss: { webhook: "%s", secret_file: pager.secret }
      devops: { webhook: "%s", secret_file: pager.secret }
    chains:
      team-payments:
        - { notify: [pager], for: %s }
        - { notify: [boss], for: 1h }
      default: [{ notify: [devops], for: 1h }]
    tickets: [devops]
    """
        .formatted(sink.url("/pager"), sink.url("/boss"), sink.url("/devops"), lasting);
  }

  private static Sign sign(Detection detection, Level level, String subject, String text) {
    return new Sign(
        detection,
        level,
        subject,
        text,
        Instant.now().minusSeconds(2),
        new Sign.Scope(Set.of(), Set.of("be_pay"), Set.of()));
  }

  private static Sign pay() {
    return sign(
        Detection.SERVER_ERRORS, Level.PAGE, "be_pay/pay-2", "<script>alert(1)</script> fails");
  }

  /** A look at the load balancer north, a second after the one before. */
  private void look(Sign... signs) {
    Instant at = now.updateAndGet(before -> before.plusSeconds(1));
    happened.addAll(
        plane
            .onCall()
            .look(
                new Alerts.Look("north", at, List.of(signs), List.of(), true, OWNERS),
                new Diagnosis(
                    at,
                    Optional.empty(),
                    0,
                    true,
                    List.of(),
                    true,
                    new Diagnosis.FirstAct(List.of(), List.of(), List.of(), List.of()),
                    published,
                    Optional.empty(),
                    List.of()),
                Optional.empty()));
  }

  private void publish(Cause cause, String object) {
    published =
        Optional.of(
            new Diagnosis.Published(
                now.get(),
                true,
                List.of(
                    new Ranked(
                        cause,
                        object,
                        3,
                        0.99,
                        Ranked.Standing.STANDS,
                        1,
                        Optional.empty(),
                        List.of(),
                        "what it moved fails"))));
  }

  private Sink.Post first(String path) {
    Sink.within(path + " is told", () -> !sink.at(path).isEmpty());
    return sink.at(path).getFirst();
  }

  private static HttpResponse<String> browse(HttpRequest.Builder request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String signature(String seconds, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Sink.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of()
        .formatHex(mac.doFinal((seconds + "." + text).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aPageIsSignedAndToldOnceAndItsLinkAcknowledgesIt() throws Exception {
    start(plan("1h"));
    look(pay());
    Sink.Post page = first("/pager");
    look(pay());
    assertThat(page.kind()).isEqualTo("opened");
    assertThat(page.body().get("wake").booleanValue()).isTrue();
    assertThat(page.body().get("alert").get("detection").asString()).isEqualTo("server/errors");
    assertThat(page.body().get("alert").get("owner").asString()).isEqualTo("team-payments");
    assertThat(page.body().get("alert").get("level").asString()).isEqualTo("page");
    String seconds = page.signature().replaceAll("t=([0-9]+),v1=.*", "$1");
    assertThat(page.signature())
        .isEqualTo("t=" + seconds + ",v1=" + signature(seconds, page.text()));
    assertThat(page.delivery()).startsWith(page.get("page"));

    URI link = URI.create(page.get("acknowledge"));
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> shown = browse(HttpRequest.newBuilder(link));
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.body())
          .contains("Nobody has acknowledged", "&lt;script&gt;", "be_pay/pay-2")
          .doesNotContain("<script>");
      assertThat(shown.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'none'", "frame-ancestors 'none'");
      assertThat(shown.headers().firstValue("Referrer-Policy")).contains("no-referrer");
    }
    String form = link.getQuery() + "&name=" + "%3Cb%3Eeve";
    URI address = URI.create(link.toString().replaceAll("\\?.*", ""));
    HttpRequest.Builder post =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    HttpResponse<String> done = browse(post);
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body())
        .contains("Acknowledged by &lt;b&gt;eve (by the link)")
        .doesNotContain("<form");
    look(pay());
    assertThat(happened).extracting(Happening::what).contains(What.ALERTED, What.ACKNOWLEDGED);
    assertThat(api.get("/api/v1/journal?kind=page.acknowledged", ada).text())
        .contains("eve (by the link)", page.get("page"));

    // A link of one page opens no other, and without its code there is nothing.
    for (String wrong : List.of("", "?code=", "?code=" + "A".repeat(22))) {
      assertThat(browse(HttpRequest.newBuilder(URI.create(address + wrong))).statusCode())
          .isEqualTo(403);
    }
    HttpRequest.Builder forged =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("name=eve"));
    assertThat(browse(forged).statusCode()).isEqualTo(403);
    assertThat(api.get("/api/v1/journal?kind=access.refused", ada).text()).contains("POST /pages/");
    assertThat(sink.told("/pager")).containsExactly("opened!");
  }

  @Test
  void whoDoesNotAnswerIsFollowedByTheNextStepUntilSomebodyAcknowledges() throws Exception {
    start(plan("2s"));
    look(pay());
    assertThat(first("/boss").kind()).isEqualTo("escalated");
    String page = first("/boss").get("page");
    assertThat(page).isEqualTo(first("/pager").get("page"));
    String viewer = account("vera", "viewer");
    String operator = account("olga", "operator");
    String path = "/api/v1/pages/" + page + "/acknowledge";
    assertThat(api.post(path, viewer, "").status()).isEqualTo(403);
    assertThat(api.post(path, "", "").status()).isEqualTo(401);
    Api.Answer answer = api.post(path, operator, "{\"note\":\"on my way\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.body().get("stored").booleanValue()).isTrue();
    assertThat(answer.text()).contains("\"by\":\"olga\"");
    // Who comes later does not take it over.
    assertThat(api.post(path, ada, "").text()).contains("\"by\":\"olga\"");
    assertThat(api.get("/api/v1/alerts", viewer).text()).contains("olga", "be_pay/pay-2");
    assertThat(api.get("/api/v1/journal?kind=page.acknowledged", ada).text())
        .contains("olga", "on my way")
        .doesNotContain("\"actor\":\"ada\"");
    assertThat(api.post("/api/v1/pages/none/acknowledge", operator, "").status()).isEqualTo(404);
    look(pay());
    assertThat(happened)
        .extracting(Happening::what)
        .contains(What.ALERTED, What.ESCALATED, What.ACKNOWLEDGED);
  }

  private String account(String name, String role) {
    assertThat(
            api.post(
                    "/api/v1/accounts",
                    ada,
                    "{\"name\":\"%s\",\"roles\":[\"%s\"],\"password\":\"long enough, really\"}"
                        .formatted(name, role))
                .status())
        .isEqualTo(201);
    return api.post(
            "/api/v1/login",
            "",
            "{\"name\":\"%s\",\"password\":\"long enough, really\"}".formatted(name))
        .body()
        .get("secret")
        .asString();
  }

  @Test
  void theOwnerOfTheSuspectIsPagedWithTheEvidence() throws Exception {
    start(plan("1h"));
    look(pay());
    Sink.Post page = first("/pager");
    publish(Cause.LB_CHANGE, "ab12");
    look(pay());
    Sink.Post cause = first("/devops");
    assertThat(sink.told("/devops")).containsExactly("cause!");
    assertThat(cause.body().get("cause").get("cause").asString()).isEqualTo("lb-change");
    assertThat(cause.body().get("cause").get("probability").asDouble()).isEqualTo(0.99);
    assertThat(cause.get("page")).isNotEqualTo(page.get("page"));
    Sink.within("the first one hears of it", () -> sink.at("/pager").size() == 2);
    assertThat(sink.told("/pager")).containsExactly("opened!", "cause");
  }

  @Test
  void whatWasNotTakenIsSentAgainWithTheSameIdAndARedirectIsNotFollowed() throws Exception {
    start(plan("1h"));
    sink.status = 302;
    look(pay());
    Sink.within("it is tried again", () -> sink.at("/pager").size() >= 2);
    assertThat(api.get("/api/v1/alerts", ada).text()).contains("redirect");
    sink.status = 503;
    Sink.within("and again", () -> sink.at("/pager").size() >= 3);
    sink.status = 204;
    Sink.within(
        "it is taken",
        () ->
            api.get("/api/v1/alerts", ada)
                .text()
                .matches(".*\"name\":\"pager\",[^}]*\"waiting\":0.*"));
    assertThat(sink.at("/pager"))
        .extracting(Sink.Post::delivery)
        .containsOnly(first("/pager").delivery());
    assertThat(sink.at("/elsewhere")).isEmpty();
  }

  @Test
  void whoCouldNotBeReachedIsNotWokenUpOnceSomebodyTakesCare() throws Exception {
    start(plan("1s"));
    sink.status = 503;
    look(pay());
    Sink.within("both are called in vain", () -> !sink.at("/boss").isEmpty());
    Map<String, Double> figures = TextFormat.read(api.get("/metrics", "").text());
    assertThat(figures.get("checkrail_notifier_waiting{notifier=\"pager\",what=\"pages\"}"))
        .isPositive();
    assertThat(figures.get("checkrail_notifier_oldest_page_seconds{notifier=\"pager\"}"))
        .isPositive();
    assertThat(figures.get("checkrail_notifier_failed_tries_total{notifier=\"pager\"}"))
        .isPositive();
    assertThat(figures).containsEntry("checkrail_pages{state=\"not acknowledged\"}", 1.0);
    String page = first("/pager").get("page");
    assertThat(api.post("/api/v1/pages/" + page + "/acknowledge", ada, "").status()).isEqualTo(200);
    sink.posts.clear();
    sink.status = 204;
    Sink.within(
        "nothing waits any more",
        () -> !api.get("/api/v1/alerts", ada).text().matches(".*\"waiting\":[1-9].*"));
    assertThat(sink.told("/pager")).containsExactly("opened");
    assertThat(sink.told("/boss")).isEmpty();
  }

  @Test
  void aNotifierThatHangsHoldsUpNoOther() throws Exception {
    try (Sink dead = new Sink()) {
      dead.status = 0;
      start(
          """
          version: 1
          notifiers:
            dead: { webhook: "%s", secret_file: pager.secret }
            pager: { webhook: "%s", secret_file: pager.secret }
          chains: { default: [{ notify: [dead, pager], for: 1h }] }
          watchdog: { notify: [pager, dead], every: 1s }
          """
              .formatted(dead.url("/dead"), sink.url("/pager")));
      look(pay());
      assertThat(first("/pager").kind()).isEqualTo("opened");
      Sink.within(
          "its heart beats",
          () -> sink.posts.stream().filter(it -> it.kind().equals("watchdog")).count() >= 2);
      assertThat(sink.posts.getLast().signature()).startsWith("t=");
      Sink.within(
          "it is known that one hangs",
          () -> api.get("/api/v1/alerts", ada).text().contains("no answer within 10 s"));
    }
  }

  @Test
  void afterARestartNothingIsToldTwiceAndWhatWasNotTakenIsSent() throws Exception {
    start(plan("1h"));
    look(pay());
    Sink.Post page = first("/pager");
    sink.status = 503;
    look(pay(), sign(Detection.ROUTE_LATENCY, Level.TICKET, "web at fe", "slow"));
    Sink.within("the ticket is not taken", () -> !sink.at("/devops").isEmpty());
    String ticket = first("/devops").delivery();
    assertThat(api.post("/api/v1/pages/" + page.get("page") + "/acknowledge", ada, "").status())
        .isEqualTo(200);
    plane.close();
    sink.status = 204;
    int before = sink.at("/devops").size();
    start(plan("1s"));
    Sink.within("the ticket is taken", () -> sink.at("/devops").size() > before);
    assertThat(sink.at("/devops").getLast().delivery()).isEqualTo(ticket);
    for (int i = 0; i < 5; i++) {
      look(pay(), sign(Detection.ROUTE_LATENCY, Level.TICKET, "web at fe", "slow"));
    }
    assertThat(api.get("/api/v1/alerts", ada).text()).contains("\"by\":\"ada\"");
    look();
    now.updateAndGet(it -> it.plusSeconds(130)); // detectors learn after a restart
    for (int i = 0; i < 140; i++) {
      look();
    }
    Sink.within("the end is told", () -> sink.at("/pager").size() == 2);
    assertThat(sink.told("/pager")).containsExactly("opened!", "resolved");
    assertThat(sink.told("/boss")).isEmpty();
  }

  @Test
  void aSilenceKeepsItFromBeingToldUntilItEnds() throws Exception {
    start(plan("1h"));
    String viewer = account("vera", "viewer");
    String body =
        "{\"balancer\":\"north\",\"detection\":\"server/errors\",\"minutes\":60,\"why\":\"we"
            + " know\"}";
    assertThat(api.post("/api/v1/silences", viewer, body).status()).isEqualTo(403);
    Api.Answer made = api.post("/api/v1/silences", ada, body);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    now.updateAndGet(it -> Instant.now().plusSeconds(1));
    look(pay());
    look(pay());
    assertThat(api.get("/api/v1/alerts", viewer).text()).contains("silenced_by");
    assertThat(api.get("/api/v1/silences", viewer).text()).contains("we know");
    assertThat(sink.posts).isEmpty();
    String id = made.body().get("id").asString();
    assertThat(api.call("DELETE", "/api/v1/silences/" + id, viewer, "").status()).isEqualTo(403);
    assertThat(api.call("DELETE", "/api/v1/silences/" + id, ada, "").status()).isEqualTo(204);
    assertThat(api.call("DELETE", "/api/v1/silences/" + id, ada, "").status()).isEqualTo(404);
    look(pay());
    assertThat(first("/pager").kind()).isEqualTo("opened");
    assertThat(api.get("/api/v1/journal?kind=silence.*", ada).text())
        .contains("silence.added", "silence.ended");
    for (String bad :
        List.of(
            "{\"balancer\":\"north\",\"why\":\"x\"}",
            "{\"balancer\":\"north\",\"minutes\":5,\"why\":\" \"}",
            "{\"balancer\":\"north\",\"until\":\"soon\",\"why\":\"x\"}")) {
      assertThat(api.send("POST", "/api/v1/silences", ada, bad).status()).isEqualTo(400);
    }
    for (String bad :
        List.of(
            "{\"balancer\":\"north\",\"detection\":\"server/eror\",\"minutes\":5,\"why\":\"x\"}",
            "{\"balancer\":\"north\",\"until\":\"2020-01-01T00:00:00Z\",\"why\":\"x\"}",
            "{\"balancer\":\"north\",\"until\":\"2099-01-01T00:00:00Z\",\"why\":\"x\"}")) {
      assertThat(api.post("/api/v1/silences", ada, bad).status()).isEqualTo(422);
    }
  }

  @Test
  void whileTheDatabaseIsDownPeopleAreToldFromMemoryAndItIsWrittenWhenItIsBack() throws Exception {
    EmbeddedPostgres server =
        EmbeddedPostgres.start(folder.resolve("database"), PROGRAMS, System::nanoTime);
    try {
      database = Optional.of(server.asOwner());
      start(plan("3s"));
      assertThat(api.get("/api/v1/me", ada).status()).isEqualTo(200);
      server.close();
      long began = System.nanoTime();
      look(pay());
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
      String page = first("/pager").get("page");
      Api.Answer answer = api.post("/api/v1/pages/" + page + "/acknowledge", ada, "");
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.body().get("stored").booleanValue()).isFalse();
      assertThat(api.get("/api/v1/alerts", ada).text()).contains("\"stored\":false");
      server = EmbeddedPostgres.start(folder.resolve("database"), PROGRAMS, System::nanoTime);
      Sink.within(
          "it is written", () -> api.get("/api/v1/alerts", ada).text().contains("\"stored\":true"));
      Sink.within(
          "also in the journal",
          () -> api.get("/api/v1/journal?kind=page.acknowledged", ada).text().contains("\"ada\""));
      plane.close();
      start(plan("1s"));
      assertThat(api.get("/api/v1/alerts", ada).text()).contains("\"by\":\"ada\"", page);
      look(pay());
      look(pay());
      assertThat(sink.told("/pager")).containsExactly("opened!");
    } finally {
      plane.close();
      server.close();
    }
  }

  @Test
  void withoutAFileNobodyIsToldAndItSaysSo() throws Exception {
    start(Optional.empty(), false);
    look(pay());
    Api.Answer alerts = api.get("/api/v1/alerts", ada);
    assertThat(alerts.body().get("on_call").get("configured").booleanValue()).isFalse();
    assertThat(alerts.text()).contains("be_pay/pay-2");
    assertThat(happened.getFirst().text()).contains("nobody is told");
    plane.close();
    start(plan("1h"));
    assertThat(first("/pager").kind()).isEqualTo("opened");
  }

  @Test
  void whatIsOnlyObservedIsRecordedAndNobodyIsTold() throws Exception {
    start(Optional.of(Sink.file(folder, plan("1s"))), true);
    look(pay());
    look(pay());
    Api.Answer alerts = api.get("/api/v1/alerts", ada);
    assertThat(alerts.body().get("on_call").get("observe_only").booleanValue()).isTrue();
    assertThat(alerts.body().get("pages").get(0).get("told").toString()).contains("pager");
    assertThat(happened.getFirst().text()).contains("only observed");
    plane.close();
    assertThat(sink.posts).isEmpty();
    start(plan("1h"));
    assertThat(first("/pager").kind()).isEqualTo("opened");
  }

  @Test
  void aRealAlertmanagerFiresNotifiesResolvesAndSilences() throws Exception {
    Optional<Path> program = program("prometheus-alertmanager");
    assumeTrue(
        program.isPresent() && Files.exists(Path.of("/usr/share/prometheus/alertmanager")),
        "prometheus-alertmanager is not here, or its templates are not");
    Path config =
        Files.writeString(
            folder.resolve("alertmanager.yml"),
            """
            route: { receiver: sink, group_by: [alertname, subject], group_wait: 0s, group_interval: 1s }
            receivers:
              - name: sink
                webhook_configs: [{ url: "%s", send_resolved: true }]
            """
                .formatted(sink.url("/am")));
    String address = "127.0.0.1:" + RunningHaproxy.freePort();
    Process alertmanager =
        new ProcessBuilder(
                program.get().toString(),
                "--cluster.listen-address=",
                "--web.listen-address=" + address,
                "--storage.path=" + folder.resolve("alertmanager"),
                "--config.file=" + config)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("alertmanager.log").toFile())
            .start();
    try {
      URI base = URI.create("http://" + address);
      Sink.within(
          "it is ready",
          () -> {
            assertThat(alertmanager.isAlive()).as(folder + "/alertmanager.log").isTrue();
            return asked(base.resolve("/-/ready")).isPresent();
          });
      start(
          """
          version: 1
          address: https://checkrail.example.com/
          notifiers: { am: { alertmanager: "%s" } }
          chains: { default: [{ notify: [am], for: 1h }] }
          tickets: [am]
          watchdog: { notify: [am], every: 30s }
          """
              .formatted(base));
      look(pay());
      Sink.within("it notifies", () -> notified("firing", "be_pay/pay-2"));
      String fired = asked(base.resolve("/api/v2/alerts")).orElseThrow();
      assertThat(fired)
          .contains(
              "\"alertname\":\"server/errors\"",
              "\"balancer\":\"north\"",
              "\"owner\":\"team-payments\"",
              "\"severity\":\"page\"",
              "\"runbook\":\"docs/runbooks/server/errors.md\"",
              "https://checkrail.example.com/api/v1/alerts?balancer=north",
              "CheckrailWatchdog");
      for (int i = 0; i < 40; i++) {
        look();
      }
      Sink.within("it is over there, too", () -> notified("resolved", "be_pay/pay-2"));

      // Silenced over there: it takes it, and tells nobody.
      Instant until = Instant.now().plusSeconds(600);
      HttpResponse<String> silenced =
          browse(
              HttpRequest.newBuilder(base.resolve("/api/v2/silences"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          """
                          {"matchers":[{"name":"subject","value":"be_quiet/q-1","isRegex":false,"isEqual":true}],
                          "startsAt":"%s","endsAt":"%s","createdBy":"ada","comment":"we know"}
                          """
                              .formatted(Instant.now().minusSeconds(60), until))));
      assertThat(silenced.statusCode()).as(silenced.body()).isEqualTo(200);
      Sign quiet = sign(Detection.FLOOR, Level.PAGE, "be_quiet/q-1", "too few");
      now.updateAndGet(it -> it.plusSeconds(200));
      look(quiet);
      Sink.within(
          "it is suppressed",
          () ->
              asked(base.resolve("/api/v2/alerts?filter=subject%3D%22be_quiet%2Fq-1%22"))
                  .filter(it -> it.contains("\"state\":\"suppressed\""))
                  .isPresent());
      look(quiet, sign(Detection.CONTRACT, Level.PAGE, "be_loud", "not served there"));
      Sink.within("what is not silenced is told", () -> notified("firing", "be_loud"));
      assertThat(notified("firing", "be_quiet/q-1")).isFalse();
    } finally {
      alertmanager.destroy();
      alertmanager.waitFor();
    }
  }

  private boolean notified(String status, String subject) {
    return sink.at("/am").stream()
        .anyMatch(post -> post.get("status").equals(status) && post.text().contains(subject));
  }

  private static Optional<String> asked(URI address) {
    try {
      HttpResponse<String> answer = browse(HttpRequest.newBuilder(address));
      return Optional.of(answer.body()).filter(it -> answer.statusCode() == 200);
    } catch (Exception e) {
      return Optional.empty();
    }
  }

  /** A program that bin/verify has brought, or that is installed. */
  private static Optional<Path> program(String name) {
    return Stream.concat(
            Stream.of(Path.of("../.checkrail/" + name)),
            Stream.of(System.getenv("PATH").split(":", -1)).map(it -> Path.of(it, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Test
  void aFileThatIsWrongIsRefusedWithPlaces() throws Exception {
    Path file = Sink.file(folder, plan("5 minutes").replace("[devops]", "[devop]"));
    assertThatThrownBy(() -> OnCallFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ":8:31: for has to be a time")
        .hasMessageContaining("did you mean \"devops\"?");
    Path good = Sink.file(folder, plan("1h"));
    Path secret = folder.resolve("pager.secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> OnCallFile.read(good)).hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(secret, "short");
    assertThatThrownBy(() -> OnCallFile.read(good)).hasMessageContaining("at least 16");
    Files.delete(secret);
    assertThatThrownBy(() -> OnCallFile.read(good))
        .hasMessageContaining(":3:")
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> OnCallFile.read(folder.resolve("none.yaml")))
        .hasMessageContaining("can't be read");
  }
}
