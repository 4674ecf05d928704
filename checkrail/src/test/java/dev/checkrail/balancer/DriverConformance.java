package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Server;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.change.ConfigurationSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Driver} has to hold to, whatever load balancer it speaks to and from wherever.
 * An implementation's test extends this and starts a real one with two pools: {@code good} with the
 * servers {@code g1} (weight 100) and {@code g2} (weight 50), {@code other} with {@code o1}; a map
 * from a file; a marker; everything else as it likes. What a load balancer can't do at all (change
 * a map in memory, say) its driver answers with {@link Kind#UNSUPPORTED}, and its test says so by
 * {@link #can}.
 */
public abstract class DriverConformance {
  /** What some load balancers can't do. */
  public enum Ability {
    SERVER_STATE,
    TABLES,
    CUT,
    STATISTICS
  }

  @TempDir protected Path temp;

  /** A real one, started; ended by {@link #stop}. */
  protected abstract Driver start(Path folder) throws Exception;

  /** Ends the load balancer of {@link #start}; may be called twice. */
  protected abstract void stop() throws Exception;

  /** Main files, all right, that differ from those it runs with. */
  protected abstract ConfigurationSet another(Driver driver) throws Exception;

  /** Main files that its own check refuses. */
  protected abstract ConfigurationSet broken(Driver driver) throws Exception;

  protected abstract boolean can(Ability ability);

  private static final ServerName G1 = new ServerName("good", "g1");

  protected Driver driver;

  @BeforeEach
  void begin() throws Exception {
    driver = start(temp);
  }

  @AfterEach
  void end() throws Exception {
    driver.close();
    stop();
  }

  @Test
  void filesOnDiskHaveADigestThatDoesNotChangeByItself() throws Exception {
    ConfigurationSet set = driver.onDisk();
    assertThat(set.main()).isNotEmpty();
    assertThat(set.items()).allSatisfy(item -> assertThat(item.path()).startsWith("/"));
    assertThat(driver.onDisk().digest()).isEqualTo(set.digest());
    assertThat(driver.marker().map(Path::toString)).isPresent();
    assertThat(set.item(driver.marker().orElseThrow().toString())).isEmpty();
    assertThat(driver.unseen()).isEmpty();
  }

  @Test
  void aByteOfAnyFileChangesTheDigest() throws Exception {
    String before = driver.onDisk().digest();
    for (ConfigurationSet.Item item : driver.onDisk().items()) {
      Path path = Path.of(item.path());
      byte[] bytes = Files.readAllBytes(path);
      Files.writeString(path, new String(bytes, java.nio.charset.StandardCharsets.UTF_8) + "\n");
      assertThat(driver.onDisk().digest()).as(item.path()).isNotEqualTo(before);
      Files.write(path, bytes);
    }
    assertThat(driver.onDisk().digest()).isEqualTo(before);
  }

  @Test
  void theNativeCheckTellsGoodFromBrokenAndTouchesNothing() throws Exception {
    String before = driver.onDisk().digest();
    assertThat(driver.checkInPlace().accepted()).isTrue();
    assertThat(driver.check(another(driver), scratch()).accepted()).isTrue();
    NativeAnswer answer = driver.check(broken(driver), scratch());
    assertThat(answer.accepted()).isFalse();
    assertThat(answer.text()).isNotBlank();
    assertThat(driver.onDisk().digest()).isEqualTo(before);
  }

  private Path scratch() throws Exception {
    return Files.createTempDirectory(temp, "scratch");
  }

  @Test
  void aGoodReloadReplacesTheWorkerAndIsCounted() throws Exception {
    Processes before = driver.processes();
    write(another(driver));
    Files.writeString(driver.marker().orElseThrow(), driver.markerText(driver.onDisk().digest()));
    driver.reload();
    Processes now = after(before);
    assertThat(now.current().orElseThrow().pid()).isNotEqualTo(before.seen().worker());
    assertThat(now.current().orElseThrow().answers()).isTrue();
    assertThat(now.current().orElseThrow().marker()).contains(driver.onDisk().digest());
    assertThat(now.master().orElseThrow().reloads())
        .isEqualTo(before.master().orElseThrow().reloads() + 1);
    assertThat(now.master().orElseThrow().failed()).isZero();
    assertThat(Truth.of(before.seen(), now, driver.onDisk().digest(), true).stage().serves())
        .isTrue();
  }

  @Test
  void aBadReloadKeepsTheWorkerAndIsCountedAsFailed() throws Exception {
    Processes before = driver.processes();
    write(broken(driver));
    driver.reload();
    Processes now = after(before);
    assertThat(now.current().orElseThrow().pid()).isEqualTo(before.seen().worker());
    assertThat(now.master().orElseThrow().failed()).isEqualTo(1);
    assertThat(Truth.of(before.seen(), now, "any", true).stage()).isEqualTo(Truth.Stage.REFUSED);
  }

  private static void write(ConfigurationSet set) throws Exception {
    for (ConfigurationSet.Item item : set.main()) {
      Files.write(Path.of(item.path()), item.content().orElseThrow().bytes());
    }
  }

  private Processes after(Processes before) throws Exception {
    Processes[] now = {before};
    RunningHaproxy.eventually(
        "the reload is counted and a worker answers",
        () -> {
          try {
            now[0] = driver.processes();
            Truth truth = Truth.of(before.seen(), now[0], "any", false);
            return truth.stage() != Truth.Stage.LOADING;
          } catch (BalancerException e) {
            return false;
          }
        });
    return now[0];
  }

  @Test
  void whatRunsIsWhatTheFilesGive() throws Exception {
    assertThat(Deviation.between(driver.expected(driver.onDisk()), driver.running())).isEmpty();
    assertThat(driver.running().servers())
        .extracting(server -> server.name().toString())
        .contains("good/g1", "good/g2", "other/o1");
  }

  @Test
  void aServerCanBeTakenOutAndBroughtBack() throws Exception {
    if (!can(Ability.SERVER_STATE)) {
      unsupported(() -> driver.admin(G1, Admin.MAINT));
      return;
    }
    for (Admin admin : List.of(Admin.MAINT, Admin.DRAIN, Admin.READY)) {
      driver.admin(G1, admin);
      assertThat(g1().admin()).isEqualTo(admin);
    }
    driver.weight(G1, 7);
    assertThat(g1().weight()).isEqualTo(7);
    assertThat(g1().initialWeight()).isEqualTo(100);
  }

  private Server g1() throws BalancerException {
    return driver.running().servers().stream()
        .filter(server -> server.name().equals(G1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aServerThatIsNotThereIsRefused() throws Exception {
    if (can(Ability.SERVER_STATE)) {
      refused(() -> driver.admin(new ServerName("good", "nobody"), Admin.MAINT), Kind.REFUSED);
      refused(() -> driver.weight(new ServerName("nobody", "g1"), 1), Kind.REFUSED);
    }
    if (can(Ability.CUT)) {
      refused(() -> driver.cut(new ServerName("nobody", "g1")), Kind.REFUSED);
      driver.cut(G1);
    }
  }

  /** A name is a name: it can't end the command and begin another. */
  @Test
  void aNameThatIsACommandIsRefused() throws Exception {
    for (String bad : List.of("g1;quit", "g1 state ready", "g1\nquit", "", "g1\\;x", "<<")) {
      refused(() -> driver.admin(new ServerName("good", bad), Admin.MAINT), Kind.REFUSED);
      refused(() -> driver.cut(new ServerName(bad, "g1")), Kind.REFUSED);
    }
    assertThat(Deviation.between(driver.expected(driver.onDisk()), driver.running())).isEmpty();
  }

  @Test
  void aTableCanBeMadeToHoldOtherEntries() throws Exception {
    Table table = driver.running().tables().getFirst();
    if (!can(Ability.TABLES)) {
      unsupported(() -> driver.entries(table));
      return;
    }
    var entry = new RunningState.Entry("/zz", java.util.Optional.of("other"));
    Table wanted = new Table(table.kind(), table.path(), List.of(entry));
    driver.entries(wanted);
    assertThat(driver.running().tables()).contains(wanted);
    driver.entries(table);
    assertThat(Deviation.between(driver.expected(driver.onDisk()), driver.running())).isEmpty();
  }

  @Test
  void statisticsNameEachServer() throws Exception {
    if (can(Ability.STATISTICS)) {
      assertThat(driver.statistics())
          .extracting(row -> row.proxy() + "/" + row.service())
          .contains("good/g1", "good/g2", "other/o1");
    }
  }

  @Test
  void aPulseHasTheProcessesAndTheCountersAndStatesOfTheCurrentWorker() throws Exception {
    Pulse pulse = driver.pulse();
    Processes processes = driver.processes();
    assertThat(pulse.master()).isEqualTo(processes.master());
    Pulse.Worker current = pulse.current();
    assertThat(current.old()).isFalse();
    assertThat(current.answers()).isTrue();
    assertThat(current.pid()).isEqualTo(processes.current().orElseThrow().pid());
    assertThat(current.age()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    assertThat(current.connections()).isPresent();
    assertThat(current.statistics())
        .extracting(row -> row.proxy() + "/" + row.service())
        .contains("good/g1", "good/g2", "other/o1");
    assertThat(current.servers())
        .filteredOn(server -> server.name().equals(G1))
        .singleElement()
        .satisfies(server -> assertThat(server.weight()).isEqualTo(100));
  }

  @Test
  void pulsesGoOnOverAReloadWithTheNewWorker() throws Exception {
    Pulse before = driver.pulse();
    Processes then = driver.processes();
    driver.reload();
    Processes now = after(then);
    assertThat(driver.pulse().current().pid()).isEqualTo(now.current().orElseThrow().pid());
    assertThat(driver.pulse().current().pid()).isNotEqualTo(before.current().pid());
    assertThat(driver.pulse().workers()).filteredOn(worker -> !worker.old()).hasSize(1);
  }

  @Test
  void aDeadOneIsGoneAndItsFilesAreStillRead() throws Exception {
    driver.processes();
    stop();
    refused(() -> driver.processes(), Kind.GONE);
    refused(() -> driver.pulse(), Kind.GONE);
    refused(() -> driver.running(), Kind.GONE);
    refused(() -> driver.reload(), Kind.GONE);
    assertThat(driver.onDisk().main()).isNotEmpty();
  }

  @Test
  void stateIsSavedOrNotSupported() throws Exception {
    ConfigurationSet set = driver.onDisk();
    if (!driver.keepsState(set)) {
      unsupported(() -> driver.saveState(set, Set.of()));
    }
  }

  /** Something that may fail. */
  protected interface Act {
    void run() throws Exception;
  }

  protected static void refused(Act act, Kind kind) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(BalancerException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private static void unsupported(Act act) {
    refused(act, Kind.UNSUPPORTED);
  }
}
