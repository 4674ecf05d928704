package dev.checkrail.watch.detect;

import dev.checkrail.watch.traffic.Band;
import java.util.Arrays;
import java.util.Map;
import java.util.StringJoiner;

/** How many requests ended how. Immutable. */
public final class Ended {
  private static final Band[] BANDS = Band.values();
  private static final boolean[] FAILURE = new boolean[BANDS.length];

  static {
    for (Band band : BANDS) {
      FAILURE[band.ordinal()] = band.failure();
    }
  }

  /** None. */
  public static final Ended NOTHING = new Ended(new long[BANDS.length]);

  private final long[] counts;
  private final long requests;
  private final long failures;

  private Ended(long[] counts) {
    this.counts = counts;
    long all = 0;
    long failed = 0;
    for (int i = 0; i < counts.length; i++) {
      all += counts[i];
      failed += FAILURE[i] ? counts[i] : 0;
    }
    this.requests = all;
    this.failures = failed;
  }

  /** So many of each; what is left out is 0. */
  public static Ended of(Map<Band, Long> counts) {
    long[] all = new long[BANDS.length];
    counts.forEach((band, count) -> all[band.ordinal()] = count);
    return new Ended(all);
  }

  /** So many of each, in the order of {@link Band}. */
  static Ended of(long[] counts) {
    return new Ended(Arrays.copyOf(counts, BANDS.length));
  }

  /** How many ended like this. */
  public long of(Band band) {
    return counts[band.ordinal()];
  }

  /** All of them. */
  public long requests() {
    return requests;
  }

  /** Those that failed; see {@link Band#failure}. */
  public long failures() {
    return failures;
  }

  /** Both together. */
  public Ended plus(Ended other) {
    long[] sum = counts.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other.counts[i];
    }
    return new Ended(sum);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ended ended && Arrays.equals(counts, ended.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  /** Those that are not 0. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ", "{", "}");
    for (Band band : BANDS) {
      if (of(band) != 0) {
        text.add(band + " " + of(band));
      }
    }
    return text.toString();
  }
}
