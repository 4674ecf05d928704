package dev.checkrail.prove.set;

import java.util.Arrays;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/**
 * Finds the most believable word that an automaton gives a wanted label.
 *
 * <p>A cheapest-path search backwards from the wanted states gives each state the price of its best
 * ending; a word is then read off forwards, at each step the best-liked byte among the cheapest. One
 * price holds the whole order of preference: an unprintable byte costs more than any length, a byte
 * of length more than any punctuation.
 */
final class WordSearch {
  private static final long UNPRINTABLE = 1L << 40;
  private static final long LENGTH = 1L << 20;
  private static final long NEVER = Long.MAX_VALUE / 2;

  private final Dfa dfa;
  private final int[] rank;
  private final long[] price;

  WordSearch(Dfa dfa, IntPredicate wanted, Preferences preferences) {
    this.dfa = dfa;
    this.rank = preferences.ranks();
    this.price = prices(wanted);
  }

  Optional<String> from(int state) {
    if (state < 0 || price[state] >= NEVER) {
      return Optional.empty();
    }
    StringBuilder word = new StringBuilder();
    while (price[state] > 0) {
      int best = -1;
      int next = -1;
      for (int k = dfa.begin(state); k < dfa.end(state); k++) {
        int t = dfa.target(k);
        if (t >= 0 && price[t] < price[state]) {
          for (int b = dfa.low(k); b <= dfa.high(state, k); b++) {
            if (price[t] + cost(b) == price[state] && (best < 0 || rank[b] < rank[best])) {
              best = b;
              next = t;
            }
          }
        }
      }
      word.append((char) best);
      state = next;
    }
    return Optional.of(word.toString());
  }

  private static long cost(int b) {
    if (b < 0x20 || b > 0x7e) {
      return UNPRINTABLE + LENGTH;
    }
    boolean plain = b >= '0' && b <= '9' || (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
    return LENGTH + (plain ? 0 : b == ' ' ? 2 : 1);
  }

  private long[] prices(IntPredicate wanted) {
    int n = dfa.size();
    int[] head = new int[n + 2];
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
    int[] source = new int[head[n + 1]];
    long[] edgeCost = new long[head[n + 1]];
    for (int s = 0; s < n; s++) {
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        if (dfa.target(k) >= 0) {
          int at = head[dfa.target(k) + 1]++;
          source[at] = s;
          long cheapest = Long.MAX_VALUE;
          for (int b = dfa.low(k); b <= dfa.high(s, k); b++) {
            cheapest = Math.min(cheapest, cost(b));
          }
          edgeCost[at] = cheapest;
        }
      }
    }
    long[] result = new long[n];
    Arrays.fill(result, NEVER);
    record Reached(long price, int state) implements Comparable<Reached> {
      @Override
      public int compareTo(Reached o) {
        return price != o.price ? Long.compare(price, o.price) : Integer.compare(state, o.state);
      }
    }
    PriorityQueue<Reached> queue = new PriorityQueue<>();
    for (int s = 0; s < n; s++) {
      if (wanted.test(s)) {
        result[s] = 0;
        queue.add(new Reached(0, s));
      }
    }
    while (!queue.isEmpty()) {
      Reached reached = queue.remove();
      int s = reached.state();
      if (reached.price() != result[s]) {
        continue;
      }
      for (int k = head[s]; k < head[s + 1]; k++) {
        long through = result[s] + edgeCost[k];
        if (through < result[source[k]]) {
          result[source[k]] = through;
          queue.add(new Reached(through, source[k]));
        }
      }
    }
    return result;
  }
}
