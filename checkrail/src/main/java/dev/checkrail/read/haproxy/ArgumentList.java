package dev.checkrail.read.haproxy;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts {@code (a,'b',"c d")} into arguments, as HAProxy does behind fetches, converters and the
 * predicates of conditional blocks. This is a second round of quoting: the tokenizer has already
 * removed the line's own quotes.
 */
final class ArgumentList {
  /** HAProxy's buffer for one argument, with the default {@code tune.bufsize}. */
  static final int MAX_ARGUMENT = 16383;

  /** An argument's value and the bytes it comes from. */
  record Item(String value, int from, int to) {}

  /** What became of the text: the arguments and the offset behind them, or what is wrong. */
  sealed interface Result {}

  record Items(List<Item> items, int end) implements Result {
    Items {
      items = List.copyOf(items);
    }
  }

  record Wrong(String message, int offset) implements Result {}

  private ArgumentList() {}

  /**
   * Parses the arguments at an offset.
   *
   * @param text text that holds them
   * @param at offset of the opening parenthesis, or of anything else if there are none
   * @param signature what is expected
   */
  static Result parse(String text, int at, Signature signature) {
    boolean absent = at >= text.length() || text.charAt(at) != '(';
    int max = signature.types().size();
    List<Item> items = new ArrayList<>();
    int i = absent ? at : at + 1;
    if (max > 0 && (!absent || signature.required() > 0)) {
      while (items.size() < max) {
        int from = i;
        StringBuilder value = new StringBuilder();
        if (!absent) {
          char quote = 0;
          while (i < text.length()) {
            char c = text.charAt(i);
            if (value.length() >= MAX_ARGUMENT) {
              return new Wrong("this argument is longer than HAProxy's buffer", from);
            }
            if ((c == '"' && quote != '\'') || (c == '\'' && quote != '"')) {
              quote = quote == 0 ? c : 0;
              i++;
            } else if (c == '\\' && quote != '\'') {
              if (i + 1 >= text.length()) {
                return new Wrong("a backslash ends the expression", i);
              }
              char next = text.charAt(i + 1);
              i += 2;
              switch (next) {
                case '\\', ' ', '"', '\'' -> value.append(next);
                case 'r' -> value.append('\r');
                case 'n' -> value.append('\n');
                case 't' -> value.append('\t');
                default -> {
                  value.append('\\');
                  i--;
                }
              }
            } else if (quote == 0 && (c == ',' || c == ')')) {
              break;
            } else {
              value.append(c);
              i++;
            }
          }
        }
        Signature.Type type = signature.types().get(items.size());
        if (value.isEmpty() && type.rejectsEmpty()) {
          if (items.size() >= signature.required()) {
            break;
          }
          return new Wrong("a value of type '" + type.word() + "' is missing here", from);
        }
        if (type == Signature.Type.INTEGER && !isInteger(value)) {
          return new Wrong("'" + value + "' is not an integer", from);
        }
        items.add(new Item(value.toString(), from, i));
        if (absent || i >= text.length() || text.charAt(i) == ')' || items.size() >= max) {
          break;
        }
        i++;
      }
    }
    if (items.size() < signature.required()) {
      return new Wrong(
          "arguments are missing: " + signature.required() + " needed, " + items.size() + " given",
          i);
    }
    if (absent) {
      return new Items(items, at);
    }
    if (i < text.length() && text.charAt(i) == ')') {
      return new Items(items, i + 1);
    }
    return new Wrong(
        i < text.length() && max > 0 && items.size() == max
            ? "at most "
                + max
                + (max == 1 ? " argument is" : " arguments are")
                + " taken; expected ')'"
            : "expected ')'",
        i);
  }

  private static boolean isInteger(CharSequence text) {
    int i = text.length() > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    for (; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
