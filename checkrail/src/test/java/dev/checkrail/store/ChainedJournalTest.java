package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.change.Journal.JournalUnavailable;
import dev.checkrail.change.JournalEntry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainedJournalTest {
  private static OwnPostgres own;
  private ChainedJournal journal;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    own = new OwnPostgres(folder);
  }

  @AfterAll
  static void stop() {
    own.close();
  }

  @BeforeEach
  void begin() throws Exception {
    run(
        own.server.asOwner(),
        "alter table journal disable trigger user;"
            + "truncate journal;"
            + "alter table journal enable trigger user");
    journal = new ChainedJournal(own.database);
  }

  @Test
  void entriesAreNumberedWithoutGapsAndChained() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("z", "last letter first");
    details.put("a", "\u0000 \ud83d\ude42 \"quoted\"");
    JournalEntry.Stored first =
        journal.append(
            new JournalEntry(
                Instant.parse("2026-01-02T03:04:05.123456789Z"), "ada", "a.b", "lb e", details));
    JournalEntry.Stored second = journal.append(EmbeddedPostgresTest.entry("c.d", "x"));

    assertThat(first.number()).isEqualTo(1);
    assertThat(first.previous()).isEqualTo("0".repeat(64));
    assertThat(second.previous()).isEqualTo(first.hash());
    assertThat(journal.after(0, 10)).containsExactly(first, second);
    assertThat(journal.head()).contains(second);
    assertThat(first.entry().details()).containsEntry("a", "\ufffd \ud83d\ude42 \"quoted\"");
    assertThat(List.copyOf(first.entry().details().keySet())).containsExactly("z", "a");
    assertThat(journal.verify(Map.of(1L, first.hash(), 2L, second.hash())).intact()).isTrue();
  }

  @Test
  void manyWritersMakeOneChain() throws Exception {
    try (ExecutorService writers = Executors.newFixedThreadPool(8)) {
      List<Callable<Long>> work = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String detail = Integer.toString(i);
        work.add(() -> journal.append(EmbeddedPostgresTest.entry("many", detail)).number());
      }
      writers.invokeAll(work);
    }
    ChainedJournal.Verification found = journal.verify(Map.of());
    assertThat(found.entries()).isEqualTo(200);
    assertThat(found.intact()).isTrue();
  }

  @Test
  void entriesAreFoundByKindSubjectAndTime() {
    journal.append(EmbeddedPostgresTest.entry("apply.began", "1"));
    journal.append(EmbeddedPostgresTest.entry("apply.live", "2"));
    journal.append(EmbeddedPostgresTest.entry("applyx", "3"));
    assertThat(
            journal.after(
                0,
                10,
                new ChainedJournal.Filter(
                    Optional.of("apply.*"), Optional.of("lb edge"), Optional.of(Instant.EPOCH))))
        .extracting(JournalEntry.Stored::number)
        .containsExactly(1L, 2L);
    assertThat(journal.last(1, ChainedJournal.Filter.none()))
        .extracting(JournalEntry.Stored::number)
        .containsExactly(3L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update journal set actor = 'eve' where number = 1",
        "delete from journal where number = 2",
        "truncate journal",
        "drop table journal",
        "alter table journal disable trigger all",
        "insert into journal select 9, at, actor, kind, subject, details, hash, previous from"
            + " journal where number = 2",
      })
  void theServiceCanOnlyAppend(String statement) throws Exception {
    three();
    assertThatThrownBy(() -> run(own.server.asService(), statement)).isNotNull();
    assertThat(journal.verify(Map.of()).entries()).isEqualTo(3);
    assertThat(journal.verify(Map.of()).intact()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update journal set actor = 'eve' where number = 1",
        "delete from journal where number = 2",
        "truncate journal",
        "insert into journal select 9, at, actor, kind, subject, details, hash, previous from"
            + " journal where number = 2",
      })
  void theOwnerIsHeldBackByTriggers(String statement) throws Exception {
    three();
    assertThatThrownBy(() -> run(own.server.asOwner(), statement)).isNotNull();
    assertThat(journal.verify(Map.of()).intact()).isTrue();
  }

  @Test
  void whoSwitchesTheTriggersOffIsFoundOut() throws Exception {
    three();
    run(
        own.server.asOwner(),
        "alter table journal disable trigger user;"
            + "update journal set actor = 'eve' where number = 2");
    ChainedJournal.Verification changed = journal.verify(Map.of());
    assertThat(changed.entries()).isEqualTo(1);
    assertThat(changed.broken())
        .contains(new ChainedJournal.Verification.Broken(2, "entry 2 is not what was written"));
  }

  @Test
  void entriesCutOffAtTheEndAreMissedByWhoKnowsAnEarlierHead() throws Exception {
    JournalEntry.Stored last = three();
    run(
        own.server.asOwner(),
        "alter table journal disable trigger user; delete from journal where number = 3");
    assertThat(journal.verify(Map.of()).intact()).isTrue();
    assertThat(journal.verify(Map.of(3L, last.hash())).broken())
        .contains(
            new ChainedJournal.Verification.Broken(
                3, "the journal ends before entry 3, which was seen once"));
  }

  @Test
  void aDatabaseThatIsDownIsSaidSoAndNothingIsLostAfterwards() throws Exception {
    three();
    ProcessHandle process = own.server.process().orElseThrow();
    process.destroyForcibly();
    process.onExit().get();
    assertThatThrownBy(() -> journal.append(EmbeddedPostgresTest.entry("x", "y")))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessage("the journal can't be reached: the database is down");
    own.server.ensureRunning();
    assertThat(journal.append(EmbeddedPostgresTest.entry("x", "y")).number()).isEqualTo(4);
  }

  private JournalEntry.Stored three() {
    journal.append(EmbeddedPostgresTest.entry("one", "1"));
    journal.append(EmbeddedPostgresTest.entry("two", "2"));
    return journal.append(EmbeddedPostgresTest.entry("three", "3"));
  }

  private static void run(DatabaseAddress as, String statements) throws Exception {
    try (Connection connection = DriverManager.getConnection(as.url(), as.user(), as.password());
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }
}
