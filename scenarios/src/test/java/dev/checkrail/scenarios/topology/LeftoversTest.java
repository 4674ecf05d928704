package dev.checkrail.scenarios.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir Path place;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
  private final List<Process> started = new ArrayList<>();
  private Path folder = Path.of("");
  private Path registry = Path.of("");

  @BeforeEach
  void aFolderOfARun() throws IOException {
    folder = Files.createDirectory(place.resolve(Topology.PREFIX + "one"));
    registry = Files.createDirectory(place.resolve("runs"));
  }

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void whatAKilledRunLeftIsEndedAndDeleted() throws Exception {
    Process listed = sleeper(folder);
    Process child = sleeper(folder); // such as a worker: nobody wrote it down
    run(gone(), listed.pid() + " " + Proc.started(listed.pid()).orElseThrow() + " haproxy");
    Leftovers.end(registry, out);
    assertThat(listed.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(folder).doesNotExist();
    assertThat(registry).isEmptyDirectory();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("2 of its processes ended");
  }

  @Test
  void aNumberThatWasGivenOutAgainIsNotOurs() throws Exception {
    Process other = sleeper(place.resolve("somebody-else"));
    Process sameFolder = sleeper(Path.of(folder + "-and-more"));
    run(
        gone(),
        other.pid() + " " + Proc.started(other.pid()).orElseThrow() + " haproxy",
        sameFolder.pid() + " 1 serve");
    Leftovers.end(registry, out);
    assertThat(other.isAlive()).isTrue();
    assertThat(sameFolder.isAlive()).isTrue();
  }

  @Test
  void aRunThatIsUnderWayIsLeftAlone() throws Exception {
    long us = ProcessHandle.current().pid();
    run(us + " " + Proc.started(us).orElseThrow() + " us");
    assertThatThrownBy(() -> Leftovers.end(registry, out))
        .isInstanceOf(Leftovers.Busy.class)
        .hasMessageContaining("another run is under way");
    assertThat(folder).exists();
  }

  @Test
  void closingEndsAllInReverseOrder() throws Exception {
    Children children = Children.in(folder, registry);
    Children.Child first = children.start("first", command(folder), Map.of());
    Children.Child second = children.start("second", command(folder), Map.of());
    assertThat(registry).isNotEmptyDirectory();
    children.close();
    assertThat(first.process().isAlive()).isFalse();
    assertThat(second.process().isAlive()).isFalse();
    assertThat(registry).isEmptyDirectory();
  }

  /** Its command line names the folder. */
  private static List<String> command(Path folder) {
    return List.of("tail", "-f", "/dev/null", "--", folder.resolve("x").toString());
  }

  private Process sleeper(Path folder) throws IOException {
    Process process =
        new ProcessBuilder(command(folder))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    started.add(process);
    return process;
  }

  private void run(String... lines) throws IOException {
    Files.writeString(
        registry.resolve("one.run"), folder + "\n" + String.join("\n", lines) + "\n");
  }

  /** A process that is no more. */
  private static String gone() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid() + " 1 us";
  }
}
