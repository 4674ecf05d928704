package dev.checkrail.prove.set;

import java.util.Arrays;

/**
 * The smallest automaton of the same language, in one canonical numbering.
 *
 * <p>Two passes. First, what cannot be reached or cannot reach a label is cut off. Then partition
 * refinement after Valmari ("Fast brief practical DFA minimization", 2012): it splits blocks of
 * states and blocks of transitions in turn, in O(m log m) for m transitions, and never touches the
 * transitions that are not there, which is what keeps string lists cheap. Moore's simpler rounds
 * would be quadratic in the length of a counted repetition. At the end states are numbered breadth
 * first, so that equal languages have equal tables.
 */
final class Minimize {
  private Minimize() {}

  static Dfa minimize(Dfa dfa) {
    Dfa trimmed = trim(dfa);
    if (trimmed.size() <= 1) {
      return trimmed;
    }
    return renumber(trimmed, blocks(trimmed));
  }

  /** Without states that are unreachable or lead nowhere. */
  static Dfa trim(Dfa dfa) {
    int n = dfa.size();
    if (n == 0) {
      return dfa;
    }
    boolean[] reached = new boolean[n];
    int[] stack = new int[n];
    int top = 0;
    stack[top++] = 0;
    reached[0] = true;
    while (top > 0) {
      int s = stack[--top];
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        int t = dfa.target(k);
        if (t >= 0 && !reached[t]) {
          reached[t] = true;
          stack[top++] = t;
        }
      }
    }
    int[] head = new int[n + 2];
    for (int s = 0; s < n; s++) {
      if (reached[s]) {
        for (int k = dfa.begin(s); k < dfa.end(s); k++) {
          if (dfa.target(k) >= 0) {
            head[dfa.target(k) + 2]++;
          }
        }
      }
    }
    for (int s = 2; s < n + 2; s++) {
      head[s] += head[s - 1];
    }
    int[] sources = new int[head[n + 1]];
    for (int s = 0; s < n; s++) {
      if (reached[s]) {
        for (int k = dfa.begin(s); k < dfa.end(s); k++) {
          if (dfa.target(k) >= 0) {
            sources[head[dfa.target(k) + 1]++] = s;
          }
        }
      }
    }
    boolean[] alive = new boolean[n];
    for (int s = 0; s < n; s++) {
      if (reached[s] && dfa.label(s) != 0) {
        alive[s] = true;
        stack[top++] = s;
      }
    }
    while (top > 0) {
      int s = stack[--top];
      for (int k = head[s]; k < head[s + 1]; k++) {
        if (!alive[sources[k]]) {
          alive[sources[k]] = true;
          stack[top++] = sources[k];
        }
      }
    }
    if (!alive[0]) {
      return Dfa.EMPTY;
    }
    int[] number = new int[n];
    int count = 0;
    for (int s = 0; s < n; s++) {
      number[s] = alive[s] ? count++ : Dfa.DEAD;
    }
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    for (int s = 0; s < n; s++) {
      if (alive[s]) {
        row.clear();
        for (int k = dfa.begin(s); k < dfa.end(s); k++) {
          row.add(dfa.low(k), dfa.target(k) < 0 ? Dfa.DEAD : number[dfa.target(k)]);
        }
        out.add(dfa.label(s), row);
      }
    }
    return out.build();
  }

  private static int[] blocks(Dfa dfa) {
    int n = dfa.size();
    boolean[] cut = new boolean[257];
    for (int s = 0; s < n; s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        cut[dfa.low(k)] = true;
      }
    }
    int[] letter = new int[256];
    int letters = -1;
    for (int b = 0; b < 256; b++) {
      if (cut[b]) {
        letters++;
      }
      letter[b] = letters;
    }
    letters++;
    int edges = 0;
    for (int s = 0; s < n; s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        if (dfa.target(k) >= 0) {
          edges += letter[dfa.high(s, k)] - letter[dfa.low(k)] + 1;
        }
      }
    }
    int[] tail = new int[edges];
    int[] head = new int[edges];
    int[] on = new int[edges];
    int e = 0;
    for (int s = 0; s < n; s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        if (dfa.target(k) >= 0) {
          for (int a = letter[dfa.low(k)]; a <= letter[dfa.high(s, k)]; a++) {
            tail[e] = s;
            on[e] = a;
            head[e++] = dfa.target(k);
          }
        }
      }
    }
    int[] labels = new int[n];
    for (int s = 0; s < n; s++) {
      labels[s] = dfa.label(s);
    }
    Partition blocks = new Partition(n, dense(labels));
    Partition cords = new Partition(edges, on);
    int[] first = new int[n + 2];
    for (int i = 0; i < edges; i++) {
      first[head[i] + 2]++;
    }
    for (int s = 2; s < n + 2; s++) {
      first[s] += first[s - 1];
    }
    int[] incoming = new int[edges];
    for (int i = 0; i < edges; i++) {
      incoming[first[head[i] + 1]++] = i;
    }
    int b = 0;
    int c = 0;
    while (c < cords.sets || b < blocks.sets) {
      if (c < cords.sets) {
        for (int i = cords.first[c]; i < cords.past[c]; i++) {
          blocks.mark(tail[cords.element[i]]);
        }
        blocks.split();
        c++;
      }
      while (b < blocks.sets) {
        for (int i = blocks.first[b]; i < blocks.past[b]; i++) {
          int state = blocks.element[i];
          for (int j = first[state]; j < first[state + 1]; j++) {
            cords.mark(incoming[j]);
          }
        }
        cords.split();
        b++;
      }
    }
    return blocks.setOf;
  }

  private static int[] dense(int[] labels) {
    LongIndex index = new LongIndex();
    int[] result = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      result[i] = index.add(labels[i]);
    }
    return result;
  }

  private static Dfa renumber(Dfa dfa, int[] block) {
    int n = dfa.size();
    int[] number = new int[n];
    Arrays.fill(number, -1);
    int[] order = new int[n];
    int count = 0;
    order[count] = 0;
    number[block[0]] = count++;
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    for (int i = 0; i < count; i++) {
      int s = order[i];
      row.clear();
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        int t = dfa.target(k);
        if (t >= 0) {
          if (number[block[t]] < 0) {
            order[count] = t;
            number[block[t]] = count++;
          }
          t = number[block[t]];
        }
        row.add(dfa.low(k), t);
      }
      out.add(dfa.label(s), row);
    }
    return out.build();
  }

  /** A refinable partition of 0..n-1: mark elements, then split every set that was touched. */
  private static final class Partition {
    final int[] element;
    final int[] location;
    final int[] setOf;
    final int[] first;
    final int[] past;
    private final int[] marked;
    private final int[] touched;
    private int touchedSize;
    int sets;

    Partition(int n, int[] initial) {
      element = new int[n];
      location = new int[n];
      setOf = initial.clone();
      first = new int[n + 1];
      past = new int[n + 1];
      marked = new int[n + 1];
      touched = new int[n + 1];
      // Sets without elements are skipped, so the initial numbers are made dense here.
      int most = 0;
      for (int s : initial) {
        most = Math.max(most, s + 1);
      }
      int[] counts = new int[most + 1];
      for (int s : initial) {
        counts[s]++;
      }
      int[] rename = new int[most + 1];
      int at = 0;
      for (int s = 0; s < most; s++) {
        if (counts[s] > 0) {
          rename[s] = sets;
          first[sets] = at;
          past[sets] = at;
          at += counts[s];
          sets++;
        }
      }
      for (int i = 0; i < n; i++) {
        int s = rename[initial[i]];
        setOf[i] = s;
        element[past[s]] = i;
        location[i] = past[s]++;
      }
    }

    void mark(int e) {
      int s = setOf[e];
      int i = location[e];
      int j = first[s] + marked[s];
      if (i < j) {
        return; // already marked
      }
      element[i] = element[j];
      location[element[i]] = i;
      element[j] = e;
      location[e] = j;
      if (marked[s]++ == 0) {
        touched[touchedSize++] = s;
      }
    }

    void split() {
      while (touchedSize > 0) {
        int s = touched[--touchedSize];
        int j = first[s] + marked[s];
        if (j == past[s]) {
          marked[s] = 0;
          continue;
        }
        if (marked[s] <= past[s] - j) {
          first[sets] = first[s];
          past[sets] = j;
          first[s] = j;
        } else {
          past[sets] = past[s];
          first[sets] = j;
          past[s] = j;
        }
        for (int i = first[sets]; i < past[sets]; i++) {
          setOf[element[i]] = sets;
        }
        marked[s] = 0;
        marked[sets++] = 0;
      }
    }
  }
}
