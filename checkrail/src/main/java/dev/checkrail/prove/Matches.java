package dev.checkrail.prove;

import dev.checkrail.model.Match;
import dev.checkrail.prove.set.Budget;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Pattern;
import java.util.ArrayList;
import java.util.List;

/** The sets of values that the model's matches accept [HAProxy manual 7.1]. */
final class Matches {
  private static final Budget REGEX_BUDGET = new Budget(20_000);

  private Matches() {}

  /**
   * The values that a match accepts.
   *
   * @throws Inexact if that set cannot be given, e.g. for a regular expression with look-ahead
   */
  static Values of(Match match) {
    return switch (match) {
      case Match.Text text -> new Values.Texts(text(text));
      case Match.Regex regex -> new Values.Texts(regex(regex));
      case Match.Length length -> {
        List<Language> all = new ArrayList<>();
        for (Ranges.Span span : ranges(length.ranges()).within(0, Long.MAX_VALUE).spans()) {
          all.add(Conversion.lengths(span.low(), span.high()));
        }
        yield new Values.Texts(Language.union(all));
      }
      case Match.Numbers numbers -> new Values.Numbers(ranges(numbers.ranges()));
      case Match.Addresses addresses -> Addresses.in(addresses.networks());
      case Match.Found found -> Values.Any.PRESENT;
      case Match.True isTrue -> Values.Truth.SET;
    };
  }

  static Ranges ranges(List<Match.Range> given) {
    List<Ranges.Span> spans = new ArrayList<>();
    for (Match.Range range : given) {
      spans.add(
          new Ranges.Span(range.low().orElse(Long.MIN_VALUE), range.high().orElse(Long.MAX_VALUE)));
    }
    return Ranges.union(spans);
  }

  static Language text(Match.Text match) {
    List<String> patterns = match.patterns();
    boolean ignoreCase = match.ignoreCase();
    return switch (match.kind()) {
      case EXACT -> Language.anyOf(patterns, ignoreCase);
      case PREFIX -> Language.anyPrefix(patterns, ignoreCase);
      case SUFFIX -> Language.anySuffix(patterns, ignoreCase);
      case SUBSTRING -> Language.anyContaining(patterns, ignoreCase);
      case PATH_SEGMENT -> between(patterns, ByteSet.of("/?"), ignoreCase);
      case DOMAIN -> between(patterns, ByteSet.of("/?.:"), ignoreCase);
    };
  }

  /** Delimiters at the ends of a pattern do not count; nothing but delimiters matches nothing. */
  private static Language between(List<String> patterns, ByteSet delimiters, boolean ignoreCase) {
    List<String> stripped = new ArrayList<>();
    for (String pattern : patterns) {
      int from = 0;
      int to = pattern.length();
      while (from < to && delimiters.contains(pattern.charAt(from))) {
        from++;
      }
      while (to > from && delimiters.contains(pattern.charAt(to - 1))) {
        to--;
      }
      if (from < to) {
        stripped.add(pattern.substring(from, to));
      }
    }
    Language one = Language.oneOf(delimiters);
    return Language.sequence(
        Language.all().concat(one).optional(),
        Language.anyOf(stripped, ignoreCase),
        one.concat(Language.all()).optional());
  }

  static Language regex(Match.Regex match) {
    List<Language> all = new ArrayList<>();
    for (String text : match.patterns()) {
      all.add(
          switch (Pattern.parse(text, match.ignoreCase())) {
            case Pattern.Regular regular -> regular.pattern().language(REGEX_BUDGET);
            case Pattern.Unsupported unsupported -> throw new Inexact(unsupported.why());
            case Pattern.Malformed malformed -> throw new Inexact(malformed.why());
          });
    }
    return Language.union(all);
  }
}
