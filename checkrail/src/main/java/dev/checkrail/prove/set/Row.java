package dev.checkrail.prove.set;

/**
 * The transitions of one state while it is built: segments of the byte range, in order, neighbours
 * with the same target merged. The first segment must begin at 0.
 */
final class Row {
  final int[] low = new int[257];
  final int[] target = new int[257];
  int size;

  void clear() {
    size = 0;
  }

  /** From byte {@code from} on (up to the next call) go to {@code to}. */
  void add(int from, int to) {
    if (size > 0 && low[size - 1] == from) {
      size--;
    }
    if (size > 0 && target[size - 1] == to) {
      return;
    }
    low[size] = from;
    target[size++] = to;
  }

  void all(int to) {
    clear();
    add(0, to);
  }
}
