package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.logs.KeptRecords.Limits;
import dev.checkrail.logs.Read.Parsed;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeptRecordsTest {
  private static final Limits SMALL = new Limits(240, 240L << 10, Duration.ofHours(24));

  private final LineReader reader = new LineReader(ZoneOffset.UTC);
  private Instant now = Instant.parse("2026-11-22T10:00:00Z");

  private LogRecord request(String target) {
    String line =
        "10.0.1.2:1 [22/Nov/2026:10:00:00.000] fe be/s1 1/2/3/4/5 200 1 - - ---- 1/1/1/1/0 0/0"
            + " \"GET "
            + target
            + " HTTP/1.1\"";
    return ((Parsed) reader.read(line.getBytes(ISO_8859_1))).record();
  }

  private List<LogRecord> requests(int count) {
    return IntStream.range(0, count).mapToObj(i -> request("/" + i)).toList();
  }

  @Test
  void ofManyRecordsEachHasTheSameChance() {
    KeptRecords sample = new KeptRecords(SMALL, 1, () -> now);
    sample.add(requests(10_000));

    assertThat(sample.slots())
        .singleElement()
        .satisfies(slot -> {
          assertThat(slot.seen()).isEqualTo(10_000);
          assertThat(slot.records()).hasSize(10);
        });
    // 10 of 10,000 in each of 400 samples: the earlier half gives half of them.
    List<LogRecord> all = requests(200);
    long early =
        IntStream.range(0, 400)
            .mapToLong(seed -> {
              KeptRecords one = new KeptRecords(SMALL, seed, () -> now);
              one.add(all);
              return one.records().stream().filter(all.subList(0, 100)::contains).count();
            })
            .sum();
    assertThat(early).isBetween(1850L, 2150L);
  }

  @Test
  void theSameSeedGivesTheSameSample() {
    KeptRecords one = new KeptRecords(SMALL, 7, () -> now);
    KeptRecords two = new KeptRecords(SMALL, 7, () -> now);
    KeptRecords other = new KeptRecords(SMALL, 8, () -> now);
    for (KeptRecords each : List.of(one, two, other)) {
      each.add(requests(5_000));
    }
    assertThat(one.records()).isEqualTo(two.records()).isNotEqualTo(other.records());
  }

  @Test
  void largeRecordsAreFewer() {
    KeptRecords sample = new KeptRecords(SMALL, 1, () -> now);
    String large = "/" + "x".repeat(4000);
    sample.add(IntStream.range(0, 1000).mapToObj(i -> request(large + i)).toList());

    assertThat(sample.bytes()).isBetween(1L, SMALL.bytes() / KeptRecords.SLOTS);
    assertThat(sample.records()).hasSizeBetween(1, 3);
  }

  @Test
  void recordsAreForgottenWithTheirHour() {
    KeptRecords sample = new KeptRecords(SMALL, 1, () -> now);
    for (int hour = 0; hour < 30; hour++) {
      sample.add(List.of(request("/" + hour)));
      now = now.plus(Duration.ofHours(1));
    }
    assertThat(sample.slots()).hasSize(24);
    assertThat(sample.records()).extracting(one -> one.target().orElse("")).startsWith("/6");

    now = now.plus(Duration.ofHours(25));
    assertThat(sample.slots()).isEmpty();
    assertThat(sample.bytes()).isZero();
  }

  @Test
  void aClockThatIsSetBackChangesNothing() {
    KeptRecords sample = new KeptRecords(SMALL, 1, () -> now);
    sample.add(requests(3));
    now = now.minus(Duration.ofHours(5));
    sample.add(requests(3));
    assertThat(sample.slots()).singleElement().extracting(KeptRecords.Slot::seen).isEqualTo(6L);
  }

  @Test
  void overARestartTheChancesGoOnAsIfThereHadBeenNone() {
    long early =
        IntStream.range(0, 400)
            .mapToLong(seed -> {
              KeptRecords before = new KeptRecords(SMALL, seed, () -> now);
              before.add(requests(200).subList(0, 100));
              KeptRecords after = new KeptRecords(SMALL, seed + 7919, () -> now);
              after.restore(before.slots());
              after.add(requests(200).subList(100, 200));
              assertThat(after.slots().getFirst().seen()).isEqualTo(200);
              assertThat(after.size()).isEqualTo(10);
              assertThat(after.bytes()).isEqualTo(bytes(after));
              return after.records().stream()
                  .filter(one -> Integer.parseInt(one.target().get().substring(1)) < 100)
                  .count();
            })
            .sum();
    assertThat(early).isBetween(1850L, 2150L);
  }

  private static long bytes(KeptRecords kept) {
    return kept.records().stream().mapToLong(KeptRecords::size).sum();
  }

  @Test
  void whatIsTooOldAtTheRestartIsForgottenAndNothingIsRestoredTwice() {
    KeptRecords before = new KeptRecords(SMALL, 1, () -> now);
    before.add(requests(5));
    now = now.plus(Duration.ofHours(20));
    before.add(requests(3));
    List<KeptRecords.Slot> slots = before.slots();
    now = now.plus(Duration.ofHours(6));
    KeptRecords after = new KeptRecords(SMALL, 1, () -> now);
    after.restore(slots);
    after.restore(slots);
    assertThat(after.size()).isEqualTo(3);
  }
}
