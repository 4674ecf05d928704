package dev.checkrail.watch.detect;

/**
 * Tests whether fewer things (or more) come than should.
 *
 * <p>Nothing is wrong: the number of a second is Poisson, given all before it, with a mean of at
 * least (at most) {@code expected}. The bets are likelihood ratios of means that are 1/2, 1/5, 1/50
 * (2, 4, 10 times) of that: exact for small numbers; 0 where 3 were expected is a bet of at most
 * 19. Numbers that scatter less than Poisson's make it stricter. The error bound is that of {@link
 * Evidence}.
 */
final class RateTest {
  private static final double[] LESS = {1 / 2.0, 1 / 5.0, 1 / 50.0};
  private static final double[] MORE = {2, 4, 10};

  private final Evidence evidence =
      new Evidence(LESS.length, FalseAlarms.CAP, Evidence.USUAL_LIMIT);
  private final double[] times;
  private final double[] logs;

  private RateTest(double[] times) {
    this.times = times;
    this.logs = new double[times.length];
    for (int i = 0; i < times.length; i++) {
      logs[i] = Math.log(times[i]);
    }
  }

  /** Whether fewer come. */
  static RateTest fewer() {
    return new RateTest(LESS);
  }

  /** Whether more come. */
  static RateTest more() {
    return new RateTest(MORE);
  }

  /**
   * What a second brought.
   *
   * @param expected the least (most) mean with nothing wrong
   */
  void add(long second, long came, double expected) {
    if (expected <= 0) {
      return;
    }
    evidence.begin(second);
    for (int i = 0; i < times.length; i++) {
      evidence.bet(i, came * logs[i] - (times[i] - 1) * expected);
    }
    evidence.end();
  }

  Evidence evidence() {
    return evidence;
  }
}
