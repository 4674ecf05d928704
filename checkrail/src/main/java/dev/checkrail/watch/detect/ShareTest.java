package dev.checkrail.watch.detect;

/**
 * Tests whether more than a tolerated share of requests is bad.
 *
 * <p>Nothing is wrong: each request is bad with a chance of at most {@code tolerated}, given all
 * before it. The bets are likelihood ratios of larger shares (1.5, 3, 8, 40 times, and 70 %) to
 * that one: exact for any number of requests, also for one. {@code tolerated} may be changed
 * between seconds by what was seen before. The error bound is that of {@link Evidence}.
 *
 * <p>Bad requests that come in bunches (one client, one connection) speak more than they should;
 * who adds them sees to that.
 */
final class ShareTest {
  private static final double[] TIMES = {1.5, 3, 8, 40};
  private static final double MOST = 0.7;
  private static final int ALTERNATIVES = TIMES.length + 1;

  private final Evidence evidence;
  private final double[] ifBad = new double[ALTERNATIVES];
  private final double[] ifGood = new double[ALTERNATIVES];
  private double tolerated;

  ShareTest(double tolerated) {
    this(tolerated, Evidence.USUAL_LIMIT);
  }

  /**
   * @param limit logarithm of the largest bet of a second
   */
  ShareTest(double tolerated, double limit) {
    evidence = new Evidence(ALTERNATIVES, FalseAlarms.CAP, limit);
    tolerate(tolerated);
  }

  /** From now on that much is tolerated: more than 0, less than 1. */
  void tolerate(double share) {
    if (share == tolerated) {
      return;
    }
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share of " + share);
    }
    tolerated = share;
    for (int i = 0; i < ALTERNATIVES; i++) {
      double nearer = 1 - (1 - share) / (i + 2); // for large shares, so that all are larger
      double other = i < TIMES.length ? Math.min(share * TIMES[i], nearer) : Math.max(MOST, nearer);
      ifBad[i] = Math.log(other / share);
      ifGood[i] = Math.log((1 - other) / (1 - share));
    }
  }

  double tolerated() {
    return tolerated;
  }

  /** What a second brought. */
  void add(long second, long requests, long bad) {
    if (requests == 0) {
      return;
    }
    evidence.begin(second);
    for (int i = 0; i < ALTERNATIVES; i++) {
      evidence.bet(i, bad * ifBad[i] + (requests - bad) * ifGood[i]);
    }
    evidence.end();
  }

  Evidence evidence() {
    return evidence;
  }
}
