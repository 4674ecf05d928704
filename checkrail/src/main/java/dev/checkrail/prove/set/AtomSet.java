package dev.checkrail.prove.set;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A set of small non-negative numbers as sorted, disjoint, non-touching intervals; immutable.
 *
 * <p>Atoms are numbered so that a prefix test is one interval, so sets of thousands of atoms are
 * mostly two numbers here.
 */
public final class AtomSet {
  public static final AtomSet NONE = new AtomSet(new int[0]);

  /** from, past, from, past … strictly increasing. */
  private final int[] bounds;

  private AtomSet(int[] bounds) {
    this.bounds = bounds;
  }

  public static AtomSet of(int... members) {
    int[] sorted = members.clone();
    Arrays.sort(sorted);
    Builder builder = new Builder();
    for (int m : sorted) {
      builder.add(m);
    }
    return builder.build();
  }

  /** The numbers {@code from} ≤ n &lt; {@code past}. */
  public static AtomSet range(int from, int past) {
    if (from < 0) {
      throw new IllegalArgumentException("atoms are not negative: " + from);
    }
    return from >= past ? NONE : new AtomSet(new int[] {from, past});
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  public int size() {
    int n = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      n += bounds[i + 1] - bounds[i];
    }
    return n;
  }

  public int intervals() {
    return bounds.length / 2;
  }

  public int from(int interval) {
    return bounds[2 * interval];
  }

  public int past(int interval) {
    return bounds[2 * interval + 1];
  }

  public boolean contains(int member) {
    int i = Arrays.binarySearch(bounds, member);
    return i >= 0 ? (i & 1) == 0 : (-i - 1 & 1) == 1;
  }

  /** The smallest member. */
  public int first() {
    if (bounds.length == 0) {
      throw new IllegalStateException("the empty set has no first member");
    }
    return bounds[0];
  }

  public IntStream stream() {
    return IntStream.range(0, intervals()).flatMap(i -> IntStream.range(from(i), past(i)));
  }

  public AtomSet union(AtomSet other) {
    return merge(other, true, true, true);
  }

  public AtomSet intersect(AtomSet other) {
    return merge(other, true, false, false);
  }

  public AtomSet minus(AtomSet other) {
    return merge(other, false, true, false);
  }

  /** The numbers below {@code size} that are not members. */
  public AtomSet complement(int size) {
    return range(0, size).minus(this);
  }

  private AtomSet merge(AtomSet other, boolean both, boolean onlyThis, boolean onlyOther) {
    int[] a = bounds;
    int[] b = other.bounds;
    int[] out = new int[a.length + b.length];
    int n = 0;
    int i = 0;
    int j = 0;
    boolean on = false;
    while (i < a.length || j < b.length) {
      int at =
          Math.min(
              i < a.length ? a[i] : Integer.MAX_VALUE, j < b.length ? b[j] : Integer.MAX_VALUE);
      if (i < a.length && a[i] == at) {
        i++;
      }
      if (j < b.length && b[j] == at) {
        j++;
      }
      boolean inA = (i & 1) == 1;
      boolean inB = (j & 1) == 1;
      boolean now = inA ? (inB ? both : onlyThis) : inB && onlyOther;
      if (now != on) {
        out[n++] = at;
        on = now;
      }
    }
    return n == 0 ? NONE : new AtomSet(Arrays.copyOf(out, n));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof AtomSet other && Arrays.equals(bounds, other.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < intervals(); i++) {
      text.append(i == 0 ? "" : ", ").append(from(i));
      if (past(i) - from(i) > 1) {
        text.append("..").append(past(i) - 1);
      }
    }
    return text.append('}').toString();
  }

  /** Members must be added in ascending order; repetition is allowed. */
  static final class Builder {
    private int[] bounds = new int[4];
    private int size;

    void add(int member) {
      if (size > 0 && bounds[size - 1] > member) {
        return;
      }
      if (size > 0 && bounds[size - 1] == member) {
        bounds[size - 1] = member + 1;
        return;
      }
      if (size == bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * size);
      }
      bounds[size++] = member;
      bounds[size++] = member + 1;
    }

    /** {@code from} must not be below what was added. */
    void addRange(int from, int past) {
      if (from < past) {
        add(from);
        bounds[size - 1] = past;
      }
    }

    AtomSet build() {
      return size == 0 ? NONE : new AtomSet(Arrays.copyOf(bounds, size));
    }
  }
}
