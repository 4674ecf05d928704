package dev.checkrail.prove.set;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Decimal digits of a range of numbers: per length of the text, a walk that remembers whether the
 * digits so far equal those of the lower and of the upper bound.
 */
final class Numerals {
  private Numerals() {}

  static Language between(BigInteger low, BigInteger high, boolean leadingZeros) {
    List<Language> lengths = new ArrayList<>();
    for (int n = low.toString().length(); n <= high.toString().length(); n++) {
      BigInteger least = n == 1 ? BigInteger.ZERO : BigInteger.TEN.pow(n - 1);
      BigInteger most = BigInteger.TEN.pow(n).subtract(BigInteger.ONE);
      lengths.add(ofLength(low.max(least).toString(), high.min(most).toString()));
    }
    Language numbers = Language.union(lengths);
    return leadingZeros ? Language.manyOf(ByteSet.of('0')).concat(numbers) : numbers;
  }

  private static Language ofLength(String low, String high) {
    Nfa nfa = new Nfa(Budget.STANDARD);
    int n = low.length();
    int[] free = new int[n + 1];
    int[] both = new int[n + 1];
    int[] atLow = new int[n + 1];
    int[] atHigh = new int[n + 1];
    for (int i = 0; i <= n; i++) {
      free[i] = nfa.state();
      both[i] = nfa.state();
      atLow[i] = nfa.state();
      atHigh[i] = nfa.state();
    }
    for (int i = 0; i < n; i++) {
      int l = low.charAt(i);
      int h = high.charAt(i);
      nfa.edge(free[i], '0', '9', free[i + 1]);
      digits(nfa, atLow[i], l, l, atLow[i + 1]);
      digits(nfa, atLow[i], l + 1, '9', free[i + 1]);
      digits(nfa, atHigh[i], h, h, atHigh[i + 1]);
      digits(nfa, atHigh[i], '0', h - 1, free[i + 1]);
      if (l == h) {
        digits(nfa, both[i], l, l, both[i + 1]);
      } else {
        digits(nfa, both[i], l, l, atLow[i + 1]);
        digits(nfa, both[i], h, h, atHigh[i + 1]);
        digits(nfa, both[i], l + 1, h - 1, free[i + 1]);
      }
    }
    nfa.accept(free[n]);
    nfa.accept(both[n]);
    nfa.accept(atLow[n]);
    nfa.accept(atHigh[n]);
    return Language.of(nfa.determinize(both[0]), Budget.STANDARD);
  }

  private static void digits(Nfa nfa, int from, int low, int high, int to) {
    if (low <= high) {
      nfa.edge(from, low, high, to);
    }
  }
}
