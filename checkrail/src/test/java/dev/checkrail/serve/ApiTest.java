package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.serve.access.Right;
import dev.checkrail.watch.incident.Incident;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The API, by a client that holds every request and answer against the description. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
          hard-stop-after 5s
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server @SERVER@
          option idle-close-on-response
      frontend web
          bind 127.0.0.1:@PORT@
          use_backend be_pay if { path_beg /pay/ }
          default_backend be_web
      backend be_pay
          server pay-1 127.0.0.1:@PAY@
      backend be_web
          server web-1 127.0.0.1:@WEB@
      """;

  @TempDir private static Path folder;
  private static ControlPlane plane;
  private static Api api;
  private static String admin;

  @BeforeAll
  static void start() throws Exception {
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder.resolve("data"),
                Path.of("target/postgres"),
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty()),
            InstantSource.system(),
            System::nanoTime);
    api = new Api(plane.address());
    String code = plane.firstCode().orElseThrow();
    assertThat(first("wrong").status()).isEqualTo(403);
    Api.Answer made = first(code);
    assertThat(made.status()).isEqualTo(201);
    admin = made.body().get("secret").asString();
    assertThat(first(code).type()).isEqualTo("wrong-code");
    assertThat(plane.firstCode()).isEmpty();
  }

  private static Api.Answer first(String code) {
    return api.post(
        "/api/v1/first-admin",
        "",
        "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"%s\"}".formatted(code, PASSWORD));
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  @Order(1)
  void machinesAskWithoutAToken() {
    assertThat(api.get("/live", "").status()).isEqualTo(200);
    assertThat(api.get("/ready", "").body().get("ready").booleanValue()).isTrue();
    assertThat(api.get("/metrics", "").text()).contains("# TYPE checkrail_http_requests_seconds");
    assertThat(api.get("/openapi.yaml", "").status()).isEqualTo(200);
    assertThat(api.get("/first", "").text()).contains("First administrator");
  }

  @Test
  @Order(2)
  void withoutATokenThereIsNothingAndWithoutTheRightNeitherAndBothAreInTheJournal() {
    assertThat(api.get("/api/v1/me", "").status()).isEqualTo(401);
    assertThat(api.get("/api/v1/me", "ckr_" + "a".repeat(43)).status()).isEqualTo(401);
    assertThat(api.get("/api/v1/me", "nonsense").status()).isEqualTo(401);
    String viewer = account("vera", "viewer");
    Api.Answer refused = api.post("/api/v1/events", viewer, "{\"text\":\"x\"}");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.type()).isEqualTo("no-right");
    List<JsonNode> written =
        api
            .get("/api/v1/journal?kind=access.refused", admin)
            .body()
            .get("entries")
            .values()
            .stream()
            .toList();
    assertThat(written.getLast().get("actor").asString()).isEqualTo("vera");
    assertThat(written.getLast().get("details").get("call").asString())
        .isEqualTo("POST /api/v1/events");
    assertThat(written)
        .anySatisfy(it -> assertThat(it.get("actor").asString()).isEqualTo("unknown"));
    assertThat(written.toString()).doesNotContain("ckr_a");
  }

  @Test
  @Order(3)
  void everyOperationThatNeedsARightIsClosedToWhoHasNone() {
    // A token that may only tell of events, against everything else.
    String narrow = token(admin, "narrow", "\"scopes\":[\"event\"]");
    for (String name : api.operations()) {
      JsonNode right = api.operation(name).get("x-right");
      if (right == null || right.asString().equals("event")) {
        continue;
      }
      assertThat(Right.of(right.asString())).as(name).isPresent();
      String[] words = name.split(" ");
      String path = words[1].replaceAll("\\{[a-z]+}", "none");
      Api.Answer answer = api.send(words[0], path, narrow, words[0].equals("GET") ? "" : "{}");
      assertThat(answer.status()).as(name).isEqualTo(403);
      assertThat(api.send(words[0], path, "", "").status()).as(name).isEqualTo(401);
    }
  }

  @Test
  @Order(4)
  void peopleLogInChangeTheirPasswordAndLogOut() {
    account("grace", "operator");
    String token = login("grace", PASSWORD).body().get("secret").asString();
    assertThat(api.get("/api/v1/me", token).body().get("account").asString()).isEqualTo("grace");
    String other = "another long password";
    assertThat(
            api.post(
                    "/api/v1/me/password",
                    token,
                    "{\"old\":\"%s\",\"new\":\"%s\"}".formatted(PASSWORD, other))
                .status())
        .isEqualTo(204);
    assertThat(login("grace", PASSWORD).status()).isEqualTo(401);
    assertThat(login("grace", other).status()).isEqualTo(201);
    assertThat(api.post("/api/v1/logout", token, "").status()).isEqualTo(204);
    assertThat(api.get("/api/v1/me", token).status()).isEqualTo(401);
  }

  @Test
  @Order(5)
  void wrongPasswordsAreSlowedDownAndDoNotTellWhoHasAnAccount() {
    Api.Answer nobody = login("nobody", "x".repeat(12));
    Api.Answer somebody = login("ada", "x".repeat(12));
    assertThat(nobody.status()).isEqualTo(401);
    assertThat(nobody.body().get("detail")).isEqualTo(somebody.body().get("detail"));
    IntStream.range(0, 4).forEach(i -> login("nobody", "x".repeat(12)));
    assertThat(login("nobody", "x".repeat(12)).status()).isEqualTo(429);
    assertThat(login("ada", PASSWORD).status()).isEqualTo(201);
  }

  @Test
  @Order(6)
  void tokensAreNarrowedListedAndRevoked() {
    String narrow = token(admin, "ci", "\"scopes\":[\"event\",\"read\"],\"days\":1");
    assertThat(
            api.post("/api/v1/events", narrow, "{\"text\":\"gateway 1.8\",\"scope\":\"pay-*\"}")
                .status())
        .isEqualTo(201);
    assertThat(
            api.get("/api/v1/events", narrow)
                .body()
                .get("entries")
                .get(0)
                .get("subject")
                .asString())
        .isEqualTo("pay-*");
    assertThat(
            api.post("/api/v1/tokens", narrow, "{\"name\":\"wide\",\"scopes\":[\"accounts\"]}")
                .status())
        .isEqualTo(403);
    String child = token(narrow, "child", "\"days\":1");
    assertThat(api.get("/api/v1/me", child).body().get("rights").toString())
        .isEqualTo("[\"event\",\"read\"]");
    String id = api.get("/api/v1/me", narrow).body().get("token").asString();
    assertThat(api.get("/api/v1/tokens", admin).text()).contains(id).doesNotContain(narrow);
    String wide = api.get("/api/v1/me", admin).body().get("token").asString();
    assertThat(api.call("DELETE", "/api/v1/tokens/" + wide, narrow, "").status()).isEqualTo(403);
    assertThat(api.get("/api/v1/me", admin).status()).isEqualTo(200);
    assertThat(api.call("DELETE", "/api/v1/tokens/" + id, admin, "").status()).isEqualTo(204);
    assertThat(api.get("/api/v1/me", narrow).status()).isEqualTo(401);
    assertThat(api.call("DELETE", "/api/v1/tokens/" + id, admin, "").status()).isEqualTo(404);
  }

  @Test
  @Order(7)
  void anAccountThatIsSwitchedOffCanDoNothingAtOnce() {
    String token = account("otto", "author");
    assertThat(api.get("/api/v1/accounts", admin).text()).contains("otto");
    assertThat(api.call("PATCH", "/api/v1/accounts/otto", admin, "{\"disabled\":true}").status())
        .isEqualTo(200);
    assertThat(api.get("/api/v1/me", token).status()).isEqualTo(401);
    assertThat(login("otto", PASSWORD).status()).isEqualTo(401);
    assertThat(
            api.call("PATCH", "/api/v1/accounts/ada", admin, "{\"roles\":[\"viewer\"]}").status())
        .isEqualTo(422);
  }

  @Test
  @Order(8)
  void whoSendsTooMuchGetsToReadItThoughTheyOnlyReadWhenAllIsSent() throws Exception {
    byte[] body = new byte[60 << 20];
    try (Socket socket = new Socket(plane.address().getHost(), plane.address().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST /api/v1/changes HTTP/1.1\r
          Host: x\r
          Authorization: Bearer %s\r
          Content-Type: application/json\r
          Content-Length: %d\r
          \r
          """
              .formatted(admin, body.length)
              .getBytes(StandardCharsets.US_ASCII));
      out.write(body);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(in.readLine()).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  @Order(8)
  void badRequestsAreSaidInWords() {
    assertThat(api.send("POST", "/api/v1/login", "", "{").body().get("detail").asString())
        .startsWith("the body is no JSON");
    assertThat(api.send("POST", "/api/v1/login", "", "{\"nam\":1}").body().get("detail").asString())
        .contains("unknown member \"nam\"; it may have name, password");
    assertThat(api.send("POST", "/api/v1/login", "", "{\"name\":1}").status()).isEqualTo(400);
    assertThat(api.send("GET", "/api/v1/journal?limit=-1", admin, "").status()).isEqualTo(400);
    assertThat(api.send("GET", "/nothing", "", "").status()).isEqualTo(404);
    assertThat(api.send("PUT", "/live", "", "").status()).isEqualTo(405);
    assertThat(api.send("POST", "/api/v1/login", "", "x".repeat(70_000)).status()).isEqualTo(413);
    assertThat(api.send("GET", "/" + "x".repeat(9000), "", "").status()).isBetween(400, 431);
    // What no row and no path can hold is the sender's error, not a defect of ours.
    for (String path : List.of("/api/v1/journal?kind=a%00b", "/api/v1/balancers/a%00b")) {
      assertThat(api.send("GET", path, admin, "").status()).as(path).isEqualTo(400);
    }
    Api.Answer nul =
        api.send("POST", "/api/v1/events", admin, "{\"text\":\"a\\u0000b\",\"scope\":\"x\"}");
    assertThat(nul.text()).contains("holds a NUL character");
    assertThat(nul.status()).isEqualTo(400);
    assertThat(
            api.send(
                    "POST",
                    "/api/v1/accounts",
                    admin,
                    "{\"name\":\"Bad Name\",\"roles\":[\"viewer\"]}")
                .status())
        .isEqualTo(422);
  }

  @Test
  @Order(9)
  void aLoadBalancerIsOwnedChangedAndBroughtBack() throws Exception {
    Path own = java.nio.file.Files.createDirectory(folder.resolve("edge"));
    Map<String, String> words =
        Map.of(
            "SERVER",
            "5s",
            "PAY",
            Integer.toString(RunningHaproxy.freePort()),
            "WEB",
            Integer.toString(RunningHaproxy.freePort()));
    try (RunningHaproxy haproxy = new RunningHaproxy(own, CONFIG, words)) {
      String edge = "/api/v1/balancers/edge";
      Api.Answer added =
          api.post(
              "/api/v1/balancers",
              admin,
              "{\"name\":\"edge\",\"master_socket\":\"%s\",\"marker\":\"%s\",\"policy\":\"%s\"}"
                  .formatted(
                      haproxy.masterSocket,
                      haproxy.marker,
                      """
                      version: 1
                      services: { pay: [ { path: /pay/** } ] }
                      invariants: [ { name: pay, requests: pay, must: { reach: [be_pay] } } ]
                      """
                          .replace("\n", "\\n")));
      assertThat(added.status()).as(added.text()).isEqualTo(201);
      String first = added.body().get("approved").asString();
      assertThat(api.get("/api/v1/balancers", admin).text()).contains(first);
      assertThat(api.get(edge + "/doctor", admin).status()).isEqualTo(200);
      assertThat(api.get(edge + "/live", admin).status()).isEqualTo(200);
      assertThat(api.get(edge + "/probes", admin).status()).isEqualTo(200);
      assertThat(api.get(edge + "/drift", admin).body().get("drifted").booleanValue()).isFalse();
      RunningHaproxy.eventually(
          "it is seen", () -> api.get(edge + "/live", admin).body().get("blind") == null);
      JsonNode live = api.get(edge + "/live?seconds=5", admin).body();
      RunningHaproxy.eventually(
          "it is guarded", () -> api.get(edge + "/diagnosis", admin).status() == 200);
      assertThat(api.get(edge + "/diagnosis", admin).body().at("/rollback/decision").asString())
          .isEqualTo("stay");
      RunningHaproxy.eventually(
          "it is written down",
          () -> api.get(edge + "/series?name=balancer%20seen", admin).status() == 200);
      JsonNode names = api.get(edge + "/series?prefix=server%20be_pay/", admin).body().get("names");
      assertThat(names.values().stream().map(JsonNode::asString))
          .contains("server be_pay/pay-1 sessions", "server be_pay/pay-1 weight")
          .allMatch(it -> it.startsWith("server be_pay/"));
      Api.Answer some = api.get(edge + "/series?limit=2", admin);
      assertThat(some.body().get("names").size()).isEqualTo(2);
      assertThat(some.body().get("more").asInt()).isPositive();
      String weight = edge + "/series?name=server%20be_pay/pay-1%20weight";
      assertThat(
              api.get(weight, admin).body().get("seconds").get("values").values().stream()
                  .filter(it -> !it.isNull())
                  .map(JsonNode::asInt))
          .isNotEmpty()
          .containsOnly(1);
      assertThat(api.get(edge + "/series?name=none", admin).status()).isEqualTo(404);
      for (String wrong : List.of("&from=yesterday", "&from=2020-01-01T00:00:00Z")) {
        assertThat(api.get(weight + wrong, admin).status()).as(wrong).isEqualTo(400);
      }
      assertThat(live.get("pools").values().stream().map(it -> it.get("name").asString()))
          .contains("be_pay", "be_web");
      assertThat(live.get("not_observed").toString())
          .contains("routes, users and client failures: no log is taken in");
      assertThat(live.get("routes")).as("what is not observed is left out").isNull();
      assertThat(api.get(edge + "/live?seconds=61", admin).status()).isEqualTo(400);
      assertThat(api.get("/api/v1/balancers/none/live", admin).status()).isEqualTo(404);

      Api.Answer blocked =
          apply(haproxy.text(CONFIG.replace("use_backend be_pay", "use_backend be_web")));
      assertThat(blocked.status()).isEqualTo(409);
      assertThat(blocked.type()).isEqualTo("gate-blocked");
      assertThat(blocked.body().get("verdict").toString()).contains("invariant/violated");

      Api.Answer applied = apply(haproxy.text(CONFIG.replace("client 30s", "client 31s")));
      assertThat(applied.status()).as(applied.text()).isEqualTo(200);
      String second = applied.body().get("digest").asString();
      assertThat(applied.body().get("truth").get("marked").booleanValue()).isTrue();
      assertThat(api.get(edge, admin).body().get("live").asString()).isEqualTo(second);

      String told = "{\"server\":\"be_pay/pay-1\",\"state\":\"maint\"}";
      assertThat(api.post(edge + "/runtime", admin, told).status()).isEqualTo(204);
      assertThat(api.get(edge + "/runtime", admin).text()).contains("\"state\":\"maint\"");
      assertThat(api.get(edge + "/drift", admin).text()).contains("runtime-servers");
      Api.Answer stopped = api.post(edge + "/reload", admin, "{}");
      assertThat(stopped.status()).isEqualTo(409);
      assertThat(stopped.body().get("outcome").asString()).isEqualTo("loses-state");
      assertThat(
              api.post(edge + "/reload", admin, "{\"choices\":{\"state be_pay/pay-1\":\"drop\"}}")
                  .status())
          .isEqualTo(200);

      policyIsApprovedByItself(haproxy, second);

      String operator = account("oskar", "operator");
      assertThat(api.send("POST", edge + "/apply", operator, "{}").status()).isEqualTo(403);
      Api.Answer back = api.post(edge + "/rollback", operator, "{\"reason\":\"a test\"}");
      assertThat(back.status()).as(back.text()).isEqualTo(200);
      assertThat(back.body().get("digest").asString()).isEqualTo(first);
      assertThat(api.get("/api/v1/journal?subject=lb%20edge", admin).text())
          .contains("lb.added", "apply.held-back", "version.approved", "apply.serves", "\"oskar\"");

      changesGoTheirWay(haproxy.text(CONFIG), operator);

      String elsewhere = token(admin, "elsewhere", "\"balancers\":[\"other\"]");
      assertThat(api.get(edge, elsewhere).status()).isEqualTo(403);
    }
    assertThat(api.post("/api/v1/balancers/edge/reload", admin, "{}").type())
        .startsWith("balancer-");
    assertThat(api.call("DELETE", "/api/v1/balancers/edge", admin, "").status())
        .as("also one that is dead")
        .isEqualTo(200);
    assertThat(api.get("/api/v1/balancers/edge", admin).status()).isEqualTo(404);
  }

  private static void changesGoTheirWay(String config, String operator) throws Exception {
    String author = account("anna", "author");
    String approver = account("bert", "approver");
    String one = proposed(author, config.replace("client 30s", "client 32s"));
    assertThat(api.post(one + "/approve", author, "").status()).isEqualTo(403);
    checked(one);
    assertThat(api.post(one + "/check", author, "").body().get("state").asString())
        .isEqualTo("proposed");
    checked(one);
    assertThat(api.post(one + "/rollout", operator, "").type()).isEqualTo("change-state");
    Api.Answer approved = api.post(one + "/approve", approver, "{\"note\":\"fine\"}");
    assertThat(approved.body().get("state").asString()).isEqualTo("approved");
    assertThat(api.post(one + "/rollout", approver, "").status()).isEqualTo(403);
    Api.Answer live = api.post(one + "/rollout", operator, "{}");
    assertThat(live.status()).as(live.text()).isEqualTo(200);
    assertThat(live.body().at("/change/state").asString()).isEqualTo("rolling out");
    assertThat(api.post(one + "/go-on", operator, "").status()).isEqualTo(200);
    RunningHaproxy.eventually(
        "it is live", () -> api.get(one, approver).body().get("state").asString().equals("live"));
    assertThat(api.get(one + "/evidence", approver).body().at("/files/seal.txt").asString())
        .contains("state live", "approved bert approver", "rolled-out oskar");
    Api.Answer back = api.post(one + "/rollback", operator, "{\"reason\":\"a test\"}");
    assertThat(back.body().at("/change/state").asString()).isEqualTo("rolled back");

    assertThat(apply(config).type()).isEqualTo("changes-only");
    String two = proposed(author, config.replace("client 30s", "client 33s"));
    assertThat(api.post(two + "/withdraw", author, "").body().get("state").asString())
        .isEqualTo("withdrawn");
    String three = proposed(author, config.replace("client 30s", "client 34s"));
    assertThat(
            api.post(three + "/reject", approver, "{\"note\":\"not today\"}")
                .body()
                .get("state")
                .asString())
        .isEqualTo("rejected");
    String four = proposed(author, config.replace("client 30s", "client 35s"));
    Api.Answer broken =
        api.post(four + "/break-glass", operator, "{\"reason\":\"password=hunter2 users fail\"}");
    assertThat(broken.status()).as(broken.text()).isEqualTo(200);
    assertThat(broken.text()).doesNotContain("hunter2");
    assertThat(api.post(four + "/go-on", operator, "").status()).isEqualTo(200);
    RunningHaproxy.eventually(
        "it is live", () -> api.get(four, admin).body().get("review_owed").booleanValue());
    assertThat(
            api.get("/api/v1/changes?balancer=edge&state=live&owed=true&limit=5", admin)
                .body()
                .get("changes")
                .size())
        .isEqualTo(1);
    assertThat(api.get("/api/v1/changes/99", admin).status()).isEqualTo(404);
    assertThat(api.get("/api/v1/changes/..%2f1", admin).status()).isEqualTo(404);
    assertThat(api.get("/api/v1/journal?kind=change.*", admin).text())
        .contains("change.propose", "change.approve", "change.go-live", "change.go-back")
        .doesNotContain("hunter2");
  }

  /** The path of a change that was proposed. */
  private static String proposed(String author, String config) {
    Api.Answer proposed =
        api.post(
            "/api/v1/changes",
            author,
            "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"candidate.cfg\"],\"why\":\"a test\"}"
                .formatted(
                    Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8))));
    assertThat(proposed.status()).as(proposed.text()).isEqualTo(201);
    return "/api/v1/changes/" + proposed.body().get("number").asLong();
  }

  private static void checked(String change) throws Exception {
    RunningHaproxy.eventually(
        "it is checked",
        () -> api.get(change, admin).body().get("state").asString().equals("checked"));
  }

  @Test
  @Order(9)
  void alertsAreShownSilencedAndTakenCareOf() throws Exception {
    Instant at = Instant.now();
    BrokenFloor.isFound(
        plane,
        "be_pay",
        at,
        Optional.of(
            new Incident(
                "north-1",
                "north",
                at,
                at,
                Incident.State.OPEN,
                Optional.empty(),
                Optional.empty(),
                new Incident.Impact(0, 0, 0, 0, 0, 0, 0, OptionalLong.empty()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                0)));
    Api.Answer alerts = api.get("/api/v1/alerts?all=true&balancer=north", admin);
    assertThat(alerts.text()).contains("pool/floor", "docs/runbooks/pool/floor.md");
    String page = alerts.body().get("pages").get(0).get("id").asString();
    URI link = plane.onCall().links().of(page);
    assertThat(api.get(link.getPath() + "?" + link.getQuery(), "").text()).contains("be_pay");
    assertThat(
            api.post("/api/v1/incidents/north-1/acknowledge", admin, "{\"note\":\"on my way\"}")
                .text())
        .contains("\"by\":\"ada\"");
    assertThat(api.post("/api/v1/pages/" + page + "/acknowledge", admin, "").status())
        .isEqualTo(200);
    assertThat(api.post("/api/v1/incidents/none/acknowledge", admin, "{}").status()).isEqualTo(404);
    HttpResponse<String> form =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(plane.address().resolve(link.getPath()))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(link.getQuery()))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(form.statusCode()).isEqualTo(200);
    assertThat(form.body()).contains("Acknowledged by ada");
    api.answered.add("POST /pages/{page}"); // a form, which the client of this test does not send
    Api.Answer silence =
        api.post(
            "/api/v1/silences",
            admin,
            "{\"balancer\":\"*\",\"detection\":\"pool/floor\",\"minutes\":5,\"why\":\"a test\"}");
    assertThat(silence.status()).as(silence.text()).isEqualTo(201);
    assertThat(api.get("/api/v1/silences", admin).text()).contains("a test");
    assertThat(
            api.call("DELETE", "/api/v1/silences/" + silence.body().get("id").asString(), admin, "")
                .status())
        .isEqualTo(204);
  }

  @Test
  @Order(9)
  void incidentsAreListedShownNotedClosedAndExported() throws Exception {
    Instant at = Instant.parse("2026-01-31T12:00:00Z");
    Plane.keep(plane, "south-1", "south", at, Incident.State.OPEN, Optional.empty());
    String one = "/api/v1/incidents/south-1";
    assertThat(api.get("/api/v1/incidents?balancer=south&state=open", admin).text())
        .contains("\"id\":\"south-1\"");
    assertThat(api.get("/api/v1/incidents?state=strange", admin).status()).isEqualTo(400);
    assertThat(api.get("/api/v1/incidents/none", admin).status()).isEqualTo(404);
    assertThat(api.post(one + "/notes", admin, "{\"text\":\"password=hunter2 told\"}").text())
        .contains("told")
        .doesNotContain("hunter2");
    String elsewhere = token(admin, "elsewhere2", "\"balancers\":[\"other\"]");
    assertThat(api.get(one, elsewhere).status()).isEqualTo(403);
    assertThat(api.get("/api/v1/incidents", elsewhere).text()).isEqualTo("{\"incidents\":[]}");
    assertThat(api.post(one + "/close", admin, "{\"reason\":\"seen enough\"}").status())
        .isEqualTo(200);
    assertThat(api.post(one + "/close", admin, "{\"reason\":\"again\"}").type()).isEqualTo("ended");
    RunningHaproxy.eventually(
        "it is kept", () -> api.get(one, admin).body().get("stored").booleanValue());
    assertThat(api.get(one, admin).body().get("state").asString()).isEqualTo("closed");
    assertThat(api.get(one + "/export?zone=Europe/Vienna", admin).text())
        .contains("Closed (ada): seen enough");
    assertThat(api.get(one + "/export?zone=Nowhere", admin).status()).isEqualTo(400);
  }

  @Test
  @Order(9)
  void anIncidentThatEndedByItselfIsClosedAfterwardsAndKeepsItsEnd() throws Exception {
    Instant at = Instant.parse("2026-01-31T12:00:00Z");
    Instant end = at.plusSeconds(700);
    Plane.keep(plane, "south-2", "south", at, Incident.State.RESOLVED, Optional.of(end));
    String one = "/api/v1/incidents/south-2";
    assertThat(api.post(one + "/close", admin, "{\"reason\":\"looked at\"}").status())
        .isEqualTo(200);
    RunningHaproxy.eventually(
        "it is kept", () -> api.get(one, admin).body().get("state").asString().equals("closed"));
    assertThat(api.get(one, admin).body().get("ended").asString()).isEqualTo(end.toString());
    assertThat(api.post(one + "/close", admin, "{\"reason\":\"again\"}").type()).isEqualTo("ended");
  }

  @Test
  @Order(10)
  void theJournalIsWholeAfterAllThat() {
    JsonNode found = api.get("/api/v1/journal/verification", admin).body();
    assertThat(found.get("intact").booleanValue()).isTrue();
    String head = found.get("head").asString();
    assertThat(api.get("/api/v1/journal/verification?head=" + head, admin).body().get("intact"))
        .isEqualTo(found.get("intact"));
    assertThat(
            api.get("/api/v1/journal/verification?head=1:" + "0".repeat(64), admin)
                .body()
                .get("broken")
                .get("number")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  @Order(10)
  void allOfItIsHandedOutAsOneFile() {
    assertThat(api.post("/api/v1/backup", admin, "{}").text()).startsWith("PK");
    assertThat(api.post("/api/v1/backup", admin, "{\"passphrase\":\"a b c d e f g\"}").status())
        .isEqualTo(200);
    assertThat(api.send("POST", "/api/v1/backup", admin, "{\"passphrase\":\"short\"}").status())
        .isEqualTo(422);
    String narrow = token(admin, "elsewhere3", "\"balancers\":[\"other\"]");
    assertThat(api.post("/api/v1/backup", narrow, "").status()).isEqualTo(403);
  }

  /** Last: what is promised is what was answered above. */
  @Test
  @Order(11)
  void everyPromisedOperationWasAnsweredAndNothingElseIsServed() {
    assertThat(api.answered).isEqualTo(api.operations());
    assertThat(plane.operations()).isEqualTo(api.operations());
  }

  /** Neither the files nor what drifts of them is approved by it. */
  private static void policyIsApprovedByItself(RunningHaproxy haproxy, String live)
      throws Exception {
    String edge = "/api/v1/balancers/edge";
    JsonNode before = api.get(edge + "/policy", admin).body().get("approved");
    assertThat(before.get("by").asString()).isEqualTo("ada");
    assertThat(before.get("why").asString()).isEqualTo("lb add");
    String config = java.nio.file.Files.readString(haproxy.config);
    java.nio.file.Files.writeString(haproxy.config, config + "# not ours\n");

    Api.Answer unread = policy("version: 1\nservces: {}\n", "");
    assertThat(unread.status()).isEqualTo(422);
    assertThat(unread.text()).contains("checkrail.yaml:2:1", "services");

    String elsewhere =
        "version: 1\nservices: { pay: [ { path: /pay/** } ] }\n"
            + "invariants: [ { name: pay, requests: pay, must: { reach: [be_web] } } ]\n";
    Api.Answer held = policy(elsewhere, "");
    assertThat(held.type()).isEqualTo("policy-blocked");
    assertThat(held.body().get("verdict").toString()).contains("invariant/violated");
    assertThat(api.get(edge + "/policy", admin).body().get("approved")).isEqualTo(before);

    Api.Answer forced = policy(elsewhere, ",\"force\":true");
    assertThat(forced.status()).as(forced.text()).isEqualTo(200);
    assertThat(forced.body().get("was")).isEqualTo(before.get("digest"));

    String fits =
        "version: 1\nservices: { shop: [ { path: /pay/* } ] }\n"
            + "invariants: [ { name: pay, requests: shop, must: { reach: [be_pay] } } ]\n";
    Api.Answer approved = policy(fits, "");
    assertThat(approved.status()).as(approved.text()).isEqualTo(200);
    assertThat(policy(fits, "").body().get("changed").booleanValue()).isFalse();
    JsonNode now = api.get(edge + "/policy", admin).body();
    assertThat(now.get("approved").get("digest")).isEqualTo(approved.body().get("digest"));
    assertThat(now.get("earlier").values().stream().map(it -> it.get("digest")))
        .containsExactly(forced.body().get("digest"), before.get("digest"));
    RunningHaproxy.eventually(
        "it is taken up by who probes",
        () ->
            api.get(edge + "/probes", admin).body().get("probes").values().stream()
                .anyMatch(it -> it.get("subject").asString().startsWith("shop through ")));

    assertThat(java.nio.file.Files.readString(haproxy.config)).endsWith("# not ours\n");
    assertThat(api.get(edge, admin).body().get("live").asString()).isEqualTo(live);
    assertThat(api.get(edge + "/drift", admin).body().get("drifted").booleanValue()).isTrue();
    assertThat(api.get("/api/v1/journal?subject=lb%20edge", admin).text())
        .contains("policy.held-back", "policy.approved", approved.body().get("digest").asString());
    java.nio.file.Files.writeString(haproxy.config, config);
  }

  private static Api.Answer policy(String text, String more) {
    return api.post(
        "/api/v1/balancers/edge/policy",
        admin,
        "{\"policy\":\"%s\"%s}".formatted(text.replace("\n", "\\n").replace("\"", "\\\""), more));
  }

  private static Api.Answer apply(String config) {
    return api.post(
        "/api/v1/balancers/edge/apply",
        admin,
        "{\"main\":[\"%s\"],\"names\":[\"candidate.cfg\"]}"
            .formatted(
                Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8))));
  }

  private static Api.Answer login(String name, String password) {
    return api.post(
        "/api/v1/login", "", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, password));
  }

  private static String account(String name, String role) {
    Api.Answer made =
        api.post(
            "/api/v1/accounts",
            admin,
            "{\"name\":\"%s\",\"roles\":[\"%s\"],\"password\":\"%s\"}"
                .formatted(name, role, PASSWORD));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return login(name, PASSWORD).body().get("secret").asString();
  }

  private static String token(String by, String name, String more) {
    Api.Answer made = api.post("/api/v1/tokens", by, "{\"name\":\"%s\",%s}".formatted(name, more));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.body().get("secret").asString();
  }
}
