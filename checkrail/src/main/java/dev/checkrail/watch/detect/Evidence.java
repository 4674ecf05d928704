package dev.checkrail.watch.detect;

import java.util.Arrays;

/**
 * How much speaks against "nothing is wrong", looked at as often as one likes.
 *
 * <p>An <i>e-value</i> is a bet: a number of at least 0 whose mean is at most 1 as long as nothing
 * is wrong. Each second brings one for each of several alternatives (how wrong it might be), and
 * each alternative keeps the sum over all possible beginnings of the product of the bets since
 * then: {@code M ← (M + 1) · e}. This is the Shiryaev–Roberts e-detector (Shin, Ramdas, Rinaldo,
 * "E-detectors", 2022); the value is the mean over the alternatives.
 *
 * <p><b>Error bound.</b> With nothing wrong, {@code M - t} is a supermartingale after {@code t}
 * seconds, whatever the dependence between seconds, so the chance that the value ever reached
 * {@code c} within {@code T} seconds is at most {@code T / c}, and the mean time until it does is
 * at least {@code c} seconds. Looking each second, or stopping when it pleases, doesn't change
 * that; nor does capping a bet or the value, which only lowers it. {@link FalseAlarms} chooses
 * {@code c}.
 *
 * <p>No second counts for more than a bet of {@code e^}{@value #USUAL_LIMIT}: things come in
 * bunches, and a bad second that is over is nothing to be woken up by. So a page takes three.
 */
final class Evidence {
  static final double USUAL_LIMIT = 11.5;

  private final double[] sums;
  private final double cap;
  private final double limit;
  private final double[] rises;
  private final long[] began;
  private double value;
  private long second;

  /**
   * @param alternatives how many
   * @param cap no alternative gets above this, so that it can come down again
   * @param limit logarithm of the largest bet of a second
   */
  Evidence(int alternatives, double cap, double limit) {
    this.sums = new double[alternatives];
    this.rises = new double[alternatives];
    this.began = new long[alternatives];
    this.cap = cap;
    this.limit = limit;
  }

  /**
   * The next second's bets begin.
   *
   * @param second its number
   */
  void begin(long second) {
    this.second = second;
  }

  /** The bet of one alternative; each once a second. */
  void bet(int alternative, double logarithm) {
    double bet = Math.min(logarithm, limit);
    if (rises[alternative] <= 0) {
      rises[alternative] = 0;
      began[alternative] = second;
    }
    rises[alternative] += bet;
    double sum = (sums[alternative] + 1) * Math.exp(bet);
    sums[alternative] = Math.min(sum, cap);
  }

  /** All bets are made. */
  void end() {
    double sum = 0;
    for (double one : sums) {
      sum += one;
    }
    value = sum / sums.length;
  }

  /** About 1 as long as nothing is wrong. */
  double value() {
    return value;
  }

  /**
   * When it began, most likely: where the likelihood of the alternative that explains it best was
   * least (Page's CUSUM).
   */
  long since() {
    int best = 0;
    for (int i = 1; i < sums.length; i++) {
      best = sums[i] > sums[best] ? i : best;
    }
    return began[best];
  }

  /** Logarithm of how much likelier the best alternative is since it began; 0 if none is. */
  double rise() {
    double most = 0;
    for (double one : rises) {
      most = Math.max(most, one);
    }
    return most;
  }

  /** Forgets everything. */
  void clear() {
    Arrays.fill(sums, 0);
    Arrays.fill(rises, 0);
    value = 0;
  }
}
