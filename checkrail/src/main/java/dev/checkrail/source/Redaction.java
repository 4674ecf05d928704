package dev.checkrail.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Takes secrets out of text before it is shown, stored or sent: what stands after the words that
 * introduce a secret in a HAProxy configuration ({@code stats auth}, {@code password}, {@code
 * set-header Authorization} …), values of names that sound secret ({@code api_key=}, {@code
 * X-Auth-Token:}), {@code Basic} and {@code Bearer} credentials, passwords in URLs, private keys,
 * and card numbers. It would rather take too much than too little, and reads each byte a bounded
 * number of times, so that a line of any length is safe to give to it.
 *
 * <p>It can't know a secret that nothing around it betrays.
 */
public final class Redaction {
  /** What stands where a secret stood. */
  public static final String MARK = "[redacted]";

  private static final int LONGEST_NAME = 64;
  private static final Set<String> BEFORE_SECRET =
      Set.of("password", "insecure-password", "passwd", "secret", "passphrase", "agent-send");
  private static final Set<String> BEFORE_HEADER =
      Set.of("set-header", "add-header", "replace-header", "replace-value", "hdr", "header");
  private static final Set<String> BEFORE_VARIABLE = Set.of("setenv", "presetenv");
  private static final Set<String> SPOKEN =
      Set.of("authorization", "proxy-authorization", "cookie", "set-cookie");
  private static final List<String> SECRET_PARTS =
      List.of(
          "authorization",
          "cookie",
          "token",
          "secret",
          "password",
          "passwd",
          "passphrase",
          "credential",
          "signature",
          "session",
          "apikey");

  private Redaction() {}

  /** The text without what looks like a secret; the same object if there is none. */
  public static String of(String text) {
    if (text.indexOf('\n') < 0) {
      return cards(values(words(text)));
    }
    StringBuilder out = new StringBuilder(text.length());
    boolean inKey = false;
    int start = 0;
    while (start <= text.length()) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      String line = text.substring(start, end);
      boolean border = line.contains("PRIVATE KEY-----");
      if (inKey && !border) {
        out.append(MARK);
      } else {
        out.append(cards(values(words(line))));
      }
      if (border) {
        inKey = line.contains("-----BEGIN");
      }
      if (newline >= 0) {
        out.append('\n');
      }
      start = end + 1;
    }
    String result = out.toString();
    return result.equals(text) ? text : result;
  }

  /** A header's value as it may be shown. */
  public static String header(String name, String value) {
    return soundsSecret(name) ? MARK : of(value);
  }

  /** Whether the value of a header, parameter or variable of this name is likely a secret. */
  public static boolean soundsSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET_PARTS.stream().anyMatch(lower::contains)
        || lower.equals("key")
        || lower.endsWith("-key")
        || lower.endsWith("_key")
        || lower.endsWith("-auth")
        || lower.endsWith("_auth");
  }

  // --- by the words of a line, in the grammar of HAProxy

  private record Word(int start, int end, String text) {}

  private static String words(String line) {
    List<Word> words = split(line);
    boolean[] secret = new boolean[words.size()];
    int[] from = new int[words.size()];
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i).text().toLowerCase(Locale.ROOT);
      if (BEFORE_SECRET.contains(word)) {
        mark(words, secret, i + 1);
      } else if (word.equals("stats") && is(words, i + 1, "auth") && i + 2 < words.size()) {
        secret[i + 2] = true;
        // The user's name stays, it says whose password it is.
        from[i + 2] = Math.max(0, line.indexOf(':', words.get(i + 2).start()) + 1);
        if (from[i + 2] > words.get(i + 2).end()) {
          from[i + 2] = 0;
        }
      } else if (BEFORE_HEADER.contains(word) && names(words, i + 1)) {
        mark(words, secret, i + 2);
        if (word.startsWith("replace-")) {
          mark(words, secret, i + 3);
        }
      } else if (BEFORE_VARIABLE.contains(word) && names(words, i + 1)) {
        mark(words, secret, i + 2);
      } else if ((word.startsWith("set-var(") || word.startsWith("set-var-fmt("))
          && soundsSecret(argument(word))) {
        mark(words, secret, i + 1);
      } else if (readsSecret(word)) {
        patterns(words, secret, i + 1);
      }
    }
    return replace(line, words, secret, from);
  }

  /** Marks a word unless it only says where the value comes from. */
  private static void mark(List<Word> words, boolean[] secret, int at) {
    if (at < words.size() && !isExpression(words.get(at).text())) {
      secret[at] = true;
    }
  }

  private static boolean isExpression(String word) {
    return word.startsWith("%[")
        && word.indexOf(']') == word.length() - 1
        && !word.contains("str(")
        && !word.contains("bin(");
  }

  private static boolean is(List<Word> words, int at, String text) {
    return at < words.size() && words.get(at).text().equalsIgnoreCase(text);
  }

  private static boolean names(List<Word> words, int at) {
    return at < words.size() && soundsSecret(words.get(at).text());
  }

  /** Whether a word is a fetch of something that sounds secret: {@code hdr(x-api-key)}. */
  private static boolean readsSecret(String word) {
    int open = word.indexOf('(');
    if (open <= 0) {
      return false;
    }
    String fetch = word.substring(0, open);
    boolean carries =
        fetch.contains("hdr")
            || fetch.contains("cook")
            || fetch.startsWith("url")
            || fetch.contains("param")
            || fetch.startsWith("var")
            || fetch.startsWith("env");
    return carries && soundsSecret(argument(word));
  }

  private static String argument(String word) {
    int open = word.indexOf('(');
    int end = open + 1;
    while (end < word.length() && ",)".indexOf(word.charAt(end)) < 0) {
      end++;
    }
    return word.substring(open + 1, end);
  }

  /** Marks the patterns that a secret is compared with: to the end of the line or the brace. */
  private static void patterns(List<Word> words, boolean[] secret, int first) {
    for (int i = first; i < words.size() && !words.get(i).text().equals("}"); i++) {
      String word = words.get(i).text();
      if (word.equals("-m") || word.equals("-f") || word.equals("-M") || word.equals("-u")) {
        i++;
      } else if (!word.startsWith("-") || word.length() > 2) {
        secret[i] = true;
      }
    }
  }

  private static List<Word> split(String line) {
    List<Word> words = new ArrayList<>();
    int i = 0;
    while (i < line.length()) {
      while (i < line.length() && isBlank(line.charAt(i))) {
        i++;
      }
      int start = i;
      StringBuilder text = new StringBuilder();
      char quote = 0;
      while (i < line.length() && (quote != 0 || !isBlank(line.charAt(i)))) {
        char c = line.charAt(i);
        if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
          text.append(line.charAt(i + 1));
          i += 2;
          continue;
        }
        if (quote == 0 && (c == '"' || c == '\'')) {
          quote = c;
        } else if (c == quote) {
          quote = 0;
        } else {
          text.append(c);
        }
        i++;
      }
      if (i > start) {
        words.add(new Word(start, i, text.toString()));
      }
    }
    return words;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  private static String replace(String line, List<Word> words, boolean[] secret, int[] from) {
    StringBuilder out = null;
    int copied = 0;
    for (int i = 0; i < words.size(); i++) {
      if (secret[i]) {
        if (out == null) {
          out = new StringBuilder(line.length());
        }
        out.append(line, copied, Math.max(words.get(i).start(), from[i])).append(MARK);
        copied = words.get(i).end();
      }
    }
    return out == null ? line : out.append(line, copied, line.length()).toString();
  }

  // --- by what stands around a value, wherever it is

  private static String values(String line) {
    StringBuilder out = null;
    int copied = 0;
    int i = 0;
    while (i < line.length()) {
      int start = secretStart(line, i);
      if (start < 0) {
        i++;
        continue;
      }
      int end = secretEnd(line, i, start);
      if (end > start && !line.startsWith(MARK, start)) {
        if (out == null) {
          out = new StringBuilder(line.length());
        }
        out.append(line, copied, start).append(MARK);
        copied = end;
      }
      i = Math.max(end, i + 1);
    }
    return out == null ? line : out.append(line, copied, line.length()).toString();
  }

  /** Where a secret begins that the byte at {@code i} announces; -1 if it announces none. */
  private static int secretStart(String line, int i) {
    char c = line.charAt(i);
    if (c == '=') {
      return soundsSecret(nameBefore(line, i)) ? i + 1 : -1;
    }
    if (c == ':') {
      if (line.startsWith("://", i)) {
        return passwordStart(line, i + 3);
      }
      String name = nameBefore(line, i);
      return spoken(name) || SPOKEN.contains(name) ? pastSpace(line, i + 1) : -1;
    }
    boolean begins = i == 0 || !isNameByte(line.charAt(i - 1)) || line.charAt(i - 1) == '\\';
    if (begins && (c == 'B' || c == 'b' || c == 'A')) {
      for (String scheme : List.of("basic", "bearer")) {
        if (line.regionMatches(true, i, scheme, 0, scheme.length())) {
          return credential(line, i + scheme.length());
        }
      }
      if (line.startsWith("AUTH", i)) {
        return credential(line, i + 4);
      }
    }
    return begins && line.startsWith("eyJ", i) ? i : -1;
  }

  private static int secretEnd(String line, int i, int start) {
    char c = line.charAt(i);
    if (c == ':' && line.startsWith("://", i)) {
      return line.indexOf('@', start);
    }
    boolean whole = c == ':' && SPOKEN.contains(nameBefore(line, i));
    String stops = c == '=' ? " \t\r&;,\"')]}" : whole ? "\r\"'" : " \t\r\"',;)]}";
    int end = start;
    while (end < line.length() && stops.indexOf(line.charAt(end)) < 0) {
      if (line.charAt(end) == '\\' && end + 1 < line.length()) {
        char escaped = line.charAt(end + 1);
        if (escaped == 'r' || escaped == 'n' || (!whole && escaped == ' ')) {
          break;
        }
        end++;
      }
      end++;
    }
    return Math.min(end, line.length());
  }

  /**
   * Names before a colon are common in sentences, so only compound or plainly secret ones count.
   */
  private static boolean spoken(String name) {
    return soundsSecret(name)
        && (name.indexOf('-') >= 0 || name.indexOf('_') >= 0 || name.equals("apikey"));
  }

  private static String nameBefore(String line, int i) {
    int start = i;
    while (start > 0 && i - start < LONGEST_NAME && isNameByte(line.charAt(start - 1))) {
      start--;
    }
    // "\r\nAuthorization:" as written in a configuration: the n belongs to the escape.
    if (start > 0 && line.charAt(start - 1) == '\\' && start < i) {
      start++;
    }
    return line.substring(start, i).toLowerCase(Locale.ROOT);
  }

  private static boolean isNameByte(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private static int pastSpace(String line, int i) {
    int at = i;
    while (at < line.length() && (line.charAt(at) == ' ' || line.startsWith("\\ ", at))) {
      at += line.charAt(at) == ' ' ? 1 : 2;
    }
    return at;
  }

  /** The credential after a scheme's word; it has to look like one, for "basic" is a word, too. */
  private static int credential(String line, int i) {
    int start = pastSpace(line, i);
    if (start == i) {
      return -1;
    }
    int end = start;
    boolean mixed = false;
    while (end < line.length()
        && end - start < 8
        && " \t\r\"',;)]}".indexOf(line.charAt(end)) < 0) {
      char c = line.charAt(end++);
      mixed |= !(c >= 'a' && c <= 'z');
    }
    return end - start >= 8 || mixed ? start : -1;
  }

  /** Where the password of {@code scheme://user:password@host} begins. */
  private static int passwordStart(String line, int authority) {
    int start = -1;
    for (int i = authority; i < line.length() && i - authority < 4 * LONGEST_NAME; i++) {
      char c = line.charAt(i);
      if (c == '@') {
        return start;
      }
      if (c == ':' && start < 0) {
        start = i + 1;
      }
      if (c == '/' || c == '?' || c == '#' || c == ' ' || c == '"') {
        return -1;
      }
    }
    return -1;
  }

  // --- card numbers

  private static String cards(String line) {
    StringBuilder out = null;
    int copied = 0;
    int i = 0;
    while (i < line.length()) {
      if (!isDigit(line.charAt(i))) {
        i++;
        continue;
      }
      int end = endOfDigits(line, i);
      boolean alone =
          (i == 0 || !isPartOfNumber(line.charAt(i - 1)))
              && (end == line.length() || !isPartOfNumber(line.charAt(end)));
      if (alone && isCard(line, i, end)) {
        if (out == null) {
          out = new StringBuilder(line.length());
        }
        out.append(line, copied, i).append(MARK);
        copied = end;
      }
      i = end;
    }
    return out == null ? line : out.append(line, copied, line.length()).toString();
  }

  /** Digits, in groups that single blanks or hyphens part. */
  private static int endOfDigits(String line, int start) {
    int i = start;
    while (i < line.length()) {
      if (isDigit(line.charAt(i))) {
        i++;
      } else if ((line.charAt(i) == ' ' || line.charAt(i) == '-')
          && i + 1 < line.length()
          && isDigit(line.charAt(i + 1))) {
        i++;
      } else {
        break;
      }
    }
    return i;
  }

  /** A digit on the other side of a dot belongs to an address or a decimal, not to a card. */
  private static boolean isPartOfNumber(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isCard(String line, int start, int end) {
    int count = 0;
    int sum = 0;
    for (int i = end - 1; i >= start; i--) {
      char c = line.charAt(i);
      if (isDigit(c)) {
        int digit = c - '0';
        if (count % 2 == 1) {
          digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }
        sum += digit;
        count++;
        if (count > 19) {
          return false;
        }
      }
    }
    return count >= 13 && sum % 10 == 0 && line.charAt(start) != '0';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
