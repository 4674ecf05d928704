package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.DriftLedger.Said;
import dev.checkrail.balancer.DriftLedger.Thing;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written down of things that come and go. */
class DriftLedgerTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path folder;
  private Versions versions;
  private DriftLedger ledger;
  private final List<Said> said = new ArrayList<>();
  private long nanos;

  @BeforeEach
  void open() throws Exception {
    versions = Versions.in(folder);
    ledger = DriftLedger.of(versions, 0);
  }

  @Test
  void aBeginningAnotherTextAndTheEndAreWrittenOnceEach() {
    look(thing("weight a/1", "1"));
    look(thing("weight a/1", "1"));
    look(thing("weight a/1", "2"));
    look();
    look();
    assertThat(kinds()).containsExactly("drift.found", "drift.found", "drift.gone");
    assertThat(said.getLast().details()).containsEntry("since", "2026-01-01T00:00:00Z");
  }

  @Test
  void whatWasNotLookedAtIsTakenToBeAsItWas() {
    look(thing("files a", "1"));
    ledger.settle(List.of(), key -> !key.startsWith("files"), AT, nanos, said::add);
    assertThat(kinds()).containsExactly("drift.found");
  }

  @Test
  void whatHadEndedStaysEndedWhileNobodyLooksAtIt() {
    look(thing("weight a/1", "1"));
    look();
    ledger.settle(List.of(), key -> !key.startsWith("weight"), AT, nanos, said::add);
    assertThat(kinds()).containsExactly("drift.found", "drift.gone");
  }

  @Test
  void whatComesAndGoesAllTheTimeIsWrittenRarelyAndOftenAgainAfterAQuietHour() {
    for (int second = 0; second < 3600; second++) {
      nanos += Duration.ofSeconds(1).toNanos();
      look(second % 2 == 0 ? new Thing[] {thing("state a/1", "maint")} : new Thing[0]);
    }
    // Four at once, then after 1, 2, 4, 8, 16 minutes.
    assertThat(said).hasSizeBetween(6, 10);
    look();
    nanos += Duration.ofHours(3).toNanos();
    look();
    nanos += Duration.ofHours(3).toNanos();
    look();
    int before = said.size();
    look(thing("state a/1", "maint"));
    assertThat(said).hasSize(before + 1);
  }

  @Test
  void fiveThousandThingsAtOnceAreSixtyEntriesAndACount() {
    Thing[] all =
        IntStream.range(0, 5000)
            .mapToObj(i -> thing("state a/" + i, "maint"))
            .toArray(Thing[]::new);
    for (int i = 0; i < 20; i++) {
      look(all);
    }
    assertThat(said).hasSize(61);
    assertThat(said.getLast().details().get("text")).startsWith("4940 more things");
    nanos += Duration.ofMinutes(5).toNanos();
    look(all);
    assertThat(said).hasSize(66);
  }

  @Test
  void aRestartRepeatsNothingAndMissesNoEnd() throws Exception {
    look(thing("a", "1"), thing("b", "1"), thing("files c", "1"));
    ledger = DriftLedger.of(versions, nanos);
    // Files could not be looked at yet; b was changed and a ended while we were away.
    ledger.settle(List.of(thing("b", "2")), key -> !key.startsWith("files"), AT, nanos, said::add);
    assertThat(said.subList(3, said.size()))
        .extracting(it -> it.kind() + " " + it.details().get("subject"))
        .containsExactly("drift.gone a", "drift.found b");
  }

  @Test
  void whatTheJournalDoesNotTakeIsWrittenTheNextTime() {
    boolean[] down = {true};
    for (int i = 0; i < 2; i++) {
      try {
        ledger.settle(
            List.of(thing("a", "1")),
            key -> true,
            AT,
            nanos,
            one -> {
              if (down[0]) {
                throw new IllegalStateException("down");
              }
              said.add(one);
            });
      } catch (IllegalStateException e) {
        down[0] = false;
      }
    }
    assertThat(kinds()).containsExactly("drift.found");
  }

  private void look(Thing... things) {
    ledger.settle(List.of(things), key -> true, AT, nanos, said::add);
  }

  private List<String> kinds() {
    return said.stream().map(Said::kind).toList();
  }

  private static Thing thing(String key, String text) {
    return new Thing(key, "drift.found", "drift.gone", Map.of("subject", key), text);
  }
}
