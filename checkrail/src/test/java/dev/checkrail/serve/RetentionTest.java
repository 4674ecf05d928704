package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.change.Matter;
import dev.checkrail.report.Verdict;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.Database;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.store.IncidentTable;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is old goes, what somebody needs stays, on a real database and a clock that is turned. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RetentionTest {
  private static final Instant BEGAN = Instant.now();

  @TempDir private static Path folder;
  private static final AtomicReference<Duration> LATER = new AtomicReference<>(Duration.ZERO);
  private static EmbeddedPostgres database;
  private static Database connections;
  private static ChangeTable changes;
  private static IncidentTable incidents;
  private static Plane plane;
  private static Versions versions;

  @BeforeAll
  static void start() throws Exception {
    database =
        EmbeddedPostgres.start(
            folder.resolve("database"), Path.of("target/postgres"), System::nanoTime);
    InstantSource clock = () -> Instant.now().plus(LATER.get());
    plane = new Plane(folder, Optional.of(database.asOwner()), clock, Duration.ofMinutes(10));
    connections =
        Database.open(database.asOwner(), 1, Duration.ofSeconds(3), new SimpleMeterRegistry());
    changes = new ChangeTable(connections);
    incidents = new IncidentTable(connections);
    versions = Versions.in(plane.data.resolve("balancers/edge/versions"));
  }

  @AfterAll
  static void stop() throws Exception {
    connections.close();
    plane.close();
    database.close();
  }

  private static void after(Duration later) {
    LATER.set(later);
    plane.plane.retention().round();
  }

  // --- how it is said

  @Test
  @Order(1)
  void itIsConfiguredInDaysAndWhatCanNotBeIsSaid() {
    assertThat(Retention.Limits.of(Map.of())).isEqualTo(Retention.Limits.USUAL);
    Retention.Limits some = Retention.Limits.of(Map.of("incidents", "90", "versions", "7"));
    assertThat(some.incidents()).isEqualTo(Duration.ofDays(90));
    assertThat(some.versions()).isEqualTo(7);
    assertThat(some.evidence()).isEqualTo(Retention.Limits.USUAL.evidence());
    assertThatThrownBy(() -> Retention.Limits.of(Map.of("journal", "1")))
        .hasMessageContaining("--keep knows series, incidents, evidence, candidates")
        .hasMessageContaining("not journal");
    assertThatThrownBy(() -> Retention.Limits.of(Map.of("incidents", "0")))
        .hasMessageContaining("--keep incidents=0: it takes a whole number from 1 to 3660");
    assertThatThrownBy(() -> Retention.Limits.of(Map.of("versions", "1")))
        .hasMessageContaining("from 2 to");
  }

  // --- incidents

  @Test
  @Order(2)
  void incidentsThatEndedGoAndOneThatIsOpenStaysHoweverOldItIs() {
    incident("old-closed", BEGAN.minus(Duration.ofDays(300)), "closed");
    incident("old-resolved", BEGAN.minus(Duration.ofDays(299)), "resolved");
    incident("old-open", BEGAN.minus(Duration.ofDays(300)), "open");
    incident("young", BEGAN, "closed");

    after(Duration.ZERO);
    assertThat(incidents.find("old-closed")).isPresent();
    after(Duration.ofDays(101));

    assertThat(incidents.find("old-closed")).isEmpty();
    assertThat(incidents.find("old-resolved")).isEmpty();
    assertThat(incidents.find("old-open")).isPresent();
    assertThat(incidents.find("young")).isPresent();
    JsonNode last = forgot().getLast();
    assertThat(last.get("actor").asString()).isEqualTo("checkrail");
    assertThat(last.at("/details/incidents").asString()).isEqualTo("old-closed old-resolved");
  }

  private static void incident(String id, Instant began, String state) {
    incidents.write(new IncidentTable.Row(id, "elsewhere", began, state, "{}"));
  }

  private static List<JsonNode> forgot() {
    return new ArrayList<>(
        connectedAs()
            .get("/api/v1/journal?kind=retention.forgot&limit=1000", secret)
            .body()
            .get("entries")
            .values());
  }

  private static String secret = "";

  /** The clock of days makes tokens end; a new one is made whenever it is needed. */
  private static Api connectedAs() {
    secret =
        plane
            .api
            .post("/api/v1/login", "", "{\"name\":\"ada\",\"password\":\"long enough, really\"}")
            .body()
            .get("secret")
            .asString();
    return plane.api;
  }

  // --- evidence

  @Test
  @Order(3)
  void evidenceOfChangesThatEndedGoesAndOfOnesThatAreOpenOrOwedOrLiveItStays() throws Exception {
    String live = versions.live().orElseThrow();
    long withdrawn = change("c1", ChangeMove.WITHDRAW);
    long open = change("c2");
    long serving = change(live, ChangeMove.BREAK_GLASS, ChangeMove.GO_LIVE);
    long rolledOut = change("c4", ChangeMove.BREAK_GLASS, ChangeMove.GO_LIVE);
    long owed = owed("c5");
    List<Long> all = List.of(withdrawn, open, serving, rolledOut, owed);

    after(Duration.ofDays(399));
    assertThat(all).allSatisfy(it -> assertThat(changes.evidence(it)).isNotEmpty());
    after(Duration.ofDays(402));

    assertThat(changes.evidence(withdrawn)).isEmpty();
    assertThat(changes.evidence(rolledOut)).isEmpty();
    assertThat(List.of(open, serving, owed))
        .allSatisfy(it -> assertThat(changes.evidence(it)).isNotEmpty());
    assertThat(changes.find(withdrawn)).as("the change itself stays").isPresent();
    assertThat(forgot().getLast().at("/details/evidence").asString())
        .isEqualTo("change %d change %d".formatted(withdrawn, rolledOut));
    Api.Answer gone = connectedAs().get("/api/v1/changes/" + withdrawn + "/evidence", secret);
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.text()).contains("was kept for as long as");
  }

  /** Of a load balancer that is not owned here, so that nobody else moves it. */
  private static long change(String candidate, ChangeMove... moves) {
    Change change = begun(candidate);
    for (ChangeMove move : moves) {
      change = change.after(move, "a test");
    }
    return kept(change);
  }

  private static long owed(String candidate) {
    return kept(
        begun(candidate)
            .after(ChangeMove.BREAK_GLASS, "a test")
            .broken(new Change.Glass("ada", BEGAN, "a test", Optional.empty()))
            .after(ChangeMove.GO_LIVE, "a test"));
  }

  private static Change begun(String candidate) {
    Change fresh =
        changes.add(number ->
            new ChangeTable.Fresh(
                Change.propose(
                    number, matter("ghost" + number, candidate), "anna", "a test", BEGAN, false),
                entry(number)));
    return fresh
        .found(
            fresh.matter(),
            new Change.Checked(
                BEGAN,
                Verdict.Kind.PASS,
                true,
                List.of(),
                new Change.Weight(Change.Risk.LOW, Optional.empty(), List.of(), List.of()),
                Optional.empty(),
                Optional.empty()))
        .after(ChangeMove.CHECK, "a test");
  }

  private static Matter matter(String balancer, String candidate) {
    return new Matter(
        Matter.Kind.CONFIGURATION,
        balancer,
        "base",
        candidate,
        "none",
        List.of(),
        List.of(),
        Matter.NONE);
  }

  private static long kept(Change change) {
    assertThat(
            changes.write(
                changes.find(change.number()).orElseThrow(),
                new ChangeTable.Step(
                    change,
                    List.of(entry(change.number())),
                    Optional.of(Map.of("verdict.json", "{}")))))
        .isTrue();
    return change.number();
  }

  private static JournalEntry entry(long number) {
    return new JournalEntry(BEGAN, "test", "change.test", "change " + number, Map.of());
  }

  // --- versions

  @Test
  @Order(4)
  void candidatesThatNobodyApprovedGoAndWhatAnOpenChangeOrTheWayBackNeedsStays() throws Exception {
    LATER.set(Duration.ZERO);
    String first = versions.live().orElseThrow();
    assertThat(plane.apply(Plane.CONFIG.replace("client 30s", "client 31s")).status())
        .isEqualTo(200);
    String second = versions.live().orElseThrow();
    String nobodys = versions.keep(set("nobody wants it"));
    String wanted = versions.keep(set("an open change wants it"));
    String waiting = versions.keep(set("approved and waiting"));
    versions.approve(waiting, BEGAN, "bert", "a test");
    var unused =
        changes.add(number ->
            new ChangeTable.Fresh(
                Change.propose(number, matter("edge", wanted), "anna", "a test", BEGAN, false),
                entry(number)));

    after(Duration.ofDays(29));
    assertThat(versions.load(nobodys)).isPresent();
    after(Duration.ofDays(31));

    assertThat(versions.load(nobodys)).isEmpty();
    for (String needed : List.of(first, second, wanted, waiting)) {
      assertThat(versions.load(needed)).as(needed).isPresent();
    }
    assertThat(versions.live()).contains(second);
    assertThat(versions.previous()).contains(first);
    assertThat(forgot().getLast().at("/details/versions").asString()).isEqualTo("edge: 1");
  }

  private static ConfigurationSet set(String text) {
    return new ConfigurationSet(
        List.of(
            ConfigurationSet.Item.of(
                "/etc/haproxy/haproxy.cfg", text.getBytes(StandardCharsets.UTF_8))),
        List.of());
  }

  // --- all of it

  @Test
  @Order(5)
  void whereNothingIsOldNothingIsWrittenDownAndTheJournalIsWhole() {
    int before = forgot().size();
    after(LATER.get());
    assertThat(forgot()).hasSize(before);
    JsonNode chain = connectedAs().get("/api/v1/journal/verification", secret).body();
    assertThat(chain.get("intact").booleanValue()).isTrue();
  }
}
