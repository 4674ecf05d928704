package dev.checkrail.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CrowdTest {
  @Test
  void theSameSeedIsTheSameCrowd() {
    assertThat(new Crowd(60, 10, 5, "r", 0.1, 0.2).users())
        .isEqualTo(new Crowd(60, 10, 5, "r", 0.1, 0.2).users())
        .isNotEqualTo(new Crowd(60, 10, 6, "r", 0.1, 0.2).users());
  }

  @Test
  void asManyComeAsWereWantedAndTheyComeInOrder() {
    List<User> users = new Crowd(100, 100, 1, "r", 0, 0).users();

    assertThat(users).hasSizeBetween(9_500, 10_500); // five standard deviations
    assertThat(users).isSortedAccordingTo(java.util.Comparator.comparing(User::comes));
    assertThat(users).extracting(User::key).doesNotHaveDuplicates();
  }

  @Test
  void theTimesBetweenUsersVaryAsWithoutMemory() {
    List<User> users = new Crowd(100, 100, 2, "r", 0, 0).users();
    long shorterThanHalf = 0;
    for (int i = 1; i < users.size(); i++) {
      long gap = users.get(i).comes().minus(users.get(i - 1).comes()).toNanos();
      shorterThanHalf += gap < 5_000_000 ? 1 : 0;
    }

    assertThat(shorterThanHalf / (double) users.size()).isBetween(0.37, 0.42); // 1 - e^-0.5 = 0.393
  }

  @Test
  void aRateOfNothingIsRefused() {
    assertThatThrownBy(() -> new Crowd(0, 1, 1, "r", 0, 0))
        .hasMessageContaining("users per second");
  }
}
