package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** We are root and PostgreSQL must not be: each way, for real. */
class UnprivilegedTest {
  /** Of our own: the folders above those of other tests need not let others pass. */
  @TempDir private static Path programs;

  @TempDir private Path temp;
  private Path folder;

  @BeforeAll
  static void unpack() throws Exception {
    Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxr-xr-x"));
    PostgresPrograms.in(programs);
  }

  @BeforeEach
  void root() throws Exception {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "only root has to become somebody else");
    // As the data folder of serve: others may go through, not look.
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
    folder = temp.resolve("postgres");
  }

  @Test
  void inAUserNamespaceItHasNoRightsAndItsFilesStayRoots() throws Exception {
    assumeTrue(Unprivileged.NAMESPACE.works(), "unshare -U does not work here");
    long entries = use(Unprivileged.NAMESPACE, 1);
    assertThat(entries).isEqualTo(1);
    assertThat(Files.getOwner(folder.resolve("data")).getName()).isEqualTo("root");
  }

  @Test
  void asNobodyItOwnsItsFolderAndNoOther() throws Exception {
    assumeTrue(Unprivileged.NOBODY.reaches(programs), "setpriv does not work here");
    assertThat(use(Unprivileged.NOBODY, 1)).isEqualTo(1);
    assertThat(Files.getOwner(folder.resolve("data")).getName()).isEqualTo("nobody");
    assertThat(Files.getOwner(temp).getName()).isEqualTo("root");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("superuser.password"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aMachineThatForbidsTheOneWayTodayKeepsWhatWasWrittenInTheOther() throws Exception {
    assumeTrue(Unprivileged.NAMESPACE.works(), "unshare -U does not work here");
    assumeTrue(Unprivileged.NOBODY.reaches(programs), "setpriv does not work here");
    assertThat(use(Unprivileged.NAMESPACE, 1)).isEqualTo(1);
    assertThat(use(Unprivileged.NOBODY, 2)).isEqualTo(2);
    assertThat(use(Unprivileged.NAMESPACE, 3)).isEqualTo(3);
  }

  @Test
  void oneThatStillRunsAsNobodyIsTakenOverWithItsFiles() throws Exception {
    assumeTrue(Unprivileged.NAMESPACE.works(), "unshare -U does not work here");
    assumeTrue(Unprivileged.NOBODY.reaches(programs), "setpriv does not work here");
    EmbeddedPostgres first =
        EmbeddedPostgres.start(folder, programs, Unprivileged.NOBODY, System::nanoTime);
    first.leaveRunning();
    first.close();
    try (EmbeddedPostgres second =
        EmbeddedPostgres.start(folder, programs, Unprivileged.NAMESPACE, System::nanoTime)) {
      assertThat(Files.getOwner(folder.resolve("data")).getName()).isEqualTo("nobody");
      Database.migrate(second.asOwner());
      ProcessHandle process = second.process().orElseThrow();
      process.destroyForcibly();
      process.onExit().get();
      second.ensureRunning(); // in the other way now
      assertThat(Files.getOwner(folder.resolve("data")).getName()).isEqualTo("root");
    }
    assertThat(use(Unprivileged.NAMESPACE, 1)).isEqualTo(1);
  }

  @Test
  void aFolderThatHeMayNotPassIsNamedBeforeAnythingIsMade() throws Exception {
    assumeTrue(Unprivileged.NOBODY.reaches(programs), "setpriv does not work here");
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(
            () -> EmbeddedPostgres.start(folder, programs, Unprivileged.NOBODY, System::nanoTime))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can't get at " + temp.toRealPath())
        .hasMessageContaining("chmod o+x");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  /** Writes an entry, after the server was killed and started again. */
  private long use(Unprivileged way, long number) throws Exception {
    try (EmbeddedPostgres server =
        EmbeddedPostgres.start(folder, programs, way, System::nanoTime)) {
      long pid = server.process().orElseThrow().pid();
      String status = Files.readString(Path.of("/proc/" + pid + "/status"));
      boolean nobody = way.equals(Unprivileged.NOBODY);
      if (number == 1 && nobody) {
        assertThat(status).containsPattern("(?m)^Uid:\\s+65534\\s+65534\\s+65534\\s+65534$");
        assertThat(status).containsPattern("(?m)^Groups:\\s*$");
        assertThat(status).containsPattern("(?m)^CapEff:\\s+0+$");
      }
      if (number == 1 && !nobody) {
        assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/user")))
            .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/user")));
      }
      Database.migrate(server.asOwner());
      try (Database database =
          Database.open(server.asService(), 2, Duration.ofSeconds(5), new SimpleMeterRegistry())) {
        ChainedJournal journal = new ChainedJournal(database);
        ProcessHandle process = server.process().orElseThrow();
        process.destroyForcibly();
        process.onExit().get();
        server.ensureRunning();
        long written =
            journal.append(EmbeddedPostgresTest.entry("test", Long.toString(number))).number();
        assertThat(journal.verify(Map.of()).intact()).isTrue();
        return written;
      }
    }
  }
}
