package dev.checkrail.read.haproxy;

import java.util.List;
import java.util.Map;

/**
 * Evaluates the expression behind {@code .if} and {@code .elif} (manual 2.4).
 *
 * <p>What surprises: a number may be written as in C (octal, hexadecimal); a predicate without
 * parentheses has one empty argument; {@code version_atleast} of something that is no version is
 * true; the comparison of OpenSSL versions is off for 3.x, whose number is coded differently (a
 * defect of HAProxy 2.6 that files have to live with); an empty expression is false.
 */
final class BlockCondition {
  private static final int MAX_DEPTH = 1024;

  private static final Signature ONE = new Signature(List.of(Signature.Type.STRING), 1);
  private static final Signature TWO =
      new Signature(List.of(Signature.Type.STRING, Signature.Type.STRING), 2);
  private static final Map<String, Signature> PREDICATES =
      Map.of(
          "defined", ONE,
          "feature", ONE,
          "streq", TWO,
          "strneq", TWO,
          "version_atleast", ONE,
          "version_before", ONE,
          "openssl_version_atleast", ONE,
          "openssl_version_before", ONE,
          "ssllib_name_startswith", ONE);

  /** What became of it. */
  sealed interface Result {}

  record Value(boolean holds) implements Result {}

  record Wrong(String message, int offset) implements Result {}

  private static final class Unparsable extends Exception {
    private static final long serialVersionUID = 1;
    private final int offset;

    Unparsable(String message, int offset) {
      super(message, null, false, false);
      this.offset = offset;
    }
  }

  private final String text;
  private final Target target;
  private final Variables variables;
  private int at;

  private BlockCondition(String text, Target target, Variables variables) {
    this.text = text;
    this.target = target;
    this.variables = variables;
  }

  static Result evaluate(String text, Target target, Variables variables) {
    if (text.isEmpty()) {
      return new Value(false);
    }
    BlockCondition condition = new BlockCondition(text, target, variables);
    try {
      boolean value = condition.or(MAX_DEPTH);
      condition.skipBlanks();
      if (condition.at < text.length()) {
        return new Wrong("unexpected text at the end of the condition", condition.at);
      }
      return new Value(value);
    } catch (Unparsable e) {
      return new Wrong(String.valueOf(e.getMessage()), e.offset);
    }
  }

  // Both sides are always parsed; only errors of evaluation depend on what is looked at, as in
  // HAProxy, so a term is evaluated only while `live`.
  private boolean or(int depth) throws Unparsable {
    return or(depth, true);
  }

  private boolean or(int depth, boolean live) throws Unparsable {
    int budget = depth;
    boolean value = false;
    while (true) {
      deeper(budget);
      value |= and(budget - 1, live && !value);
      skipBlanks();
      if (!text.startsWith("||", at)) {
        return value;
      }
      at += 2;
      skipBlanks();
      budget--;
    }
  }

  private boolean and(int depth, boolean live) throws Unparsable {
    int budget = depth;
    boolean value = true;
    while (true) {
      deeper(budget);
      value &= term(budget - 1, live && value);
      skipBlanks();
      if (!text.startsWith("&&", at)) {
        return value;
      }
      at += 2;
      skipBlanks();
      budget--;
    }
  }

  private void deeper(int depth) throws Unparsable {
    if (depth <= 0) {
      throw new Unparsable("this condition is nested too deeply", at);
    }
  }

  private boolean term(int depth, boolean live) throws Unparsable {
    skipBlanks();
    if (at >= text.length()) {
      throw new Unparsable("something is missing in this condition", at);
    }
    deeper(depth);
    boolean negated = false;
    while (at < text.length() && text.charAt(at) == '!') {
      negated = !negated;
      at++;
      skipBlanks();
    }
    int numberEnd = numberEnd();
    if (numberEnd > at) {
      boolean nonZero = isNonZero(text.substring(at, numberEnd));
      at = numberEnd;
      return nonZero != negated;
    }
    if (at < text.length() && text.charAt(at) == '(') {
      int open = at;
      at++;
      skipBlanks();
      boolean value = or(depth - 1, live);
      skipBlanks();
      if (at >= text.length() || text.charAt(at) != ')') {
        throw new Unparsable("this parenthesis is never closed", open);
      }
      at++;
      skipBlanks();
      return value != negated;
    }
    return predicate(live) != negated;
  }

  private boolean predicate(boolean live) throws Unparsable {
    int begin = at;
    int end = begin;
    while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '(') {
      end++;
    }
    String name = text.substring(begin, end);
    Signature signature = PREDICATES.get(name);
    if (signature == null) {
      throw new Unparsable(
          "'"
              + name
              + "' is no predicate of conditional blocks; HAProxy 2.6 has "
              + String.join(", ", PREDICATES.keySet().stream().sorted().toList()),
          begin);
    }
    ArgumentList.Result result = ArgumentList.parse(text, end, signature);
    return switch (result) {
      case ArgumentList.Wrong wrong -> throw new Unparsable(wrong.message(), wrong.offset());
      case ArgumentList.Items items -> {
        at = items.end();
        String first = items.items().get(0).value();
        yield live
            && switch (name) {
              case "defined" -> variables.value(first) != null;
              case "feature" -> target.features().contains(first);
              case "streq" -> first.equals(items.items().get(1).value());
              case "strneq" -> !first.equals(items.items().get(1).value());
              case "version_atleast" -> Version.compareHaproxy(first, target.version()) <= 0;
              case "version_before" -> Version.compareHaproxy(first, target.version()) > 0;
              case "ssllib_name_startswith" ->
                  target.tlsLibrary().filter(l -> l.startsWith(first)).isPresent();
              case "openssl_version_atleast" -> openssl(first, begin) <= 0;
              case "openssl_version_before" -> openssl(first, begin) > 0;
              default -> throw new IllegalStateException(name);
            };
      }
    };
  }

  private int openssl(String version, int offset) throws Unparsable {
    return Version.compareOpenssl(version, target.tlsLibrary())
        .orElseThrow(() ->
            new Unparsable(
                "'" + version + "' can't be compared with the version of OpenSSL", offset));
  }

  private void skipBlanks() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  /** End of the number at the current place, as C's strtol reads it with base 0. */
  private int numberEnd() {
    int i = at;
    while (i < text.length() && Tokenizer.isSpace(text.charAt(i))) {
      i++;
    }
    if (i < text.length() && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
      i++;
    }
    int digits = i;
    int radix = 10;
    if (i < text.length() && text.charAt(i) == '0') {
      radix = 8;
      boolean hex =
          i + 2 < text.length()
              && (text.charAt(i + 1) | 0x20) == 'x'
              && Character.digit(text.charAt(i + 2), 16) >= 0;
      if (hex) {
        radix = 16;
        i += 2;
        digits = i;
      }
    }
    while (i < text.length() && Character.digit(text.charAt(i), radix) >= 0) {
      i++;
    }
    return i > digits ? i : at;
  }

  private static boolean isNonZero(String number) {
    boolean hex = number.contains("x") || number.contains("X");
    return number
        .chars()
        .skip(hex ? number.toLowerCase(java.util.Locale.ROOT).indexOf('x') + 1L : 0)
        .anyMatch(c -> Character.digit((char) c, 16) > 0);
  }
}
