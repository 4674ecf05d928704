package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.Applied.Outcome;
import dev.checkrail.balancer.Preflight.Choice;
import dev.checkrail.balancer.RunningState.Admin;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyTest {
  private static final String TO_B =
      Setting.CONFIG.replace("default_backend be_a", "default_backend be_b");
  private static final ServerName A1 = new ServerName("be_a", "a1");

  @TempDir Path temp;
  private Setting lb;
  private String first;

  @BeforeEach
  void start() throws Exception {
    lb = new Setting(temp);
    first = lb.apply.adopt("ada", "it runs today");
  }

  @AfterEach
  void end() throws Exception {
    lb.close();
  }

  @Test
  void anApprovedVersionServesAndTheWorkerSaysSo() throws Exception {
    assertThat(lb.get("/")).isEqualTo("200 a");
    String second = lb.approved(TO_B);

    Applied applied = lb.apply(second);

    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    assertThat(applied.truth().orElseThrow().marked()).isTrue();
    assertThat(lb.get("/")).isEqualTo("200 b");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(second);
    assertThat(lb.versions.live()).contains(second);
    assertThat(lb.versions.previous()).contains(first);
    assertThat(lb.journal.kinds()).containsExactly("lb.added", "apply.began", "apply.serves");
    assertThat(Intent.read(lb.versions)).isEmpty();
  }

  @Test
  void oldWorkersAreCountedUntilTheyAreGone() throws Exception {
    List<Truth> truths = new ArrayList<>();
    try (Socket held = new Socket("127.0.0.1", lb.haproxy.port)) {
      held.getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII));
      RunningHaproxy.eventually("the worker holds it", () -> held() == 1);
      Applied applied = lb.apply(lb.approved(TO_B));

      assertThat(lb.apply.follow(applied, Duration.ofMillis(200), truths::add).stage())
          .isEqualTo(Truth.Stage.OLD_HOLD);
      assertThat(truths.getLast().text()).contains("old workers still hold 1 connection");

      held.close();
      Truth last = lb.apply.follow(applied, Duration.ofSeconds(8), truths::add);
      assertThat(last.stage()).isEqualTo(Truth.Stage.ONLY_NEW);
      assertThat(lb.journal.kinds()).endsWith("apply.live");
    }
  }

  private int held() {
    try {
      return lb.driver.processes().current().orElseThrow().connections().orElse(0);
    } catch (BalancerException e) {
      return 0;
    }
  }

  @Test
  void whatNobodyApprovedIsNotTouched() throws Exception {
    String second = lb.versions.keep(lb.haproxy.candidate(lb.driver, TO_B));
    assertThat(lb.apply(second).outcome()).isEqualTo(Outcome.NOT_APPROVED);
    assertThat(lb.apply("f".repeat(64)).outcome()).isEqualTo(Outcome.NOT_APPROVED);
    assertThatThrownBy(() -> lb.apply("../../etc/passwd")).hasMessageContaining("is no digest");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
  }

  @Test
  void aFileThatHaproxyRefusesTouchesNothing() throws Exception {
    String bad = lb.approved(Setting.CONFIG + "\nbackend broken\n    server x not-an-address\n");

    Applied applied = lb.apply(bad);

    assertThat(applied.outcome()).isEqualTo(Outcome.REFUSED_BY_CHECK);
    assertThat(applied.why()).contains("haproxy.cfg:").contains("broken/x");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
    assertThat(lb.driver.processes().master().orElseThrow().reloads()).isZero();
    assertThat(lb.journal.kinds()).endsWith("apply.stopped");
  }

  /** {@code haproxy -c} does not bind: only the reload itself finds that a port is taken. */
  @Test
  void aFailedReloadPutsTheFilesOfBeforeBack() throws Exception {
    String bad =
        lb.approved(
            Setting.CONFIG.replace(
                "bind 127.0.0.1:@PORT@", "bind 127.0.0.1:@PORT@\n    bind 127.0.0.1:@A@"));
    long worker = lb.driver.processes().current().orElseThrow().pid();

    Applied applied = lb.apply(bad);

    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.RELOAD_FAILED);
    assertThat(applied.why())
        .contains("serves as before")
        .contains("HAProxy says: Binding [")
        .endsWith(
            "cannot bind socket (Address already in use) for [127.0.0.1:" + lb.a.port() + "]");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
    assertThat(Files.readString(lb.haproxy.marker)).contains(first);
    assertThat(lb.driver.processes().current().orElseThrow().pid()).isEqualTo(worker);
    assertThat(lb.get("/")).isEqualTo("200 a");
    assertThat(lb.journal.head().orElseThrow().entry().details())
        .containsEntry("outcome", "reload_failed")
        .containsKey("why");
    assertThat(Drift.find(lb.driver, lb.versions, java.util.Set.of()).found()).isEmpty();
  }

  /** Under systemd HAProxy's own words go where we can't read them. */
  @Test
  void whereHaproxysWordsCanNotBeReadWhatTheNewFilesBindIsTried() throws Exception {
    String more =
        """
        bind 127.0.0.1:@PORT@
            bind 127.0.0.1:@A@
            bind 192.0.2.77:8080
            bind unix@/nowhere/of/ours/web.sock\
        """;
    var before = lb.driver.onDisk();
    var after =
        lb.haproxy.candidate(
            lb.driver, Setting.CONFIG.replace("bind 127.0.0.1:@PORT@", more.strip()));

    assertThat(lb.driver.whyNotLoaded(before, after))
        .isEqualTo(
            "127.0.0.1:%s can't be bound: somebody else listens there (see 'ss -ltnp'); "
                    .formatted(lb.a.port())
                + "192.0.2.77:8080 can't be bound: this machine has no such address; "
                + "unix@/nowhere/of/ours/web.sock can't be bound: there is no folder"
                + " /nowhere/of/ours");
    assertThat(lb.driver.whyNotLoaded(before, before)).startsWith("why is in its log");
  }

  @Test
  void aServerInMaintDoesNotComeBackSilently() throws Exception {
    lb.driver.admin(A1, Admin.MAINT);
    String second = lb.approved(TO_B);

    Applied stopped = lb.apply(second);

    assertThat(stopped.outcome()).isEqualTo(Outcome.LOSES_STATE);
    assertThat(stopped.why())
        .isEqualTo("state be_a/a1: the files say ready, in memory it is maint");
    assertThat(stopped.preflight().orElseThrow().choices().get("state be_a/a1"))
        .containsExactlyInAnyOrder(Choice.CARRY, Choice.KEEP, Choice.DROP);
    assertThat(lb.driver.processes().master().orElseThrow().reloads()).isZero();
  }

  @Test
  void keptStateIsSaidToTheNewWorkerAgain() throws Exception {
    lb.driver.admin(A1, Admin.MAINT);
    lb.driver.weight(new ServerName("be_a", "a2"), 7);
    lb.driver.raw("add map " + lb.haproxy.map + " /c be_b");
    Map<String, Choice> keep =
        Map.of(
            "state be_a/a1",
            Choice.KEEP,
            "weight be_a/a2",
            Choice.KEEP,
            "map " + lb.haproxy.map,
            Choice.KEEP);

    Applied applied =
        lb.apply.apply(new Apply.Order(lb.approved(TO_B), "ada", keep, false), Progress.NONE);

    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    assertThat(applied.notes()).isEmpty();
    assertThat(lb.driver.running().servers())
        .anySatisfy(server -> {
          assertThat(server.name()).isEqualTo(A1);
          assertThat(server.admin()).isEqualTo(Admin.MAINT);
        })
        .anySatisfy(server -> assertThat(server.weight()).isEqualTo(7));
    assertThat(lb.get("/c")).isEqualTo("200 b");
  }

  @Test
  void stateSurvivesByTheStateFileIfThereIsOne() throws Exception {
    String withFile =
        Setting.CONFIG
            .replace("    nbthread 1\n", "    nbthread 1\n    server-state-file @FOLDER@/state\n")
            .replace("    mode http\n", "    mode http\n    load-server-state-from-file global\n");
    assertThat(lb.apply(lb.approved(withFile)).serves()).isTrue();
    lb.driver.admin(A1, Admin.MAINT);
    List<Progress.Step> steps = new ArrayList<>();
    String next = withFile.replace("default_backend be_a", "default_backend be_b");

    lb.apply.apply(
        new Apply.Order(lb.approved(next), "ada", Map.of("state be_a/a1", Choice.KEEP), false),
        (step, text) -> steps.add(step));

    assertThat(lb.driver.running().servers().getFirst().admin()).isEqualTo(Admin.MAINT);

    // Told ready since: a reload of somebody else's must not bring back what was.
    assertThat(lb.haproxy.folder.resolve("state")).content().isEqualTo("1\n");
    lb.driver.admin(A1, Admin.READY);
    long before = lb.driver.processes().seen().worker();
    lb.driver.reload();
    RunningHaproxy.eventually(
        "somebody else's worker",
        () -> {
          try {
            long now = lb.driver.processes().seen().worker();
            return now != 0 && now != before;
          } catch (BalancerException e) {
            return false;
          }
        });
    assertThat(lb.driver.running().servers().getFirst().admin()).isEqualTo(Admin.READY);
  }

  /** HAProxy takes the port from the state file, whatever the file says that it is started with. */
  @Test
  void anAddressInTheNewFilesCountsMoreThanTheStateOfBefore() throws Exception {
    String withFile =
        Setting.CONFIG
            .replace("    nbthread 1\n", "    nbthread 1\n    server-state-file @FOLDER@/state\n")
            .replace("    mode http\n", "    mode http\n    load-server-state-from-file global\n");
    assertThat(lb.apply(lb.approved(withFile)).serves()).isTrue();
    assertThat(lb.get("/")).isEqualTo("200 a");

    assertThat(lb.apply(lb.approved(withFile.replace("@A@", "@B@"))).serves()).isTrue();

    assertThat(lb.get("/")).isEqualTo("200 b");
  }

  @Test
  void carriedStateIsPartOfTheNewFiles() throws Exception {
    lb.driver.admin(A1, Admin.MAINT);
    lb.driver.weight(new ServerName("be_a", "a2"), 7);
    lb.driver.raw("add map " + lb.haproxy.map + " /c be_b");
    var set = lb.haproxy.candidate(lb.driver, TO_B);
    for (Deviation one : Preflight.of(lb.driver, lb.driver.onDisk(), set).lost()) {
      set = lb.driver.carried(set, one).orElseThrow();
    }
    assertThat(set.main().getFirst().content().orElseThrow().text())
        .contains("a1 127.0.0.1:" + lb.a.port() + " weight 100 disabled")
        .contains("a2 127.0.0.1:" + lb.a.port() + " weight 7\n");
    assertThat(set.item(lb.haproxy.map.toString()).orElseThrow().content().orElseThrow().text())
        .isEqualTo("# path      pool\n/a be_a\n/b be_b\n/c be_b\n");

    Applied applied = lb.apply(lb.approved(set));

    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    assertThat(applied.preflight().orElseThrow().carried()).hasSize(3);
    assertThat(Drift.find(lb.driver, lb.versions, java.util.Set.of()).found()).isEmpty();
  }

  @Test
  void filesThatWereEditedByHandAreNotGoneOverSilently() throws Exception {
    String second = lb.approved(TO_B);
    Files.writeString(lb.haproxy.config, lb.haproxy.text(Setting.CONFIG) + "# by hand\n");

    Applied stopped = lb.apply(second);
    assertThat(stopped.outcome()).isEqualTo(Outcome.DRIFTED);
    assertThat(stopped.why()).contains("haproxy.cfg was changed");

    Applied forced = lb.apply.apply(new Apply.Order(second, "ada", Map.of(), true), Progress.NONE);
    assertThat(forced.serves()).isTrue();
  }

  @Test
  void aFileThatIsChangedWhileWeWorkIsNoticedAndNotLost() throws Exception {
    String second = lb.approved(TO_B);
    Applied applied =
        lb.apply.apply(
            Apply.Order.of(second, "ada"),
            (step, text) -> {
              if (step == Progress.Step.INTENDED) {
                write(lb.haproxy.config, "# somebody else\n");
              }
            });
    assertThat(applied.outcome()).isEqualTo(Outcome.CHANGED_UNDERNEATH);
    assertThat(applied.why()).contains("haproxy.cfg was changed by somebody else");
    assertThat(lb.haproxy.config).hasContent("# somebody else");
    assertThat(lb.driver.processes().master().orElseThrow().reloads()).isZero();
  }

  @Test
  void aFileThatIsChangedBetweenTwoMovesIsLeftAndTheOthersGoBack() throws Exception {
    String map = Files.readString(lb.haproxy.map);
    String second =
        lb.approved(
            lb.driver.placed(
                new Candidate(
                    List.of(dev.checkrail.source.SourceFile.of("c.cfg", lb.haproxy.text(TO_B))),
                    path ->
                        path.endsWith("routes.map")
                            ? new dev.checkrail.source.Files.Lookup.Found(
                                dev.checkrail.source.SourceFile.of(path, "/a be_b\n"))
                            : new dev.checkrail.source.Files.Lookup.Absent(path))));
    List<String> moved = new ArrayList<>();
    Applied applied =
        lb.apply.apply(
            Apply.Order.of(second, "ada"),
            (step, text) -> {
              if (step == Progress.Step.FILE_SWITCHED) {
                moved.add(text);
                if (moved.size() == 1) {
                  write(lb.haproxy.config, "# somebody else\n");
                }
              }
            });
    assertThat(moved.getFirst()).isEqualTo(lb.haproxy.map.toString());
    assertThat(applied.outcome()).isEqualTo(Outcome.CHANGED_UNDERNEATH);
    assertThat(applied.why()).contains("haproxy.cfg was changed by somebody else");
    assertThat(lb.haproxy.config).hasContent("# somebody else");
    assertThat(Files.readString(lb.haproxy.map)).as("ours is put back").isEqualTo(map);
    assertThat(Intent.read(lb.versions)).isEmpty();
    assertThat(lb.driver.processes().master().orElseThrow().reloads()).isZero();
  }

  @Test
  void aMapThatIsChangedBehindTheSwitchIsNoticed() throws Exception {
    String second = lb.approved(TO_B);
    Applied applied =
        lb.apply.apply(
            Apply.Order.of(second, "ada"),
            (step, text) -> {
              if (step == Progress.Step.SWITCHED) {
                write(lb.haproxy.map, "/a be_b\n");
              }
            });
    assertThat(applied.outcome()).isEqualTo(Outcome.CHANGED_UNDERNEATH);
    assertThat(lb.haproxy.map).hasContent("/a be_b");
    assertThat(lb.driver.processes().master().orElseThrow().reloads()).isZero();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aMapComesWithTheCandidateAndGoesWithTheWayBack() throws Exception {
    var main =
        dev.checkrail.source.SourceFile.of(
            "c.cfg", lb.haproxy.text(Setting.CONFIG).getBytes(StandardCharsets.UTF_8));
    var set =
        lb.driver.placed(
            new Candidate(
                List.of(main),
                path ->
                    path.equals("routes.map")
                        ? new dev.checkrail.source.Files.Lookup.Found(
                            dev.checkrail.source.SourceFile.of(path, "/a be_b\n"))
                        : new dev.checkrail.source.Files.Lookup.Absent(path)));
    assertThat(lb.apply(lb.approved(set)).serves()).isTrue();
    assertThat(lb.get("/a")).isEqualTo("200 b");

    lb.rollback.back(Rollback.Order.of(first, "ada", "wrong"), Progress.NONE);
    assertThat(lb.get("/a")).isEqualTo("200 a");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
  }

  /** A full disk, a folder without rights: here a file stands where a folder would have to be. */
  @Test
  void aFileThatCanNotBeWrittenPutsTheOthersBack() throws Exception {
    String template =
        TO_B.replace("-f @FOLDER@/blocked.lst", "-f @FOLDER@/blocked.lst -f @FOLDER@/x/new.lst");
    Path inTheWay = lb.haproxy.folder.resolve("x");
    var main =
        dev.checkrail.source.SourceFile.of(
            "c.cfg", lb.haproxy.text(template).getBytes(StandardCharsets.UTF_8));
    var set =
        lb.driver.placed(
            new Candidate(
                List.of(main),
                path ->
                    path.endsWith(".lst")
                        ? new dev.checkrail.source.Files.Lookup.Found(
                            dev.checkrail.source.SourceFile.of(path, "/new\n"))
                        : new dev.checkrail.source.Files.Lookup.Absent(path)));
    write(inTheWay, "a file");

    Applied applied = lb.apply(lb.approved(set));

    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.NOT_WRITTEN);
    assertThat(applied.why()).contains("can't write " + inTheWay + "/new.lst");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
    assertThat(Intent.read(lb.versions)).isEmpty();
    assertThat(lb.driver.processes().master().orElseThrow().reloads()).isZero();
  }

  @Test
  void aDeadHaproxyIsSaidAndNothingIsTouched() throws Exception {
    String second = lb.approved(TO_B);
    lb.haproxy.close();
    assertThatThrownBy(() -> lb.apply(second))
        .isInstanceOfSatisfying(
            BalancerException.class,
            e -> assertThat(e.kind()).isEqualTo(BalancerException.Kind.GONE))
        .hasMessageContaining("HAProxy's socket");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
  }

  @Test
  void oneThatDiesUnderTheReloadLeavesTheFilesOfBefore() throws Exception {
    String second = lb.approved(TO_B);
    for (Progress.Step when :
        List.of(Progress.Step.RELOAD_INTENDED, Progress.Step.RELOAD_ORDERED)) {
      Applied applied =
          lb.apply.apply(
              new Apply.Order(second, "ada", Map.of(), true),
              (step, text) -> {
                if (step == when) {
                  ProcessHandle.of(lb.haproxy.pid()).ifPresent(ProcessHandle::destroyForcibly);
                }
              });
      assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.GONE);
      assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
      assertThat(Files.readString(lb.haproxy.marker)).contains(first);
      assertThat(Intent.read(lb.versions)).isEmpty();
      lb.haproxy.restart("admin");
    }
    assertThat(lb.get("/")).isEqualTo("200 a");
  }

  @Test
  void withoutAJournalNothingBegins() throws Exception {
    String second = lb.approved(TO_B);
    lb.journal.down = true;
    assertThatThrownBy(() -> lb.apply(second))
        .isInstanceOf(dev.checkrail.change.Journal.JournalUnavailable.class);
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
  }

  @Test
  void aJournalThatFailsAfterwardsIsNotedAndTheTruthIsTold() throws Exception {
    String second = lb.approved(TO_B);
    Applied applied =
        lb.apply.apply(
            Apply.Order.of(second, "ada"),
            (step, text) -> lb.journal.down = step == Progress.Step.SERVES || lb.journal.down);
    assertThat(applied.outcome()).isEqualTo(Outcome.SERVES);
    assertThat(applied.notes()).containsExactly("not in the journal: apply (the database is down)");
  }

  @Test
  void twoDoNotActAtOnce() throws Exception {
    String second = lb.approved(TO_B);
    try (Versions.Lock held = lb.versions.lock()) {
      assertThatThrownBy(() -> lb.apply(second)).hasMessageContaining("under way");
    }
  }

  @Test
  void aDamagedVersionIsNotPutInPlace() throws Exception {
    String second = lb.approved(TO_B);
    String object = lb.versions.load(second).orElseThrow().main().getFirst().sha256().orElseThrow();
    write(lb.versions.folder().resolve("objects").resolve(object), "rotten");
    assertThatThrownBy(() -> lb.apply(second)).hasMessageContaining("is damaged");
    assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
    assertThat(Optional.of(first)).isEqualTo(lb.versions.live());
  }
}
