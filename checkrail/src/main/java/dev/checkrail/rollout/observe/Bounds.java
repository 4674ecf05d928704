package dev.checkrail.rollout.observe;

/**
 * Bounds of a share of which a number of cases is known. Chernoff's: a share p gives k of n or more
 * (or fewer) with a chance of at most exp(-n·KL(k/n‖p)). Holds for every n, also where nothing
 * failed.
 */
final class Bounds {
  private static final int STEPS = 60;

  private Bounds() {}

  /** The largest share that is not refuted; 1 without a case. */
  static double high(long some, long all, double mistake) {
    return bound(some, all, 1, mistake);
  }

  /** The smallest; 0 without a case. */
  static double low(long some, long all, double mistake) {
    return bound(some, all, 0, mistake);
  }

  private static double bound(long some, long all, double end, double mistake) {
    if (all == 0) {
      return end;
    }
    double share = (double) some / all;
    double limit = -Math.log(mistake) / all;
    double inside = share;
    double outside = end;
    for (int i = 0; i < STEPS; i++) {
      double middle = (inside + outside) / 2;
      if (part(share, middle) + part(1 - share, 1 - middle) <= limit) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return inside;
  }

  /** Of Kullback and Leibler's divergence of two coins. */
  private static double part(double a, double b) {
    return a <= 0 ? 0 : b <= 0 ? Double.POSITIVE_INFINITY : a * Math.log(a / b);
  }
}
