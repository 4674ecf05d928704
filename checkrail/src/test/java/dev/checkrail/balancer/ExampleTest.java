package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.haproxy.Adopt;
import dev.checkrail.balancer.haproxy.Doctor;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.balancer.haproxy.ManualWay;
import dev.checkrail.source.SourceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped example, started by hand as its comments say: ports from the environment, a relative
 * map, a certificate, {@code default-path config}.
 */
class ExampleTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("basedir", "."))
          .resolve("../examples/payment-gateway")
          .toAbsolutePath()
          .normalize();

  @TempDir Path temp;
  private final Map<String, String> environment = new TreeMap<>();
  private final List<Process> started = new ArrayList<>();
  private Path folder;
  private Installation installation;
  private HaproxyDriver driver;
  private Versions versions;
  private Apply apply;
  private String first;

  @BeforeEach
  void start() throws Exception {
    folder = Files.createDirectories(temp.resolve("lb"));
    for (String name : List.of("approved.cfg", "routes.map", "make-key")) {
      Files.copy(
          EXAMPLE.resolve(name),
          folder.resolve(name),
          java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createDirectories(folder.resolve("candidates/truncated-map")); // the key goes there, too
    Process key =
        new ProcessBuilder("./make-key")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("key.log").toFile())
            .start();
    assertThat(key.waitFor()).as(Files.readString(temp.resolve("key.log"))).isZero();
    for (String name :
        List.of(
            "HTTP_PORT",
            "HTTPS_PORT",
            "STATS_PORT",
            "PAY1_PORT",
            "PAY2_PORT",
            "PAY3_PORT",
            "REP1_PORT",
            "CAT1_PORT",
            "CAT2_PORT",
            "LOG_PORT")) {
      environment.put(name, String.valueOf(RunningHaproxy.freePort()));
    }
    environment.put("STATS_SOCKET", folder.resolve("stats.sock").toString());
    Files.writeString(
        folder.resolve("checkrail-marker.cfg"), "global\n    description checkrail-none\n");
    ProcessBuilder builder =
        new ProcessBuilder(
            "/usr/sbin/haproxy",
            "-W",
            "-S",
            folder.resolve("master.sock") + ",level,admin,mode,600",
            "-f",
            "approved.cfg",
            "-f",
            "checkrail-marker.cfg");
    builder.directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(temp.resolve("haproxy.log").toFile());
    started.add(builder.start());
    RunningHaproxy.eventually("it runs", () -> Files.exists(folder.resolve("master.sock")));
    installation = Adopt.find(Adopt.Known.socket(folder.resolve("master.sock"))).installation();
    driver = new HaproxyDriver(installation);
    versions = Versions.in(temp.resolve("state"));
    apply = new Apply("edge", driver, versions, new KeptJournal(), InstantSource.system());
    first = apply.adopt("ada", "it runs today");
  }

  @AfterEach
  void end() throws Exception {
    driver.close();
    for (Process process : started) {
      List<ProcessHandle> workers = process.descendants().toList();
      process.destroy();
      process.waitFor(2, TimeUnit.SECONDS);
      workers.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private List<String> drift() throws BalancerException {
    return Drift.find(driver, versions, Set.of()).found().stream()
        .map(one -> one.part() + " " + one.subject())
        .toList();
  }

  private Applied applied(String main) throws Exception {
    SourceFile file = SourceFile.of("candidate.cfg", main.getBytes(UTF_8));
    String digest = versions.keep(driver.placed(Candidate.of(List.of(file))));
    versions.approve(digest, InstantSource.system().instant(), "ada", "a test");
    return apply.apply(Apply.Order.of(digest, "ada"), Progress.NONE);
  }

  @Test
  void itIsTakenOverWholeAndNothingDrifts() throws Exception {
    assertThat(driver.onDisk().items())
        .extracting(item -> folder.relativize(Path.of(item.path())).toString())
        .containsExactlyInAnyOrder("approved.cfg", "routes.map", "edge.pem");
    assertThat(installation.environment()).isEqualTo(environment);
    assertThat(drift()).isEmpty();
  }

  @Test
  void eachPartOfDriftIsNamedRightly() throws Exception {
    driver.admin(new ServerName("be_pay", "pay-1"), Admin.MAINT);
    driver.raw("set map routes.map www.example.com be_reports");
    Files.writeString(folder.resolve("routes.map"), "# empty\n");
    Files.writeString(
        folder.resolve("approved.cfg"),
        Files.readString(folder.resolve("approved.cfg")) + "# by hand\n");
    assertThat(drift())
        .containsExactly(
            "MAIN_FILES " + folder + "/approved.cfg",
            "REFERENCED_FILES " + folder + "/routes.map",
            "RUNTIME_SERVERS be_pay/pay-1",
            "RUNTIME_TABLES routes.map");
  }

  @Test
  void aCertificateThatWasReplacedOnDiskAndLoadedByAForeignReloadIsSeen() throws Exception {
    Path pem = folder.resolve("edge.pem");
    byte[] before = Files.readAllBytes(pem);
    Files.delete(pem);
    Process key =
        new ProcessBuilder("./make-key")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    key.getInputStream().readAllBytes();
    assertThat(key.waitFor()).isZero();
    long worker = driver.processes().seen().worker();
    driver.reload();
    RunningHaproxy.eventually("a new worker", () -> worker() != worker && worker() != 0);
    // Put back on the disk, so that only the memory of the worker tells.
    Files.write(pem, before);
    assertThat(drift()).contains("RUNTIME_TABLES edge.pem").contains("RELOAD reload");
  }

  private long worker() {
    try {
      return driver.processes().seen().worker();
    } catch (BalancerException e) {
      return 0;
    }
  }

  @Test
  void aNewVersionGoesLiveAndTheManualWayLeadsBack() throws Exception {
    String text = Files.readString(folder.resolve("approved.cfg"));
    Applied applied =
        applied(text.replace("weight 100 maxconn 64 check", "weight 90 maxconn 64 check"));
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Applied.Outcome.SERVES);
    assertThat(drift()).isEmpty();

    long master = driver.processes().master().orElseThrow().pid();
    long worker = driver.processes().seen().worker();
    List<String> commands = ManualWay.to(installation, versions, first, master);
    Process shell =
        new ProcessBuilder("sh", "-c", String.join("\n", commands))
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor()).as(String.join("\n", commands) + said).isZero();

    RunningHaproxy.eventually("a new worker", () -> worker() != worker && worker() != 0);
    assertThat(driver.onDisk().digest()).isEqualTo(first);
    assertThat(driver.processes().current().orElseThrow().marker()).contains(first);
    assertThat(Files.readString(folder.resolve("approved.cfg"))).isEqualTo(text);
  }

  /** {@code crt FOLDER} loads what is there: a file too many is another configuration. */
  @Test
  void aCertificateTooManyInAFolderIsDriftAndGoesWithTheApprovedVersion() throws Exception {
    Path certificates = Files.createDirectories(folder.resolve("certs"));
    Files.copy(folder.resolve("edge.pem"), certificates.resolve("a.pem"));
    String text = Files.readString(folder.resolve("approved.cfg"));
    Applied applied = applied(text.replace("crt edge.pem", "crt certs"));
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Applied.Outcome.SERVES);
    assertThat(drift()).isEmpty();

    Path more = certificates.resolve("b.pem");
    Files.copy(folder.resolve("edge.pem"), more);
    assertThat(drift()).containsExactly("REFERENCED_FILES " + more);

    Applied again =
        apply.apply(new Apply.Order(applied.digest(), "ada", Map.of(), true), Progress.NONE);
    assertThat(again.outcome()).as(again.why()).isEqualTo(Applied.Outcome.SERVES);
    assertThat(more).doesNotExist();
    assertThat(drift()).isEmpty();
  }

  @Test
  void doctorFindsLittleToSay() throws Exception {
    assertThat(Doctor.look(installation, Doctor.Wanted.debian12()).lacks())
        .extracting(Doctor.Lack::id)
        .containsExactly("doctor/no-state-file");
  }

  @Test
  void theEnvironmentOfTheMasterIsUsedForItsOwnCheck() throws Exception {
    assertThat(driver.checkInPlace().accepted()).isTrue();
  }
}
