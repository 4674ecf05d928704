package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.report.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which ways back are tried, and when. */
class WaysBackTest {
  private static final Verdict PASS =
      new Verdict(Verdict.Kind.PASS, List.of(), List.of(), List.of());

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger trials = new AtomicInteger();

  private void later(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  private void tried(int times) throws Exception {
    RunningHaproxy.eventually("it is tried", () -> trials.get() == times);
  }

  @Test
  void whatIsNotKnownIsTriedAlsoWhileUsersFail() throws Exception {
    try (WaysBack ways =
        new WaysBack(
            (balancer, digest) -> {
              trials.incrementAndGet();
              return PASS;
            },
            nanos::get)) {
      assertThat(ways.to("edge", "a").green()).isFalse();
      ways.keep("edge", List.of("a"), "basis", true);
      RunningHaproxy.eventually("it is green", () -> ways.to("edge", "a").green());
      // What is known is not tried again while users fail, whatever has changed.
      later(Duration.ofMinutes(5));
      ways.keep("edge", List.of("a"), "another", true);
      assertThat(trials).hasValue(1);
      later(Duration.ofMinutes(11));
      assertThat(ways.to("edge", "a").why()).contains("too long ago");
      ways.keep("edge", List.of("a"), "another", true);
      tried(2);
    }
  }

  @Test
  void whatCouldNotBeTriedIsTriedAgainSoonAlsoWhileUsersFail() throws Exception {
    try (WaysBack ways =
        new WaysBack(
            (balancer, digest) -> {
              if (trials.incrementAndGet() == 1) {
                throw new BalancerException(BalancerException.Kind.GONE, "nobody answers");
              }
              return PASS;
            },
            nanos::get)) {
      ways.keep("edge", List.of("a"), "basis", true);
      RunningHaproxy.eventually(
          "it is known that it could not be tried",
          () -> ways.to("edge", "a").why().contains("could not be tried: nobody answers"));
      ways.keep("edge", List.of("a"), "basis", true);
      assertThat(trials).hasValue(1);
      later(Duration.ofSeconds(11));
      ways.keep("edge", List.of("a"), "basis", true);
      RunningHaproxy.eventually("it is green", () -> ways.to("edge", "a").green());
    }
  }
}
