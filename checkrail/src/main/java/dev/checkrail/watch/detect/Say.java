package dev.checkrail.watch.detect;

import java.util.Locale;

/** Figures for people. */
final class Say {
  private Say() {}

  /** {@code 2.1 %}. */
  static String percent(double share) {
    double percent = share * 100;
    return percent >= 9.95
        ? String.format(Locale.ROOT, "%.0f %%", percent)
        : String.format(Locale.ROOT, "%.2g %%", percent < 0.0095 ? 0.0 : percent);
  }

  /** {@code 24}, {@code 6.7}. */
  static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond >= 9.95 ? "%.0f" : "%.1f", perSecond);
  }
}
