package dev.checkrail.gateway.acquiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentlyTest {
  private final AtomicLong nanos = new AtomicLong(5_000_000_000L);
  private final Recently recently = new Recently(nanos::get);

  @Test
  void nothingWasCalled() {
    assertThat(recently.seconds()).isZero();
    assertThat(recently.failing()).isZero();
  }

  @Test
  void meanAndShareOfTenSeconds() {
    call(0.1, true);
    call(0.3, false);
    assertThat(recently.seconds()).isCloseTo(0.2, within(0.001));
    assertThat(recently.failing()).isEqualTo(0.5);
    pass(20);
    assertThat(recently.seconds()).isZero();
    assertThat(recently.failing()).isZero();
  }

  @Test
  void oneThatHasNoAnswerYetCounts() {
    call(0.1, true);
    long hanging = recently.begin();
    pass(3);
    assertThat(recently.seconds()).isCloseTo(3, within(0.001));
    recently.end(hanging, false);
    assertThat(recently.failing()).isEqualTo(0.5);
  }

  private void call(double seconds, boolean answered) {
    long id = recently.begin();
    pass(seconds);
    recently.end(id, answered);
  }

  private void pass(double seconds) {
    nanos.addAndGet((long) (seconds * 1e9));
  }
}
