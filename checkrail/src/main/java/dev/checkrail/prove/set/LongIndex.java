package dev.checkrail.prove.set;

import java.util.Arrays;

/** Numbers distinct {@code long} keys 0, 1, 2 … in the order of first sight (open addressing). */
final class LongIndex {
  private long[] keys = new long[16];
  private int[] slots = new int[32];
  private int size;

  /** The number of the key; equals the former {@link #size()} if the key is new. */
  int add(long key) {
    if (2 * size >= slots.length) {
      grow();
    }
    int mask = slots.length - 1;
    int i = mix(key) & mask;
    while (slots[i] != 0) {
      if (keys[slots[i] - 1] == key) {
        return slots[i] - 1;
      }
      i = (i + 1) & mask;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    keys[size] = key;
    slots[i] = ++size;
    return size - 1;
  }

  long key(int number) {
    return keys[number];
  }

  int size() {
    return size;
  }

  private void grow() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int k = 0; k < size; k++) {
      int i = mix(keys[k]) & mask;
      while (slots[i] != 0) {
        i = (i + 1) & mask;
      }
      slots[i] = k + 1;
    }
  }

  static int mix(long key) {
    long h = key * 0x9E3779B97F4A7C15L;
    h ^= h >>> 32;
    h *= 0xD6E8FEB86659FD93L;
    return (int) (h ^ h >>> 29);
  }
}
