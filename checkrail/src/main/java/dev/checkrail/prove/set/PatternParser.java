package dev.checkrail.prove.set;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the PCRE2 syntax, as compiled without options but case folding: bytes, no UTF, newline is
 * LF.
 *
 * <p>Recursive descent; nesting is limited as in PCRE2 (250), so hostile input cannot overflow the
 * stack. What it does not know it refuses: a construct is never taken for a literal by chance.
 */
final class PatternParser {
  static final ByteSet WORD = ByteSet.LETTERS.or(ByteSet.DIGITS).or(ByteSet.of('_'));
  private static final ByteSet SPACE = ByteSet.range(9, 13).or(ByteSet.of(' '));
  private static final ByteSet HORIZONTAL = ByteSet.of("\t \u00a0");
  private static final ByteSet VERTICAL = ByteSet.range(10, 13).or(ByteSet.of(0x85));
  private static final ByteSet NEWLINE = ByteSet.of('\n');
  private static final int MOST_REPEATS = 65_535;
  private static final int DEEPEST = 250;

  /** Not regular, or not known here. */
  static final class UnsupportedSyntax extends Exception {
    private static final long serialVersionUID = 1L;
    final int at;

    UnsupportedSyntax(String why, int at) {
      super(why, null, false, false);
      this.at = at;
    }
  }

  /** PCRE2 itself would refuse it. */
  static final class MalformedSyntax extends Exception {
    private static final long serialVersionUID = 1L;
    final int at;

    MalformedSyntax(String why, int at) {
      super(why, null, false, false);
      this.at = at;
    }
  }

  private record Flags(boolean ignoreCase, boolean multiLine, boolean dotAll, boolean extended) {}

  private final String text;
  private int at;
  private int captures;
  private int depth;
  private boolean optionsOnly;
  private boolean notSpace;
  private boolean specialSpace;
  private Flags flags;

  PatternParser(String text, boolean ignoreCase) {
    this.text = text;
    this.flags = new Flags(ignoreCase, false, false, false);
  }

  Syntax parse() throws UnsupportedSyntax, MalformedSyntax {
    if (text.startsWith("(*")) {
      throw new UnsupportedSyntax("options and verbs written (*…) change the meaning", 0);
    }
    Syntax result = choice();
    if (at < text.length()) {
      throw new MalformedSyntax("unmatched closing parenthesis", at);
    }
    if (notSpace && specialSpace) {
      // PCRE2 takes \S to exclude all of \h, \v and \R, which without Unicode is wrong for 0x85 and
      // 0xA0; it then makes repetitions possessive that must not be (seen with 10.42).
      throw new UnsupportedSyntax("\\S together with \\h, \\v or \\R, which PCRE2 mixes up", 0);
    }
    return result;
  }

  private Syntax choice() throws UnsupportedSyntax, MalformedSyntax {
    if (++depth > DEEPEST) {
      throw new MalformedSyntax("parentheses are too deeply nested", at);
    }
    List<Syntax> ways = new ArrayList<>();
    ways.add(sequence());
    while (at < text.length() && text.charAt(at) == '|') {
      at++;
      ways.add(sequence());
    }
    depth--;
    return ways.size() == 1 ? ways.get(0) : new Syntax.Choice(ways);
  }

  private Syntax sequence() throws UnsupportedSyntax, MalformedSyntax {
    List<Syntax> parts = new ArrayList<>();
    while (true) {
      skipComments();
      if (at == text.length() || text.charAt(at) == '|' || text.charAt(at) == ')') {
        break;
      }
      if (text.startsWith("\\Q", at)) {
        quoted(parts);
        continue;
      }
      if (text.startsWith("\\E", at)) {
        at += 2;
        continue;
      }
      if (isQuantifier()) {
        if (text.lastIndexOf("(?#", at) >= 0 || flags.extended) {
          throw new UnsupportedSyntax("a comment between a quantifier and another", at);
        }
        throw new MalformedSyntax("a quantifier without anything to repeat", at);
      }
      int begin = at;
      optionsOnly = false;
      Syntax one = atom();
      while (text.startsWith("\\E", at)) {
        at += 2;
      }
      skipComments();
      if ((one instanceof Syntax.Place || optionsOnly) && isQuantifier()) {
        throw new MalformedSyntax("a quantifier without anything to repeat", begin);
      }
      parts.add(quantified(one));
    }
    return parts.size() == 1 ? parts.get(0) : new Syntax.Sequence(parts);
  }

  private void quoted(List<Syntax> parts) throws UnsupportedSyntax, MalformedSyntax {
    at += 2;
    int end = text.indexOf("\\E", at);
    int past = end < 0 ? text.length() : end;
    while (at < past) {
      Syntax one = literal(text.charAt(at++));
      if (at == past && end >= 0) {
        at += 2;
        skipComments();
        parts.add(quantified(one));
        return;
      }
      parts.add(one);
    }
    at = end < 0 ? past : past + 2;
  }

  private void skipComments() throws MalformedSyntax {
    while (at < text.length()) {
      if (text.startsWith("(?#", at)) {
        int end = text.indexOf(')', at);
        if (end < 0) {
          throw new MalformedSyntax("a comment without an end", at);
        }
        at = end + 1;
      } else if (flags.extended
          && SPACE.contains(text.charAt(at) & 0xff)
          && text.charAt(at) < 256) {
        at++;
      } else if (flags.extended && text.charAt(at) == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end + 1;
      } else {
        return;
      }
    }
  }

  private boolean isQuantifier() {
    if (at == text.length()) {
      return false;
    }
    char c = text.charAt(at);
    return c == '*' || c == '+' || c == '?' || c == '{' && counted() != null;
  }

  /** {least, most, length of the text} of a well-formed counted quantifier. */
  private int @org.jspecify.annotations.Nullable [] counted() {
    int i = at + 1;
    int begin = i;
    while (i < text.length() && ByteSet.DIGITS.contains(text.charAt(i)) && text.charAt(i) < 256) {
      i++;
    }
    if (i == begin || i == text.length()) {
      return null;
    }
    int least = number(text.substring(begin, i));
    int most = least;
    if (text.charAt(i) == ',') {
      int second = ++i;
      while (i < text.length() && ByteSet.DIGITS.contains(text.charAt(i)) && text.charAt(i) < 256) {
        i++;
      }
      most = i == second ? -1 : number(text.substring(second, i));
    }
    if (i == text.length() || text.charAt(i) != '}') {
      return null;
    }
    return new int[] {least, most, i + 1 - at};
  }

  private static int number(String digits) {
    String plain = digits.replaceFirst("^0+(?=.)", "");
    return plain.length() > 6 ? MOST_REPEATS + 1 : Integer.parseInt(plain);
  }

  private Syntax quantified(Syntax first) throws UnsupportedSyntax, MalformedSyntax {
    Syntax result = first;
    if (isQuantifier()) {
      int least;
      int most;
      switch (Character.valueOf(text.charAt(at))) {
        case '*' -> {
          least = 0;
          most = -1;
          at++;
        }
        case '+' -> {
          least = 1;
          most = -1;
          at++;
        }
        case '?' -> {
          least = 0;
          most = 1;
          at++;
        }
        case Character _ -> {
          int[] count = counted();
          if (count == null) {
            throw new IllegalStateException("no quantifier at " + at);
          }
          least = count[0];
          most = count[1];
          if (least > MOST_REPEATS || most > MOST_REPEATS) {
            throw new MalformedSyntax("a repeat count above 65535", at);
          }
          if (most >= 0 && most < least) {
            throw new MalformedSyntax("a repeat range that runs backwards", at);
          }
          at += count[2];
        }
      }
      boolean lazy = at < text.length() && text.charAt(at) == '?';
      boolean possessive = at < text.length() && text.charAt(at) == '+';
      if (lazy || possessive) {
        at++;
      }
      result = new Syntax.Repeat(result, least, most, lazy);
      if (possessive) {
        result = new Syntax.Atomic(result);
      }
    }
    return result;
  }

  private Syntax atom() throws UnsupportedSyntax, MalformedSyntax {
    char c = text.charAt(at);
    return switch (Character.valueOf(c)) {
      case '(' -> group();
      case '[' -> {
        if (text.startsWith("[[:<:]]", at) || text.startsWith("[[:>:]]", at)) {
          throw new UnsupportedSyntax("the word-start assertion [[:<:]]", at);
        }
        yield new Syntax.Bytes(bracket());
      }
      case '.' -> {
        at++;
        yield new Syntax.Bytes(flags.dotAll ? ByteSet.ALL : NEWLINE.not());
      }
      case '^' -> {
        at++;
        yield new Syntax.Place(flags.multiLine ? Syntax.Where.LINE_START : Syntax.Where.START);
      }
      case '$' -> {
        at++;
        yield new Syntax.Place(
            flags.multiLine ? Syntax.Where.LINE_END : Syntax.Where.END_OR_LAST_LINE_FEED);
      }
      case '\\' -> escape();
      case Character _ -> {
        at++;
        yield literal(c);
      }
    };
  }

  private Syntax literal(char c) throws MalformedSyntax {
    if (c > 255) {
      throw new MalformedSyntax("a character that is not a byte", at);
    }
    return new Syntax.Bytes(folded(ByteSet.of(c)));
  }

  private ByteSet folded(ByteSet set) {
    return flags.ignoreCase ? set.ignoringCase() : set;
  }

  private Syntax group() throws UnsupportedSyntax, MalformedSyntax {
    int begin = at++;
    if (text.startsWith("*", at)) {
      throw new UnsupportedSyntax("a verb (*…)", begin);
    }
    Flags outer = flags;
    if (!text.startsWith("?", at)) {
      int number = ++captures;
      return new Syntax.Capture(number, closed(outer, begin));
    }
    at++;
    String rest = text.substring(at, Math.min(at + 3, text.length()));
    if (rest.startsWith(":") || rest.startsWith("|")) {
      if (rest.startsWith("|")) {
        throw new UnsupportedSyntax("a branch reset group (?|", begin);
      }
      at++;
      return closed(outer, begin);
    }
    if (rest.startsWith(">")) {
      at++;
      return new Syntax.Atomic(closed(outer, begin));
    }
    if (rest.startsWith("=")
        || rest.startsWith("!")
        || rest.startsWith("<=")
        || rest.startsWith("<!")
        || rest.startsWith("*")) {
      throw new UnsupportedSyntax("look-around looks at bytes without consuming them", begin);
    }
    if (rest.startsWith("P=")
        || rest.startsWith("P>")
        || rest.startsWith("&")
        || rest.startsWith("R")
        || rest.startsWith("+")
        || !rest.isEmpty() && Character.isDigit(rest.charAt(0))
        || rest.length() > 1 && rest.startsWith("-") && Character.isDigit(rest.charAt(1))) {
      throw new UnsupportedSyntax("a reference or recursion to another group", begin);
    }
    if (rest.startsWith("(")) {
      throw new UnsupportedSyntax("a conditional group", begin);
    }
    if (rest.startsWith("C")) {
      throw new UnsupportedSyntax("a callout", begin);
    }
    if (rest.startsWith("<") || rest.startsWith("'") || rest.startsWith("P<")) {
      char close = rest.startsWith("'") ? '\'' : '>';
      at += rest.startsWith("P") ? 2 : 1;
      int end = text.indexOf(close, at);
      if (end <= at
          || !text.substring(at, end).chars().allMatch(c -> c < 256 && WORD.contains(c))
          || ByteSet.DIGITS.contains(text.charAt(at))) {
        throw new MalformedSyntax("a group name that is not one", at);
      }
      at = end + 1;
      int number = ++captures;
      return new Syntax.Capture(number, closed(outer, begin));
    }
    return options(outer, begin);
  }

  private Syntax options(Flags outer, int begin) throws UnsupportedSyntax, MalformedSyntax {
    boolean on = true;
    Flags now = flags;
    if (text.startsWith("^", at)) {
      at++;
      now = new Flags(false, false, false, false);
    }
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (Character.valueOf(c)) {
        case '-' -> on = false;
        case 'i' -> now = new Flags(on, now.multiLine, now.dotAll, now.extended);
        case 'm' -> now = new Flags(now.ignoreCase, on, now.dotAll, now.extended);
        case 's' -> now = new Flags(now.ignoreCase, now.multiLine, on, now.extended);
        case 'x' -> {
          if (text.startsWith("x", at)) {
            throw new UnsupportedSyntax("the option (?xx)", begin);
          }
          now = new Flags(now.ignoreCase, now.multiLine, now.dotAll, on);
        }
        case 'J' -> {}
        case 'U', 'n' -> throw new UnsupportedSyntax("the option (?" + c + ")", begin);
        case ':' -> {
          flags = now;
          return closed(outer, begin);
        }
        case ')' -> {
          // Until the end of the enclosing group, through later alternatives too.
          flags = now;
          optionsOnly = true;
          return new Syntax.Sequence(List.of());
        }
        case Character _ -> throw new MalformedSyntax("an unknown option or group", begin);
      }
    }
    throw new MalformedSyntax("a group without an end", begin);
  }

  private Syntax closed(Flags outer, int begin) throws UnsupportedSyntax, MalformedSyntax {
    Syntax body = choice();
    if (!text.startsWith(")", at)) {
      throw new MalformedSyntax("a group without an end", begin);
    }
    at++;
    flags = outer;
    optionsOnly = false;
    return body instanceof Syntax.Place ? new Syntax.Sequence(List.of(body)) : body;
  }

  private Syntax escape() throws UnsupportedSyntax, MalformedSyntax {
    int begin = at++;
    if (at == text.length()) {
      throw new MalformedSyntax("a backslash at the end", begin);
    }
    char c = text.charAt(at);
    ByteSet set = classEscape(c);
    if (set != null) {
      notSpace |= c == 'S';
      specialSpace |= c == 'h' || c == 'v';
      at++;
      return new Syntax.Bytes(set);
    }
    switch (Character.valueOf(c)) {
      case 'A', 'G' -> {
        at++;
        return new Syntax.Place(Syntax.Where.START);
      }
      case 'z' -> {
        at++;
        return new Syntax.Place(Syntax.Where.END);
      }
      case 'Z' -> {
        at++;
        return new Syntax.Place(Syntax.Where.END_OR_LAST_LINE_FEED);
      }
      case 'b' -> {
        at++;
        return new Syntax.Place(Syntax.Where.WORD_BOUNDARY);
      }
      case 'B' -> {
        at++;
        return new Syntax.Place(Syntax.Where.NO_WORD_BOUNDARY);
      }
      case 'N' -> {
        at++;
        if (text.startsWith("{", at) && counted() == null) {
          throw new MalformedSyntax("\\N{…} without Unicode", begin);
        }
        return new Syntax.Bytes(NEWLINE.not());
      }
      case 'C' -> {
        at++;
        return new Syntax.Bytes(ByteSet.ALL);
      }
      // An atomic group, and PCRE2 10.42 takes it to be apart from \N and the dot, which for 0x85
      // it is
      // not: repetitions beside it become possessive.
      case 'R' -> throw new UnsupportedSyntax("\\R, which does not give back what it took", begin);
      case 'K' -> throw new UnsupportedSyntax("\\K, which moves the start of the match", begin);
      case 'X' -> throw new UnsupportedSyntax("\\X, a Unicode grapheme", begin);
      case 'p', 'P' -> throw new UnsupportedSyntax("Unicode properties", begin);
      case 'k', 'g' -> throw new UnsupportedSyntax("a back-reference", begin);
      case Character _ -> {
        if (c >= '1' && c <= '9' && !isOctal()) {
          throw new UnsupportedSyntax("a back-reference", begin);
        }
        return new Syntax.Bytes(folded(ByteSet.of(byteEscape(begin))));
      }
    }
  }

  private static @org.jspecify.annotations.Nullable ByteSet classEscape(char c) {
    return switch (Character.valueOf(c)) {
      case 'd' -> ByteSet.DIGITS;
      case 'D' -> ByteSet.DIGITS.not();
      case 'w' -> WORD;
      case 'W' -> WORD.not();
      case 's' -> SPACE;
      case 'S' -> SPACE.not();
      case 'h' -> HORIZONTAL;
      case 'H' -> HORIZONTAL.not();
      case 'v' -> VERTICAL;
      case 'V' -> VERTICAL.not();
      case Character _ -> null;
    };
  }

  /** Digits after a backslash are a byte in octal only if there cannot be so many groups. */
  private boolean isOctal() {
    int end = at;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return text.charAt(at) <= '7'
        && end - at >= 2
        && number(text.substring(at, end)) > text.chars().filter(c -> c == '(').count();
  }

  /** An escape that stands for one byte; {@code at} is on the letter after the backslash. */
  private int byteEscape(int begin) throws UnsupportedSyntax, MalformedSyntax {
    char c = text.charAt(at++);
    switch (Character.valueOf(c)) {
      case 'a' -> {
        return 7;
      }
      case 'e' -> {
        return 27;
      }
      case 'f' -> {
        return 12;
      }
      case 'n' -> {
        return 10;
      }
      case 'r' -> {
        return 13;
      }
      case 't' -> {
        return 9;
      }
      case 'c' -> {
        if (at == text.length() || text.charAt(at) < 0x20 || text.charAt(at) > 0x7e) {
          throw new MalformedSyntax("\\c needs a printable character", begin);
        }
        return Character.toUpperCase(text.charAt(at++)) ^ 0x40;
      }
      case 'x' -> {
        return hexadecimal(begin);
      }
      case 'o' -> {
        int end = text.indexOf('}', at);
        if (!text.startsWith("{", at)
            || end < 0
            || !text.substring(at + 1, end).matches("[0-7]+")) {
          throw new MalformedSyntax("\\o needs octal digits in braces", begin);
        }
        int value = end - at > 8 ? 256 : Integer.parseInt(text.substring(at + 1, end), 8);
        at = end + 1;
        return requireByte(value, begin);
      }
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        int value = c - '0';
        for (int i = 0; i < 2 && at < text.length(); i++) {
          char d = text.charAt(at);
          if (d < '0' || d > '7') {
            break;
          }
          value = value * 8 + d - '0';
          at++;
        }
        return requireByte(value, begin);
      }
      case Character _ -> {
        if (c < 128 && (ByteSet.LETTERS.contains(c) || ByteSet.DIGITS.contains(c))) {
          throw new MalformedSyntax("an unknown escape \\" + c, begin);
        }
        if (c > 255) {
          throw new MalformedSyntax("a character that is not a byte", begin);
        }
        return c;
      }
    }
  }

  private int hexadecimal(int begin) throws MalformedSyntax {
    if (text.startsWith("{", at)) {
      int end = text.indexOf('}', at);
      if (end < 0 || !text.substring(at + 1, end).matches("[0-9A-Fa-f]+")) {
        throw new MalformedSyntax("\\x{ needs hexadecimal digits and a }", begin);
      }
      String digits = text.substring(at + 1, end).replaceFirst("^0+(?=.)", "");
      at = end + 1;
      return requireByte(digits.length() > 4 ? 256 : Integer.parseInt(digits, 16), begin);
    }
    int value = 0;
    for (int i = 0; i < 2 && at < text.length(); i++) {
      char h = text.charAt(at);
      int digit = h < 128 ? Character.digit(h, 16) : -1;
      if (digit < 0) {
        break;
      }
      value = 16 * value + digit;
      at++;
    }
    return value;
  }

  private static int requireByte(int value, int begin) throws MalformedSyntax {
    if (value > 255) {
      throw new MalformedSyntax("a character value above 255", begin);
    }
    return value;
  }

  /** A bracketed class. */
  private ByteSet bracket() throws UnsupportedSyntax, MalformedSyntax {
    int begin = at++;
    boolean negated = text.startsWith("^", at);
    if (negated) {
      at++;
    }
    ByteSet set = ByteSet.NONE;
    boolean first = true;
    boolean quoting = false;
    int previous = -1; // a single byte that may begin a range
    while (true) {
      if (at >= text.length()) {
        throw new MalformedSyntax("a class [ without its ]", begin);
      }
      char c = text.charAt(at);
      if (quoting) {
        if (text.startsWith("\\E", at)) {
          quoting = false;
          at += 2;
          continue;
        }
      } else {
        if (text.startsWith("\\Q", at)) {
          quoting = true;
          at += 2;
          continue;
        }
        if (text.startsWith("\\E", at)) {
          at += 2;
          continue;
        }
        if (c == ']' && !first) {
          at++;
          break;
        }
        if (c == '[' && at + 1 < text.length() && ":.=".indexOf(text.charAt(at + 1)) >= 0) {
          int end = text.indexOf(text.charAt(at + 1) + "]", at + 2);
          if (end >= 0 && text.substring(at + 2, end).matches("\\^?[a-z]*")) {
            if (text.charAt(at + 1) != ':') {
              throw new MalformedSyntax("POSIX collating elements", at);
            }
            set = set.or(posix(text.substring(at + 2, end)));
            at = end + 2;
            first = false;
            previous = -1;
            hyphenAfterClass();
            continue;
          }
        }
        if (c == '\\' && at + 1 < text.length()) {
          char e = text.charAt(at + 1);
          ByteSet escaped = classEscape(e);
          if (escaped != null) {
            set = set.or(escaped);
            at += 2;
            first = false;
            previous = -1;
            hyphenAfterClass();
            continue;
          }
          if (e == 'p' || e == 'P') {
            throw new UnsupportedSyntax("Unicode properties", at);
          }
        }
      }
      first = false;
      int value = member(quoting);
      if (!quoting
          && previous < 0
          && text.startsWith("-", at)
          && at + 1 < text.length()
          && text.charAt(at + 1) != ']') {
        int beforeHyphen = at;
        at++;
        boolean quotedEnd = false;
        if (text.startsWith("\\Q", at) || text.startsWith("\\E", at)) {
          throw new UnsupportedSyntax("quoting inside of a range", at);
        }
        boolean posix =
            text.charAt(at) == '['
                && at + 1 < text.length()
                && text.charAt(at + 1) == ':'
                && text.indexOf(":]", at) >= 0;
        boolean shorthand =
            text.charAt(at) == '\\'
                && at + 1 < text.length()
                && (classEscape(text.charAt(at + 1)) != null);
        if (posix || shorthand) {
          throw new UnsupportedSyntax("a class as the end of a range", beforeHyphen);
        }
        int last = member(quotedEnd);
        if (last < value) {
          throw new MalformedSyntax("a range that runs backwards", beforeHyphen);
        }
        set = set.or(ByteSet.range(value, last));
      } else {
        set = set.or(ByteSet.of(value));
      }
      previous = -1;
    }
    // Case folding adds the other case of what is listed, before the negation.
    ByteSet result = folded(set);
    return negated ? result.not() : result;
  }

  private void hyphenAfterClass() throws UnsupportedSyntax {
    if (text.startsWith("-", at) && at + 1 < text.length() && text.charAt(at + 1) != ']') {
      throw new UnsupportedSyntax("a class as the start of a range", at);
    }
  }

  private int member(boolean quoting) throws UnsupportedSyntax, MalformedSyntax {
    char c = text.charAt(at);
    if (c > 255) {
      throw new MalformedSyntax("a character that is not a byte", at);
    }
    if (quoting || c != '\\') {
      at++;
      return c;
    }
    int begin = at++;
    if (at == text.length()) {
      throw new MalformedSyntax("a backslash at the end", begin);
    }
    char e = text.charAt(at);
    if (e == 'b') {
      at++;
      return 8;
    }
    if (e == '8' || e == '9' || "BNRXCKGAzZkg".indexOf(e) >= 0) {
      throw new UnsupportedSyntax("the escape \\" + e + " in a class", begin);
    }
    return byteEscape(begin);
  }

  private ByteSet posix(String name) throws MalformedSyntax {
    boolean negated = name.startsWith("^");
    String plain = negated ? name.substring(1) : name;
    // Under case folding PCRE2 takes [:upper:] and [:lower:] for [:alpha:].
    ByteSet set =
        switch (plain) {
          case "alpha" -> ByteSet.LETTERS;
          case "lower" -> flags.ignoreCase ? ByteSet.LETTERS : ByteSet.LOWER;
          case "upper" -> flags.ignoreCase ? ByteSet.LETTERS : ByteSet.UPPER;
          case "digit" -> ByteSet.DIGITS;
          case "alnum" -> ByteSet.LETTERS.or(ByteSet.DIGITS);
          case "ascii" -> ByteSet.range(0, 127);
          case "blank" -> ByteSet.of("\t ");
          case "cntrl" -> ByteSet.range(0, 31).or(ByteSet.of(127));
          case "graph" -> ByteSet.range(33, 126);
          case "print" -> ByteSet.range(32, 126);
          case "punct" -> ByteSet.range(33, 126).minus(ByteSet.LETTERS).minus(ByteSet.DIGITS);
          case "space" -> SPACE;
          case "word" -> WORD;
          case "xdigit" -> ByteSet.DIGITS.or(ByteSet.range('a', 'f')).or(ByteSet.range('A', 'F'));
          case String _ -> throw new MalformedSyntax("an unknown class [:" + name + ":]", at);
        };
    return negated ? set.not() : set;
  }
}
