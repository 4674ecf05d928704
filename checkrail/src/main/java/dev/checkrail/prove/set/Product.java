package dev.checkrail.prove.set;

import java.util.function.IntBinaryOperator;

/**
 * Two automata run side by side: union, intersection, difference and the combination of tests.
 *
 * <p>Only pairs that can be reached are made. Which pairs may be dropped as dead follows from the
 * operation: an intersection dies with either side, a difference with its left one, a union when
 * both are gone.
 */
final class Product {
  /** Which side must be alive for a pair to be worth following. */
  enum Needs {
    BOTH,
    LEFT,
    EITHER
  }

  private Product() {}

  static Dfa of(Dfa a, Dfa b, Needs needs, IntBinaryOperator label, Budget budget) {
    LongIndex pairs = new LongIndex();
    if (pair(pairs, a.start(), b.start(), needs) == Dfa.DEAD) {
      return Dfa.EMPTY;
    }
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    for (int p = 0; p < pairs.size(); p++) {
      int s = (int) (pairs.key(p) >>> 32) - 1;
      int t = (int) pairs.key(p) - 1;
      row.clear();
      int i = s < 0 ? 0 : a.begin(s);
      int iEnd = s < 0 ? 1 : a.end(s);
      int j = t < 0 ? 0 : b.begin(t);
      int jEnd = t < 0 ? 1 : b.end(t);
      int low = 0;
      while (true) {
        row.add(low, pair(pairs, s < 0 ? -1 : a.target(i), t < 0 ? -1 : b.target(j), needs));
        int nextA = i + 1 < iEnd ? a.low(i + 1) : 256;
        int nextB = j + 1 < jEnd ? b.low(j + 1) : 256;
        low = Math.min(nextA, nextB);
        if (low == 256) {
          break;
        }
        if (nextA == low) {
          i++;
        }
        if (nextB == low) {
          j++;
        }
      }
      out.add(label.applyAsInt(a.label(s), b.label(t)), row);
      budget.check(pairs.size(), "the combination of two sets");
    }
    return out.build();
  }

  private static int pair(LongIndex pairs, int s, int t, Needs needs) {
    boolean dead =
        switch (needs) {
          case BOTH -> s < 0 || t < 0;
          case LEFT -> s < 0;
          case EITHER -> s < 0 && t < 0;
        };
    return dead ? Dfa.DEAD : pairs.add((long) (s + 1) << 32 | (t + 1));
  }

  /** Whether some word has a label in {@code a} and none in {@code b}; stops at the first. */
  static boolean isInside(Dfa a, Dfa b, Budget budget) {
    LongIndex pairs = new LongIndex();
    if (pair(pairs, a.start(), b.start(), Needs.LEFT) == Dfa.DEAD) {
      return true;
    }
    for (int p = 0; p < pairs.size(); p++) {
      int s = (int) (pairs.key(p) >>> 32) - 1;
      int t = (int) pairs.key(p) - 1;
      if (a.label(s) != 0 && b.label(t) == 0) {
        return false;
      }
      if (t >= 0 && b.label(t) != 0 && b.isForever(t)) {
        continue;
      }
      int j = t < 0 ? -1 : b.begin(t);
      for (int i = a.begin(s); i < a.end(s); i++) {
        if (a.target(i) < 0) {
          continue;
        }
        if (t < 0) {
          pair(pairs, a.target(i), -1, Needs.LEFT);
          continue;
        }
        int low = a.low(i);
        int high = a.high(s, i);
        while (b.high(t, j) < low) {
          j++;
        }
        int k = j;
        while (true) {
          pair(pairs, a.target(i), b.target(k), Needs.LEFT);
          if (b.high(t, k) >= high) {
            break;
          }
          k++;
        }
      }
      budget.check(pairs.size(), "the comparison of two sets");
    }
    return true;
  }
}
