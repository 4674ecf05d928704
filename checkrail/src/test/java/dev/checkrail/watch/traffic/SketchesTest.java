package dev.checkrail.watch.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is estimated is as exact as it says. */
class SketchesTest {

  @Test
  void fewDifferentClientsAreCountedExactly() {
    Distinct distinct = new Distinct();
    for (int i = 0; i < 10_000; i++) {
      distinct.add(Distinct.hash("client-" + i % 100));
    }

    assertThat(distinct.count()).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 1_000, 5_000, 20_000, 100_000, 1_000_000})
  void manyAreEstimatedWithinThreeStandardErrors(int clients) {
    double squares = 0;
    int rounds = clients > 100_000 ? 4 : 20;
    for (int round = 0; round < rounds; round++) {
      Distinct distinct = new Distinct();
      for (int i = 0; i < clients; i++) {
        distinct.add(Distinct.hash(round + "-192.0." + i));
      }
      double error = (distinct.count() - clients) / (double) clients;
      assertThat(Math.abs(error)).isLessThan(0.023 * 3.5);
      squares += error * error;
    }

    assertThat(Math.sqrt(squares / rounds)).as("standard error").isLessThan(0.035);
  }

  @Test
  void twoSecondsTogetherHaveTheirCommonClientsOnce() {
    Distinct first = new Distinct();
    Distinct second = new Distinct();
    for (int i = 0; i < 6_000; i++) {
      first.add(Distinct.hash("a" + i));
      second.add(Distinct.hash("a" + (i + 3_000)));
    }
    Distinct few = new Distinct();
    few.add(Distinct.hash("a1"));
    few.add(Distinct.hash("new"));

    first.add(second);
    first.add(few);

    assertThat(first.count()).isBetween(8_400L, 9_600L);
  }

  @Test
  void whoeverAsksMoreThanItsShareIsAmongTheBusiest() {
    Heavy heavy = new Heavy(16);
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      heavy.add(i % 4 == 0 ? "scraper" : "client-" + random.nextInt(5_000), i % 8 == 0);
    }

    Client first = heavy.busiest(3).getFirst();

    assertThat(first.key()).isEqualTo("scraper");
    assertThat(first.requests()).isBetween(5_000L, 5_000L + 20_000 / 16);
    assertThat(first.requests() - first.atMostTooHigh()).isLessThanOrEqualTo(5_000L);
    assertThat(first.failures()).isLessThanOrEqualTo(2_500L);
    assertThat(heavy.busiest(100)).hasSize(16);
  }

  @Test
  void quantilesAreAtMostAnEighthTooHigh() {
    Random random = new Random(3);
    int[] times = new int[10_001];
    Spread spread = new Spread();
    for (int i = 0; i < times.length; i++) {
      times[i] = (int) Math.exp(random.nextDouble() * 11);
      spread.add(times[i]);
    }
    java.util.Arrays.sort(times);

    for (double part : new double[] {0.1, 0.5, 0.9, 0.95, 0.99}) {
      int exact = times[(int) Math.ceil(part * times.length) - 1];
      assertThat(spread.quantile(part)).isBetween(exact, exact + exact / 8 + 1);
    }
  }

  @Test
  void timesBeyondTheLastStepAndThoseNotReached() {
    Spread spread = new Spread();
    spread.add(-1);
    spread.add(0);
    spread.add(7);
    spread.add(Integer.MAX_VALUE);

    assertThat(spread.count()).isEqualTo(3);
    assertThat(spread.quantile(0.3)).isZero();
    assertThat(spread.quantile(0.6)).isEqualTo(7);
    assertThat(spread.quantile(1)).isGreaterThan(100_000);
  }
}
