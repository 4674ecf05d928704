package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.logs.LogRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests that came and do not end: ten a second come. */
class UnendedTest {
  private static final Instant STEP = Instant.parse("2026-03-01T12:00:00Z");
  private static final ServerName FRESH = new ServerName("be_pay", "new");

  private final Unended unended = new Unended(FRESH::equals, STEP, Duration.ofSeconds(5));

  /** What the socket says so many seconds after the step. */
  private Unended.Count look(double after, long worker, long came, int held) {
    return unended.next(new Unended.Look(at(after), worker, came, held));
  }

  private static Instant at(double after) {
    return STEP.plusMillis((long) (after * 1000));
  }

  /** One that came so many seconds after the step and took so many milliseconds. */
  private static LogRecord ended(double came, int took) {
    return new LogRecord(
        at(came),
        Optional.empty(),
        "fe",
        false,
        FRESH.pool(),
        Optional.of(FRESH.server()),
        new LogRecord.Times(0, 0, 1, took, took),
        200,
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

  /**
   * Looks each second, beginning half a second after the step.
   *
   * @param hanging so many of the ten of each second do not end
   * @param logged whether the log tells of those that end
   */
  private Unended.Count after(int seconds, int hanging, boolean logged) {
    Unended.Count count = look(0.5, 1, 100, 0);
    for (int second = 1; second <= seconds; second++) {
      for (int i = 0; logged && i < 10 - hanging; i++) {
        unended.add(ended(second - 0.45 + i * 0.09, 20));
      }
      count = look(second + 0.5, 1, 100 + second * 10L, second * hanging);
    }
    return count;
  }

  @Test
  void whatEndsIsNotMissed() {
    Unended.Count count = after(30, 0, true);
    assertThat(count.held()).isZero();
    assertThat(count.came()).isEqualTo(250);
  }

  @Test
  void whatDoesNotEndIsMissedOnceItIsOldEnough() {
    assertThat(after(5, 5, true).held()).isZero();
  }

  @Test
  void halfOfThemAreMissedAndNeverMoreThanThereAre() {
    // 25 seconds are old enough; a second of those that end may have ended with either.
    assertThat(after(30, 5, true).held()).isBetween(115L, 125L);
  }

  @Test
  void aLogThatIsLateOrLostMakesThemLessAndNotMore() {
    assertThat(after(30, 0, false).held()).as("the socket holds none").isZero();
    assertThat(new UnendedTest().after(30, 5, false).held()).isLessThanOrEqualTo(125);
  }

  @Test
  void allOfThemHang() {
    assertThat(after(30, 10, true).held()).isBetween(240L, 250L);
  }

  @Test
  void whatWasHeldBeforeAndWhatAnotherWorkerCountsIsNotMissed() {
    var unused = look(0.5, 1, 100, 40);
    for (int second = 1; second <= 20; second++) {
      assertThat(look(second + 0.5, 1, 100, 40).held()).as("nothing came since").isZero();
    }
    unused = look(21.5, 2, 500, 40);
    assertThat(look(30.5, 2, 500, 40).held()).isZero();
  }

  @Test
  void aLookThatWasSeenBeforeAddsNothing() {
    Unended.Count count = after(30, 10, true);
    assertThat(look(30.5, 1, 10_000, 0)).isEqualTo(count);
    assertThat(look(-1, 1, 10_000, 0)).isEqualTo(count);
  }
}
