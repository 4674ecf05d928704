package dev.checkrail.explain;

import java.util.ArrayList;
import java.util.List;

/** How HAProxy cuts header lines, cookies and query strings into values. */
final class Lines {
  private Lines() {}

  /** A value's place in a line, blanks around it left out. */
  record Part(int start, int end) {}

  /** All of a line. */
  static Part whole(String line) {
    return trimmed(line, 0, line.length());
  }

  private static Part trimmed(String line, int from, int to) {
    int start = from;
    int end = to;
    while (start < end && isBlank(line.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(line.charAt(end - 1))) {
      end--;
    }
    return new Part(start, end);
  }

  /** The comma-separated values of one line; an empty line is one empty value. */
  static List<Part> parts(String line) {
    List<Part> parts = new ArrayList<>();
    int from = 0;
    while (true) {
      int comma = endOfValue(line, from, ",");
      parts.add(trimmed(line, from, comma));
      if (comma == line.length()) {
        return parts;
      }
      from = comma + 1;
    }
  }

  /** The comma-separated values of all lines. */
  static List<String> commaValues(List<String> lines) {
    List<String> values = new ArrayList<>();
    for (String line : lines) {
      for (Part part : parts(line)) {
        values.add(line.substring(part.start(), part.end()));
      }
    }
    return values;
  }

  /** The first stop byte outside double quotes; inside, a backslash hides the next byte. */
  private static int endOfValue(String text, int from, String stops) {
    boolean quoted = false;
    int i = from;
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (stops.indexOf(c) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  /** The values of all cookies of a name, as the fetch {@code req.cook} sees them. */
  static List<String> cookies(List<String> lines, String name) {
    List<String> values = new ArrayList<>();
    for (String part : commaValues(lines)) {
      if (part.length() > name.length()) {
        values.addAll(cookiesOfOne(part, name, name.length() + 1));
      }
    }
    return values;
  }

  /**
   * The same as cookie persistence sees them: whole lines, and no cookie is too short to be seen.
   */
  static List<String> persistenceCookies(List<String> lines, String name) {
    List<String> values = new ArrayList<>();
    for (String line : lines) {
      values.addAll(cookiesOfOne(line, name, 0));
    }
    return values;
  }

  /**
   * @param atLeast a cookie is looked at only if more bytes than this are left; a quirk of the
   *     fetch by which {@code a=} at the very end is not found
   */
  private static List<String> cookiesOfOne(String text, String name, int atLeast) {
    List<String> values = new ArrayList<>();
    int at = 0;
    while (at + atLeast < text.length()) {
      int start = at;
      while (start < text.length() && isBlank(text.charAt(start))) {
        start++;
      }
      int equal = start;
      int nameEnd = start;
      while (equal < text.length() && "=;,".indexOf(text.charAt(equal)) < 0) {
        if (!isBlank(text.charAt(equal++))) {
          nameEnd = equal;
        }
      }
      if (equal == text.length() || text.charAt(equal) != '=') {
        at = equal + 1;
        continue;
      }
      int valueStart = equal + 1;
      while (valueStart < text.length() && isBlank(text.charAt(valueStart))) {
        valueStart++;
      }
      int next = endOfValue(text, valueStart, ",;");
      int valueEnd = next;
      while (valueEnd > valueStart && isBlank(text.charAt(valueEnd - 1))) {
        valueEnd--;
      }
      boolean special = start < text.length() && text.charAt(start) == '$';
      if (!special && text.substring(start, nameEnd).equals(name)) {
        values.add(text.substring(valueStart, valueEnd));
      }
      at = next + 1;
    }
    return values;
  }

  /** The values of a parameter of the query. */
  static List<String> parameters(String target, String name, char delimiter, boolean ignoreCase) {
    List<String> values = new ArrayList<>();
    int at = target.indexOf(delimiter);
    while (at >= 0) {
      int end = at + 1;
      while (end < target.length()
          && "&;".indexOf(target.charAt(end)) < 0
          && target.charAt(end) != delimiter) {
        end++;
      }
      String parameter = target.substring(at + 1, end);
      int equal = name.length();
      if (parameter.length() > equal
          && parameter.charAt(equal) == '='
          && parameter.regionMatches(ignoreCase, 0, name, 0, equal)) {
        values.add(parameter.substring(equal + 1));
      }
      at = end < target.length() ? end : -1;
    }
    return values;
  }

  static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** Blanks and tabs cut off at both ends. */
  static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }
}
