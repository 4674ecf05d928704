package dev.checkrail.prove;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/** All leaves that what is known leaves possible, up to a limit. */
final class Walk {
  final Table table;

  /** In ascending order. */
  final Set<Integer> leaves = new TreeSet<>();

  /** Fields of which more than one branch was taken. */
  final Set<Integer> open = new TreeSet<>();

  private final BitSet seen = new BitSet();
  private int[] stack = new int[64];
  private int size;

  /** Whether there may be more leaves. */
  final boolean stopped;

  Walk(Table table, Codes codes, int most) {
    this.table = table;
    push(0);
    while (size > 0 && leaves.size() < most) {
      int node = stack[--size];
      int field = table.field[node];
      if (field == Table.LEAF) {
        leaves.add(table.low[node]);
        continue;
      }
      int[] known = codes.of(field);
      if (known.length == 0) {
        open.add(field);
        push(table.low[node]);
        push(table.high[node]);
        continue;
      }
      if (known.length > 1) {
        open.add(field);
      }
      for (int code : known) {
        int next = node;
        while (table.field[next] == field) {
          next = (code >>> table.bit[next] & 1) == 0 ? table.low[next] : table.high[next];
        }
        push(next);
      }
    }
    this.stopped = size > 0;
  }

  private void push(int node) {
    if (!seen.get(node)) {
      seen.set(node);
      if (size == stack.length) {
        stack = Arrays.copyOf(stack, 2 * size);
      }
      stack[size++] = node;
    }
  }
}
