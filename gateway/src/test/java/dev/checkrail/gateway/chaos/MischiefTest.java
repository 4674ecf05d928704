package dev.checkrail.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class MischiefTest {
  private static List<Mischief> plan(long seed) {
    return Mischief.plan(seed, Duration.ofSeconds(300), Duration.ofSeconds(3), 3, 2);
  }

  @Test
  void theSameSeedDoesTheSame() {
    assertThat(plan(4)).isEqualTo(plan(4)).isNotEqualTo(plan(5));
  }

  @Test
  void fiveMinutesHaveAllOfIt() {
    assertThat(plan(1)).hasSizeBetween(60, 140);
    assertThat(plan(1)).isSortedAccordingTo(Comparator.comparing(Mischief::at));
    assertThat(plan(1))
        .hasAtLeastOneElementOfType(Mischief.KillInstance.class)
        .hasAtLeastOneElementOfType(Mischief.KillAcquirer.class)
        .hasAtLeastOneElementOfType(Mischief.Misbehave.class)
        .hasAtLeastOneElementOfType(Mischief.RestartDatabase.class);
  }

  @Test
  void theDatabaseIsLeftAloneForAWhile() {
    List<Mischief> restarts =
        plan(2).stream().filter(Mischief.RestartDatabase.class::isInstance).toList();
    for (int i = 1; i < restarts.size(); i++) {
      assertThat(restarts.get(i).at().minus(restarts.get(i - 1).at()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(19));
    }
  }
}
