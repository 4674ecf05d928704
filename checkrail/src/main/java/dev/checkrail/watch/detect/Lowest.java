package dev.checkrail.watch.detect;

import java.util.Arrays;

/**
 * The least that came by second in any five minutes of the last two hours: what a burst of minutes,
 * or a batch of an hour, does not raise. Confined.
 */
final class Lowest {
  private static final int BLOCK = 300;
  private static final int BLOCKS = 24;
  private static final int ENOUGH = 2;

  private final double[] means = new double[BLOCKS];
  private int blocks;
  private double sum;
  private int seconds;
  private double least = Double.POSITIVE_INFINITY;

  void add(double came) {
    sum += came;
    if (++seconds == BLOCK) {
      means[blocks++ % BLOCKS] = sum / seconds;
      sum = 0;
      seconds = 0;
      least =
          Arrays.stream(means, 0, Math.min(blocks, BLOCKS)).min().orElse(Double.POSITIVE_INFINITY);
    }
  }

  /** Whether enough was seen to say anything. */
  boolean known() {
    return blocks >= ENOUGH;
  }

  /** By second; the running five minutes count once a minute of them is seen. */
  double rate() {
    return seconds >= 60 ? Math.min(least, sum / seconds) : least;
  }
}
