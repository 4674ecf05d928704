package dev.checkrail.watch.detect;

/**
 * A share of something, where what was counted long ago counts less: half after {@code halfLife}
 * seconds.
 */
final class Faded {
  private final double keep;
  private double part;
  private double whole;
  private double seconds;

  Faded(double halfLife) {
    this.keep = Math.exp(-Math.log(2) / halfLife);
  }

  /** A second, or the requests of one. */
  void add(double part, double whole) {
    this.part = this.part * keep + part;
    this.whole = this.whole * keep + whole;
    seconds = seconds * keep + 1;
  }

  /** So many seconds are remembered, at most 1.44 half-lives. */
  double seconds() {
    return seconds;
  }

  /** So much of the whole is remembered. */
  double whole() {
    return whole;
  }

  /** Part by whole; {@code otherwise} if there was nothing. */
  double share(double otherwise) {
    return whole > 0 ? part / whole : otherwise;
  }

  /** The part by second; 0 if nothing was added. */
  double rate() {
    return seconds > 0 ? part / seconds : 0;
  }

  void clear() {
    part = 0;
    whole = 0;
    seconds = 0;
  }
}
