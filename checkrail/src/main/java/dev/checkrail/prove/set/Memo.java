package dev.checkrail.prove.set;

import java.util.Arrays;

/** Results remembered for one run of an operation on diagrams. */
final class Memo {
  private final LongIndex index = new LongIndex();
  private int[] values = new int[16];

  /** The slot of a key; a slot not smaller than {@code before}, the size until now, is new. */
  int slot(long key) {
    int slot = index.add(key);
    if (slot == values.length) {
      values = Arrays.copyOf(values, 2 * slot);
    }
    return slot;
  }

  int size() {
    return index.size();
  }

  int value(int slot) {
    return values[slot];
  }

  void set(int slot, int value) {
    values[slot] = value;
  }
}
