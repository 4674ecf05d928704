package dev.checkrail.prove.set;

import java.util.Arrays;

/**
 * A deterministic automaton over bytes, as flat tables: the working horse under {@link Language}
 * and {@link Atoms}.
 *
 * <p>A state's transitions are segments of 0..255 (first byte, target), because rules speak of few
 * bytes and a 256-entry table per state would cost a kilobyte for each letter of each string.
 * {@link #DEAD} stands for "nothing from here on", so that the sparse automata of long string lists
 * need no sink. Each state has a label: 0 means "rejects"; a language uses 1 for "accepts", the
 * atoms of a field use many labels.
 *
 * <p>Law: state 0 is the start; an automaton without states is the empty language. After {@link
 * Minimize} every state is reachable, reaches a non-zero label, and no two are equivalent.
 */
final class Dfa {
  static final int DEAD = -1;
  static final Dfa EMPTY = new Dfa(new int[] {0}, new byte[0], new int[0], new int[0]);

  private final int[] offset;
  private final byte[] low;
  private final int[] target;
  private final int[] label;

  Dfa(int[] offset, byte[] low, int[] target, int[] label) {
    this.offset = offset;
    this.low = low;
    this.target = target;
    this.label = label;
  }

  int size() {
    return label.length;
  }

  int segments() {
    return offset[label.length];
  }

  int start() {
    return label.length == 0 ? DEAD : 0;
  }

  int label(int state) {
    return state < 0 ? 0 : label[state];
  }

  int begin(int state) {
    return offset[state];
  }

  int end(int state) {
    return offset[state + 1];
  }

  int low(int segment) {
    return low[segment] & 0xff;
  }

  /** The last byte of the segment of this state. */
  int high(int state, int segment) {
    return segment + 1 < offset[state + 1] ? (low[segment + 1] & 0xff) - 1 : 255;
  }

  int target(int segment) {
    return target[segment];
  }

  int step(int state, int b) {
    if (state < 0) {
      return DEAD;
    }
    int from = offset[state];
    int to = offset[state + 1] - 1;
    while (from < to) {
      int middle = (from + to + 1) >>> 1;
      if ((low[middle] & 0xff) <= b) {
        from = middle;
      } else {
        to = middle - 1;
      }
    }
    return target[from];
  }

  int run(int state, String word) {
    for (int i = 0; i < word.length() && state >= 0; i++) {
      state = step(state, ByteSet.requireByte(word.charAt(i)));
    }
    return state;
  }

  /** True if every continuation leads to this label: the state loops to itself on all bytes. */
  boolean isForever(int state) {
    return offset[state + 1] - offset[state] == 1 && target[offset[state]] == state;
  }

  boolean sameTables(Dfa other) {
    return Arrays.equals(label, other.label)
        && Arrays.equals(offset, other.offset)
        && Arrays.equals(target, other.target)
        && Arrays.equals(low, other.low);
  }

  int tablesHash() {
    return 31 * Arrays.hashCode(target) + 17 * Arrays.hashCode(label) + Arrays.hashCode(low);
  }

  Dfa withLabels(int[] labels) {
    return new Dfa(offset, low, target, labels);
  }

  /** Appends states row by row; state numbers are the order of {@link #add}. */
  static final class Builder {
    private int[] offset = new int[17];
    private byte[] low = new byte[64];
    private int[] target = new int[64];
    private int[] label = new int[16];
    private int states;

    int size() {
      return states;
    }

    int add(int stateLabel, Row row) {
      if (states == label.length) {
        label = Arrays.copyOf(label, 2 * states);
        offset = Arrays.copyOf(offset, 2 * states + 1);
      }
      int at = offset[states];
      if (at + row.size > low.length) {
        int length = Math.max(2 * low.length, at + row.size);
        low = Arrays.copyOf(low, length);
        target = Arrays.copyOf(target, length);
      }
      for (int i = 0; i < row.size; i++) {
        low[at + i] = (byte) row.low[i];
        target[at + i] = row.target[i];
      }
      label[states] = stateLabel;
      offset[++states] = at + row.size;
      return states - 1;
    }

    Dfa build() {
      int segments = offset[states];
      return new Dfa(
          Arrays.copyOf(offset, states + 1),
          Arrays.copyOf(low, segments),
          Arrays.copyOf(target, segments),
          Arrays.copyOf(label, states));
    }
  }
}
