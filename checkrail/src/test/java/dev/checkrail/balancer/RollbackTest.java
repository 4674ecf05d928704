package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.Rollback.RolledBack;
import dev.checkrail.balancer.Rollback.Tourniquet;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollbackTest {
  private static final String TO_STUCK =
      Setting.CONFIG.replace("default_backend be_a", "default_backend be_stuck");
  private static final ServerName STUCK = new ServerName("be_stuck", "s1");

  @TempDir Path temp;
  private Setting lb;
  private String good;

  @BeforeEach
  void start() throws Exception {
    lb = new Setting(temp);
    good = lb.apply.adopt("ada", "it runs today");
  }

  @AfterEach
  void end() throws Exception {
    lb.close();
  }

  private RolledBack back(Optional<Tourniquet> tourniquet) throws Exception {
    return lb.rollback.back(
        new Rollback.Order(good, "otto", "payments fail", tourniquet, List.of()), Progress.NONE);
  }

  @Test
  void theTourniquetEndsWhatIsStuckAtOnce() throws Exception {
    assertThat(lb.apply(lb.approved(TO_STUCK)).serves()).isTrue();
    CompletableFuture<String> user = CompletableFuture.supplyAsync(this::get);
    RunningHaproxy.eventually("a request is stuck", () -> lb.stuck.requests.get() == 1);

    RolledBack back = back(Optional.of(new Tourniquet(List.of(STUCK), List.of("be_a"), 2)));

    assertThat(back.applied().serves()).as(back.applied().why()).isTrue();
    assertThat(back.tourniquet()).contains("be_stuck/s1 in maint, 1 session(s)");
    assertThat(back.tourniquetMillis()).isBetween(0L, 4000L);
    assertThat(user.get()).matches("50[23] .*");
    assertThat(lb.get("/")).isEqualTo("200 a");
    assertThat(lb.journal.kinds())
        .endsWith("rollback.ordered", "rollback.tourniquet", "rollback.serves");
  }

  @Test
  void aWorkerThatHangsCanBeGoneBackFrom() throws Exception {
    String keeping =
        Setting.CONFIG
            .replace("    nbthread 1\n", "    nbthread 1\n    server-state-file @FOLDER@/state\n")
            .replace("    mode http\n", "    mode http\n    load-server-state-from-file global\n");
    String kept = lb.approved(keeping);
    assertThat(lb.apply(kept).serves()).isTrue();
    assertThat(lb.apply(lb.approved(keeping.replace("retries 1", "retries 2"))).serves()).isTrue();
    long worker = lb.driver.processes().current().orElseThrow().pid();
    signal("-STOP", worker);
    try (HaproxyDriver hasty =
        new HaproxyDriver(lb.haproxy.installation(), Duration.ofMillis(500))) {
      Rollback rollback =
          new Rollback(
              "edge",
              hasty,
              lb.versions,
              lb.journal,
              lb.clock,
              Probe.direct(Duration.ofSeconds(1)));
      Applied back =
          rollback.back(Rollback.Order.of(kept, "otto", "it hangs"), Progress.NONE).applied();
      assertThat(back.serves()).as(back.why()).isTrue();
      assertThat(back.notes())
          .contains("what is in memory could not be asked: the worker does not answer")
          .anyMatch(note -> note.startsWith("worker " + worker + " did not answer"))
          .anyMatch(note -> note.startsWith("servers begin with what the files say"));
    } finally {
      signal("-CONT", worker);
    }
  }

  private static void signal(String which, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", which, String.valueOf(pid)).start().waitFor()).isZero();
  }

  @Test
  void withoutEnoughServersInTheTargetThereIsNoTourniquet() throws Exception {
    assertThat(lb.apply(lb.approved(TO_STUCK)).serves()).isTrue();
    lb.a.close();

    RolledBack back = back(Optional.of(new Tourniquet(List.of(STUCK), List.of("be_a"), 1)));

    assertThat(back.tourniquet())
        .isEqualTo(
            "not applied: only 0 server(s) of be_a answer when asked directly, 1 are needed");
    assertThat(back.applied().serves()).isTrue();
  }

  @Test
  void onlyAnApprovedVersionIsGoneBackTo() throws Exception {
    String unapproved = lb.versions.keep(lb.haproxy.candidate(lb.driver, TO_STUCK));
    RolledBack back =
        lb.rollback.back(Rollback.Order.of(unapproved, "otto", "a try"), Progress.NONE);
    assertThat(back.applied().outcome()).isEqualTo(Applied.Outcome.NOT_APPROVED);
    assertThat(lb.driver.onDisk().digest()).isEqualTo(good);
  }

  @Test
  void neitherDriftNorADeadJournalStopsIt() throws Exception {
    assertThat(lb.apply(lb.approved(TO_STUCK)).serves()).isTrue();
    java.nio.file.Files.writeString(
        lb.haproxy.config, lb.haproxy.text(TO_STUCK) + "# and by hand\n");
    lb.journal.down = true;

    RolledBack back = back(Optional.empty());

    assertThat(back.applied().serves()).as(back.applied().why()).isTrue();
    assertThat(back.applied().notes())
        .contains("not in the journal: rollback.ordered (the database is down)");
    assertThat(lb.get("/")).isEqualTo("200 a");
  }

  /** A file edited by hand and reloaded behind our back: nothing of it is kept. */
  @Test
  void whatAForeignReloadBroughtIsNotTakenForStateToKeep() throws Exception {
    java.nio.file.Files.writeString(
        lb.haproxy.config,
        lb.haproxy.text(
            TO_STUCK
                .replace("weight 50", "weight 51")
                .replace("weight 100", "weight 100 disabled")));
    java.nio.file.Files.writeString(lb.haproxy.map, "/a be_b\n");
    long before = lb.driver.processes().seen().worker();
    lb.driver.reload();
    RunningHaproxy.eventually("a new worker", () -> worker() != before && worker() != 0);

    RolledBack back = back(Optional.empty());

    assertThat(back.applied().serves()).as(back.applied().why()).isTrue();
    assertThat(back.applied().notes()).isEmpty();
    assertThat(lb.get("/a")).isEqualTo("200 a");
    assertThat(Drift.find(lb.driver, lb.versions, java.util.Set.of()).found()).isEmpty();
  }

  private long worker() {
    try {
      return lb.driver.processes().seen().worker();
    } catch (BalancerException e) {
      return 0;
    }
  }

  @Test
  void aServerThatAPersonTookOutStaysOut() throws Exception {
    assertThat(lb.apply(lb.approved(TO_STUCK)).serves()).isTrue();
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    assertThat(back(Optional.empty()).applied().serves()).isTrue();
    assertThat(lb.driver.running().servers().getFirst().admin()).isEqualTo(Admin.MAINT);
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** After the tourniquet, before any file was switched. */
  private void killedOnTheWayBack() throws Exception {
    assertThat(lb.apply(lb.approved(TO_STUCK)).serves()).isTrue();
    Rollback.Order order =
        new Rollback.Order(
            good,
            "otto",
            "payments fail",
            Optional.of(new Tourniquet(List.of(STUCK), List.of("be_a"), 2)),
            List.of());
    assertThatThrownBy(() ->
            lb.rollback.back(
                order,
                (step, text) -> {
                  if (step == Progress.Step.KEPT) {
                    throw new Killed();
                  }
                }))
        .isInstanceOf(Killed.class);
    assertThat(stuck()).isEqualTo(Admin.MAINT);
  }

  private Admin stuck() throws Exception {
    return lb.driver.running().servers().stream()
        .filter(one -> one.name().equals(STUCK))
        .findFirst()
        .orElseThrow()
        .admin();
  }

  @Test
  void whatAKilledWayBackTookOutOfServiceIsPutBackByTheNextStart() throws Exception {
    killedOnTheWayBack();

    assertThat(lb.apply.recover(Progress.NONE).outcome()).isEqualTo(Applied.Outcome.NOTHING);

    assertThat(stuck()).isEqualTo(Admin.READY);
    assertThat(lb.journal.kinds())
        .endsWith(
            "rollback.ordered", "rollback.tourniquet", "rollback.tourniquet", "rollback.stopped");
  }

  @Test
  void whatAKilledWayBackTookOutOfServiceMayBeGoneAndKeepsNobodyFromActing() throws Exception {
    killedOnTheWayBack();
    java.nio.file.Files.writeString(
        lb.haproxy.config, lb.haproxy.text(TO_STUCK.replace("server s1 ", "server other ")));
    long before = worker();
    lb.driver.reload();
    RunningHaproxy.eventually("a new worker", () -> worker() != before && worker() != 0);

    assertThat(lb.apply.recover(Progress.NONE).outcome()).isEqualTo(Applied.Outcome.NOTHING);

    assertThat(lb.journal.kinds())
        .endsWith("rollback.ordered", "rollback.tourniquet", "rollback.stopped");
    assertThat(back(Optional.empty()).applied().serves()).isTrue();
  }

  @Test
  void whatAKilledWayBackTookOutOfServiceIsNobodysWishForTheNextOne() throws Exception {
    killedOnTheWayBack();

    RolledBack again = back(Optional.of(new Tourniquet(List.of(STUCK), List.of("be_a"), 2)));

    assertThat(again.applied().serves()).as(again.applied().why()).isTrue();
    assertThat(stuck()).isEqualTo(Admin.READY);
    assertThat(Drift.find(lb.driver, lb.versions, java.util.Set.of()).found()).isEmpty();
  }

  private String get() {
    try {
      return lb.get("/");
    } catch (Exception e) {
      return e.toString();
    }
  }
}
