package dev.checkrail.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * HAProxy's regular expressions (PCRE2, bytes, no UTF) on the engine of the JDK: both backtrack, so
 * what is found and captured is the same where the syntax means the same. An expression is
 * translated piece by piece; a piece that could mean something else makes it unknown. Work is
 * bounded by counting the bytes that a search looks at.
 */
final class Regexes {
  private static final int BYTES_LOOKED_AT = 2_000_000;

  /** The result of one search. */
  sealed interface Search {
    /**
     * @param groups the whole match and the groups 1 to 9, empty if unset
     */
    record Found(int start, int end, List<Optional<String>> groups) implements Search {
      public Found {
        groups = List.copyOf(groups);
      }
    }

    record Nothing() implements Search {}

    record Unknown(String why) implements Search {}
  }

  private record Key(String expression, boolean ignoreCase) {}

  private final Map<Key, Optional<Pattern>> compiled = new HashMap<>();

  /**
   * The first match in a text.
   *
   * @param notFirst whether {@code ^} does not match at the start of the text
   */
  Search search(String expression, boolean ignoreCase, String text, boolean notFirst) {
    Optional<Pattern> pattern =
        compiled.computeIfAbsent(new Key(expression, ignoreCase), Regexes::compile);
    if (pattern.isEmpty()) {
      return new Search.Unknown("a regular expression that is not understood with certainty");
    }
    if (notFirst && (expression.contains("\\A") || expression.contains("\\G"))) {
      return new Search.Unknown("\\A in a repeated substitution");
    }
    int skip = notFirst ? 1 : 0;
    Matcher matcher = pattern.get().matcher(new Counted((notFirst ? "\0" : "") + text));
    if (notFirst) {
      matcher.region(1, text.length() + 1).useAnchoringBounds(false);
    }
    try {
      if (!matcher.find()) {
        return new Search.Nothing();
      }
      MatchResult match = matcher.toMatchResult();
      List<Optional<String>> groups = new ArrayList<>();
      for (int i = 0; i <= Math.min(9, match.groupCount()); i++) {
        groups.add(Optional.ofNullable(match.group(i)));
      }
      return new Search.Found(match.start() - skip, match.end() - skip, groups);
    } catch (OutOfBudget | StackOverflowError e) {
      return new Search.Unknown("a regular expression that takes too long on this text");
    }
  }

  /** Fills in {@code \0} to {@code \9}; empty if the template is broken. */
  static Optional<String> expand(String template, Search.Found found) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      if (++i == template.length()) {
        return Optional.empty();
      }
      c = template.charAt(i);
      if (c >= '0' && c <= '9') {
        if (c - '0' < found.groups().size()) {
          found.groups().get(c - '0').ifPresent(out::append);
        }
      } else if (c == 'x') {
        if (i + 2 >= template.length()
            || Character.digit(template.charAt(i + 1), 16) < 0
            || Character.digit(template.charAt(i + 2), 16) < 0) {
          return Optional.empty();
        }
        out.append((char) Integer.parseInt(template.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.append(c);
      }
    }
    return Optional.of(out.toString());
  }

  private static Optional<Pattern> compile(Key key) {
    Optional<String> java = translate(key.expression());
    if (java.isEmpty()) {
      return Optional.empty();
    }
    try {
      int flags = Pattern.UNIX_LINES | (key.ignoreCase() ? Pattern.CASE_INSENSITIVE : 0);
      return Optional.of(Pattern.compile(java.get(), flags));
    } catch (PatternSyntaxException | StackOverflowError e) {
      return Optional.empty();
    }
  }

  /** The expression in the JDK's syntax; empty if some piece might mean something else there. */
  static Optional<String> translate(String pcre) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < pcre.length()) {
      char c = pcre.charAt(i);
      if (c == '\\') {
        Optional<String> piece = escape(pcre, i);
        if (piece.isEmpty()) {
          return Optional.empty();
        }
        i = append(out, pcre, i, piece.get());
      } else if (c == '[') {
        int end = translateClass(pcre, i, out);
        if (end < 0) {
          return Optional.empty();
        }
        i = end;
      } else if (c == '(' && pcre.startsWith("(*", i)) {
        return Optional.empty();
      } else if (c == '(' && pcre.startsWith("(?", i)) {
        if (!pcre.substring(i)
            .matches("(?s)\\(\\?(:|=|!|>|<=|<!|<[A-Za-z][A-Za-z0-9]*>|[ims]*(-[ims]+)?[:)]).*")) {
          return Optional.empty();
        }
        out.append("(?");
        i += 2;
      } else if (c == '{' && !pcre.substring(i).matches("(?s)\\{[0-9]+(,[0-9]*)?\\}.*")) {
        out.append("\\{");
        i++;
      } else {
        out.append(c);
        i++;
      }
    }
    return Optional.of(out.toString());
  }

  private static int append(StringBuilder out, String pcre, int from, String piece) {
    out.append(piece);
    if (pcre.startsWith("\\Q", from)) {
      int end = pcre.indexOf("\\E", from);
      return end < 0 ? pcre.length() : end + 2;
    }
    return from + (piece.startsWith("\\x") ? piece.length() : 2);
  }

  private static Optional<String> escape(String pcre, int at) {
    if (at + 1 == pcre.length()) {
      return Optional.empty();
    }
    char c = pcre.charAt(at + 1);
    if (c == 'Q') {
      int end = pcre.indexOf("\\E", at);
      return Optional.of(Pattern.quote(pcre.substring(at + 2, end < 0 ? pcre.length() : end)));
    }
    if (c == 'x') {
      return pcre.substring(at).matches("(?s)\\\\x[0-9a-fA-F]{2}.*")
          ? Optional.of(pcre.substring(at, at + 4))
          : Optional.empty();
    }
    if (c >= '1' && c <= '9') {
      boolean longer = at + 2 < pcre.length() && Character.isDigit(pcre.charAt(at + 2));
      return longer ? Optional.empty() : Optional.of(pcre.substring(at, at + 2));
    }
    boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '0';
    return letter && "dDwWsShHvVbBAzZtnrfae".indexOf(c) < 0
        ? Optional.empty()
        : Optional.of(pcre.substring(at, at + 2));
  }

  /** Writes a bracket expression; the index after it, or -1. */
  private static int translateClass(String pcre, int at, StringBuilder out) {
    int i = at + 1;
    out.append('[');
    if (i < pcre.length() && pcre.charAt(i) == '^') {
      out.append('^');
      i++;
    }
    boolean first = true;
    while (i < pcre.length()) {
      char c = pcre.charAt(i);
      if (c == ']' && !first) {
        out.append(']');
        return i + 1;
      }
      first = false;
      if (pcre.startsWith("[:", i) && pcre.indexOf(":]", i) > 0) {
        int end = pcre.indexOf(":]", i);
        Optional<String> named = named(pcre.substring(i + 2, end));
        if (named.isEmpty()) {
          return -1;
        }
        out.append(named.get());
        i = end + 2;
      } else if (pcre.startsWith("[.", i) || pcre.startsWith("[=", i)) {
        return -1;
      } else if (c == '\\') {
        boolean backspace = pcre.startsWith("\\b", i);
        Optional<String> piece = backspace ? Optional.of("\\x08") : escape(pcre, i);
        if (piece.isEmpty() || "QE123456789BAzZ".indexOf(pcre.charAt(i + 1)) >= 0) {
          return -1;
        }
        out.append(piece.get());
        i += backspace ? 2 : piece.get().length();
      } else {
        out.append("[]&^ #".indexOf(c) >= 0 ? "\\" + c : c);
        i++;
      }
    }
    return -1;
  }

  private static Optional<String> named(String posix) {
    boolean not = posix.startsWith("^");
    String java =
        switch (not ? posix.substring(1) : posix) {
          case "alpha" -> "Alpha";
          case "digit" -> "Digit";
          case "alnum" -> "Alnum";
          case "upper" -> "Upper";
          case "lower" -> "Lower";
          case "punct" -> "Punct";
          case "xdigit" -> "XDigit";
          case "cntrl" -> "Cntrl";
          case "blank" -> "Blank";
          case "graph" -> "Graph";
          case "print" -> "Print";
          case "space" -> "Space";
          case String other -> "";
        };
    return java.isEmpty() ? Optional.empty() : Optional.of((not ? "\\P{" : "\\p{") + java + "}");
  }

  /** Text that counts how often it is looked at. */
  private static final class Counted implements CharSequence {
    private final String text;
    private int looked;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++looked > BYTES_LOOKED_AT) {
        throw new OutOfBudget();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static final class OutOfBudget extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutOfBudget() {
      super("budget", null, false, false);
    }
  }
}
