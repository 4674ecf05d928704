package dev.checkrail.prove.set;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/**
 * Finds the most believable word that leads from one state to one of several.
 *
 * <p>A cheapest-path search backwards from the wanted states gives each state the price of its best
 * ending, until the price of the first state is known; the word is then read off forwards, at each
 * step the best-liked byte among the cheapest. One price holds the whole order of preference: an
 * unprintable byte costs more than any length, a byte of length more than any punctuation. Going
 * backwards, a search in the automaton of ten thousand strings sees only what leads to the one
 * asked for. Made once per automaton; immutable.
 */
final class WordSearch {
  private static final long UNPRINTABLE = 1L << 40;
  private static final long LENGTH = 1L << 20;

  private final Dfa dfa;
  private final int[] head;
  private final int[] source;
  private final long[] edgeCost;

  WordSearch(Dfa dfa) {
    this.dfa = dfa;
    int n = dfa.size();
    head = new int[n + 2];
    for (int s = 0; s < n; s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        if (dfa.target(k) >= 0) {
          head[dfa.target(k) + 2]++;
        }
      }
    }
    for (int s = 2; s < n + 2; s++) {
      head[s] += head[s - 1];
    }
    source = new int[head[n + 1]];
    edgeCost = new long[head[n + 1]];
    for (int s = 0; s < n; s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        if (dfa.target(k) >= 0) {
          int at = head[dfa.target(k) + 1]++;
          source[at] = s;
          edgeCost[at] = cheapest(dfa.low(k), dfa.high(s, k));
        }
      }
    }
  }

  private record Reached(long price, int state) implements Comparable<Reached> {
    @Override
    public int compareTo(Reached o) {
      return price != o.price ? Long.compare(price, o.price) : Integer.compare(state, o.state);
    }
  }

  /** The best word from {@code start} to one of the wanted states; empty if there is none. */
  Optional<String> word(int start, int[] wanted, int[] rank) {
    if (start < 0) {
      return Optional.empty();
    }
    Map<Integer, Long> price = new HashMap<>();
    PriorityQueue<Reached> queue = new PriorityQueue<>();
    for (int s : wanted) {
      price.put(s, 0L);
      queue.add(new Reached(0, s));
    }
    while (true) {
      if (queue.isEmpty()) {
        return Optional.empty();
      }
      Reached reached = queue.remove();
      int s = reached.state();
      if (s == start) {
        break;
      }
      if (reached.price() != price.getOrDefault(s, -1L)) {
        continue;
      }
      for (int k = head[s]; k < head[s + 1]; k++) {
        long through = reached.price() + edgeCost[k];
        if (through < price.getOrDefault(source[k], Long.MAX_VALUE)) {
          price.put(source[k], through);
          queue.add(new Reached(through, source[k]));
        }
      }
    }
    StringBuilder word = new StringBuilder();
    int state = start;
    long left = price.getOrDefault(start, 0L);
    while (left > 0) {
      int best = -1;
      int next = -1;
      for (int k = dfa.begin(state); k < dfa.end(state); k++) {
        int t = dfa.target(k);
        long after = t < 0 ? Long.MAX_VALUE : price.getOrDefault(t, Long.MAX_VALUE);
        if (after < left) {
          for (int b = dfa.low(k); b <= dfa.high(state, k); b++) {
            if (after + cost(b) == left && (best < 0 || rank[b] < rank[best])) {
              best = b;
              next = t;
            }
          }
        }
      }
      word.append((char) best);
      left -= cost(best);
      state = next;
    }
    return Optional.of(word.toString());
  }

  /** The states with a label that passes. */
  static int[] states(Dfa dfa, IntPredicate label) {
    int[] found = new int[dfa.size()];
    int count = 0;
    for (int s = 0; s < dfa.size(); s++) {
      if (label.test(dfa.label(s))) {
        found[count++] = s;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private static long cheapest(int low, int high) {
    long best = Long.MAX_VALUE;
    for (int b = low; b <= high; b++) {
      best = Math.min(best, cost(b));
    }
    return best;
  }

  private static long cost(int b) {
    if (b < 0x20 || b > 0x7e) {
      return UNPRINTABLE + LENGTH;
    }
    boolean plain = b >= '0' && b <= '9' || (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
    return LENGTH + (plain ? 0 : b == ' ' ? 2 : 1);
  }
}
