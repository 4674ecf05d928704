package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * The error bounds hold under continuous looking: of many runs with nothing wrong, at the very edge
 * of what is tolerated and looked at each second, no more than {@code T / c} ever reach {@code c}.
 */
class StatisticsTest {
  private static final int RUNS = 2_000;
  private static final int SECONDS = 500;

  /** At most 5 of 100 runs may reach it. */
  private static final double LIMIT = SECONDS / 0.05;

  @Test
  void aToleratedShareIsSeldomTakenForMore() {
    for (double tolerated : new double[] {0.003, 0.05, 0.5, 0.9}) {
      for (int rate : new int[] {1, 20}) {
        assertThat(
                reached(
                    random -> new ShareTest(tolerated),
                    (random, test, second) -> {
                      int bad = binomial(random, rate, tolerated);
                      test.add(second, rate, bad);
                    },
                    test -> test.evidence().value()))
            .as("share %s at %s/s", tolerated, rate)
            .isLessThan(0.05 + 0.015);
      }
    }
  }

  @Test
  void serversThatAreAlikeAreSeldomToldApart() {
    for (double share : new double[] {0.01, 0.5}) {
      assertThat(
              reached(
                  random -> new SiblingTest(),
                  (random, test, second) -> {
                    int own = binomial(random, 10, share);
                    int others = binomial(random, 20, share);
                    test.add(second, 10, own, 30, own + others);
                  },
                  test -> test.evidence().value()))
          .isLessThan(0.05 + 0.015);
    }
  }

  /** Twice the odds is the edge of what is tolerated. */
  @Test
  void aServerThatFailsTwiceAsOftenIsSeldomReported() {
    assertThat(
            reached(
                random -> new SiblingTest(),
                (random, test, second) -> {
                  int own = binomial(random, 10, 0.02);
                  int others = binomial(random, 20, 0.01);
                  test.add(second, 10, own, 30, own + others);
                },
                test -> test.evidence().value()))
        .isLessThan(0.05 + 0.015);
  }

  /** What all servers share is no evidence against one of them, however bad it is. */
  @Test
  void aBadMinuteOfAllServersIsHeldAgainstNone() {
    assertThat(
            reached(
                random -> new SiblingTest(),
                (random, test, second) -> {
                  double share = second % 60 < 10 ? 0.9 : 0.001;
                  int own = binomial(random, 10, share);
                  int others = binomial(random, 20, share);
                  test.add(second, 10, own, 30, own + others);
                },
                test -> test.evidence().value()))
        .isLessThan(0.05 + 0.015);
  }

  @Test
  void asMuchAsIsExpectedIsSeldomTakenForLess() {
    for (double expected : new double[] {0.1, 3, 40}) {
      assertThat(
              reached(
                  random -> RateTest.fewer(),
                  (random, test, second) -> test.add(second, poisson(random, expected), expected),
                  test -> test.evidence().value()))
          .isLessThan(0.05 + 0.015);
    }
  }

  @Test
  void asMuchAsIsExpectedIsSeldomTakenForMore() {
    for (double expected : new double[] {0.1, 3, 40}) {
      assertThat(
              reached(
                  random -> RateTest.more(),
                  (random, test, second) -> test.add(second, poisson(random, expected), expected),
                  test -> test.evidence().value()))
          .isLessThan(0.05 + 0.015);
    }
  }

  /** The tests are worth something, too: it is seen soon when something is wrong. */
  @Test
  void aLeakOfTwoPercentIsSeenWithinAMinute() {
    SplittableRandom random = new SplittableRandom(7);
    double sum = 0;
    for (int run = 0; run < 200; run++) {
      ShareTest test = new ShareTest(0.003);
      int second = 0;
      while (test.evidence().value() < FalseAlarms.PAGE) {
        test.add(second++, 60, binomial(random, 60, 0.02));
      }
      assertThat(second).isLessThan(90);
      sum += second;
    }
    assertThat(sum / 200).isLessThan(35);
  }

  @Test
  void evidenceSaysWhenItBegan() {
    SplittableRandom random = new SplittableRandom(8);
    ShareTest test = new ShareTest(0.003);
    for (int second = 0; second < 1_000; second++) {
      test.add(second, 60, binomial(random, 60, second < 900 ? 0.0005 : 0.05));
      if (test.evidence().value() > FalseAlarms.PAGE) {
        break;
      }
    }
    assertThat(test.evidence().since()).isBetween(890L, 906L);
  }

  /** However bad it is: a second is no more than a second. */
  @Test
  void noSingleSecondIsEnough() {
    ShareTest share = new ShareTest(0.003);
    share.add(1, 1_000, 1_000);
    share.add(2, 1_000, 1_000);
    assertThat(share.evidence().value()).isLessThan(FalseAlarms.TICKET);
    share.add(3, 1_000, 1_000);
    assertThat(share.evidence().value()).isGreaterThan(FalseAlarms.PAGE);
  }

  // --- simulation

  @FunctionalInterface
  private interface Step<T> {
    void second(SplittableRandom random, T test, int second);
  }

  /** The part of the runs in which the limit was ever reached. */
  private static <T> double reached(
      Function<SplittableRandom, T> begin, Step<T> step, ToDoubleFunction<T> value) {
    SplittableRandom random = new SplittableRandom(20240818);
    int reached = 0;
    for (int run = 0; run < RUNS; run++) {
      T test = begin.apply(random);
      for (int second = 0; second < SECONDS; second++) {
        step.second(random, test, second);
        if (value.applyAsDouble(test) >= LIMIT) {
          reached++;
          break;
        }
      }
    }
    return (double) reached / RUNS;
  }

  private static int binomial(SplittableRandom random, int of, double share) {
    int count = 0;
    for (int i = 0; i < of; i++) {
      count += random.nextDouble() < share ? 1 : 0;
    }
    return count;
  }

  private static int poisson(SplittableRandom random, double mean) {
    double left = -mean;
    int count = -1;
    while (left < 0) {
      left -= Math.log(1 - random.nextDouble());
      count++;
    }
    return count;
  }
}
