package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody's own database: what keeps us from changing the journal there. */
class ServiceRoleTest {
  @TempDir private Path folder;
  private EmbeddedPostgres server;
  private DatabaseAddress superuser;

  @BeforeEach
  void start() throws Exception {
    server =
        EmbeddedPostgres.start(folder.resolve("server"), OwnPostgres.PROGRAMS, System::nanoTime);
    superuser =
        new DatabaseAddress(
            at("postgres"),
            "postgres",
            Files.readString(folder.resolve("server/superuser.password")).strip());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whoMayMakeRolesOwnsTheTablesAndTheWorkIsDoneAsOneWhoCanOnlyAppend() throws Exception {
    // As on a server that has never heard of us.
    run(superuser, "drop database checkrail");
    run(superuser, "drop role checkrail_service");
    run(superuser, "create role maker login createrole password 'x'");
    run(superuser, "create database \"Own \"\"1\"\"\" owner maker");
    DatabaseAddress given = new DatabaseAddress(at("Own%20%221%22"), "maker", "x");

    ServiceRole.Made made = ServiceRole.beside(given, folder.resolve("keys"));
    assertThat(made.why()).isEmpty();
    DatabaseAddress work = made.address().orElseThrow();
    Database.migrate(given);
    assertThat(ServiceRole.refused(work)).isEmpty();
    assertThat(AppendOnly.of(work).held()).as(AppendOnly.of(work).text()).isTrue();
    assertThat(AppendOnly.of(given).text())
        .contains("it owns the tables and could switch the triggers off", "it may make roles");

    try (Database database =
        Database.open(work, 2, Duration.ofSeconds(5), new SimpleMeterRegistry())) {
      ChainedJournal journal = new ChainedJournal(database);
      journal.append(EmbeddedPostgresTest.entry("one", "1"));
      journal.append(EmbeddedPostgresTest.entry("two", "2"));
      for (String statement :
          List.of(
              "update journal set actor = 'eve'",
              "delete from journal",
              "truncate journal",
              "alter table journal disable trigger all",
              "alter table journal owner to current_user",
              "drop table journal",
              "set role maker",
              "grant maker to current_user",
              "set session_replication_role = replica",
              "create or replace function journal_refuses() returns trigger language plpgsql as"
                  + " 'begin return new; end'")) {
        assertThatThrownBy(() -> run(work, statement))
            .as(statement)
            .isInstanceOf(SQLException.class);
      }
      // A table of the same name that the trigger might look at instead.
      assertThatThrownBy(() ->
              run(
                  work,
                  "create temp table journal (like public.journal); insert into journal select 8,"
                      + " at, actor, kind, subject, details, hash, previous from public.journal"
                      + " where number = 2; insert into public.journal select 9, at, actor, kind,"
                      + " subject, details, previous, decode(repeat('ab', 32), 'hex') from"
                      + " journal"))
          .hasMessageContaining("journal entry 9 does not continue the chain");
      run(work, "grant update on journal to current_user"); // a warning, and nothing is granted
      assertThat(AppendOnly.of(work).held()).isTrue();
      assertThat(journal.verify(Map.of()).intact()).isTrue();
      assertThat(journal.verify(Map.of()).entries()).isEqualTo(2);
    }

    // The next start finds it again; one whose data folder was lost gives it another password.
    assertThat(ServiceRole.beside(given, folder.resolve("keys")).address()).contains(work);
    DatabaseAddress again =
        ServiceRole.beside(given, folder.resolve("other")).address().orElseThrow();
    assertThat(again.password()).isNotEqualTo(work.password());
    assertThat(ServiceRole.refused(again)).isEmpty();
    assertThat(ServiceRole.refused(work).orElseThrow()).contains("can't log in");
  }

  @Test
  void rightsThatWereGrantedTooWidelyAreTakenBack() throws Exception {
    run(superuser, "create role maker login superuser password 'x'");
    run(superuser, "create database own owner maker");
    DatabaseAddress given = new DatabaseAddress(at("own"), "maker", "x");
    DatabaseAddress work =
        ServiceRole.beside(given, folder.resolve("keys")).address().orElseThrow();
    Database.migrate(given);
    run(given, "grant all on journal to checkrail_service");
    assertThat(AppendOnly.of(work).text()).contains("granted more on the journal");
    Database.migrate(given);
    assertThat(AppendOnly.of(work).held()).isTrue();
    assertThat(AppendOnly.of(given).text()).contains("it is a superuser");
  }

  @Test
  void whoMayNotMakeRolesIsSaidToBeHeldByNothing() throws Exception {
    run(superuser, "create role plain login password 'x'");
    run(superuser, "create database own owner plain");
    DatabaseAddress given = new DatabaseAddress(at("own"), "plain", "x");
    ServiceRole.Made made = ServiceRole.beside(given, folder.resolve("keys"));
    assertThat(made.address()).isEmpty();
    assertThat(made.why()).isEqualTo("the role plain may not make roles");
    Database.migrate(given);
    assertThat(AppendOnly.of(given))
        .isEqualTo(
            new AppendOnly(
                false,
                "the database does not keep the role plain from changing the journal: it owns the"
                    + " tables and could switch the triggers off"));
  }

  @Test
  void twoRolesThatSomebodyPreparedAreAsGood() throws Exception {
    run(superuser, "create role keeper login password 'x'");
    run(superuser, "create role worker login password 'y'");
    run(superuser, "create database own owner keeper");
    DatabaseAddress work = new DatabaseAddress(at("own"), "worker", "y");
    Database.migrate(new DatabaseAddress(at("own"), "keeper", "x"));
    assertThatThrownBy(() -> AppendOnly.of(work))
        .hasMessageContaining("make it a member of checkrail_service");
    run(superuser, "grant checkrail_service to worker");
    assertThat(AppendOnly.of(work).held()).isTrue();
  }

  private String at(String database) {
    return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database;
  }

  private static void run(DatabaseAddress as, String statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(as.url(), as.user(), as.password());
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }
}
