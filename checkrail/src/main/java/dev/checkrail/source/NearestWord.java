package dev.checkrail.source;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * The known word that somebody probably meant: the one with the fewest insertions, deletions,
 * replacements and swaps of neighbours, if these are at most a third of the word.
 */
public final class NearestWord {
  private static final int LONGEST = 64;

  private NearestWord() {}

  /** The nearest known word, the first of several; compared without case. */
  public static Optional<String> of(String word, Collection<String> known) {
    if (word.isEmpty() || word.length() > LONGEST) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    String best = "";
    int least = Math.max(1, word.length() / 3) + 1;
    for (String candidate : known) {
      if (Math.abs(candidate.length() - word.length()) < least && candidate.length() <= LONGEST) {
        int distance = distance(lower, candidate.toLowerCase(Locale.ROOT), least);
        if (distance < least) {
          least = distance;
          best = candidate;
        }
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /** Optimal string alignment distance, or the limit if it is not below it. */
  private static int distance(String a, String b, int limit) {
    int[] before = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      int smallest = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (same(a.charAt(i - 1), b.charAt(j - 1)) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
        smallest = Math.min(smallest, row[j]);
      }
      if (smallest > limit) { // above, not at: a swap may still gain one on the row before
        return limit;
      }
      int[] free = before;
      before = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }

  /** Dash and underscore are mixed up too often to count. */
  private static boolean same(char a, char b) {
    return a == b || (a == '-' && b == '_') || (a == '_' && b == '-');
  }
}
