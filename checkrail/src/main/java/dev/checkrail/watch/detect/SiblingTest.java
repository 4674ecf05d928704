package dev.checkrail.watch.detect;

/**
 * Tests whether bad requests gather at one of several alike servers.
 *
 * <p>Nothing is wrong: given how many requests of a second went to the server and to all, and how
 * many of all were bad, a bad one has at most twice the odds to have been at this server that a
 * good one has. What all share (a slow database, a bad minute) cancels out: no baseline is needed.
 * The bets are {@code r^X / (1 - w + w·r)^F} with {@code X} of {@code F} bad ones at the server,
 * {@code w} its share of the requests at twice the odds and {@code r} one of 2, 6, 20.
 *
 * <p>For equal odds the bet is exact: {@code X} is hypergeometric, which a convex function such as
 * {@code r^X} likes less than the binomial (Hoeffding 1963), whose mean the denominator is. The
 * factor of two makes it stricter. The error bound is that of {@link Evidence}.
 */
final class SiblingTest {
  private static final double[] RATIOS = {2, 6, 20};
  private static final double[] LOGS = {Math.log(2), Math.log(6), Math.log(20)};
  private static final double TOLERATED = 2;

  private final Evidence evidence =
      new Evidence(RATIOS.length, FalseAlarms.CAP, Evidence.USUAL_LIMIT);

  /**
   * What a second brought.
   *
   * @param own requests at this server
   * @param ownBad bad ones of them
   * @param all requests at all of them, this one included
   * @param allBad bad ones of them
   */
  void add(long second, long own, long ownBad, long all, long allBad) {
    if (allBad == 0 || own == 0 || own == all) {
      return;
    }
    double share = TOLERATED * own / (TOLERATED * own + (all - own));
    evidence.begin(second);
    for (int i = 0; i < RATIOS.length; i++) {
      evidence.bet(i, ownBad * LOGS[i] - allBad * Math.log1p(share * (RATIOS[i] - 1)));
    }
    evidence.end();
  }

  Evidence evidence() {
    return evidence;
  }
}
