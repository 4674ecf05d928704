package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A fleet of 20 load balancers at which nothing is wrong, with the noise of real payments ({@link
 * CleanDays}): nobody is woken up. As a rule a morning; {@code -Dcheckrail.cleanDays=30} for a
 * month, {@code -Dcheckrail.cleanSeed} for another one.
 */
class CleanFleetTest {
  private static final double DAYS =
      Double.parseDouble(System.getProperty("checkrail.cleanDays", "0.1"));

  private static final long SEED = Long.getLong("checkrail.cleanSeed", 20240818L);

  @Test
  void nobodyIsWokenUp() {
    Map<String, Integer> told = new TreeMap<>();
    var fleet =
        IntStream.range(0, CleanDays.RATES.length)
            .parallel()
            .mapToObj(i -> {
              CleanDays one = new CleanDays(SEED + i, CleanDays.RATES[i]);
              one.live(DAYS);
              return one;
            })
            .toList();
    fleet.forEach(one -> one.told.forEach((what, count) -> told.merge(what, count, Integer::sum)));
    System.out.printf(
        "%d load balancers, %s days each, seed %d: told %s%n", fleet.size(), DAYS, SEED, told);
    assertThat(
            fleet.stream()
                .flatMap(one -> one.pages.stream())
                .map(notice ->
                    notice.alert().opened()
                        + " "
                        + notice.alert().detection().id()
                        + " "
                        + notice.alert().what())
                .collect(Collectors.toList()))
        .isEmpty();
  }
}
