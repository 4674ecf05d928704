package dev.checkrail.prove;

import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes values out of a raw word: header lines joined by LF, or a query. For a test on any of
 * several values {@link #before} is "some value is in the set".
 *
 * @param from how values are found
 * @param name the cookie or parameter, else empty
 * @param which 0 for any (tests only), n &gt; 0 from the start, n &lt; 0 from the end
 */
record Pick(From from, String name, int which) implements Step {

  /** How values are found. */
  enum From {
    /** At commas outside quotes and at line ends, blanks trimmed [7.3.6 req.hdr]. */
    COMMAS,
    /** Whole lines, blanks at their ends trimmed [7.3.6 req.fhdr]. */
    LINES,
    /** Cookies of one name; the word must not hold quotes [7.3.6 req.cook]. */
    COOKIES,
    /** Parameters of one name in a query [7.3.6 url_param]. */
    PARAMETERS,
    /** Not the values but how many there are, as {@link #COMMAS}. */
    COUNT_COMMAS,
    /** How many lines there are. */
    COUNT_LINES
  }

  private static final Language ALL = Language.all();
  private static final Language LF = Language.exact("\n");
  private static final ByteSet BLANK = ByteSet.of(" \t");
  private static final Language BLANKS = Language.manyOf(BLANK);
  private static final Language LINE = Language.manyOf(ByteSet.of('\n').not());
  static final Language TRIMMED =
      Language.emptyWord()
          .union(Language.oneOf(BLANK.not()))
          .union(Language.sequence(Language.oneOf(BLANK.not()), ALL, Language.oneOf(BLANK.not())));
  private static final Language IN_QUOTES =
      Language.oneOf(ByteSet.of("\"\\\n").not())
          .union(Language.exact("\\").concat(Language.oneOf(ByteSet.of('\n').not())))
          .star();

  /** A value as it stands between separators, all quotes closed. */
  static final Language CLOSED =
      Language.oneOf(ByteSet.of(",\"\n").not())
          .union(Language.sequence(Language.exact("\""), IN_QUOTES, Language.exact("\"")))
          .star();

  /** A value whose last quote is never closed: it goes up to the end of its line. */
  static final Language OPEN =
      Language.sequence(CLOSED, Language.exact("\""), IN_QUOTES, Language.exact("\\").optional());

  private static final Language COMMA_STEP =
      CLOSED.concat(Language.exact(",")).union(CLOSED.union(OPEN).concat(LF));
  private static final Language LINE_STEP = LINE.concat(LF);
  private static final Language TRIMMED_CLOSED = TRIMMED.intersect(CLOSED);
  private static final Language TRIMMED_OPEN = TRIMMED.intersect(OPEN);
  private static final Language COMMA_PREFIX = COMMA_STEP.star().concat(BLANKS);
  private static final Language AFTER_CLOSED =
      BLANKS.concat(Language.oneOf(ByteSet.of(",\n")).concat(ALL).optional());
  private static final Language AFTER_OPEN = BLANKS.concat(LF.concat(ALL).optional());

  static Pick any(From from, String name) {
    return new Pick(from, name, 0);
  }

  @Override
  public Values before(Values after) {
    return switch (from) {
      case COMMAS -> new Values.Texts(commas(Images.texts(after).language()));
      case LINES -> new Values.Texts(lines(Images.texts(after).language()));
      case COOKIES -> new Values.Texts(cookies(Images.texts(after).language()));
      case PARAMETERS -> new Values.Texts(parameters(Images.texts(after).language()));
      case COUNT_COMMAS -> new Values.Texts(count(Images.numbers(after).ranges, true));
      case COUNT_LINES -> new Values.Texts(count(Images.numbers(after).ranges, false));
    };
  }

  private Language commas(Language language) {
    Language closed = language.intersect(TRIMMED_CLOSED);
    Language open = language.intersect(TRIMMED_OPEN);
    if (which == 0) {
      Language ends = closed.concat(AFTER_CLOSED);
      if (!open.isEmpty()) {
        ends = ends.union(open.concat(AFTER_OPEN));
      }
      return COMMA_PREFIX.concat(ends);
    }
    if (which > 0) {
      limit(which);
      Language ends = closed.concat(AFTER_CLOSED).union(open.concat(AFTER_OPEN));
      return Language.sequence(COMMA_STEP.repeat(which - 1, which - 1), BLANKS, ends);
    }
    limit(-which);
    Language[] more = moreValues(-which - 1);
    Language ends =
        Language.sequence(closed, BLANKS, more[0]).union(Language.sequence(open, BLANKS, more[1]));
    return COMMA_PREFIX.concat(ends);
  }

  /** So many further values up to the end, after a closed and after an open one. */
  private static Language[] moreValues(int count) {
    Language afterClosed = Language.emptyWord();
    Language afterOpen = Language.emptyWord();
    for (int i = 0; i < count; i++) {
      Language rest = CLOSED.concat(afterClosed).union(OPEN.concat(afterOpen));
      afterClosed = Language.oneOf(ByteSet.of(",\n")).concat(rest);
      afterOpen = LF.concat(rest);
    }
    return new Language[] {afterClosed, afterOpen};
  }

  private Language lines(Language language) {
    Language line = Language.sequence(BLANKS, language.intersect(LINE).intersect(TRIMMED), BLANKS);
    Language rest = LF.concat(ALL).optional();
    if (which == 0) {
      return Language.sequence(LINE_STEP.star(), line, rest);
    }
    int skipped = Math.abs(which) - 1;
    limit(skipped);
    return which > 0
        ? Language.sequence(LINE_STEP.repeat(skipped, skipped), line, rest)
        : Language.sequence(LINE_STEP.star(), line, LF.concat(LINE).repeat(skipped, skipped));
  }

  private static Language count(Ranges ranges, boolean commas) {
    Language step = commas ? COMMA_STEP : LINE_STEP;
    Language last = commas ? CLOSED.union(OPEN) : LINE;
    List<Language> all = new ArrayList<>();
    for (Ranges.Span span : ranges.within(1, Long.MAX_VALUE).spans()) {
      limit(span.high() == Long.MAX_VALUE ? span.low() : span.high());
      int least = (int) span.low() - 1;
      Language steps =
          span.high() == Long.MAX_VALUE
              ? step.repeat(least, least).concat(step.star())
              : step.repeat(least, (int) span.high() - 1);
      all.add(steps.concat(last));
    }
    return Language.union(all);
  }

  private static void limit(long count) {
    if (count > 50) {
      throw new Inexact("more than 50 values are not counted");
    }
  }

  private Language cookies(Language language) {
    Language any = anyCookie(language);
    if (which == 0) {
      return any;
    }
    // The last one: what follows it holds no other of the name.
    Language separator = Language.oneOf(ByteSet.of(";,\n"));
    Language none = anyCookie(ALL).complement();
    Language start = Language.manyOf(ByteSet.of(";,\n").not()).concat(separator).star();
    Language blankless = cookieValue(language);
    Language rest = separator.concat(none).optional();
    return start.concat(Language.sequence(BLANKS, key(), blankless, BLANKS, rest)).intersect(any);
  }

  private Language key() {
    return Language.sequence(Language.exact(name), BLANKS, Language.exact("="), BLANKS);
  }

  private static Language cookieValue(Language language) {
    return language.intersect(TRIMMED).intersect(Language.manyOf(ByteSet.of(";,\n").not()));
  }

  private Language anyCookie(Language language) {
    ByteSet separators = ByteSet.of(";,\n");
    Language start = Language.manyOf(separators.not()).concat(Language.oneOf(separators)).star();
    Language value = cookieValue(language);
    Language full = value.minus(Language.emptyWord());
    Language end = Language.oneOf(separators).concat(ALL).optional();
    Language found = Language.sequence(start, BLANKS, key(), full, BLANKS, end);
    if (!value.contains("")) {
      return found;
    }
    // "name=" at the very end of a header value is overlooked by the proxy, unless blanks that it
    // did not trim make the text longer.
    Language hardEnd = Language.oneOf(ByteSet.of(",\n")).concat(ALL).optional();
    Language blank = Language.oneOf(BLANK);
    Language spacedKey =
        Language.sequence(Language.exact(name), blank, BLANKS, Language.exact("="), BLANKS);
    Language afterSemicolon = start.intersect(ALL.concat(Language.exact(";")));
    return Language.union(
        List.of(
            found,
            Language.sequence(start, BLANKS, key(), Language.exact(";"), ALL),
            Language.sequence(start, BLANKS, spacedKey, hardEnd),
            Language.sequence(afterSemicolon, blank, BLANKS, key(), hardEnd)));
  }

  private Language parameters(Language language) {
    ByteSet separators = ByteSet.of("&;?");
    Language value = language.intersect(Language.manyOf(separators.not()));
    Language end = Language.oneOf(separators).concat(ALL).optional();
    Language found = Language.sequence(Language.exact(name + "="), value, end);
    if (which == 0) {
      return ALL.concat(Language.oneOf(separators)).optional().concat(found);
    }
    // The first one: what stands before it holds no other of the name.
    Language other = Pick.any(from, name).parameters(ALL).complement();
    return other.concat(Language.oneOf(separators)).optional().concat(found);
  }

  @Override
  public Result apply(Value input) {
    String word = input.asText();
    return switch (from) {
      case COMMAS -> nth(commaValues(word));
      case LINES -> nth(Arrays.stream(word.split("\n", -1)).map(Pick::trim).toList());
      case COOKIES -> Result.UNKNOWN;
      case PARAMETERS -> parameter(word);
      case COUNT_COMMAS -> Result.of(new Value.Number(commaValues(word).size()));
      case COUNT_LINES -> Result.of(new Value.Number(word.split("\n", -1).length));
    };
  }

  private Result nth(List<String> values) {
    if (which == 0) {
      return values.size() == 1 ? Result.text(values.getFirst()) : Result.UNKNOWN;
    }
    int at = which > 0 ? which - 1 : values.size() + which;
    return at < 0 || at >= values.size() ? Result.NOTHING : Result.text(values.get(at));
  }

  static List<String> commaValues(String word) {
    List<String> values = new ArrayList<>();
    for (String line : word.split("\n", -1)) {
      int start = 0;
      boolean quoted = false;
      for (int i = 0; i <= line.length(); i++) {
        if (i == line.length() || (!quoted && line.charAt(i) == ',')) {
          values.add(trim(line.substring(start, i)));
          start = i + 1;
        } else if (quoted && line.charAt(i) == '\\' && i + 1 < line.length()) {
          i++;
        } else if (line.charAt(i) == '"') {
          quoted = !quoted;
        }
      }
    }
    return values;
  }

  private static String trim(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && BLANK.contains(text.charAt(from))) {
      from++;
    }
    while (to > from && BLANK.contains(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private Result parameter(String query) {
    List<String> values = new ArrayList<>();
    for (String part : query.split("[&;?]", -1)) {
      if (part.startsWith(name + "=")) {
        values.add(part.substring(name.length() + 1));
      }
    }
    return values.isEmpty()
        ? Result.NOTHING
        : which == 0 && values.size() > 1 ? Result.UNKNOWN : Result.text(values.getFirst());
  }
}
