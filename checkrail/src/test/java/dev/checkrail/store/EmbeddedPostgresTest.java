package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.change.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  @TempDir private Path folder;

  @Test
  void isDurable() throws Exception {
    try (EmbeddedPostgres server =
            EmbeddedPostgres.start(folder, OwnPostgres.PROGRAMS, System::nanoTime);
        Connection connection = as(server.asService());
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (ResultSet row = statement.executeQuery("show " + setting)) {
          assertThat(row.next()).isTrue();
          assertThat(row.getString(1)).as(setting).isEqualTo("on");
        }
      }
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterAllOfItWasKilled() throws Exception {
    OwnPostgres first = new OwnPostgres(folder);
    ChainedJournal journal = new ChainedJournal(first.database);
    for (int i = 1; i <= 50; i++) {
      journal.append(entry("test.entry", Integer.toString(i)));
    }
    first.server.leaveRunning();
    killAll(first.server.process().orElseThrow());
    first.close();

    try (OwnPostgres second = new OwnPostgres(folder)) {
      ChainedJournal found = new ChainedJournal(second.database);
      assertThat(found.after(0, 100)).hasSize(50);
      assertThat(found.verify(Map.of()).intact()).isTrue();
    }
  }

  @Test
  void aServerThatOutlivedItsOwnerIsTakenOver() throws Exception {
    OwnPostgres first = new OwnPostgres(folder);
    first.server.leaveRunning();
    ProcessHandle process = first.server.process().orElseThrow();
    first.close();
    assertThat(process.isAlive()).isTrue();

    try (OwnPostgres second = new OwnPostgres(folder)) {
      assertThat(second.server.process()).contains(process);
      assertThat(second.server.port()).isEqualTo(first.server.port());
    }
    process.onExit().get(30, TimeUnit.SECONDS);
  }

  @Test
  void aSecondOwnerIsRefusedInWords() throws Exception {
    try (OwnPostgres first = new OwnPostgres(folder)) {
      assertThatThrownBy(() -> new OwnPostgres(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another Checkrail (process " + ProcessHandle.current().pid())
          .hasMessageContaining("owns the data folder " + folder.toRealPath());
      assertThat(first.database.answers()).isTrue();
    }
  }

  @Test
  void aDeadServerIsStartedAgain() throws Exception {
    try (OwnPostgres own = new OwnPostgres(folder)) {
      killAll(own.server.process().orElseThrow());
      assertThat(own.server.isRunning()).isFalse();
      own.server.ensureRunning();
      assertThat(own.server.isRunning()).isTrue();
      try (Connection connection = as(own.server.asService())) {
        assertThat(connection.isValid(5)).isTrue();
      }
    }
  }

  @Test
  void aProcessNumberThatBelongsToAnotherProgramByNowDoesNotHoldUpTheStart() throws Exception {
    OwnPostgres first = new OwnPostgres(folder);
    Path pidFile = folder.resolve("data/postmaster.pid");
    String text = Files.readString(pidFile);
    first.server.leaveRunning();
    killAll(first.server.process().orElseThrow());
    first.close();
    Files.writeString(
        pidFile, text.replaceFirst("^[0-9]+", Long.toString(ProcessHandle.current().pid())));

    try (OwnPostgres second = new OwnPostgres(folder)) {
      assertThat(second.database.answers()).isTrue();
    }
  }

  private static void killAll(ProcessHandle server) throws Exception {
    List<ProcessHandle> all = server.descendants().toList();
    server.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    server.onExit().get(30, TimeUnit.SECONDS);
  }

  private static Connection as(DatabaseAddress address) throws Exception {
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }

  static JournalEntry entry(String kind, String detail) {
    return new JournalEntry(
        Instant.parse("2026-01-02T03:04:05.123456789Z"),
        "ada",
        kind,
        "lb edge",
        Map.of("detail", detail));
  }
}
