package dev.checkrail.rollout.observe;

/**
 * Evidence against a hypothesis, as the money that somebody has who bets against it and began with
 * 1: an e-process. If the hypothesis holds, no bet is worth more than it costs, so the chance that
 * the money ever reaches {@code c} is at most {@code 1/c} (Ville's inequality), however often one
 * looks and whenever one stops.
 *
 * <p>The money is spread over several alternatives (how wrong the hypothesis might be) and, if asked
 * for, over all seconds at which it may have become wrong: second {@code t} gets {@code
 * 1/((t+1)(t+2))} of it, which adds up to 1. All in logarithms.
 */
final class Wager {
  private final double[] money;
  private final boolean anyBeginning;
  private long second;

  /**
   * @param alternatives how many
   * @param anyBeginning whether the hypothesis may become wrong later
   */
  Wager(int alternatives, boolean anyBeginning) {
    this.money = new double[alternatives];
    this.anyBeginning = anyBeginning;
    if (anyBeginning) {
      java.util.Arrays.fill(money, Double.NEGATIVE_INFINITY);
    }
  }

  /**
   * One second's bets.
   *
   * @param logarithms of what each alternative's stake is multiplied with
   */
  void bet(double[] logarithms) {
    for (int i = 0; i < money.length; i++) {
      double stake =
          anyBeginning ? sum(money[i], -Math.log((second + 1.0) * (second + 2.0))) : money[i];
      money[i] = stake + logarithms[i];
    }
    second++;
  }

  /** The logarithm of all the money. */
  double logarithm() {
    double all = Double.NEGATIVE_INFINITY;
    for (double one : money) {
      all = sum(all, one);
    }
    all -= Math.log(money.length);
    // What is not yet at stake.
    return anyBeginning ? sum(all, -Math.log(second + 1.0)) : all;
  }

  private static double sum(double a, double b) {
    double large = Math.max(a, b);
    return large == Double.NEGATIVE_INFINITY
        ? large
        : large + Math.log1p(Math.exp(Math.min(a, b) - large));
  }
}
