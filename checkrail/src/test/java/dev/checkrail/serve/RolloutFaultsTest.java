package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.balancer.SmallDisk;
import dev.checkrail.serve.Yard.Answering;
import dev.checkrail.serve.Yard.Edge;
import dev.checkrail.store.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * What fails around a rollout that is on its way: it ends finished or taken back, its sentence says
 * what happened, and users are served all the time.
 */
class RolloutFaultsTest {
  private static final String GOOD = Yard.CONFIG + "    server pay-3 127.0.0.1:@PAY3@ weight 10\n";
  private static final String FRESH = "be_pay/pay-3";

  /** So long that no step but the one that moves no request is promoted by itself meanwhile. */
  private static final Duration OBSERVE = Duration.ofMinutes(2);

  @TempDir private static Path folder;
  private static EmbeddedPostgres database;
  private static Optional<SmallDisk> disk = Optional.empty();
  private static Yard yard;
  private static Answering fresh;
  private static Edge edge;

  @BeforeAll
  static void start() throws Exception {
    database =
        EmbeddedPostgres.start(
            folder.resolve("database"), Path.of("target/postgres"), System::nanoTime);
    Path small = folder.resolve("small");
    try {
      disk = Optional.of(new SmallDisk(small, 32));
    } catch (TestAbortedException e) {
      // Only one test needs it.
    }
    // What is kept lies on it, as on most machines, and the database elsewhere.
    yard = new Yard(small.resolve("data"), Optional.of(database.asOwner()), OBSERVE);
    fresh = yard.server("PAY3", path -> 200);
    edge = yard.owned("edge", folder.resolve("edge"));
    yard.each(
        40,
        () -> {
          var unused = yard.ask(edge, "/pay");
        });
  }

  @BeforeEach
  void nothingOfTheTestBeforeIsOpen() throws Exception {
    database.ensureRunning();
    fresh.behaviour = path -> 200;
    eventually("it answers", () -> yard.api.get("/ready", "").status() == 200);
    yard.isLookedAt(edge);
  }

  @AfterAll
  static void stop() throws Exception {
    yard.close();
    database.close();
    if (disk.isPresent()) {
      disk.get().close();
    }
  }

  /** A new server gets its first requests. */
  private static String underWay(Edge edge) throws Exception {
    String change = yard.proposed(edge, GOOD);
    yard.rolledOut(change, Optional.empty());
    yard.goOnTo(change, 2);
    return change;
  }

  /** The next step can't be taken, nor can it go back: who is new is out of service meanwhile. */
  private static void waits(Edge edge, String change, String why) throws Exception {
    assertThat(yard.api.post(change + "/go-on", yard.ada, "{}").status()).isEqualTo(200);
    eventually(
        "it waits",
        () ->
            yard.phase(change).equals("going back")
                && yard.rollout(change).get("why").asString().contains("it can't go back yet"));
    assertThat(yard.rollout(change).get("why").asString()).contains("tried again", why);
    eventually("it is out", () -> yard.server(edge, FRESH).startsWith("maint"));
    assertThat(yard.ask(edge, "/pay").get()).isEqualTo(200);
  }

  private static void isBack(Edge edge, String change, String base) throws Exception {
    yard.becomes(change, "rolled back");
    assertThat(yard.live(edge)).isEqualTo(base);
    assertThat(yard.server(edge, FRESH)).isEqualTo("none");
    yard.isAsApproved(edge);
    assertThat(yard.isIntact()).isTrue();
  }

  @Test
  void aFullDiskStopsTheNextStepAndAsSoonAsThereIsRoomItIsTakenBack() throws Exception {
    assumeTrue(disk.isPresent(), "a full disk needs a small file system: this user may not mount");
    Edge full = yard.owned("full", disk.get().folder.resolve("full"));
    String base = yard.live(full);
    String change = underWay(full);
    disk.get().fillUpTo(0);
    waits(full, change, "No space left on device");

    disk.get().empty();

    isBack(full, change, base);
    assertThat(yard.because(change))
        .contains("could not be taken: can't write", "No space left on device");
  }

  @Test
  void filesThatMayNotBeWrittenStopAStepAndTheFirstOneTouchesNothing() throws Exception {
    String base = yard.live(edge);
    String first = yard.proposed(edge, GOOD);
    try (Closed _ = new Closed(edge.haproxy().folder)) {
      assertThat(yard.api.post(first + "/rollout", yard.ada, "{}").text())
          .contains("can't write " + edge.haproxy().folder);
      assertThat(yard.state(first)).isEqualTo("approved");
      assertThat(yard.live(edge)).isEqualTo(base);
    }
    yard.rolledOut(first, Optional.empty());
    yard.goOnTo(first, 2);
    yard.goOnTo(first, 3);
    try (Closed _ = new Closed(edge.haproxy().folder)) {
      waits(edge, first, "can't write " + edge.haproxy().folder);
    }

    isBack(edge, first, base);
    assertThat(yard.because(first))
        .contains("step 4 of 4", "could not be taken: can't write " + edge.haproxy().folder);
  }

  @Test
  void usersWhoFailDoNotWaitForADatabaseThatIsAway() throws Exception {
    String base = yard.live(edge);
    String before = Files.readString(edge.haproxy().config);
    // Perhaps before it is written down that the step was taken: it is observed all the same.
    String change = underWay(edge);
    killDatabase();
    // Its checks stay good: it goes on getting requests.
    fresh.behaviour = path -> path.equals("/pay") ? 500 : 200;
    eventually(
        "the files of before are back",
        () -> {
          try {
            return Files.readString(edge.haproxy().config).equals(before);
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    fresh.behaviour = path -> 200;
    assertThat(yard.api.get(change, yard.ada).status()).isEqualTo(503);

    database.ensureRunning();
    eventually("it answers", () -> yard.api.get(change, yard.ada).status() == 200);

    isBack(edge, change, base);
    assertThat(yard.because(change))
        .containsAnyOf("more of what the change moved fails than before", "harm in what");
    eventually(
        "the journal is made up for",
        () ->
            yard.api
                .get("/api/v1/journal?limit=1000&kind=rollback.*", yard.ada)
                .text()
                .contains("written_late"));
  }

  @Test
  void noStepIsTakenWithoutADatabaseAndItGoesOnAsSoonAsItIsBack() throws Exception {
    AtomicInteger came = new AtomicInteger();
    fresh.behaviour =
        path -> {
          if (path.equals("/pay")) {
            came.incrementAndGet();
          }
          return 200;
        };
    String change = yard.proposed(edge, GOOD);
    yard.rolledOut(change, Optional.empty());
    killDatabase();
    // The first step moves no request: it would be passed by now.
    Yard.beBusyFor(Duration.ofSeconds(10));
    assertThat(came).as("nothing is done that is not written down").hasValue(0);

    database.ensureRunning();
    eventually("it answers", () -> yard.api.get(change, yard.ada).status() == 200);

    eventually("the next step", () -> yard.rollout(change).get("step").asInt() == 2);
    eventually("its first request", () -> came.get() > 0);
    eventually("it is observed", () -> yard.phase(change).equals("observing"));
    yard.goOnTo(change, 3);
    yard.goOnTo(change, 4);
    assertThat(yard.api.post(change + "/go-on", yard.ada, "{}").status()).isEqualTo(200);
    yard.becomes(change, "live");
    assertThat(yard.because(change)).contains("it serves");
    assertThat(yard.live(edge)).isEqualTo(yard.shown(change).get("candidate").asString());
    assertThat(yard.isIntact()).isTrue();
    assertThat(yard.api.post(change + "/rollback", yard.ada, "{\"reason\":\"a test\"}").status())
        .isEqualTo(200);
  }

  private static void killDatabase() throws Exception {
    long pid =
        Long.parseLong(
            Files.readAllLines(folder.resolve("database/data/postmaster.pid")).getFirst());
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    server.destroyForcibly();
    server.onExit().get(30, TimeUnit.SECONDS);
  }

  /** A folder in which nothing may be written, not even by root. */
  private static final class Closed implements AutoCloseable {
    private final Path folder;
    private final boolean root = System.getProperty("user.name").equals("root");

    /** Skips the test, saying why, where that can't be. */
    Closed(Path folder) throws Exception {
      this.folder = folder;
      assumeTrue(
          may("r-x------", "+i"), "root may write everywhere, and this file system has no +i");
    }

    private boolean may(String rights, String attribute) throws Exception {
      if (!root) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(rights));
        return true;
      }
      Process process =
          new ProcessBuilder("chattr", attribute, folder.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    }

    @Override
    public void close() throws Exception {
      assertThat(may("rwx------", "-i")).isTrue();
    }
  }
}
