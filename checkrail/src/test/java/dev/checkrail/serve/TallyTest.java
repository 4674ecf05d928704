package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.logs.LogRecord;
import dev.checkrail.rollout.observe.Group;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests since a step. */
class TallyTest {
  private static final Instant STEP = Instant.parse("2026-03-01T12:00:00Z");

  private final Tally tally = new Tally(STEP, Duration.ofSeconds(5));

  private static LogRecord record(double begin, String server, int status) {
    return new LogRecord(
        STEP.plusMillis((long) (begin * 1000)),
        Optional.empty(),
        "fe",
        false,
        "be_pay",
        Optional.of(server),
        new LogRecord.Times(0, 0, 1, 20, 30),
        status,
        100,
        "----",
        new LogRecord.Load(1, 1, 1, 1, 0, false, 0, 0),
        List.of(),
        List.of(),
        Optional.of("POST"),
        Optional.of("/v1/payments/1"),
        Optional.of("HTTP/1.1"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Tally.Counted at(double seconds) {
    return tally.next(
        record -> record.server().equals(Optional.of("new")) ? Tally.Kind.MOVED : Tally.Kind.OTHER,
        STEP.plusMillis((long) (seconds * 1000)));
  }

  @Test
  void whatBeganBeforeTheStepIsOfBefore() {
    tally.add(List.of(record(-0.1, "new", 500), record(0.1, "new", 500), record(0.2, "old", 200)));
    Tally.Counted counted = at(1);
    assertThat(counted.moved()).isEqualTo(new Group(1, 1));
    assertThat(counted.others()).isEqualTo(new Group(1, 0));
    assertThat(at(2).moved()).as("each once").isEqualTo(Group.NONE);
  }

  /** Else the quick successes would be counted before the slow failures. */
  @Test
  void aRequestCountsForPromotionOnceItIsOldEnoughToHaveFailed() {
    tally.add(List.of(record(0.5, "new", 200), record(0.6, "old", 200)));
    assertThat(at(1).settled()).isEqualTo(Group.NONE);
    tally.add(List.of(record(0.7, "new", 504)));
    assertThat(at(5.9).settled()).isEqualTo(Group.NONE);
    assertThat(at(6.1).settled()).isEqualTo(new Group(2, 1));
    assertThat(at(7).settled()).isEqualTo(Group.NONE);
  }
}
