package dev.checkrail.watch.collect;

import java.util.Arrays;
import java.util.Map;
import java.util.StringJoiner;

/** A number for each {@link Counter}: totals, or what came in between two looks. Immutable. */
public final class Counts {
  /** Nothing was counted. */
  public static final Counts NONE = new Counts(new long[Counter.values().length]);

  private final long[] values;

  private Counts(long[] values) {
    this.values = values;
  }

  /** As a line of {@code show stat} has them; what is no number counts nothing. */
  static Counts of(Map<String, String> columns) {
    long[] values = new long[Counter.values().length];
    for (Counter one : Counter.values()) {
      values[one.ordinal()] = Math.max(0, Cells.number(columns, one.column(), 0));
    }
    return new Counts(values);
  }

  /** One of them. */
  public long of(Counter counter) {
    return values[counter.ordinal()];
  }

  /** Answers, whatever their status. */
  public long responses() {
    long sum = 0;
    for (Counter one : Counter.RESPONSES) {
      sum += of(one);
    }
    return sum;
  }

  /**
   * What came since. A counter that is lower than before was set back ({@code clear counters}): it
   * began at 0 again, so what it shows came since.
   */
  Counts since(Counts before) {
    long[] came = new long[values.length];
    for (int i = 0; i < came.length; i++) {
      came[i] = values[i] < before.values[i] ? values[i] : values[i] - before.values[i];
    }
    return new Counts(came);
  }

  /** Both together. */
  public Counts plus(Counts other) {
    long[] sum = new long[values.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = values[i] + other.values[i];
    }
    return new Counts(sum);
  }

  /** Whether all of it is 0. */
  public boolean none() {
    return Arrays.stream(values).allMatch(value -> value == 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Counts counts && Arrays.equals(values, counts.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  /** Those that are not 0. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ", "{", "}");
    for (Counter one : Counter.values()) {
      if (of(one) != 0) {
        text.add(one.word() + " " + of(one));
      }
    }
    return text.toString();
  }
}
