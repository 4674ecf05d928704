package dev.checkrail.prove.set;

/**
 * The texts of which a piece, cut out at delimiters, lies in a language.
 *
 * <p>A <em>field</em> is what stands between two delimiters and may be empty; a <em>word</em> is a
 * longest run without delimiters. Pieces are counted from 1, from the end with negative numbers.
 * These are written as plain concatenations: no machine is needed for them. (HAProxy's converters
 * {@code field} and {@code word} [7.3.1]; a field that is not there is no value at all, a word that
 * is not there is the empty string.)
 */
public final class Slices {
  private Slices() {}

  /** The texts that have a field of this number, and it is in the language. */
  public static Language field(int number, ByteSet delimiters, Language language) {
    Language inner = language.intersect(Language.manyOf(delimiters.not()));
    Language one = Language.oneOf(delimiters);
    int others = others(number);
    if (number > 0) {
      Language before = Language.manyOf(delimiters.not()).concat(one).repeat(others, others);
      return Language.sequence(before, inner, one.concat(Language.all()).optional());
    }
    Language after = one.concat(Language.manyOf(delimiters.not())).repeat(others, others);
    return Language.sequence(Language.all().concat(one).optional(), inner, after);
  }

  /**
   * The texts whose word of this number, or the empty string if there is none, is in the language.
   */
  public static Language word(int number, ByteSet delimiters, Language language) {
    Language gap = Language.manyOf(delimiters);
    Language plain = Language.oneOf(delimiters.not());
    Language text = plain.plus();
    Language spaced = Language.oneOf(delimiters).plus();
    Language inner = language.intersect(text);
    int others = others(number);
    Language found;
    if (number > 0) {
      found =
          Language.sequence(
              gap,
              text.concat(spaced).repeat(others, others),
              inner,
              Language.oneOf(delimiters).concat(Language.all()).optional());
    } else {
      found =
          Language.sequence(
              Language.all().concat(Language.oneOf(delimiters)).optional(),
              inner,
              spaced.concat(text).repeat(others, others),
              gap);
    }
    if (!language.contains("")) {
      return found;
    }
    Language enough =
        Language.sequence(gap, text.concat(spaced).repeat(others, others), plain, Language.all());
    return found.union(enough.complement());
  }

  private static int others(int number) {
    if (number == 0 || number == Integer.MIN_VALUE) {
      throw new IllegalArgumentException("pieces are counted from 1 or from -1");
    }
    return Math.abs(number) - 1;
  }
}
