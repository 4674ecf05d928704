package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningState.Admin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drift that is found by itself. */
class DriftWatchTest {
  private static final Duration EVERY = Duration.ofSeconds(10);

  @TempDir private Path temp;
  private Setting lb;
  private Driver own;
  private DriftWatch watch;
  private Drifting drifting = Drifting.UNKNOWN;
  private final AtomicLong acts = new AtomicLong();

  @BeforeEach
  void start() throws Exception {
    lb = new Setting(temp);
    lb.apply.adopt("ada", "it runs today");
    begin();
  }

  private void begin() throws Exception {
    own = lb.haproxy.driver();
    watch = new DriftWatch("edge", own, lb.versions, lb.journal, lb.clock, System::nanoTime);
  }

  @AfterEach
  void end() throws Exception {
    own.close();
    lb.close();
  }

  @Test
  void nothingDriftsByItselfAndAQuietLookReadsNoFile() throws Exception {
    look();
    assertThat(drifting.found()).isEmpty();
    assertThat(drifting.lookedAt()).isPresent();
    assertThat(written()).isEmpty();
    RunningHaproxy.eventually(
        "the files' times are old enough",
        () -> {
          try {
            look();
            return own.sameOnDisk();
          } catch (BalancerException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void eachThingIsWrittenOnceWhenItBeginsAndOnceWhenItEnds() throws Exception {
    look();
    String config = Files.readString(lb.haproxy.config);
    Files.writeString(lb.haproxy.config, config + "# by hand\n");
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    lb.driver.raw("set map " + lb.haproxy.map + " /a be_b");
    for (int i = 0; i < 3; i++) {
      look();
    }
    assertThat(written())
        .containsExactly(
            "drift.found main-files " + lb.haproxy.config,
            "drift.found runtime-servers be_a/a1",
            "drift.found runtime-tables " + lb.haproxy.map);
    assertThat(lb.journal.after(0, 100).toString())
        .as("no entries of maps in the journal")
        .contains("1 entries of the file are not in memory, 1 are in memory only")
        .doesNotContain("/a be_b");

    // Another edit of a file that drifts already is another thing.
    Files.writeString(lb.haproxy.config, config + "# by another hand\n");
    look();
    Files.writeString(lb.haproxy.config, config);
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.READY);
    lb.driver.raw("set map " + lb.haproxy.map + " /a be_a");
    look();
    look();
    assertThat(written().subList(3, written().size()))
        .containsExactly(
            "drift.found main-files " + lb.haproxy.config,
            "drift.gone main-files " + lb.haproxy.config,
            "drift.gone runtime-servers be_a/a1",
            "drift.gone runtime-tables " + lb.haproxy.map);
    assertThat(drifting.found()).isEmpty();
  }

  @Test
  void aFileOfTheSameLengthAndTimesIsNoticed() throws Exception {
    look();
    FileTime time = Files.getLastModifiedTime(lb.haproxy.map);
    Files.writeString(
        lb.haproxy.map, Files.readString(lb.haproxy.map).replace("/b be_b", "/b be_a"));
    Files.setLastModifiedTime(lb.haproxy.map, time);
    look();
    assertThat(written()).containsExactly("drift.found referenced-files " + lb.haproxy.map);
  }

  @Test
  void aReloadThatWeDidNotMakeIsDriftUntilOneOfOurs() throws Exception {
    look();
    long before = lb.driver.processes().current().orElseThrow().pid();
    lb.driver.reload();
    RunningHaproxy.eventually("a new worker", () -> worker() != before && worker() != 0);
    look();
    look();
    assertThat(written()).containsExactly("drift.found reload reload");
    Applied applied =
        lb.apply.apply(
            new Apply.Order(lb.versions.live().orElseThrow(), "ada", java.util.Map.of(), true),
            Progress.NONE);
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Applied.Outcome.SERVES);
    look();
    assertThat(written()).containsExactly("drift.found reload reload", "drift.gone reload reload");
  }

  @Test
  void whatOurOwnApplyAndRollbackDoIsNotDriftHoweverOftenItIsLooked() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong looks = new AtomicLong();
    Thread looking =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!done.get()) {
                  look();
                  looks.incrementAndGet();
                }
              } catch (BalancerException e) {
                throw new AssertionError(e);
              }
            });
    String first = lb.versions.live().orElseThrow();
    String second = lb.approved(Setting.CONFIG.replace("timeout queue 1s", "timeout queue 2s"));
    for (int i = 0; i < 3; i++) {
      // As another process would: known by its intent and by what is live.
      assertThat(lb.apply(second).serves()).isTrue();
      assertThat(
              lb.rollback
                  .back(Rollback.Order.of(first, "ada", "a test"), Progress.NONE)
                  .applied()
                  .serves())
          .isTrue();
    }
    done.set(true);
    looking.join();
    assertThat(looks.get()).isGreaterThan(10);
    assertThat(written()).isEmpty();
  }

  @Test
  void aLookDuringAnActCountsForNothing() throws Exception {
    look();
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    acts.set(1);
    look();
    assertThat(drifting.paused()).contains("an act of ours is under way");
    acts.set(2);
    // One that begins and ends while we look.
    drifting = watch.look(drifting, acts::incrementAndGet, EVERY).drifting();
    assertThat(written()).isEmpty();
    acts.set(4);
    look();
    assertThat(written()).containsExactly("drift.found runtime-servers be_a/a1");
  }

  @Test
  void looksThatTakeLongAreDoneLessOftenButNotAfterASingleOne() throws Exception {
    AtomicLong now = new AtomicLong();
    AtomicLong each = new AtomicLong(1_000_000_000); // a look asks what time it is three times
    watch =
        new DriftWatch(
            "edge", own, lb.versions, lb.journal, lb.clock, () -> now.addAndGet(each.get()));
    assertThat(watch.look(drifting, acts::get, EVERY).again()).isEqualTo(EVERY);
    assertThat(watch.look(drifting, acts::get, EVERY).again()).isEqualTo(Duration.ofSeconds(40));
    each.set(0);
    assertThat(watch.look(drifting, acts::get, EVERY).again()).isEqualTo(EVERY);
  }

  @Test
  void itHoldsNoLockAnApplyWouldNeed() throws Exception {
    try (Versions.Lock _ = lb.versions.lock()) {
      look();
      assertThat(drifting.lookedAt()).isPresent();
    }
  }

  @Test
  void oneThatDoesNotAnswerIsWrittenAtTheSecondLookAndWhatWasKnownOfItStands() throws Exception {
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    look();
    lb.haproxy.close();
    assertThat(watch.look(drifting, acts::get, EVERY).again()).isLessThan(EVERY);
    assertThat(written()).containsExactly("drift.found runtime-servers be_a/a1");
    look();
    look();
    assertThat(drifting.unreachable()).isPresent();
    assertThat(drifting.notCompared()).singleElement().asString().startsWith("what runs: HAProxy");
    assertThat(written().subList(1, written().size())).containsExactly("lb.unreachable  ");
    lb.haproxy.restart("admin");
    look();
    look();
    assertThat(drifting.unreachable()).isEmpty();
    assertThat(written().subList(2, written().size()))
        .containsExactlyInAnyOrder(
            "lb.reachable  ", "drift.found reload reload", "drift.gone runtime-servers be_a/a1");
  }

  @Test
  void whatTheJournalCanNotTakeIsWrittenLater() throws Exception {
    lb.journal.down = true;
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    look();
    assertThat(drifting.found()).hasSize(1);
    lb.journal.down = false;
    look();
    assertThat(written()).containsExactly("drift.found runtime-servers be_a/a1");
  }

  @Test
  void aRestartOfOursWritesNothingAgain() throws Exception {
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    look();
    own.close();
    begin();
    drifting = Drifting.UNKNOWN;
    look();
    assertThat(written()).containsExactly("drift.found runtime-servers be_a/a1");
    assertThat(drifting.found()).singleElement().matches(one -> one.since().isBefore(Instant.MAX));
  }

  private void look() throws BalancerException {
    drifting = watch.look(drifting, acts::get, EVERY).drifting();
  }

  private long worker() {
    try {
      return lb.driver.processes().current().map(Processes.Worker::pid).orElse(0L);
    } catch (BalancerException e) {
      return 0;
    }
  }

  private List<String> written() {
    return lb.journal.after(0, 1000).stream()
        .map(one -> one.entry())
        .filter(one -> one.kind().startsWith("drift.") || one.kind().endsWith("reachable"))
        .map(one ->
            one.kind()
                + " "
                + one.details().getOrDefault("part", "")
                + " "
                + one.details().getOrDefault("subject", ""))
        .toList();
  }
}
