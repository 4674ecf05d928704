package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.checkrail.balancer.Drift.Part;
import dev.checkrail.balancer.RunningState.Admin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriftTest {
  @TempDir Path temp;
  private Setting lb;

  @BeforeEach
  void start() throws Exception {
    lb = new Setting(temp);
    lb.apply.adopt("ada", "it runs today");
  }

  @AfterEach
  void end() throws Exception {
    lb.close();
  }

  @Test
  void nothingDriftsByItself() throws Exception {
    lb.get("/");
    assertThat(find()).isEmpty();
  }

  @Test
  void aMainFileEditedByHand() throws Exception {
    Files.writeString(lb.haproxy.config, lb.haproxy.text(Setting.CONFIG) + "# by hand\n");
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::text)
        .containsExactly(tuple(Part.MAIN_FILES, lb.haproxy.config + " was changed"));
  }

  @Test
  void aMapFileEditedByHandAndOneThatIsGone() throws Exception {
    Files.writeString(lb.haproxy.map, "/a be_b\n");
    Files.delete(lb.haproxy.list);
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::text)
        .containsExactlyInAnyOrder(
            tuple(Part.REFERENCED_FILES, lb.haproxy.map + " was changed"),
            tuple(Part.REFERENCED_FILES, lb.haproxy.list + " is gone"));
  }

  @Test
  void aServerInMaintAndAWeightOverTheSocket() throws Exception {
    lb.driver.admin(new ServerName("be_a", "a1"), Admin.MAINT);
    lb.driver.weight(new ServerName("be_a", "a2"), 1);
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::text)
        .containsExactly(
            tuple(
                Part.RUNTIME_SERVERS, "state be_a/a1: the files say ready, in memory it is maint"),
            tuple(
                Part.RUNTIME_SERVERS,
                "weight be_a/a2: the files say weight 50, in memory it is weight 1"));
  }

  @Test
  void anAddressOverTheSocket() throws Exception {
    lb.driver.raw("set server be_b/b1 addr 127.0.0.1 port " + lb.a.port());
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::subject)
        .containsExactly(tuple(Part.RUNTIME_SERVERS, "be_b/b1"));
  }

  @Test
  void aMapAndAListOverTheSocket() throws Exception {
    lb.driver.raw("set map " + lb.haproxy.map + " /a be_b");
    lb.driver.raw("add acl " + lb.haproxy.list + " /more");
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::text)
        .containsExactlyInAnyOrder(
            tuple(
                Part.RUNTIME_TABLES,
                "map " + lb.haproxy.map + ": the files say /a be_a, in memory it is /a be_b"),
            tuple(
                Part.RUNTIME_TABLES,
                "list " + lb.haproxy.list + ": the files say without them, in memory it is /more"));
  }

  @Test
  void aClosedListener() throws Exception {
    lb.driver.raw("disable frontend fe");
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::subject)
        .containsExactly(tuple(Part.RUNTIME_SERVERS, "fe"));
  }

  @Test
  void aReloadThatWeDidNotMake() throws Exception {
    long before = lb.driver.processes().current().orElseThrow().pid();
    lb.driver.reload();
    RunningHaproxy.eventually("a new worker", () -> worker() != before && worker() != 0);
    assertThat(find())
        .extracting(Drift.Found::part, Drift.Found::text)
        .containsExactly(
            tuple(
                Part.RELOAD,
                "somebody else reloaded: worker " + worker() + " serves, ours was " + before));
  }

  @Test
  void oneThatWasStartedAnewWithOtherFiles() throws Exception {
    lb.haproxy.restartWith(lb.haproxy.config);
    assertThat(find()).extracting(Drift.Found::text).noneMatch(it -> it.contains("other files"));

    Path other = Files.copy(lb.haproxy.config, temp.resolve("other.cfg"));
    Files.writeString(lb.haproxy.config, lb.haproxy.text(Setting.CONFIG) + "# by hand\n");
    lb.haproxy.restartWith(other);
    Drift.Report report = Drift.find(lb.driver, lb.versions, Set.of());
    assertThat(report.found())
        .extracting(Drift.Found::text)
        .anyMatch(it -> it.contains("other files than the owned ones: " + other + ", "));
    // Nothing is said of where requests go now: nobody knows that file.
    assertThat(report.running()).isEqualTo(report.approved());
    assertThat(report.notCompared())
        .containsExactly("what runs: it was started with other files than the owned ones");
  }

  @Test
  void aForeignReloadThatFailed() throws Exception {
    Files.writeString(lb.haproxy.config, "nonsense\n");
    lb.driver.reload();
    RunningHaproxy.eventually("it failed", () -> failed() > 0);
    assertThat(find())
        .extracting(Drift.Found::part)
        .containsExactlyInAnyOrder(
            Part.MAIN_FILES, Part.REFERENCED_FILES, Part.REFERENCED_FILES, Part.RELOAD);
  }

  @Test
  void whatTheRolloutDidItselfIsNoDrift() throws Exception {
    lb.driver.weight(new ServerName("be_a", "a2"), 1);
    assertThat(Drift.find(lb.driver, lb.versions, Set.of("weight be_a/a2")).found()).isEmpty();
  }

  @Test
  void filesAreComparedEvenIfNobodyAnswers() throws Exception {
    lb.haproxy.close();
    Files.writeString(lb.haproxy.map, "/a be_b\n");
    Drift.Report report = Drift.find(lb.driver, lb.versions, Set.of());
    assertThat(report.found()).hasSize(1);
    assertThat(report.notCompared()).singleElement().asString().startsWith("what runs: HAProxy");
  }

  private long worker() {
    try {
      return lb.driver.processes().current().map(Processes.Worker::pid).orElse(0L);
    } catch (BalancerException e) {
      return 0;
    }
  }

  private int failed() {
    try {
      return lb.driver.processes().master().orElseThrow().failed();
    } catch (BalancerException e) {
      return 0;
    }
  }

  private List<Drift.Found> find() throws BalancerException {
    return Drift.find(lb.driver, lb.versions, Set.of()).found();
  }
}
