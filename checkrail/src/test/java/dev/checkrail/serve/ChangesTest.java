package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.change.Matter;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.Read;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.Database;
import dev.checkrail.store.EmbeddedPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** Changes whose way is disturbed: by others, by a crash, by what becomes live meanwhile. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChangesTest {
  private static final String PASSWORD = "long enough, really";

  /** By how much the clock was set forward. */
  private static final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

  @TempDir private static Path folder;
  private static Sink sink;
  private static EmbeddedPostgres database;
  private static Database connections;
  private static ChangeTable table;
  private static Plane plane;
  private static String anna;
  private static String bert;
  private static String carl;
  private static String one;
  private static String two;
  private static String more;

  @BeforeAll
  static void start() throws Exception {
    database =
        EmbeddedPostgres.start(
            folder.resolve("database"), Path.of("target/postgres"), System::nanoTime);
    sink = new Sink();
    plane =
        new Plane(
            folder,
            database.asOwner(),
            () -> Instant.now().plus(ahead.get()),
            Sink.file(
                folder,
                """
                version: 1
                notifiers: { pager: { webhook: "%s", secret_file: pager.secret } }
                chains: { default: [{ notify: [pager], for: 1h }] }
                tickets: [pager]
                """
                    .formatted(sink.url("/pager"))));
    connections =
        Database.open(database.asOwner(), 1, Duration.ofSeconds(3), new SimpleMeterRegistry());
    table = new ChangeTable(connections);
    anna = account("anna", "author");
    bert = account("bert", "approver");
    carl = account("carl", "approver");
  }

  @AfterAll
  static void stop() throws Exception {
    connections.close();
    plane.close();
    database.close();
    sink.close();
  }

  private static String account(String name, String role) {
    plane.api.post(
        "/api/v1/accounts",
        plane.token,
        "{\"name\":\"%s\",\"roles\":[\"%s\"],\"password\":\"%s\"}".formatted(name, role, PASSWORD));
    return login(name);
  }

  private static String login(String name) {
    return plane
        .api
        .post(
            "/api/v1/login", "", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, PASSWORD))
        .body()
        .get("secret")
        .asString();
  }

  private static String proposed(String from, String to) {
    Api.Answer answer = propose(Plane.CONFIG.replace(from, to), "");
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return "/api/v1/changes/" + answer.body().get("number").asLong();
  }

  private static Api.Answer propose(String template, String more) {
    return plane.api.post(
        "/api/v1/changes",
        anna,
        "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"why\":\"a test\"%s}"
            .formatted(
                Base64.getEncoder()
                    .encodeToString(plane.haproxy.text(template).getBytes(StandardCharsets.UTF_8)),
                more));
  }

  private static String proposedPolicy(String text) {
    ObjectNode body = new ObjectMapper().createObjectNode();
    body.put("balancer", "edge").put("why", "a policy").put("policy", text);
    Api.Answer answer = plane.api.post("/api/v1/changes", anna, body.toString());
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return "/api/v1/changes/" + answer.body().get("number").asLong();
  }

  private static ObjectNode shown(String change) {
    return plane.api.get(change, plane.token).body();
  }

  private static String state(String change) {
    return shown(change).get("state").asString();
  }

  private static void becomes(String change, String state) throws Exception {
    eventually(change + " is " + state, () -> state(change).equals(state));
  }

  private static void approve(String change, String token) {
    Api.Answer answer = post(change + "/approve", token);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private static Api.Answer post(String path, String token) {
    return plane.api.post(path, token, "{}");
  }

  @Test
  @Order(1)
  void ofTwoApprovalsAtOnceOneMakesItApproved() throws Exception {
    one = proposed("client 30s", "client 31s");
    two = proposed("client 30s", "client 32s");
    becomes(one, "checked");
    becomes(two, "checked");

    List<Integer> answers =
        Stream.of(bert, carl)
            .map(token -> CompletableFuture.supplyAsync(() -> post(one + "/approve", token)))
            .toList()
            .stream()
            .map(it -> it.join().status())
            .sorted()
            .toList();

    assertThat(answers).containsExactly(200, 409);
    assertThat(state(one)).isEqualTo("approved");
    assertThat(plane.journal("change.approve")).hasSize(1);
  }

  @Test
  @Order(2)
  void anApproverWhoLostTheRoleBeforeTheRolloutIsNamedAndItIsNotRolledOut() {
    String by = shown(one).at("/approvals/0/by").asString();
    roles(by, "viewer");

    Api.Answer answer = post(one + "/rollout", plane.token);

    assertThat(answer.type()).isEqualTo("change-moved");
    assertThat(answer.text()).contains("the approval of " + by + " does not hold any more");
    assertThat(state(one)).isEqualTo("checked");
    roles(by, "approver");
    assertThat(post(one + "/approve", by.equals("bert") ? carl : bert).status()).isEqualTo(200);
  }

  private static void roles(String account, String role) {
    assertThat(
            plane
                .api
                .call(
                    "PATCH",
                    "/api/v1/accounts/" + account,
                    plane.token,
                    "{\"roles\":[\"%s\"]}".formatted(role))
                .status())
        .isEqualTo(200);
  }

  @Test
  @Order(3)
  void whatACrashLeftRollingOutIsSettledByWhatServes() throws Exception {
    long number = shown(one).get("number").asLong();
    ChangeTable.Row row = table.find(number).orElseThrow();
    Change rolling =
        row.change()
            .begun(new Change.Rollout("ada", Instant.EPOCH, row.change().matter().base()))
            .after(ChangeMove.ROLL_OUT, "as if the process had died here");
    assertThat(table.write(row, step(rolling))).isTrue();
    assertThat(table.write(row, step(rolling))).as("somebody wrote it since").isFalse();

    eventually(
        "it is settled",
        () -> shown(one).get("because").asString().startsWith("its rollout was interrupted; the"));
    assertThat(state(one)).isEqualTo("approved");
  }

  @Test
  @Order(3)
  void onlyOneChangeOfALoadBalancerIsPutInPlaceAtATime() {
    // Of a load balancer that is not owned here, so that nobody else moves them.
    List<ChangeTable.Row> rows =
        Stream.of("a", "b")
            .map(candidate ->
                table.add(number ->
                    new ChangeTable.Fresh(
                        Change.propose(
                            number,
                            new Matter(
                                Matter.Kind.CONFIGURATION,
                                "ghost",
                                "x",
                                candidate,
                                "none",
                                List.of(),
                                List.of(),
                                Matter.NONE),
                            "anna",
                            "a test",
                            Instant.EPOCH,
                            false),
                        entry("change.propose"))))
            .map(it -> table.find(it.number()).orElseThrow())
            .toList();
    List<Boolean> written =
        rows.stream()
            .map(
                row -> table.write(row, step(row.change().after(ChangeMove.BREAK_GLASS, "a test"))))
            .toList();
    assertThat(written).containsExactly(true, false);
    assertThat(table.rolling("ghost").orElseThrow().change().matter().candidate()).isEqualTo("a");
  }

  private static ChangeTable.Step step(Change change) {
    return new ChangeTable.Step(change, List.of(entry("change.test")), Optional.empty());
  }

  private static JournalEntry entry(String kind) {
    return new JournalEntry(Instant.now(), "test", kind, "change 0", Map.of());
  }

  @Test
  @Order(4)
  void whatWasJudgedAgainstAnotherVersionIsCheckedAgainByItself() throws Exception {
    assertThat(post(two + "/approve", bert).status()).isEqualTo(200);
    Api.Answer live = post(one + "/rollout", plane.token);
    assertThat(live.status()).as(live.text()).isEqualTo(200);
    String now = shown(one).get("candidate").asString();

    eventually("it is judged anew", () -> shown(two).get("base").asString().equals(now));
    becomes(two, "checked");

    assertThat(shown(two).get("approvals")).isEmpty();
    assertThat(post(two + "/rollout", plane.token).type()).isEqualTo("change-state");
  }

  @Test
  @Order(5)
  void goingBackByAnotherWayIsSeen() throws Exception {
    assertThat(plane.rollback().status()).isEqualTo(200);

    becomes(one, "rolled back");

    assertThat(shown(one).get("because").asString()).startsWith("gone back from at ");
    assertThat(plane.intact()).isTrue();
  }

  @Test
  @Order(6)
  void whatHaproxyRefusesIsBlockedAndEvenByBreakingTheGlassNothingIsTouched() throws Exception {
    String bad = proposed("timeout client 30s", "timeout client 30lightyears");
    becomes(bad, "checked");
    assertThat(shown(bad).at("/checked/verdict").asString()).isEqualTo("blocked");
    assertThat(post(bad + "/approve", bert).type()).isEqualTo("change-blocked");
    String live = plane.api.get("/api/v1/balancers/edge", plane.token).text();

    Api.Answer answer =
        plane.api.post(bad + "/break-glass", plane.token, "{\"reason\":\"a test\"}");

    assertThat(answer.type()).isEqualTo("not-applied");
    assertThat(answer.body().at("/change/state").asString()).isEqualTo("proposed");
    assertThat(plane.api.get("/api/v1/balancers/edge", plane.token).body().get("live"))
        .isEqualTo(new ObjectMapper().readTree(live).get("live"));
  }

  @Test
  @Order(7)
  void theRecordedRequestsSayHowMuchItMoves() throws Exception {
    plane.plane.watching().of("edge").orElseThrow().sample().add(records());

    Api.Answer answer =
        propose(Plane.CONFIG + "    server web-2 127.0.0.1:1\n", ",\"moves\":[\"all\"]");
    more = "/api/v1/changes/" + answer.body().get("number").asLong();
    becomes(more, "checked");

    // Half of them go to the servers, and half of those to the second one.
    assertThat(shown(more).at("/checked/traffic/share").asDouble()).isCloseTo(0.25, within(0.001));
    assertThat(shown(more).at("/checked/traffic/requests").asLong()).isEqualTo(300);
    assertThat(shown(more).at("/checked/risk_because/0").asString())
        .startsWith("25.0 % of the recorded requests move");
    Api.Answer evidence = plane.api.get(more + "/evidence", plane.token);
    assertThat(evidence.body().at("/files/traffic.json").asString())
        .contains("\"share\":0.25")
        .doesNotContain("example", "192.0.2.9");
  }

  private static List<LogRecord> records() {
    LineReader reader = new LineReader(ZoneOffset.UTC);
    return Stream.of("/ok", "/basket")
        .flatMap(path -> Collections.nCopies(150, path).stream())
        .map(path ->
            "checkrail/1 1793354400000 192.0.2.9:4711 127.0.0.1:8080 web be_web/web-1 0/0/1/20/21"
                + " 200 99 ---- 1/1/1/1/0 0/0 \"7\" - shop.example.com > < \"GET "
                + path
                + " HTTP/1.1\"")
        .map(line -> reader.read(line.getBytes(StandardCharsets.ISO_8859_1)))
        .map(read -> ((Read.Parsed) read).record())
        .toList();
  }

  @Test
  @Order(8)
  void whoBreaksTheGlassPagesTheOwnerOfTheLoadBalancerAtOnceAndAReviewIsOwed() throws Exception {
    Api.Answer answer =
        plane.api.post(more + "/break-glass", plane.token, "{\"reason\":\"nothing else helps\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);

    Sink.within("the owner is paged", () -> page("change/break-glass").isPresent());
    assertThat(page("change/break-glass").orElseThrow().text())
        .contains(
            "\"wake\":true",
            "ada broke the glass for change",
            "nothing else helps",
            "25.0 % of the recorded requests move",
            more);
    becomes(more, "live");
    assertThat(shown(more).get("review_owed").booleanValue()).isTrue();
    assertThat(post(more + "/approve", anna).status()).as("its author").isEqualTo(403);
    assertThat(post(more + "/approve", bert).status()).isEqualTo(200);
    assertThat(shown(more).get("review_owed").booleanValue()).isFalse();
    assertThat(plane.rollback().status()).isEqualTo(200);
    becomes(more, "rolled back");
  }

  /** What was told of the change that the glass was broken for. */
  private static Optional<Sink.Post> page(String detection) {
    return sink.at("/pager").stream()
        .filter(it -> it.text().contains("\"" + detection + "\""))
        .filter(it -> it.text().contains(more + " "))
        .findFirst();
  }

  private static final String POLICY =
      """
      version: 1
      services: { web: [{ path: /** }] }
      tests: [{ request: "GET http://shop.example.com/basket", expect: { reach: be_web } }]
      """;

  @Test
  @Order(9)
  void aPolicyIsAChangeOfItsOwnAndWhatIsOpenIsCheckedAgainUnderIt() throws Exception {
    String open = proposed("client 30s", "client 33s");
    becomes(open, "checked");
    String policy = proposedPolicy(POLICY);
    becomes(policy, "checked");
    assertThat(shown(policy).at("/checked/verdict").asString()).isEqualTo("pass");
    assertThat(shown(policy).at("/checked/risk_because").toString())
        .contains("all later changes are judged by it", "tightens: a test:");
    assertThat(shown(policy).get("needed").asString()).isEqualTo("2 other people have to agree");
    assertThat(post(policy + "/approve", bert).status()).isEqualTo(200);
    assertThat(post(policy + "/rollout", plane.token).text()).contains("one more person");
    assertThat(post(policy + "/approve", carl).status()).isEqualTo(200);

    Api.Answer answer = post(policy + "/rollout", plane.token);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    String digest = shown(policy).get("candidate").asString();
    assertThat(state(policy)).isEqualTo("live");
    assertThat(
            plane
                .api
                .get("/api/v1/balancers/edge/policy", plane.token)
                .body()
                .at("/approved/digest")
                .asString())
        .isEqualTo(digest);
    assertThat(plane.api.get("/api/v1/journal?kind=policy.approved", plane.token).text())
        .contains("approved by bert, carl: the approved version passes");
    eventually(
        "it is judged under that", () -> shown(open).get("policy").asString().equals(digest));
    becomes(open, "checked");
    assertThat(plane.api.post(policy + "/rollback", plane.token, "{\"reason\":\"a test\"}").text())
        .contains("a policy is not taken back without others");
    ObjectNode alone = new ObjectMapper().createObjectNode().put("policy", "version: 1\n");
    assertThat(
            plane.api.post("/api/v1/balancers/edge/policy", plane.token, alone.toString()).type())
        .as("no administrator alone any more")
        .isEqualTo("changes-only");
  }

  @Test
  @Order(10)
  void whatAPolicyLoosensIsSaidAndOneThatIsNotSatisfiedCanNotBeApproved() throws Exception {
    String loose = proposedPolicy("version: 1\nservices: { web: [{ path: /** }] }\n");
    String strict = proposedPolicy(POLICY + "floors: { web: { servers: 2 } }\n");
    becomes(loose, "checked");
    becomes(strict, "checked");

    assertThat(shown(loose).at("/checked/risk_because").toString())
        .contains("loosens: the test \\\"GET http://shop.example.com/basket\\\" is gone");
    assertThat(shown(strict).at("/checked/blocking").toString()).contains("floor/too-few-servers");
    assertThat(post(strict + "/approve", bert).type()).isEqualTo("change-blocked");
    assertThat(plane.api.get(loose + "/evidence", plane.token).body().get("files").propertyNames())
        .contains("policy.json", "policy.yaml", "verdict.json", "seal.sig");
    assertThat(
            plane
                .api
                .post(
                    "/api/v1/changes",
                    anna,
                    "{\"balancer\":\"edge\",\"why\":\"x\",\"policy\":\"version: 1\\nflors: {}\"}")
                .text())
        .contains("the policy can't be read", "floors");
  }

  @Test
  @Order(11)
  void inTheFastLaneTheFixIsCheckedWithinSeconds() throws Exception {
    String template = Plane.CONFIG.replace("client 30s", "client 35s");
    plane.incidentIsOpen();
    // Beside one that is rehearsed.
    String slow = proposed("client 30s", "client 34s");
    long began = System.nanoTime();

    Api.Answer answer = propose(template, ",\"urgent\":true");
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    String fix = "/api/v1/changes/" + answer.body().get("number").asLong();
    becomes(fix, "checked");

    Duration took = Duration.ofNanos(System.nanoTime() - began);
    System.out.println("fast lane: checked after " + took.toMillis() + " ms");
    assertThat(took).as("a bound for hanging").isLessThan(Duration.ofSeconds(60));
    assertThat(shown(fix).at("/checked/rehearsed").booleanValue()).isFalse();
    assertThat(shown(fix).get("needed").asString()).isEqualTo("one other person has to agree");
    becomes(slow, "checked");
  }

  @Test
  @Order(12)
  void ofTwoRolloutsAtOnceTheLoserIsToldWhichOneAndIsCheckedAgain() throws Exception {
    List<String> both =
        List.of(proposed("client 30s", "client 36s"), proposed("client 30s", "client 37s"));
    for (String one : both) {
      becomes(one, "checked");
      approve(one, bert);
    }

    List<Api.Answer> answers =
        both.stream()
            .map(it -> CompletableFuture.supplyAsync(() -> post(it + "/rollout", plane.token)))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();

    assertThat(answers.stream().map(Api.Answer::status).sorted().toList())
        .as(answers.toString())
        .containsExactly(200, 409);
    Api.Answer loser = answers.stream().filter(it -> it.status() == 409).findFirst().orElseThrow();
    // It came while the other one was put in place, or when that served already.
    assertThat(loser.text())
        .containsAnyOf(
            "is being put in place at edge by ada", "another version is live than it was judged");
    String other = both.get(answers.indexOf(loser));
    String live = shown(both.get(1 - both.indexOf(other))).get("candidate").asString();
    eventually("it is judged anew", () -> shown(other).get("base").asString().equals(live));
    becomes(other, "checked");
  }

  @Test
  @Order(13)
  void aCandidateOfTwentyMegabytesIsCheckedOrRefusedWithASentence() throws Exception {
    String large =
        Plane.CONFIG + "    # ".concat("x".repeat(250).concat("\n    # ")).repeat(80_000) + "\n";
    assertThat(large.length()).isGreaterThan(20_000_000);

    Api.Answer answer = propose(large, "");

    assertThat(answer.status()).as(answer.text()).isIn(201, 413, 422);
    if (answer.status() == 201) {
      String change = "/api/v1/changes/" + answer.body().get("number").asLong();
      becomes(change, "checked");
      assertThat(shown(change).get("because").asString()).isNotBlank();
      assertThat(post(change + "/withdraw", anna).status()).isEqualTo(200);
    } else {
      assertThat(answer.text()).contains("bytes");
    }
    Api.Answer larger = propose(large + large, "");
    assertThat(larger.status()).isEqualTo(413);
    assertThat(larger.text()).contains("the body is larger than");
  }

  @Test
  @Order(14)
  void withoutTheDatabaseItIsSaidAndNothingIsDecidedUntilItIsBack() throws Exception {
    String change = proposed("client 30s", "client 38s");
    becomes(change, "checked");
    database.close();

    Api.Answer answer = post(change + "/approve", bert);

    assertThat(answer.status()).as(answer.text()).isEqualTo(503);
    assertThat(answer.text()).contains("database");
    database =
        EmbeddedPostgres.start(
            folder.resolve("database"), Path.of("target/postgres"), System::nanoTime);
    eventually("it is there", () -> plane.api.get(change, bert).status() == 200);
    approve(change, bert);
    assertThat(state(change)).isEqualTo("approved");
    assertThat(plane.intact()).isTrue();
  }

  @Test
  @Order(15)
  void whereTheVersionCanNotBeKeptItIsSaid() throws Exception {
    Path versions = plane.data.resolve("balancers/edge/versions");
    Path away = versions.resolveSibling("versions-away");
    Files.move(versions, away);
    Files.writeString(versions, "no folder");
    Api.Answer answer;
    try {
      answer = propose(Plane.CONFIG.replace("client 30s", "client 39s"), "");
    } finally {
      Files.delete(versions);
      Files.move(away, versions);
    }
    assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
    assertThat(answer.text()).contains("versions").doesNotContain("java.");
    becomes(proposed("client 30s", "client 39s"), "checked");
  }

  @Test
  @Order(16)
  void whenTheClockIsSetADayForwardTokensAreOverAndApprovalsHold() throws Exception {
    String change = proposed("client 30s", "client 40s");
    becomes(change, "checked");
    approve(change, bert);
    ahead.set(Duration.ofHours(25));

    Api.Answer late = post(change + "/rollout", plane.token);

    assertThat(late.status()).as(late.text()).isEqualTo(401);
    String ada = login("ada");
    assertThat(plane.api.get(change, ada).body().get("state").asString()).isEqualTo("approved");
    ahead.set(Duration.ofHours(-1));
    ada = login("ada");
    Api.Answer live = post(change + "/rollout", ada);
    assertThat(live.status()).as(live.text()).isEqualTo(200);
    assertThat(plane.api.get("/api/v1/journal/verification", ada).text())
        .contains("\"intact\":true");
  }
}
