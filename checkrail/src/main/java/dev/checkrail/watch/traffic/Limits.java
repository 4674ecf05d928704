package dev.checkrail.watch.traffic;

/**
 * How much is remembered.
 *
 * @param seconds how long
 * @param rowsPerSecond in one second; what does not fit is counted under {@link Route#OTHER}
 * @param rows in all seconds together, about 600 bytes each
 * @param services whose clients are told apart in a second
 * @param heavy clients that are counted one by one
 */
public record Limits(int seconds, int rowsPerSecond, int rows, int services, int heavy) {
  public Limits {
    if (seconds < 2 || rowsPerSecond < 1 || rows < rowsPerSecond || services < 1 || heavy < 1) {
      throw new IllegalArgumentException("limits of nothing");
    }
  }

  /** Fifteen minutes, at most some 60 MB. */
  public static Limits standard() {
    return new Limits(900, 1_000, 90_000, 32, 64);
  }
}
