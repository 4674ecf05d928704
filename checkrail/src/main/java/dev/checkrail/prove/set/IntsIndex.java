package dev.checkrail.prove.set;

import java.util.Arrays;

/** Numbers distinct {@code int[]} keys 0, 1, 2 … in the order of first sight. */
final class IntsIndex {
  private int[][] keys = new int[16][];
  private int[] hashes = new int[16];
  private int[] slots = new int[32];
  private int size;

  /** The number of the key, which must not be changed afterwards. */
  int add(int[] key) {
    if (2 * size >= slots.length) {
      grow();
    }
    int hash = LongIndex.mix(Arrays.hashCode(key));
    int mask = slots.length - 1;
    int i = hash & mask;
    while (slots[i] != 0) {
      int k = slots[i] - 1;
      if (hashes[k] == hash && Arrays.equals(keys[k], key)) {
        return k;
      }
      i = (i + 1) & mask;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      hashes = Arrays.copyOf(hashes, 2 * size);
    }
    keys[size] = key;
    hashes[size] = hash;
    slots[i] = ++size;
    return size - 1;
  }

  int[] key(int number) {
    return keys[number];
  }

  int size() {
    return size;
  }

  private void grow() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int k = 0; k < size; k++) {
      int i = hashes[k] & mask;
      while (slots[i] != 0) {
        i = (i + 1) & mask;
      }
      slots[i] = k + 1;
    }
  }
}
