package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.TableCopy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A secret and a card number wherever somebody can put one; then everything is read that is told or
 * kept: each answer, each row of the database, the log of {@code serve}, pages, evidence. And paths
 * that lead elsewhere in what is sent.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecretsTest {
  private static final String SECRET = "hunter2canary";

  /** What stands in files that nobody may see. */
  private static final String FILED = "swordfishcanary";

  private static final String CARD = "4111111111111111";
  private static final String SPACED = "4111 1111 1111 1111";

  /** As people write it into a reason. */
  private static final String WORDS = "password=" + SECRET + " of card " + SPACED;

  private static final String CONFIG =
      Plane.CONFIG
          .replace(
              "defaults",
              "# the test card is "
                  + CARD
                  + "\nuserlist people\n    user grace insecure-password "
                  + SECRET
                  + "\ndefaults")
          .replace(
              "    default_backend",
              "    http-request set-header Authorization \"Basic "
                  + SECRET
                  + "\"\n    http-request set-header X-Api-Key "
                  + SECRET
                  + "\n    http-request set-header X-Card "
                  + CARD
                  + "\n    http-request deny if { http_auth(people) } { path /x }"
                  + "\n    default_backend");

  @TempDir private static Path folder;
  private static final Logger OURS = (Logger) LoggerFactory.getLogger("dev.checkrail");
  private static final ByteArrayOutputStream LOGGED = new ByteArrayOutputStream();
  private static Plane plane;

  @BeforeAll
  static void start() throws Exception {
    listenToTheLog();
    plane = new Plane(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
    OURS.detachAndStopAllAppenders();
    OURS.setLevel(null);
    OURS.setAdditive(true);
  }

  /** As logback.xml makes the log of serve. */
  private static void listenToTheLog() {
    LoggerContext context = OURS.getLoggerContext();
    RedactedLayout layout = new RedactedLayout();
    layout.setContext(context);
    layout.setPattern("%level %logger %msg%n%ex");
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(LOGGED);
    appender.start();
    OURS.addAppender(appender);
    OURS.setLevel(Level.INFO);
    OURS.setAdditive(false);
  }

  private static Api.Answer post(String path, String body) {
    return plane.api.send("POST", path, plane.token, body);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Api.Answer propose(String template, String more) {
    return post(
        "/api/v1/changes",
        "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"password=%s %s.cfg\"],\"why\":\"%s\"%s}"
            .formatted(base64(plane.haproxy.text(template)), SECRET, CARD, WORDS, more));
  }

  @Test
  @Order(1)
  void theyAreTakenEverywhere() throws Exception {
    String beside =
        ",\"beside\":{\"routes.map\":\"%s\"}"
            .formatted(base64("/pay " + CARD + "\n/x password=" + SECRET + "\n"));
    Api.Answer proposed = propose(CONFIG, beside);
    assertThat(proposed.status()).as(proposed.text()).isEqualTo(201);
    String one = "/api/v1/changes/" + proposed.body().get("number").asLong();
    eventually(
        "it is checked",
        () -> plane.api.get(one, plane.token).body().get("state").asString().equals("checked"));
    var unused = post(one + "/approve", "{\"note\":\"%s\"}".formatted(WORDS));
    var broken = post(one + "/break-glass", "{\"reason\":\"%s\"}".formatted(WORDS));
    assertThat(broken.status()).as(broken.text()).isIn(200, 409);
    clean("break glass", broken.text());
    clean("back", post(one + "/rollback", "{\"reason\":\"%s\"}".formatted(WORDS)).text());
    Api.Answer two = propose(CONFIG.replace("client 30s", "client 33s"), "");
    assertThat(two.status()).as(two.text()).isEqualTo(201);
    clean(
        "reject",
        post(
                "/api/v1/changes/" + two.body().get("number").asLong() + "/reject",
                "{\"note\":\"%s\"}".formatted(WORDS))
            .text());
    clean(
        "event",
        post("/api/v1/events", "{\"text\":\"%s\",\"scope\":\"%s\"}".formatted(WORDS, WORDS))
            .text());
    Api.Answer silence =
        post(
            "/api/v1/silences",
            "{\"balancer\":\"*\",\"minutes\":5,\"why\":\"%s\"}".formatted(WORDS));
    assertThat(silence.status()).isEqualTo(201);
    clean("silence", silence.text());
    Api.Answer subject =
        post(
            "/api/v1/silences",
            "{\"balancer\":\"*\",\"subject\":\"%s\",\"minutes\":5,\"why\":\"x\"}".formatted(WORDS));
    assertThat(subject.status()).isEqualTo(422);
    clean("subject", subject.text());
    clean("token", post("/api/v1/tokens", "{\"name\":\"%s\"}".formatted(WORDS)).text());
    plane.incidentIsOpen();
    clean(
        "note",
        post("/api/v1/incidents/edge-1/notes", "{\"text\":\"%s\"}".formatted(WORDS)).text());
    clean(
        "close",
        post("/api/v1/incidents/edge-1/close", "{\"reason\":\"%s\"}".formatted(WORDS)).text());
    clean(
        "policy",
        post(
                "/api/v1/balancers/edge/policy",
                "{\"policy\":\"version: 1\\n# %s\\nservces: {}\\n\"}".formatted(WORDS))
            .text());
    clean(
        "no such",
        plane.api.send("GET", "/api/v1/balancers/password=" + SECRET, plane.token, "").text());
    clean("no such", plane.api.send("GET", "/api/v1/changes/" + CARD, plane.token, "").text());
    clean("member", post("/api/v1/events", "{\"password=%s\":1}".formatted(SECRET)).text());
    clean("refused", plane.api.send("GET", "/api/v1/incidents/token=" + SECRET, "", "").text());
    clean(
        "account",
        post(
                "/api/v1/accounts",
                "{\"name\":\"n%s\",\"roles\":[\"password=%s\"]}".formatted(CARD, SECRET))
            .text());
    clean(
        "reload",
        post("/api/v1/balancers/edge/reload", "{\"choices\":{\"%s\":\"drop\"}}".formatted(WORDS))
            .text());
    // Behind our back, so that drift has something to tell.
    Files.writeString(plane.haproxy.config, plane.haproxy.text(CONFIG.replace("30s", "37s")));
    Files.writeString(folder.resolve("edge/routes.map"), "/card " + CARD + "\n");
    eventually(
        "the drift is found", () -> plane.journal("drift.found").toString().contains("main-files"));
  }

  @Test
  @Order(2)
  void noAnswerTellsThem() {
    Map<String, String> parameters =
        Map.of("balancer", "edge", "change", "1", "incident", "edge-1");
    List<String> asked = new ArrayList<>();
    for (String operation : plane.plane.operations()) {
      if (!operation.startsWith("GET ") || operation.endsWith("/doctor")) {
        continue; // the patch of doctor has to fit; who may see it may see the files
      }
      String path = operation.substring(4);
      for (Map.Entry<String, String> one : parameters.entrySet()) {
        path = path.replace("{" + one.getKey() + "}", one.getValue());
      }
      path = path.replaceAll("\\{[a-z]+}", "none");
      Api.Answer answer = plane.api.send("GET", path, plane.token, "");
      clean(path, answer.text());
      if (answer.status() == 200) {
        asked.add(path);
      }
    }
    assertThat(asked)
        .contains(
            "/api/v1/journal",
            "/api/v1/changes",
            "/api/v1/changes/1",
            "/api/v1/changes/1/evidence",
            "/api/v1/balancers/edge",
            "/api/v1/balancers/edge/drift",
            "/api/v1/balancers/edge/runtime",
            "/api/v1/events",
            "/api/v1/silences",
            "/api/v1/incidents/edge-1",
            "/api/v1/incidents/edge-1/export",
            "/api/v1/tokens",
            "/metrics");
    assertThat(plane.api.get("/api/v1/changes/1", plane.token).text()).contains("[redacted]");
    clean("journal", plane.api.get("/api/v1/journal?limit=1000", plane.token).text());
  }

  @Test
  @Order(3)
  void noRowOfTheDatabaseKeepsThem() throws Exception {
    Path postgres = plane.data.resolve("postgres");
    DatabaseAddress owner =
        new DatabaseAddress(
            "jdbc:postgresql://127.0.0.1:"
                + Files.readString(postgres.resolve("port")).strip()
                + "/checkrail",
            "checkrail_owner",
            Files.readString(postgres.resolve("owner.password")).strip());
    eventually(
        "the incident is written",
        () -> rows(owner).getOrDefault("incident", "").contains("edge-1"));
    rows(owner).forEach(SecretsTest::clean);
  }

  private static Map<String, String> rows(DatabaseAddress owner) {
    Map<String, String> rows = new LinkedHashMap<>();
    try (TableCopy tables = TableCopy.of(owner)) {
      for (String table : tables.tables().keySet()) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tables.write(table, out);
        rows.put(table, out.toString(StandardCharsets.UTF_8));
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return rows;
  }

  @Test
  @Order(4)
  void theLogOfServeDoesNotTellThem() {
    LoggerFactory.getLogger("dev.checkrail.serve").error("it refuses: {}", WORDS);
    assertThat(LOGGED.toString(StandardCharsets.UTF_8)).contains("it refuses: password=[redacted]");
    clean("log", LOGGED.toString(StandardCharsets.UTF_8));
  }

  private static void clean(String what, String text) {
    assertThat(text).as(what).doesNotContain(SECRET).doesNotContain(CARD).doesNotContain(SPACED);
  }

  // --- files that lead elsewhere

  @Test
  @Order(5)
  void namesOfFilesThatAreSentLeadNowhere() {
    String config = base64(plane.haproxy.text(Plane.CONFIG.replace("client 30s", "client 38s")));
    for (String name :
        List.of("../../../../tmp/evil.cfg", "/etc/cron.d/evil", "..", "a\\\\..\\\\b")) {
      Api.Answer answer =
          post(
              "/api/v1/changes",
              "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"%s\"],\"why\":\"a test\"}"
                  .formatted(config, name));
      assertThat(answer.status()).as(answer.text()).isLessThan(500);
    }
    assertThat(Path.of("/tmp/evil.cfg")).doesNotExist();
    assertThat(Path.of("/etc/cron.d/evil")).doesNotExist();
  }

  @Test
  @Order(6)
  void aFileThatComesWithAConfigurationIsPutNowhereElse() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path target = outside.resolve("evil.map");
    String up = folder.resolve("edge/../outside/evil.map").toString();
    String scratch = "/etc/../../../.." + target;
    for (String named : List.of(target.toString(), up, scratch)) {
      for (String key : List.of(named, "../outside/evil.map", target.toString())) {
        String config =
            plane.haproxy.text(
                Plane.CONFIG.replace(
                    "    default_backend",
                    "    http-request set-header X-Evil %[path,map("
                        + named
                        + ",none)]\n    default_backend"));
        Api.Answer answer =
            post(
                "/api/v1/changes",
                "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"beside\":{\"%s\":\"%s\"},\"why\":\"a test\"}"
                    .formatted(base64(config), key, base64("/a b\n")));
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.text())
            .containsAnyOf(
                "comes with the configuration, and is neither below",
                "did not come with the configuration");
        assertThat(
                post(
                        "/api/v1/balancers/edge/apply",
                        "{\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"beside\":{\"%s\":\"%s\"},\"force\":true}"
                            .formatted(base64(config), key, base64("/a b\n")))
                    .status())
            .isNotEqualTo(200);
        assertThat(target).doesNotExist();
      }
    }
  }

  // --- files of this machine

  @Test
  @Order(7)
  void aChangeCanNotFetchAFileOfThisMachine() throws Exception {
    Path other = Files.createDirectories(folder.resolve("other"));
    Path secret = Files.writeString(other.resolve("shadow"), FILED + "\n");
    Files.createSymbolicLink(plane.haproxy.folder.resolve("link.map"), secret);
    String before = plane.api.get("/api/v1/changes", plane.token).text();
    for (String path :
        List.of(
            secret.toString(),
            plane.data.resolve("evidence.key").toString(),
            plane.haproxy.folder + "/../other/shadow",
            "../other/shadow",
            "link.map",
            "/proc/self/environ")) {
      String body =
          "\"main\":[\"%s\"],\"names\":[\"a.cfg\"]"
              .formatted(
                  base64(
                      plane.haproxy.text(
                          Plane.CONFIG.replace(
                              "    default_backend",
                              "    http-request deny if { path -f "
                                  + path
                                  + " }\n    default_backend"))));
      Api.Answer answer =
          post("/api/v1/changes", "{\"balancer\":\"edge\",\"why\":\"a test\"," + body + "}");
      assertThat(answer.status()).as(answer.text()).isEqualTo(422);
      assertThat(answer.text())
          .contains("haproxy.cfg:15 names", "send it along")
          .doesNotContain(FILED);
      // 409 where there was a change before: then nothing goes past the changes.
      assertThat(post("/api/v1/balancers/edge/apply", "{\"force\":true," + body + "}").status())
          .isIn(409, 422);
    }
    assertThat(plane.api.get("/api/v1/changes", plane.token).text()).isEqualTo(before);
    keptNowhere(FILED);
  }

  /** It goes along under its digest; what it says nobody is told. */
  @Test
  @Order(8)
  void aKeyIsShownNowhere() throws Exception {
    String pem = "-----BEGIN PRIVATE KEY-----\n" + FILED + "\n-----END PRIVATE KEY-----\n";
    Api.Answer answer =
        post(
            "/api/v1/changes",
            "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"beside\":{\"new.pem\":\"%s\"},\"why\":\"a test\"}"
                .formatted(
                    base64(
                        plane.haproxy.text(
                            Plane.CONFIG.replace(
                                "    default_backend",
                                "    bind 127.0.0.1:%d ssl crt new.pem\n    default_backend"
                                    .formatted(RunningHaproxy.freePort())))),
                    base64(pem)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    String change = "/api/v1/changes/" + answer.body().get("number").asLong();
    eventually(
        "it is checked",
        () ->
            !plane.api.get(change, plane.token).body().get("state").asString().equals("proposed"));
    assertThat(plane.api.get(change, plane.token).text()).as("change").doesNotContain(FILED);
    Api.Answer evidence = plane.api.get(change + "/evidence", plane.token);
    assertThat(evidence.text())
        .contains("new.pem", ConfigurationSet.sha256(pem.getBytes(StandardCharsets.UTF_8)));
    assertThat(evidence.text()).as("evidence").doesNotContain(FILED);
    assertThat(plane.api.get("/api/v1/journal?limit=1000", plane.token).text())
        .as("journal")
        .doesNotContain(FILED);
  }

  private static void keptNowhere(String text) throws Exception {
    try (Stream<Path> all = Files.walk(plane.data.resolve("balancers"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(text);
      }
    }
  }
}
