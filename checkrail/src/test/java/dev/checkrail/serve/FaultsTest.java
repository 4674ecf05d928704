package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.Defects;
import dev.checkrail.balancer.SmallDisk;
import dev.checkrail.store.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails around the control plane: said in words, nothing half done, and it goes on. */
class FaultsTest {
  private static final Path PROGRAMS = Path.of("target/postgres");
  private static final String OTHER = Plane.CONFIG.replace("client 30s", "client 31s");

  @TempDir private Path folder;

  @Test
  void haproxyIsKilledAndComesBack() throws Exception {
    try (Plane plane = new Plane(folder)) {
      String before = Files.readString(plane.haproxy.config);
      List<ProcessHandle> all = new ArrayList<>();
      ProcessHandle master = ProcessHandle.of(plane.haproxy.pid()).orElseThrow();
      all.add(master);
      all.addAll(master.descendants().toList());
      for (ProcessHandle one : all) {
        one.destroyForcibly();
        one.onExit().get(60, TimeUnit.SECONDS);
      }
      Api.Answer answer = plane.apply(OTHER);
      assertThat(answer.status()).as(answer.text()).isEqualTo(503);
      assertThat(answer.type()).isEqualTo("balancer-gone");
      assertThat(answer.text()).contains("nobody listens on it: HAProxy does not run");
      assertThat(plane.rollback().status()).as("nowhere to go back to").isIn(409, 503);
      assertThat(Files.readString(plane.haproxy.config)).isEqualTo(before);

      Said said = command(plane, "lb", "reload", "edge");
      assertThat(said.status()).isEqualTo(2);
      assertThat(said.text()).contains("HAProxy does not run").doesNotContain("\tat ");
      eventually("the journal says so", () -> plane.journal("lb.unreachable").size() == 1);
      assertThat(plane.drift().get("unreachable").asString()).contains("HAProxy does not run");

      plane.haproxy.restart("admin");
      eventually("it is back", () -> plane.journal("lb.reachable").size() == 1);
      assertThat(plane.api.get("/api/v1/journal?kind=lb.reachable", plane.token).text())
          .contains("\"since\"")
          .doesNotContain("does not run");
      eventually(
          "and somebody else started it",
          () -> plane.journal("drift.found").contains("drift.found reload reload"));
      assertThat(plane.apply(OTHER).status()).isEqualTo(200);
      assertThat(plane.intact()).isTrue();
    }
  }

  @Test
  void theSocketIsGoneWhileHaproxyServes() throws Exception {
    try (Plane plane = new Plane(folder)) {
      String before = Files.readString(plane.haproxy.config);
      Files.delete(plane.haproxy.masterSocket);
      Api.Answer answer = plane.apply(OTHER);
      assertThat(answer.status()).as(answer.text()).isEqualTo(503);
      assertThat(answer.text()).contains("there is no such socket");
      assertThat(Files.readString(plane.haproxy.config)).isEqualTo(before);
      assertThat(traffic(plane)).isEqualTo(200);
      assertThat(plane.api.get("/api/v1/balancers/edge", plane.token).body().get("unreachable"))
          .isNotNull();
      try {
        eventually("the journal says so", () -> plane.journal("lb.unreachable").size() == 1);
      } catch (AssertionError e) {
        throw new AssertionError("last looked at: " + plane.drift(), e);
      }
    }
  }

  @Test
  void theDatabaseIsKilledUnderLoadAndNothingThatWasAcknowledgedIsLost() throws Exception {
    AtomicReference<EmbeddedPostgres> database =
        new AtomicReference<>(
            EmbeddedPostgres.start(folder.resolve("database"), PROGRAMS, System::nanoTime));
    try (Plane plane =
        new Plane(
            folder,
            Optional.of(database.get().asOwner()),
            InstantSource.system(),
            Duration.ofMillis(200))) {
      assertThat(plane.apply(OTHER).status()).isEqualTo(200);
      List<String> acknowledged = new ArrayList<>();
      List<Api.Answer> refused = new ArrayList<>();
      AtomicBoolean done = new AtomicBoolean();
      Thread load =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; !done.get(); i++) {
                  Api.Answer answer = plane.event("number " + i + ".");
                  if (answer.status() == 201) {
                    acknowledged.add("number " + i + ".");
                  } else {
                    refused.add(answer);
                  }
                }
              });
      for (int kill = 0; kill < 3; kill++) {
        long pid =
            Long.parseLong(
                Files.readAllLines(folder.resolve("database/data/postmaster.pid")).getFirst());
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        server.destroyForcibly();
        server.onExit().get(30, TimeUnit.SECONDS);
        assertThat(plane.event("while it is down").status()).isEqualTo(503);
        if (kill == 0) {
          Api.Answer back = plane.rollback();
          assertThat(back.status()).as(back.text()).isEqualTo(200);
          assertThat(back.body().get("notes").toString()).contains("not in the journal");
          assertThat(plane.apply(OTHER).status()).isEqualTo(503);
        }
        database.get().ensureRunning();
        eventually("it answers again", () -> plane.event("back").status() == 201);
      }
      done.set(true);
      load.join();
      eventually(
          "what was done meanwhile is made up for",
          () -> plane.journal("rollback.*").contains("rollback.serves"));
      assertThat(refused).isNotEmpty();
      assertThat(refused)
          .allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.response().headers().firstValue("Content-Type"))
                .contains("application/problem+json");
            assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.text()).doesNotContain("org.postgresql", "Exception");
          });
      List<String> there = new ArrayList<>();
      for (long after = 0; ; ) {
        var entries =
            plane
                .api
                .get("/api/v1/journal?limit=1000&after=" + after, plane.token)
                .body()
                .get("entries");
        if (entries.isEmpty()) {
          break;
        }
        for (var entry : entries) {
          after = entry.get("number").longValue();
          there.add(entry.get("kind").asString() + " " + entry.get("details"));
        }
      }
      for (String text : acknowledged) {
        assertThat(there).as(text).anyMatch(entry -> entry.contains(text));
      }
      List<String> back =
          there.stream()
              .filter(it -> it.startsWith("rollback."))
              .map(it -> it.split(" ")[0])
              .toList();
      assertThat(back).containsExactly("rollback.ordered", "rollback.serves");
      assertThat(plane.intact()).isTrue();
    } finally {
      database.get().close();
    }
  }

  @Test
  void theDiskOfTheDatabaseIsFullAndHasRoomAgain() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("data"), 200);
        Plane plane = new Plane(folder)) {
      assertThat(plane.event("before").status()).isEqualTo(201);
      disk.fillUpTo(0);
      Api.Answer refused = plane.event("a first one");
      for (int i = 0; i < 5000 && refused.status() == 201; i++) {
        refused = plane.event("x".repeat(490));
      }
      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.text()).doesNotContain("Exception");
      Api.Answer apply = plane.apply(OTHER);
      assertThat(apply.status()).as(apply.text()).isIn(502, 503);
      assertThat(Files.readString(plane.haproxy.config)).contains("client 30s");
      assertThat(traffic(plane)).isEqualTo(200);

      disk.empty();
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (plane.event("after").status() != 201) {
        assertThat(System.nanoTime()).as("it comes back by itself").isLessThan(end);
        java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
      }
      assertThat(plane.apply(OTHER).status()).isEqualTo(200);
      assertThat(plane.intact()).isTrue();
    }
  }

  @Test
  void aFullDiskAtTheStartIsSaidInOneLine() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("data"), 1)) {
      disk.fillUpTo(0);
      Process serve =
          java(
              Map.of(),
              "dev.checkrail.serve.Main",
              "--listen",
              "127.0.0.1:0",
              "--data",
              folder.resolve("data").toString());
      String text = new String(serve.getInputStream().readAllBytes());
      assertThat(serve.waitFor()).as(text).isEqualTo(2);
      assertThat(text.strip().lines().filter(line -> line.startsWith("checkrail: ")).toList())
          .as(text)
          .hasSize(1);
      assertThat(text).doesNotContain("\tat ");
    }
  }

  @Test
  void theClockIsSetForthAndBack() throws Exception {
    Instant start = Instant.now();
    AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    InstantSource clock = () -> Instant.now().plus(step.get());
    try (Plane plane = new Plane(folder, Optional.empty(), clock, Duration.ofMillis(100))) {
      String narrow =
          plane
              .api
              .post(
                  "/api/v1/tokens",
                  plane.token,
                  "{\"name\":\"ci\",\"scopes\":[\"event\"],\"days\":1}")
              .body()
              .get("secret")
              .asString();
      plane.event("in time");

      step.set(Duration.ofDays(-400));
      assertThat(plane.event("long ago").status()).isEqualTo(201);
      assertThat(plane.apply(OTHER).status()).isEqualTo(200);
      // The last approved version is the live one although its time is before the first one's.
      assertThat(plane.rollback().status()).isEqualTo(200);
      assertThat(Files.readString(plane.haproxy.config)).contains("client 30s");

      try (var driver = plane.haproxy.driver()) {
        driver.raw("set server be_web/web-1 state maint");
      }
      eventually("drift is found", () -> plane.journal("drift.found").size() == 1);
      step.set(Duration.ofHours(2));
      Api.Answer used = plane.api.post("/api/v1/events", narrow, "{\"text\":\"x\"}");
      assertThat(used.status()).isEqualTo(201);
      step.set(Duration.ofDays(2));
      assertThat(plane.api.post("/api/v1/events", narrow, "{\"text\":\"x\"}").status())
          .as("a day is over, says the clock")
          .isEqualTo(401);
      step.set(Duration.ZERO);
      assertThat(plane.api.post("/api/v1/events", narrow, "{\"text\":\"x\"}").status())
          .isEqualTo(201);

      assertThat(plane.journal("drift.*")).as("each thing once").hasSize(1);
      assertThat(plane.apply(Plane.CONFIG.replace("client 30s", "client 33s")).status())
          .as("a server in maint is asked about whatever the time")
          .isEqualTo(409);
      var entries = plane.api.get("/api/v1/journal?limit=1000", plane.token).body().get("entries");
      long number = 0;
      boolean back = false;
      Instant last = start.minus(Duration.ofDays(1));
      for (var entry : entries) {
        assertThat(entry.get("number").longValue()).isEqualTo(++number);
        Instant at = Instant.parse(entry.get("at").asString());
        back |= at.isBefore(last);
        last = at;
      }
      assertThat(back).as("times go back, numbers don't").isTrue();
      assertThat(plane.intact()).isTrue();
    }
  }

  // --- words of this class

  private static int traffic(Plane plane) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + plane.haproxy.port + "/ok"))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  record Said(int status, String text) {}

  static Said command(Plane plane, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("dev.checkrail.cli.Main"));
    all.addAll(List.of(words));
    Process process =
        java(
            Map.of(
                "CHECKRAIL_SERVER",
                plane.plane.address().toString(),
                "CHECKRAIL_TOKEN",
                plane.token),
            all.toArray(String[]::new));
    String text = new String(process.getInputStream().readAllBytes());
    return new Said(process.waitFor(), text + Defects.of(text));
  }

  static Process java(Map<String, String> environment, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }
}
