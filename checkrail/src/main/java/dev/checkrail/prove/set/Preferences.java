package dev.checkrail.prove.set;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which word of a set a person would believe.
 *
 * <p>First the dictionary: words that stand in the configuration or the policy, in the given order,
 * first those that are members as they stand. Otherwise a constructed word: without unprintable
 * bytes if that is at all possible, then as short as possible, then with letters and digits before
 * punctuation, then in the order of {@link #order}. A {@code beginning} is used if any member
 * begins so.
 *
 * @param dictionary words to try first
 * @param beginning what the word should begin with if possible
 * @param order bytes from the most to the least liked; those not listed follow in numeric order
 */
public record Preferences(List<String> dictionary, Optional<String> beginning, String order) {
  private static final String LETTERS_FIRST =
      "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/._~";

  public static final Preferences PLAIN =
      new Preferences(List.of(), Optional.empty(), LETTERS_FIRST);

  public Preferences {
    dictionary = List.copyOf(dictionary);
  }

  public static Preferences of(List<String> dictionary) {
    return new Preferences(dictionary, Optional.empty(), LETTERS_FIRST);
  }

  public Preferences beginningWith(String text) {
    return new Preferences(dictionary, Optional.of(text), order);
  }

  /** rank[b] is the place of byte b, 0 the most liked. */
  int[] ranks() {
    int[] rank = new int[256];
    Arrays.fill(rank, -1);
    int next = 0;
    for (int i = 0; i < order.length(); i++) {
      int b = ByteSet.requireByte(order.charAt(i));
      if (rank[b] < 0) {
        rank[b] = next++;
      }
    }
    for (int b = 0x21; b < 0x7f; b++) {
      if (rank[b] < 0) {
        rank[b] = next++;
      }
    }
    for (int b = 0; b < 256; b++) {
      if (rank[b] < 0) {
        rank[b] = next++;
      }
    }
    return rank;
  }
}
