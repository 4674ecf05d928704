package dev.checkrail.prove.set;

import java.util.Arrays;

/**
 * A nondeterministic automaton under construction, and the subset construction that ends it.
 *
 * <p>Concatenation, repetition and pre-images are written as a few edges between copies of
 * deterministic automata. Subsets hold only states that have byte edges or accept, which keeps them
 * small; both their number and the work on them are budgeted, because few enormous subsets hurt as
 * much as many small ones.
 */
final class Nfa {
  private final Budget budget;
  private int states;
  private int[] firstEdge = new int[16];
  private int[] firstJump = new int[16];
  private boolean[] accepts = new boolean[16];
  private boolean[] everything = new boolean[16];
  private int[] edgeNext = new int[32];
  private int[] edgeLow = new int[32];
  private int[] edgeHigh = new int[32];
  private int[] edgeTo = new int[32];
  private int edges;
  private int[] jumpNext = new int[16];
  private int[] jumpTo = new int[16];
  private int jumps;

  Nfa(Budget budget) {
    this.budget = budget;
  }

  int state() {
    budget.check(states / 8, "an automaton");
    if (states == firstEdge.length) {
      firstEdge = Arrays.copyOf(firstEdge, 2 * states);
      firstJump = Arrays.copyOf(firstJump, 2 * states);
      accepts = Arrays.copyOf(accepts, 2 * states);
      everything = Arrays.copyOf(everything, 2 * states);
    }
    firstEdge[states] = -1;
    firstJump[states] = -1;
    return states++;
  }

  void accept(int state) {
    accepts[state] = true;
  }

  void edge(int from, int low, int high, int to) {
    if (edges == edgeNext.length) {
      edgeNext = Arrays.copyOf(edgeNext, 2 * edges);
      edgeLow = Arrays.copyOf(edgeLow, 2 * edges);
      edgeHigh = Arrays.copyOf(edgeHigh, 2 * edges);
      edgeTo = Arrays.copyOf(edgeTo, 2 * edges);
    }
    edgeLow[edges] = low;
    edgeHigh[edges] = high;
    edgeTo[edges] = to;
    edgeNext[edges] = firstEdge[from];
    firstEdge[from] = edges++;
    if (from == to && low == 0 && high == 255) {
      everything[from] = true;
    }
  }

  void jump(int from, int to) {
    if (jumps == jumpNext.length) {
      jumpNext = Arrays.copyOf(jumpNext, 2 * jumps);
      jumpTo = Arrays.copyOf(jumpTo, 2 * jumps);
    }
    jumpTo[jumps] = to;
    jumpNext[jumps] = firstJump[from];
    firstJump[from] = jumps++;
  }

  /** Copies the automaton; its state {@code s} becomes the returned number plus {@code s}. */
  int copy(Dfa dfa) {
    budget.check((states + (long) dfa.size()) / 8, "an automaton");
    int base = states;
    for (int s = 0; s < dfa.size(); s++) {
      state();
    }
    for (int s = 0; s < dfa.size(); s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        if (dfa.target(k) >= 0) {
          edge(base + s, dfa.low(k), dfa.high(s, k), base + dfa.target(k));
        }
      }
    }
    return base;
  }

  Dfa determinize(int start) {
    IntsIndex subsets = new IntsIndex();
    int[] mark = new int[states];
    Arrays.fill(mark, -1);
    int[] stack = new int[Math.max(1, states)];
    int[] members = new int[Math.max(1, states)];
    int generation = 0;

    int count = close(new int[] {start}, 1, mark, generation++, stack, members);
    subsets.add(sorted(members, count));
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    boolean[] cut = new boolean[257];
    int[] segmentOf = new int[257];
    long steps = 0;
    int[] pendingSegment = new int[16];
    int[] pendingTarget = new int[16];
    for (int d = 0; d < subsets.size(); d++) {
      int[] subset = subsets.key(d);
      Arrays.fill(cut, false);
      cut[0] = true;
      boolean accepting = false;
      for (int s : subset) {
        accepting |= accepts[s];
        for (int e = firstEdge[s]; e >= 0; e = edgeNext[e]) {
          cut[edgeLow[e]] = true;
          cut[edgeHigh[e] + 1] = true;
          steps++;
        }
      }
      int segments = 0;
      for (int b = 0; b < 256; b++) {
        if (cut[b]) {
          segments++;
        }
        segmentOf[b] = segments - 1;
      }
      int pending = 0;
      int[] sizes = new int[segments + 1];
      for (int s : subset) {
        for (int e = firstEdge[s]; e >= 0; e = edgeNext[e]) {
          int last = segmentOf[edgeHigh[e]];
          for (int g = segmentOf[edgeLow[e]]; g <= last; g++) {
            if (pending == pendingSegment.length) {
              pendingSegment = Arrays.copyOf(pendingSegment, 2 * pending);
              pendingTarget = Arrays.copyOf(pendingTarget, 2 * pending);
            }
            pendingSegment[pending] = g;
            pendingTarget[pending++] = edgeTo[e];
            sizes[g + 1]++;
          }
        }
      }
      for (int g = 1; g <= segments; g++) {
        sizes[g] += sizes[g - 1];
      }
      int[] grouped = new int[pending];
      int[] at = sizes.clone();
      for (int i = 0; i < pending; i++) {
        grouped[at[pendingSegment[i]]++] = pendingTarget[i];
      }
      row.clear();
      int g = 0;
      for (int b = 0; b < 256; b++) {
        if (cut[b]) {
          int length = sizes[g + 1] - sizes[g];
          if (length == 0) {
            row.add(b, Dfa.DEAD);
          } else {
            int[] seeds = Arrays.copyOfRange(grouped, sizes[g], sizes[g + 1]);
            count = close(seeds, length, mark, generation++, stack, members);
            steps += length + count;
            row.add(b, count == 0 ? Dfa.DEAD : subsets.add(sorted(members, count)));
          }
          g++;
        }
      }
      out.add(accepting ? 1 : 0, row);
      budget.check(subsets.size(), "an automaton");
      budget.checkSteps(steps, "an automaton");
    }
    return out.build();
  }

  private int close(
      int[] seeds, int length, int[] mark, int generation, int[] stack, int[] members) {
    int top = 0;
    int count = 0;
    for (int i = 0; i < length; i++) {
      if (mark[seeds[i]] != generation) {
        mark[seeds[i]] = generation;
        stack[top++] = seeds[i];
      }
    }
    while (top > 0) {
      int s = stack[--top];
      if (everything[s] && accepts[s]) {
        members[0] = s; // nothing that else may follow can matter
        return 1;
      }
      if (firstEdge[s] >= 0 || accepts[s]) {
        members[count++] = s;
      }
      for (int j = firstJump[s]; j >= 0; j = jumpNext[j]) {
        if (mark[jumpTo[j]] != generation) {
          mark[jumpTo[j]] = generation;
          stack[top++] = jumpTo[j];
        }
      }
    }
    return count;
  }

  private static int[] sorted(int[] members, int count) {
    int[] key = Arrays.copyOf(members, count);
    Arrays.sort(key);
    return key;
  }
}
