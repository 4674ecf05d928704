package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.watch.MinuteRow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MinuteTableTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir private Path folder;

  private static MinuteRow row(String series, int minute, int seconds, double sum) {
    return new MinuteRow(
        "edge", series, NOON.plus(minute, ChronoUnit.MINUTES), seconds, sum, 1, sum, 2);
  }

  @Test
  void minutesAreKeptAndPutTogetherAndForgotten() throws Exception {
    try (OwnPostgres postgres = new OwnPostgres(folder)) {
      MinuteTable table = new MinuteTable(postgres.database);
      table.write(List.of(row("a", 0, 60, 120), row("a", 1, 60, 60), row("b", 0, 10, 5)));
      assertThat(table.read("edge", "a", NOON, NOON.plusSeconds(3600)))
          .containsExactly(row("a", 0, 60, 120), row("a", 1, 60, 60));
      assertThat(table.read("other", "a", NOON, NOON.plusSeconds(3600))).isEmpty();
      assertThat(table.read("edge", "a", NOON.plusSeconds(60), NOON.plusSeconds(120))).hasSize(1);

      // The control plane was started anew within the minute: both halves make it up.
      table.write(List.of(row("b", 0, 20, 8)));
      MinuteRow both = table.read("edge", "b", NOON, NOON.plusSeconds(60)).getFirst();
      assertThat(both.seconds()).isEqualTo(30);
      assertThat(both.sum()).isEqualTo(13);
      assertThat(both.most()).isEqualTo(8);

      // The same minute twice is the same minute.
      table.write(List.of(row("a", 0, 60, 120)));
      assertThat(table.read("edge", "a", NOON, NOON.plusSeconds(60)).getFirst().sum())
          .isEqualTo(120);

      assertThat(table.forget(NOON.plusSeconds(60))).isEqualTo(2);
      assertThat(table.read("edge", "a", NOON, NOON.plusSeconds(3600))).hasSize(1);
      assertThat(table.size()).isPositive();
    }
  }

  /** The figure of the retention: bytes of a row with its indexes. */
  @Test
  void aRowTakesAboutAHundredBytes() throws Exception {
    try (OwnPostgres postgres = new OwnPostgres(folder)) {
      MinuteTable table = new MinuteTable(postgres.database);
      for (int minute = 0; minute < 100; minute++) {
        List<MinuteRow> rows = new ArrayList<>();
        for (int series = 0; series < 300; series++) {
          rows.add(row("server be/s" + series + " sessions", minute, 60, series));
        }
        table.write(rows);
      }
      assertThat(table.size() / 30_000.0).isBetween(70.0, 115.0);
    }
  }

  @Test
  void whileTheDatabaseIsDownMinutesWaitAndNobodyElseDoes() throws Exception {
    OwnPostgres postgres = new OwnPostgres(folder);
    try (LateRollups late =
        new LateRollups(
            new MinuteTable(postgres.database), () -> NOON, Duration.ofDays(10), 1000)) {
      late.write(List.of(row("a", 0, 60, 1)));
      RunningHaproxy.eventually("written", () -> late.tally().written() == 1);

      postgres.server.close();
      long began = System.nanoTime();
      for (int i = 1; i <= 1100; i++) {
        late.write(List.of(row("a", i, 60, i)));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
      assertThat(late.tally().waiting()).isEqualTo(1000);
      assertThat(late.tally().dropped()).isEqualTo(100);
    } finally {
      postgres.close();
    }
  }

  @Test
  void whenItIsBackWhatWaitedIsWritten() throws Exception {
    try (OwnPostgres postgres = new OwnPostgres(folder);
        LateRollups late =
            new LateRollups(
                new MinuteTable(postgres.database), () -> NOON, Duration.ofDays(10), 1000)) {
      var process = postgres.server.process().orElseThrow();
      var descendants = process.descendants().toList();
      process.destroyForcibly();
      descendants.forEach(ProcessHandle::destroyForcibly);
      process.onExit().get();
      late.write(List.of(row("a", 0, 60, 1), row("a", 1, 60, 2)));
      assertThat(late.tally().waiting()).isEqualTo(2);
      postgres.server.ensureRunning();
      RunningHaproxy.eventually("written", () -> late.tally().written() == 2);
      assertThat(late.read("edge", "a", NOON, NOON.plusSeconds(3600))).hasSize(2);
      assertThat(late.tally()).isEqualTo(new LateRollups.Tally(0, 2, 0));
    }
  }

  @Test
  void whatIsOlderThanTheRetentionGoes() throws Exception {
    try (OwnPostgres postgres = new OwnPostgres(folder)) {
      MinuteTable table = new MinuteTable(postgres.database);
      table.write(List.of(row("a", -60 * 24, 60, 1), row("a", 0, 60, 2)));
      try (LateRollups late =
          new LateRollups(table, () -> NOON.plusSeconds(90), Duration.ofHours(12), 1000)) {
        late.write(List.of(row("a", 1, 60, 3)));
        RunningHaproxy.eventually(
            "old minutes are gone",
            () -> table.read("edge", "a", NOON.minusSeconds(200_000), NOON).isEmpty());
        assertThat(late.read("edge", "a", NOON, NOON.plusSeconds(3600))).hasSize(2);
      }
    }
  }
}
