package dev.checkrail.balancer.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.balancer.NativeAnswer;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.balancer.haproxy.Doctor.Lack;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.logs.RecommendedFormat;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HAProxy as somebody else started it: nothing of it was made for us. */
class AdoptAndDoctorTest {
  private static final String PLAIN =
      """
      global
          maxconn 200
          stats socket @T@/stats.sock level operator

      defaults
          mode http
          timeout connect 1s
          timeout client "${CLIENT_TIME-9s}"
          timeout server 5s

      frontend fe
          bind "127.0.0.1:${FE_PORT}"
          use_backend be if { path -f lists/paths.lst }
          default_backend be

      backend be
          server s1 127.0.0.1:9
      """;

  private static final Doctor.WantedLog RECOMMENDED =
      new Doctor.WantedLog(
          RecommendedFormat.LOG_FORMAT,
          RecommendedFormat.UNIQUE_ID,
          RecommendedFormat.REQUEST_LINES,
          RecommendedFormat.MARK);

  @TempDir Path temp;
  private final List<Process> started = new ArrayList<>();
  private int port;

  @BeforeEach
  void write() throws Exception {
    port = RunningHaproxy.freePort();
    Files.createDirectories(temp.resolve("lists"));
    Files.writeString(temp.resolve("lists/paths.lst"), "/x\n");
    Files.writeString(temp.resolve("plain.cfg"), plain());
  }

  private String plain() {
    return PLAIN.replace("@T@", temp.toString());
  }

  @AfterEach
  void end() throws Exception {
    for (Process process : started) {
      List<ProcessHandle> workers = process.descendants().toList();
      process.destroy();
      process.waitFor(2, TimeUnit.SECONDS);
      workers.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private Process start(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/sbin/haproxy"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().put("FE_PORT", String.valueOf(port));
    builder.environment().put("A_PASSWORD", "hunter2");
    builder.redirectErrorStream(true).redirectOutput(temp.resolve("log").toFile());
    Process process = builder.start();
    started.add(process);
    // UNIX sockets get their names after the ports are bound.
    Path master = temp.resolve("m.sock");
    boolean mastered = List.of(arguments).stream().anyMatch(it -> it.startsWith(master + ","));
    RunningHaproxy.eventually("it listens", () -> listens() && (!mastered || Files.exists(master)));
    return process;
  }

  private boolean listens() {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      return true;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void newFilesMayUseVariablesThatTheOldOnesDidNot() throws Exception {
    Process process = start("-W", "-S", temp + "/m.sock,level,admin", "-f", "plain.cfg");
    Installation found = Adopt.find(Adopt.Known.process(process.pid())).installation();
    assertThat(found.environment()).doesNotContainKey("A_PASSWORD");

    String text =
        plain().replace("default_backend be", "acl a url_beg \"/${A_PASSWORD}\" \"${NEVER_SET}\"");
    ConfigurationSet files;
    try (HaproxyDriver driver = new HaproxyDriver(found)) {
      files =
          driver.placed(
              Candidate.of(List.of(SourceFile.of("c.cfg", text.getBytes(StandardCharsets.UTF_8)))));
    }
    assertThat(Adopt.renewed(found, files).environment())
        .containsEntry("A_PASSWORD", "hunter2")
        .containsAllEntriesOf(found.environment())
        .doesNotContainKey("NEVER_SET");
  }

  @Test
  void aStatsSocketMovesWithItsFiles() throws Exception {
    Process process = start("-W", "-S", temp + "/m.sock,level,admin", "-f", "plain.cfg");
    Installation found = Adopt.find(Adopt.Known.process(process.pid())).installation();
    try (HaproxyDriver driver = new HaproxyDriver(found)) {
      ConfigurationSet before = driver.onDisk();
      String text = plain().replace("/stats.sock", "/other.sock");
      ConfigurationSet after =
          driver.placed(
              Candidate.of(List.of(SourceFile.of("c.cfg", text.getBytes(StandardCharsets.UTF_8)))));
      assertThat(Adopt.moved(found, before, after).statsSocket())
          .contains(temp.resolve("other.sock"));
      // One that a person named stays.
      assertThat(Adopt.moved(found, after, before)).isEqualTo(found);
    }
  }

  @Test
  void aProcessTellsItsFilesItsSocketAndTheVariablesItsFilesUse() throws Exception {
    Process process = start("-W", "-S", temp + "/m.sock,level,admin", "-f", "plain.cfg");

    Adopt.Found found = Adopt.find(Adopt.Known.process(process.pid()));

    Installation at = found.installation();
    assertThat(at.configuration()).containsExactly(temp.resolve("plain.cfg"));
    assertThat(at.masterSocket()).contains(temp.resolve("m.sock"));
    assertThat(at.workingDirectory()).isEqualTo(temp);
    assertThat(at.binary()).isEqualTo(Path.of("/usr/sbin/haproxy"));
    assertThat(at.environment()).containsExactly(Map.entry("FE_PORT", String.valueOf(port)));
    assertThat(at.marker()).isEmpty();
    try (HaproxyDriver driver = new HaproxyDriver(at)) {
      assertThat(driver.onDisk().items())
          .extracting(item -> item.path())
          .containsExactly(temp + "/plain.cfg", temp + "/lists/paths.lst");
    }
  }

  @Test
  void theMasterSocketIsEnoughAlsoAfterAReload() throws Exception {
    Process process = start("-W", "-S", temp + "/m.sock,level,admin", "-f", "plain.cfg");
    Adopt.Known socket = Adopt.Known.socket(temp.resolve("m.sock"));
    try (HaproxyDriver driver = new HaproxyDriver(Adopt.find(socket).installation())) {
      long before = driver.processes().current().orElseThrow().pid();
      driver.reload();
      RunningHaproxy.eventually("it reloaded", () -> worker(driver) > before);
    }
    assertThat(Adopt.find(socket).installation().configuration())
        .containsExactly(temp.resolve("plain.cfg"));
    assertThat(process.isAlive()).isTrue();
  }

  private static long worker(HaproxyDriver driver) {
    try {
      return driver.processes().current().map(Processes.Worker::pid).orElse(0L);
    } catch (BalancerException e) {
      return 0;
    }
  }

  @Test
  void aProcessThatIsNotThereAndFilesThatNobodyNamesAreSaid() {
    assertThatThrownBy(() -> Adopt.find(Adopt.Known.socket(temp.resolve("none.sock"))))
        .hasMessageContaining("there is no such socket");
    assertThatThrownBy(() -> Adopt.find(Adopt.Known.process(999_999_999)))
        .hasMessageContaining("name them (-f)");
  }

  @Test
  void doctorSaysAllThatIsMissingAndItsPatchIsAccepted() throws Exception {
    Process process = start("-f", "plain.cfg");
    Installation at = Adopt.find(Adopt.Known.process(process.pid())).installation();
    Doctor.Wanted wanted =
        new Doctor.Wanted(
            temp.resolve("m.sock"),
            temp.resolve("checkrail-marker.cfg"),
            temp.resolve("state"),
            "127.0.0.1:5514",
            RECOMMENDED);

    Doctor.Report report = Doctor.look(at, wanted);

    assertThat(report.lacks())
        .extracting(Lack::id)
        .contains(
            "doctor/no-master-socket",
            "doctor/no-marker",
            "doctor/no-hard-stop",
            "doctor/stats-socket",
            "doctor/no-state-file",
            "doctor/idle-close",
            "doctor/no-log",
            "doctor/log-format");

    // As a person would: the diff is pasted into patch(1), HAProxy is started with the arguments.
    Files.writeString(temp.resolve("all.patch"), report.patch());
    Process patch =
        new ProcessBuilder("patch", "-p0", "-i", temp.resolve("all.patch").toString())
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(patch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(patch.waitFor()).as(said).isZero();
    Files.writeString(wanted.marker(), report.marker());
    assertThat(Files.readAllBytes(temp.resolve("plain.cfg")))
        .isEqualTo(report.patched().main().getFirst().content().orElseThrow().bytes());

    process.destroy();
    process.waitFor();
    List<String> arguments = new ArrayList<>(List.of("-f", "plain.cfg"));
    arguments.addAll(report.arguments());
    Process again = start(arguments.toArray(String[]::new));

    Installation patched = Adopt.find(Adopt.Known.process(again.pid())).installation();
    assertThat(patched.marker()).contains(wanted.marker());
    assertThat(Doctor.look(patched, wanted).lacks())
        .as(Files.readString(temp.resolve("plain.cfg")))
        .extracting(Lack::id)
        .isEmpty();
    try (HaproxyDriver driver = new HaproxyDriver(patched)) {
      NativeAnswer answer = driver.checkInPlace();
      assertThat(answer.accepted()).as(answer.text()).isTrue();
      assertThat(driver.keepsState(driver.onDisk())).isTrue();
    }
  }

  @Test
  void eachPatchByItselfIsAccepted() throws Exception {
    start("-W", "-S", temp + "/m.sock,level,operator", "-f", "plain.cfg");
    Installation at = Adopt.find(Adopt.Known.socket(temp.resolve("m.sock"))).installation();
    Doctor.Report report = Doctor.look(at, Doctor.Wanted.debian12());
    assertThat(report.lacks()).extracting(Lack::id).contains("doctor/master-socket-level");
    int patches = 0;
    for (Lack lack : report.lacks()) {
      if (!lack.patch().startsWith("---")) {
        continue;
      }
      Path copy = temp.resolve("copy.cfg");
      Files.writeString(copy, plain());
      Path diff = temp.resolve("one.patch");
      Files.writeString(diff, lack.patch());
      Process patch =
          new ProcessBuilder("patch", copy.toString(), diff.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(patch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(patch.waitFor()).as(lack.id() + ": " + said).isZero();
      Installation patched =
          new Installation(
              at.binary(),
              List.of(copy),
              Optional.empty(),
              temp,
              Optional.empty(),
              Optional.empty(),
              at.environment());
      try (HaproxyDriver driver = new HaproxyDriver(patched)) {
        NativeAnswer answer = driver.checkInPlace();
        assertThat(answer.accepted()).as(lack.id() + ": " + answer.text()).isTrue();
      }
      patches++;
    }
    assertThat(patches).isGreaterThanOrEqualTo(6);
  }

  @Test
  void aLogWithoutHostAndOneThatNobodyReadsAreMadeTheRecommendedOne() throws Exception {
    String logged =
        plain()
                .replace(
                    "    mode http\n",
                    "    mode http\n    option httplog\n    log 127.0.0.1:9 local0\n")
                .replace("frontend fe\n", "frontend fe\n    http-request deny if { path /no }\n")
            + """

            frontend own
                bind 127.0.0.1:@P@
                log-format "%b/%s %tsc %r"
                default_backend be

            listen tcp
                mode tcp
                bind 127.0.0.1:@Q@
                option tcplog
                server s1 127.0.0.1:9
            """
                .replace("@P@", String.valueOf(RunningHaproxy.freePort()))
                .replace("@Q@", String.valueOf(RunningHaproxy.freePort()));
    Files.writeString(temp.resolve("plain.cfg"), logged);
    start("-W", "-S", temp + "/m.sock,level,admin", "-f", "plain.cfg");
    Installation at = Adopt.find(Adopt.Known.socket(temp.resolve("m.sock"))).installation();
    Doctor.Report report = Doctor.look(at, Doctor.Wanted.debian12().with(RECOMMENDED));

    assertThat(report.lacks())
        .filteredOn(lack -> lack.id().startsWith("doctor/log"))
        .extracting(Lack::id)
        .containsExactly("doctor/log-length", "doctor/log-unread", "doctor/log-host");
    String patched = report.patched().main().getFirst().content().orElseThrow().text();
    assertThat(patched)
        .contains("frontend fe\n    unique-id-format %[uuid()]\n    http-request set-var")
        .contains("    log 127.0.0.1:9 len 2048 local0\n")
        .doesNotContain("%b/%s %tsc %r");
    Files.writeString(temp.resolve("plain.cfg"), patched);
    assertThat(Doctor.look(at, Doctor.Wanted.debian12().with(RECOMMENDED)).lacks())
        .filteredOn(lack -> lack.id().startsWith("doctor/log"))
        .isEmpty();
    try (HaproxyDriver driver = new HaproxyDriver(at)) {
      NativeAnswer answer = driver.checkInPlace();
      assertThat(answer.accepted()).as(answer.text()).isTrue();
    }
  }

  @Test
  void anEditThatNobodyLoadedIsSaid() throws Exception {
    start("-W", "-S", temp + "/m.sock,level,admin", "-f", "plain.cfg");
    Files.setLastModifiedTime(
        temp.resolve("lists/paths.lst"),
        java.nio.file.attribute.FileTime.from(
            java.time.Instant.now().plus(java.time.Duration.ofMinutes(1))));
    Installation at = Adopt.find(Adopt.Known.socket(temp.resolve("m.sock"))).installation();
    assertThat(Doctor.look(at, Doctor.Wanted.debian12()).lacks())
        .filteredOn(lack -> lack.id().equals("doctor/disk-newer-than-worker"))
        .singleElement()
        .satisfies(lack -> assertThat(lack.text()).startsWith(temp + "/lists/paths.lst was"));
  }
}
