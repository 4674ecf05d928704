package dev.checkrail.watch.detect;

/**
 * A share against what is usual here: {@link ShareTest} with a tolerated share that is learnt. What
 * is learnt is a minute old, and nothing speaks against it still, so that what goes wrong slowly is
 * not taken for usual. In the first {@value #WARM_UP} s it is held against the largest share that
 * can be tolerated only, and learns at once. Confined.
 */
final class Habit {
  private static final int RELEARN = 16;
  private static final int LAG = 60;
  private static final int WARM_UP = 120;
  private static final double SUSPICIOUS = 4;

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
  private final int[] requestsBefore = new int[LAG];
  private final int[] badBefore = new int[LAG];
  private int age;

  Habit(Tolerance tolerance, Latch latch) {
    this(tolerance, latch, Evidence.USUAL_LIMIT);
  }

  /**
   * @param limit logarithm of the largest bet of a second
   */
  Habit(Tolerance tolerance, Latch latch, double limit) {
    this.tolerance = tolerance;
    this.test = new ShareTest(tolerance.most(), limit);
    this.usual = new Faded(tolerance.halfLife());
    this.latch = latch;
  }

  /** It is no new unit: so many requests came before, and none was bad. */
  Habit experienced(double requests) {
    usual.add(0, requests);
    age = WARM_UP;
    test.tolerate(tolerance.of(0));
    return this;
  }

  /** A second's requests; whether there are more bad ones than usual. */
  boolean add(long second, long requests, long bad) {
    if (requests > 0) {
      test.add(second, requests, bad);
      recent.add(bad, requests);
      learn(requests, bad);
    }
    return latch.update(second, test.evidence(), requests, bad);
  }

  private void learn(long requests, long bad) {
    int slot = age % LAG;
    boolean suspicious = latch.on() || test.evidence().rise() >= SUSPICIOUS;
    if (age < WARM_UP) {
      usual.add(bad, requests);
    } else if (!suspicious) {
      usual.add(badBefore[slot], requestsBefore[slot]);
    }
    requestsBefore[slot] = suspicious || age < WARM_UP ? 0 : (int) Math.min(requests, 1 << 30);
    badBefore[slot] = suspicious || age < WARM_UP ? 0 : (int) Math.min(bad, 1 << 30);
    if (age >= WARM_UP && age % RELEARN == WARM_UP % RELEARN) {
      test.tolerate(tolerance.of(usual.share(0)));
    }
    age = age == Integer.MAX_VALUE - LAG ? WARM_UP : age + 1;
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
