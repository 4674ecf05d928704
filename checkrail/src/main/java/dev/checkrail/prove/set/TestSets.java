package dev.checkrail.prove.set;

import java.util.Arrays;

/** Sets of test numbers, each kept once and called by a number; 0 is the empty set. */
final class TestSets {
  private final IntsIndex sets = new IntsIndex();
  private final Memo unions = new Memo();
  private final Budget budget;
  private long members;

  TestSets(Budget budget) {
    this.budget = budget;
    sets.add(new int[0]);
  }

  int[] members(int set) {
    return sets.key(set);
  }

  int single(int test) {
    return add(new int[] {test});
  }

  int union(int a, int b) {
    if (a == b || b == 0) {
      return a;
    }
    if (a == 0) {
      return b;
    }
    int before = unions.size();
    int slot = unions.slot((long) Math.min(a, b) << 32 | Math.max(a, b));
    if (slot < before) {
      return unions.value(slot);
    }
    int[] x = sets.key(a);
    int[] y = sets.key(b);
    int[] merged = new int[x.length + y.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < x.length || j < y.length) {
      int at =
          Math.min(
              i < x.length ? x[i] : Integer.MAX_VALUE, j < y.length ? y[j] : Integer.MAX_VALUE);
      merged[n++] = at;
      i += i < x.length && x[i] == at ? 1 : 0;
      j += j < y.length && y[j] == at ? 1 : 0;
    }
    int result = add(Arrays.copyOf(merged, n));
    unions.set(slot, result);
    return result;
  }

  /** A set given in ascending order. */
  int add(int[] ascending) {
    int before = sets.size();
    int number = sets.add(ascending);
    if (sets.size() > before) {
      members += ascending.length;
      budget.check(members / 16, "the combination of tests");
    }
    return number;
  }
}
