package dev.checkrail.watch.detect;

/**
 * A share against what is usual here: {@link ShareTest} with a tolerated share that is learnt. While
 * anything speaks against it nothing is learnt. Confined.
 */
final class Habit {
  private static final int RELEARN = 16;
  private static final double SUSPICIOUS = 1e3;

  /**
   * How much more than usual is tolerated.
   *
   * @param least tolerated share
   * @param times so many times the usual share is tolerated
   * @param moreAtMost but at most that much more than the usual share
   * @param most tolerated share
   * @param halfLife seconds after which what was usual counts half
   */
  record Tolerance(double least, double times, double moreAtMost, double most, double halfLife) {
    double of(double usual) {
      double more = Math.min(usual * (times - 1), moreAtMost);
      return Math.clamp(usual + more, least, most);
    }
  }

  private final Tolerance tolerance;
  private final ShareTest test;
  private final Faded usual;
  private final Faded recent = new Faded(10);
  private final Latch latch;
  private int learnt;

  Habit(Tolerance tolerance, Latch latch) {
    this(tolerance, latch, Evidence.USUAL_LIMIT);
  }

  /**
   * @param limit logarithm of the largest bet of a second
   */
  Habit(Tolerance tolerance, Latch latch, double limit) {
    this.tolerance = tolerance;
    this.test = new ShareTest(tolerance.least(), limit);
    this.usual = new Faded(tolerance.halfLife());
    this.latch = latch;
  }

  /** A second's requests; whether there are more bad ones than usual. */
  boolean add(long second, long requests, long bad) {
    if (requests > 0) {
      test.add(second, requests, bad);
      recent.add(bad, requests);
      if (!latch.on() && test.evidence().value() < SUSPICIOUS) {
        usual.add(bad, requests);
        if (learnt++ % RELEARN == 0) {
          test.tolerate(tolerance.of(usual.share(0)));
        }
      }
    }
    return latch.update(second, test.evidence(), requests > 0);
  }

  Latch latch() {
    return latch;
  }

  /** The share of about the last quarter of a minute. */
  double recent() {
    return recent.share(0);
  }

  /** The requests of about the last quarter of a minute. */
  double recentRequests() {
    return recent.whole();
  }

  double usual() {
    return usual.share(0);
  }

  double tolerated() {
    return test.tolerated();
  }
}
