package dev.checkrail.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  @TempDir Path folder;

  /** Kill -9 of the server and all of its processes, several times, while somebody commits. */
  @Test
  void whatWasCommittedSurvivesKillingEverything() throws Exception {
    int acknowledged = 0;
    for (int round = 0; round < 3; round++) {
      EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, TestDatabase.PROGRAMS);
      postgres.leaveRunning();
      try (Connection connection = connect(postgres);
          Statement statement = connection.createStatement()) {
        statement.execute("create table if not exists kept (n int primary key)");
        try (var found = statement.executeQuery("select count(*) from kept")) {
          found.next();
          assertThat(found.getInt(1)).as("round %s", round).isEqualTo(acknowledged);
        }
        for (int i = 0; i < 50; i++) {
          statement.execute("insert into kept values (" + acknowledged + ")");
          acknowledged++;
        }
        killAll(postgres);
      }
      postgres.close();
      // What killing leaves behind, with the number of a process that lives and is no database.
      Path stale = folder.resolve("pgdata/postmaster.pid");
      assertThat(stale).exists();
      List<String> lines = new java.util.ArrayList<>(Files.readAllLines(stale));
      lines.set(0, Long.toString(ProcessHandle.current().pid()));
      Files.write(stale, lines);
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, TestDatabase.PROGRAMS);
        Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        var settings =
            statement.executeQuery(
                "select string_agg(setting, ',' order by name) from pg_settings where name in"
                    + " ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums')")) {
      settings.next();
      assertThat(settings.getString(1)).isEqualTo("on,on,on,on");
    }
  }

  @Test
  void aServerThatOutlivedItsStarterIsTakenOver() throws Exception {
    EmbeddedPostgres first = EmbeddedPostgres.start(folder, TestDatabase.PROGRAMS);
    first.leaveRunning();
    long pid = first.process().orElseThrow().pid();
    first.close();
    try (EmbeddedPostgres second = EmbeddedPostgres.start(folder, TestDatabase.PROGRAMS)) {
      assertThat(second.process().orElseThrow().pid()).isEqualTo(pid);
      assertThat(second.port()).isEqualTo(first.port());
    }
    assertThat(first.process()).isEmpty();
  }

  @Test
  void twoCannotRunTheSameFolder() throws Exception {
    try (EmbeddedPostgres first = EmbeddedPostgres.start(folder, TestDatabase.PROGRAMS)) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(folder, TestDatabase.PROGRAMS))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process runs the database");
    }
  }

  private static Connection connect(EmbeddedPostgres postgres) throws IOException, SQLException {
    DatabaseAddress owner = postgres.asOwner();
    return DriverManager.getConnection(owner.url(), owner.user(), owner.password());
  }

  private static void killAll(EmbeddedPostgres postgres) throws Exception {
    ProcessHandle server = postgres.process().orElseThrow();
    List<ProcessHandle> all = new java.util.ArrayList<>(server.descendants().toList());
    all.add(server);
    all.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle process : all) {
      process.onExit().get(60, TimeUnit.SECONDS);
    }
  }
}
