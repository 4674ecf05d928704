package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.change.Matter;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.Database;
import dev.checkrail.store.EmbeddedPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Changes whose way is disturbed: by others, by a crash, by what becomes live meanwhile. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChangesTest {
  private static final String PASSWORD = "long enough, really";

  @TempDir private static Path folder;
  private static EmbeddedPostgres database;
  private static Database connections;
  private static ChangeTable table;
  private static Plane plane;
  private static String anna;
  private static String bert;
  private static String carl;
  private static String one;
  private static String two;

  @BeforeAll
  static void start() throws Exception {
    database =
        EmbeddedPostgres.start(
            folder.resolve("database"), Path.of("target/postgres"), System::nanoTime);
    plane =
        new Plane(
            folder,
            Optional.of(database.asOwner()),
            InstantSource.system(),
            Duration.ofMillis(200));
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
  }

  private static String account(String name, String role) {
    plane.api.post(
        "/api/v1/accounts",
        plane.token,
        "{\"name\":\"%s\",\"roles\":[\"%s\"],\"password\":\"%s\"}".formatted(name, role, PASSWORD));
    return plane
        .api
        .post(
            "/api/v1/login", "", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, PASSWORD))
        .body()
        .get("secret")
        .asString();
  }

  private static String proposed(String from, String to) {
    String text = plane.haproxy.text(Plane.CONFIG.replace(from, to));
    Api.Answer answer =
        plane.api.post(
            "/api/v1/changes",
            anna,
            "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"why\":\"a test\"}"
                .formatted(
                    Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
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
        .isEqualTo(new tools.jackson.databind.ObjectMapper().readTree(live).get("live"));
  }
}
