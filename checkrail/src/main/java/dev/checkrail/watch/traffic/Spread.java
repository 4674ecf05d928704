package dev.checkrail.watch.traffic;

import java.util.Arrays;

/**
 * Times in milliseconds, counted in steps that grow with them: exact up to 7 ms, then eight steps
 * for each doubling, so that a quantile is at most 1/8 too high; more than two minutes are one
 * step. Confined to whoever adds; a copy is handed out.
 */
public final class Spread {
  private static final int EXACT = 8;
  private static final int STEPS = EXACT + 8 * 14;

  private final int[] counts;
  private long count;
  private long sum;

  public Spread() {
    this(new int[STEPS], 0, 0);
  }

  private Spread(int[] counts, long count, long sum) {
    this.counts = counts;
    this.count = count;
    this.sum = sum;
  }

  /** Counts one; below 0 (not reached) is left out. */
  public void add(int millis) {
    if (millis >= 0) {
      counts[step(millis)]++;
      count++;
      sum += millis;
    }
  }

  /** Counts all of another one. */
  public void add(Spread other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    sum += other.sum;
  }

  /** The same as it is now. */
  public Spread copy() {
    return new Spread(counts.clone(), count, sum);
  }

  /** How many were counted. */
  public long count() {
    return count;
  }

  /** All milliseconds together. */
  public long sum() {
    return sum;
  }

  /**
   * So many milliseconds or less took this part of them.
   *
   * @param part more than 0, at most 1
   * @return the upper end of the step; 0 if nothing was counted
   */
  public int quantile(double part) {
    long wanted = Math.max(1, (long) Math.ceil(part * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted) {
        return highest(i);
      }
    }
    return 0;
  }

  /** How many took longer than so many milliseconds, but for those in the step that it lies in. */
  public long above(int millis) {
    if (count == 0 || millis == Integer.MAX_VALUE) {
      return 0;
    }
    long sum = 0;
    for (int i = step(Math.max(0, millis)) + 1; i < counts.length; i++) {
      sum += counts[i];
    }
    return sum;
  }

  private static int step(int millis) {
    if (millis < EXACT) {
      return millis;
    }
    int octave = 31 - Integer.numberOfLeadingZeros(millis);
    return Math.min(STEPS - 1, EXACT + 8 * (octave - 3) + (millis >>> octave - 3) - 8);
  }

  private static int highest(int step) {
    if (step < EXACT) {
      return step;
    }
    int octave = (step - EXACT) / 8 + 3;
    return ((step - EXACT) % 8 + 9 << octave - 3) - 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Spread spread
        && count == spread.count
        && sum == spread.sum
        && Arrays.equals(counts, spread.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return count + " times, " + sum + " ms";
  }
}
