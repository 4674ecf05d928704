package dev.checkrail.prove;

import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import java.util.ArrayList;
import java.util.List;

/** Sets of values seen as sets of another type, by the proxy's implicit casts. */
final class Images {
  private static final ByteSet DIGITS = ByteSet.DIGITS;
  private static final Language NOT_DIGIT =
      Language.oneOf(DIGITS.not()).concat(Language.all()).optional();
  private static final Language SIGN = Language.oneOf(ByteSet.of("+-")).optional();
  private static final Language NO_DIGITS =
      Language.all()
          .minus(Language.emptyWord())
          .minus(Language.sequence(SIGN, Language.oneOf(DIGITS), Language.all()));
  private static final long BIG = 999_999_999_999_999_999L;

  private Images() {}

  /** As texts. */
  static Values.Texts texts(Values values) {
    return switch (values) {
      case Values.Any any -> new Values.Texts(Language.all());
      case Values.Texts texts -> texts;
      case Values.Truth truth ->
          new Values.Texts(
              Language.all().minus(Language.emptyWord()).minus(numberTexts(Ranges.of(0, 0))));
      case Values.Numbers numbers -> new Values.Texts(numberTexts(numbers.ranges));
      case Values.InNetworks networks -> throw new Inexact("a text is used as an address");
      case Values.Flags flags -> throw new Inexact("a text is used as a flag");
    };
  }

  private static Language numberTexts(Ranges ranges) {
    List<Language> all = new ArrayList<>();
    for (Ranges.Span span : ranges.spans()) {
      if ((span.low() != Long.MIN_VALUE && span.low() < -BIG)
          || (span.high() != Long.MAX_VALUE && span.high() > BIG)) {
        throw new Inexact("numbers of more than 18 digits");
      }
      long low = Math.max(span.low(), -BIG);
      long high = Math.min(span.high(), BIG);
      all.add(Language.integers(low, high, true, true).concat(NOT_DIGIT));
      if (span.low() == Long.MIN_VALUE) {
        all.add(longer("-"));
      }
      if (span.high() == Long.MAX_VALUE) {
        all.add(longer("+").union(longer("")));
      }
      if (span.low() <= 0 && span.high() >= 0) {
        all.add(NO_DIGITS);
      }
    }
    return Language.union(all);
  }

  private static Language longer(String sign) {
    Language digit = Language.oneOf(DIGITS);
    return Language.sequence(
        Language.exact(sign),
        Language.manyOf(ByteSet.of('0')),
        Language.oneOf(ByteSet.range('1', '9')),
        digit.repeat(18, 18),
        Language.all());
  }

  /** As numbers. */
  static Values.Numbers numbers(Values values) {
    return switch (values) {
      case Values.Any any -> new Values.Numbers(Ranges.ALL);
      case Values.Numbers numbers -> numbers;
      case Values.Truth truth -> nonZero(true, false);
      case Values.Flags flags -> nonZero(flags.whenSet, flags.whenNot);
      case Values.Texts texts -> enumerated(texts.language());
      case Values.InNetworks networks -> throw new Inexact("a number is used as an address");
    };
  }

  private static Values.Numbers nonZero(boolean others, boolean zero) {
    List<Ranges.Span> spans = new ArrayList<>();
    if (others) {
      spans.add(new Ranges.Span(Long.MIN_VALUE, -1));
      spans.add(new Ranges.Span(1, Long.MAX_VALUE));
    }
    if (zero) {
      spans.add(new Ranges.Span(0, 0));
    }
    return new Values.Numbers(Ranges.union(spans));
  }

  /** Numbers whose text is in a language; only small ones can be tried. */
  private static Values.Numbers enumerated(Language language) {
    Language numerals = Language.integers(Long.MIN_VALUE + 1, Long.MAX_VALUE, false, false);
    if (!language.intersect(numerals).isSubsetOf(Language.integers(0, 65_535, false, false))) {
      throw new Inexact("a number is compared as text");
    }
    List<Ranges.Span> spans = new ArrayList<>();
    for (int n = 0; n <= 65_535; n++) {
      if (language.contains(Integer.toString(n))) {
        spans.add(new Ranges.Span(n, n));
      }
    }
    return new Values.Numbers(Ranges.union(spans));
  }

  /** As flags. */
  static Values.Flags flags(Values values) {
    return new Values.Flags(
        values.contains(new Value.Flag(true)), values.contains(new Value.Flag(false)));
  }

  /** As addresses. */
  static Values.InNetworks addresses(Values values) {
    return switch (values) {
      case Values.Any any -> Addresses.ALL;
      case Values.InNetworks networks -> networks;
      case Values.Texts texts -> throw new Inexact("an address is compared as text");
      case Values.Numbers numbers -> throw new Inexact("an address is used as a number");
      case Values.Truth truth -> throw new Inexact("an address is used as a flag");
      case Values.Flags flags -> throw new Inexact("an address is used as a flag");
    };
  }
}
