package dev.checkrail.read.haproxy;

import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The known word that someone probably meant: the smallest number of letters to insert, drop,
 * replace or swap with their neighbour (optimal string alignment), a third of the word at most.
 */
final class NearestWord {
  /** Longer words are no typing errors of anything. */
  private static final int MAX_LENGTH = 64;

  private NearestWord() {}

  static Optional<String> of(String word, Collection<String> known) {
    if (word.isEmpty() || word.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    @Nullable String best = null;
    int bestDistance = Math.max(1, word.length() / 3) + 1;
    for (String candidate : known) {
      if (Math.abs(candidate.length() - word.length()) < bestDistance) {
        int distance = distance(word, candidate, bestDistance);
        if (distance < bestDistance) {
          best = candidate;
          bestDistance = distance;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  /** The distance, or anything not below the limit if it is not below it. */
  private static int distance(String a, String b, int limit) {
    int[] beforePrevious = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      int least = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = same(a.charAt(i - 1), b.charAt(j - 1)) ? 0 : 1;
        int best = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, beforePrevious[j - 2] + 1);
        }
        row[j] = best;
        least = Math.min(least, best);
      }
      if (least > limit) { // above, not at: a swap may still gain one on the row before
        return limit;
      }
      int[] spare = beforePrevious;
      beforePrevious = previous;
      previous = row;
      row = spare;
    }
    return previous[b.length()];
  }

  /** Dash and underscore are mixed up too often to count. */
  private static boolean same(char a, char b) {
    return a == b || (a == '-' && b == '_') || (a == '_' && b == '-');
  }
}
