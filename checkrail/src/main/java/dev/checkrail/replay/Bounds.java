package dev.checkrail.replay;

/**
 * Bounds of a share that was seen in a sample. Chernoff's: a share p gives k of n or more (or
 * fewer) with a chance of at most exp(-n·KL(k/n‖p)). Holds for every n, also where nothing was seen.
 */
final class Bounds {
  private static final int STEPS = 60;

  private Bounds() {}

  /** The largest p that is not refuted; 1 if there is no sample. */
  static double high(double share, double size, double mistake) {
    return bound(share, 1, size, mistake);
  }

  /** The smallest. */
  static double low(double share, double size, double mistake) {
    return bound(share, 0, size, mistake);
  }

  private static double bound(double share, double end, double size, double mistake) {
    double inside = share;
    double outside = end;
    double limit = -Math.log(mistake);
    if (size == 0) {
      return end;
    }
    for (int i = 0; i < STEPS; i++) {
      double middle = (inside + outside) / 2;
      if (size * divergence(share, middle) <= limit) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return inside;
  }

  /** Kullback and Leibler's, of two coins. */
  private static double divergence(double a, double b) {
    return part(a, b) + part(1 - a, 1 - b);
  }

  private static double part(double a, double b) {
    return a <= 0 ? 0 : b <= 0 ? Double.POSITIVE_INFINITY : a * Math.log(a / b);
  }
}
