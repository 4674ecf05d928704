package dev.checkrail.rollout.observe;

/**
 * What is demanded of a step.
 *
 * @param falseRollback chance to undo a step that does no harm, however often it is looked
 * @param falsePromotion chance to pass a step by which {@code margin} more of the moved requests
 *     fail, however often it is looked
 * @param margin so much more of the moved requests may not fail: 0.02 is two of a hundred
 * @param tolerated so much more is nothing to be undone for; less than {@code margin}
 * @param seconds at least so long is observed
 * @param least at least so many moved requests
 * @param patience after so many seconds a person is asked
 */
public record Terms(
    double falseRollback,
    double falsePromotion,
    double margin,
    double tolerated,
    int seconds,
    int least,
    int patience) {
  public Terms {
    if (!(falseRollback > 0 && falseRollback < 1 && falsePromotion > 0 && falsePromotion < 1)) {
      throw new IllegalArgumentException("chances lie between 0 and 1");
    }
    if (!(tolerated >= 0 && tolerated < margin && margin < 1)) {
      throw new IllegalArgumentException("0 <= tolerated < margin < 1");
    }
  }

  /** One in a hundred for each mistake, two failures in a hundred, 30 seconds, a quarter hour. */
  public static Terms standard() {
    return new Terms(0.01, 0.01, 0.02, 0.005, 30, 50, 900);
  }
}
