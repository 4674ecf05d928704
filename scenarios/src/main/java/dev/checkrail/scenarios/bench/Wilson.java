package dev.checkrail.scenarios.bench;

import java.util.Locale;

/**
 * Wilson's interval of 95 % for a share: how good it may be in truth, if {@code hits} of {@code
 * runs} were right.
 *
 * @param low 0 to 1
 * @param high 0 to 1
 */
record Wilson(double low, double high) {
  private static final double Z = 1.959964;

  static Wilson of(long hits, long runs) {
    if (hits < 0 || hits > runs) {
      throw new IllegalArgumentException(hits + " of " + runs);
    }
    if (runs == 0) {
      return new Wilson(0, 1);
    }
    double share = (double) hits / runs;
    double square = Z * Z;
    double middle = (share + square / (2 * runs)) / (1 + square / runs);
    double half =
        Z
            / (1 + square / runs)
            * Math.sqrt(share * (1 - share) / runs + square / (4.0 * runs * runs));
    return new Wilson(Math.max(0, middle - half), Math.min(1, middle + half));
  }

  /** {@code 83–99 %}. */
  String text() {
    return String.format(Locale.ROOT, "%.0f–%.0f %%", 100 * low, 100 * high);
  }
}
