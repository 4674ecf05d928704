package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.checkrail.source.Redaction;
import java.util.Locale;
import java.util.Set;

/**
 * Takes secrets and card numbers out of what a client sent, before anybody else sees it. Most lines
 * hold none: those cost one look at each byte and one table look-up for each parameter's name. The
 * others are written anew.
 *
 * <p>Hidden are: values of query and path parameters whose names sound secret, also if name or
 * value is percent-encoded, and values that hold such a parameter themselves (a URL in a URL);
 * passwords before the host of a URL; tokens that say what they are ({@code eyJ…}, {@code Bearer},
 * {@code Basic}); 13 to 19 digits that pass Luhn's test, also in groups parted by blanks or hyphens
 * and also percent-encoded; captured headers whose names sound secret, and in those whose names are
 * not known also long words of letters and digits that are no UUID.
 *
 * <p>In a path the digits of a card number become zeros, so that the request still takes the same
 * route; everywhere else stands {@link Redaction#MARK}. A secret that nothing betrays, e.g. a token
 * as a segment of a path, can't be known.
 *
 * <p>Not for several threads.
 */
final class Redactor {
  /** Names of parameters besides those that {@link Redaction#soundsSecret} knows. */
  private static final Set<String> SECRET_NAMES =
      Set.of(
          "auth",
          "card",
          "cardnumber",
          "card_number",
          "code",
          "csc",
          "cvc",
          "cvc2",
          "cvn",
          "cvv",
          "cvv2",
          "jwt",
          "otp",
          "pan",
          "pass",
          "pin",
          "pwd",
          "sid",
          "sig",
          "tan");

  private static final int SHORTEST_CARD = 13;
  private static final int LONGEST_CARD = 19;

  /** From how many letters and digits on a word of a header without a name is hidden. */
  private static final int LONG_WORD = 20;

  /** Digits at the end of a cut line may be the beginning of a card number. */
  private static final int BEGINNING_OF_CARD = 7;

  private static final int DEEPEST_URL = 3;

  private final Names parameters = new Names(1024, true);
  private byte[] scratch = new byte[1024];

  static boolean soundsSecret(String name) {
    String plain = name.indexOf('%') < 0 ? name : decoded(name);
    return SECRET_NAMES.contains(plain.toLowerCase(Locale.ROOT)) || Redaction.soundsSecret(plain);
  }

  /**
   * The target of a request.
   *
   * @param cut whether its end is missing
   */
  String target(byte[] line, int from, int to, boolean cut) {
    byte[] bytes = line;
    int start = from;
    int end = to;
    if (isEscaped(line, from, to)) {
      end = unescape(line, from, to);
      bytes = scratch;
      start = 0;
    }
    String text = new String(bytes, start, end - start, ISO_8859_1);
    if (harmless(bytes, start, end) && !cut) {
      return text;
    }
    String hidden = url(text, 0);
    return cut ? withoutLastDigits(hidden) : hidden;
  }

  /** Any other text of a client's: a captured header whose name is not known. */
  String value(byte[] line, int from, int to) {
    String text = text(line, from, to);
    if (text.isEmpty()) {
      return text;
    }
    return longWords(named(text));
  }

  /** A captured header. */
  String header(String name, byte[] line, int from, int to) {
    String text = text(line, from, to);
    if (text.isEmpty()) {
      return text;
    }
    return soundsSecret(name) ? Redaction.MARK : named(text);
  }

  private String named(String text) {
    boolean url = text.startsWith("http://") || text.startsWith("https://");
    return cards(Redaction.of(url ? url(text, 0) : text), false);
  }

  /** As HAProxy was sent it: {@code #22} is a quote, see section 8.6. */
  String text(byte[] line, int from, int to) {
    int end = unescape(line, from, to);
    return new String(scratch, 0, end, ISO_8859_1);
  }

  /**
   * Writes into the scratch what was sent. What can't be printed stays, or becomes, {@code #0A}: a
   * record holds no control characters.
   */
  private int unescape(byte[] line, int from, int to) {
    if (scratch.length < 3 * (to - from)) {
      scratch = new byte[3 * (to - from)];
    }
    int out = 0;
    int i = from;
    while (i < to) {
      byte b = line[i];
      if (b == '#' && i + 2 < to && hex(line[i + 1]) >= 0 && hex(line[i + 2]) >= 0) {
        int sent = hex(line[i + 1]) << 4 | hex(line[i + 2]);
        if (sent >= ' ' && sent < 0x7f) {
          scratch[out++] = (byte) sent;
          i += 3;
          continue;
        }
      } else if (b < ' ' || b == 0x7f) {
        scratch[out++] = '#';
        scratch[out++] = (byte) "0123456789ABCDEF".charAt(b >> 4 & 15);
        scratch[out++] = (byte) "0123456789ABCDEF".charAt(b & 15);
        i++;
        continue;
      }
      scratch[out++] = b;
      i++;
    }
    return out;
  }

  // --- the quick look

  /** Whether a target holds nothing that could have to be hidden; may say no too often. */
  private boolean harmless(byte[] bytes, int from, int to) {
    int digits = 0;
    int name = -1;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b >= '0' && b <= '9') {
        digits++;
      } else if (b == '?' || b == '&' || b == ';') {
        name = i + 1;
      } else if (b == '=') {
        if (name < 0 || parameters.of(bytes, name, i).soundsSecret()) {
          return false;
        }
        name = -1;
      } else if (b == '@' || b == ' ') {
        return false;
      } else if (b == 'e' && i + 2 < to && bytes[i + 1] == 'y' && bytes[i + 2] == 'J') {
        return false;
      } else if (b == '%' && i + 2 < to && mayHide(bytes[i + 1], bytes[i + 2])) {
        return false;
      } else if ((b | 32) == 'b' && i + 4 < to && mayBeScheme(bytes, i)) {
        return false;
      }
    }
    return digits < SHORTEST_CARD || !holdsCard(bytes, from, to);
  }

  /** Whether it begins like {@code Bearer} or {@code Basic}. */
  private static boolean mayBeScheme(byte[] bytes, int at) {
    int third = bytes[at + 2] | 32;
    int fourth = bytes[at + 3] | 32;
    return (third == 'a' && fourth == 'r') || (third == 's' && fourth == 'i');
  }

  /** Whether a percent-encoded byte is one of {@code % & = : @} or a letter or digit. */
  private static boolean mayHide(byte high, byte low) {
    return switch (high) {
      case '2' -> low == '5' || low == '6';
      case '3' -> low != 'F' && low != 'f' && low != 'C' && low != 'c';
      case '4', '5', '6', '7' -> true;
      default -> false;
    };
  }

  private static boolean holdsCard(byte[] bytes, int from, int to) {
    int run = 0;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b >= '0' && b <= '9') {
        run++;
        if (run >= SHORTEST_CARD) {
          return true;
        }
      } else if (b == '%' && i + 2 < to) {
        i += 2;
      } else if (b != '-' && b != '+' && b != ' ') {
        run = 0;
      }
    }
    return false;
  }

  // --- the slow way

  private static String url(String text, int depth) {
    StringBuilder out = new StringBuilder(text.length());
    int from = authority(text, out);
    int query = indexOf(text, '?', from);
    StringBuilder path = new StringBuilder();
    pieces(text, from, query, "/;", '/', depth, path);
    out.append(cards(path.toString(), true));
    if (query < text.length()) {
      StringBuilder rest = new StringBuilder();
      pieces(text, query, text.length(), "?&;", '?', depth, rest);
      out.append(cards(rest.toString(), false));
    }
    return out.toString();
  }

  /** Scheme and host, the latter without what stands before an {@code @}; gives where they end. */
  private static int authority(String text, StringBuilder out) {
    int scheme = text.startsWith("/") ? -1 : text.indexOf("://");
    if (scheme < 0) {
      return 0;
    }
    int start = scheme + 3;
    int end = start;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    int at = text.lastIndexOf('@', end - 1);
    out.append(text, 0, start);
    if (at >= start) {
      out.append(Redaction.MARK);
    }
    out.append(text, Math.max(start, at), end);
    return end;
  }

  /** Segments of a path or parameters of a query, each looked at by itself. */
  private static void pieces(
      String text, int from, int to, String borders, char first, int depth, StringBuilder out) {
    int i = from;
    while (i < to) {
      int end = i;
      while (end < to && (end == i || borders.indexOf(text.charAt(end)) < 0)) {
        end++;
      }
      int start = borders.indexOf(text.charAt(i)) >= 0 ? i + 1 : i;
      out.append(text, i, start);
      out.append(piece(text.substring(start, end), depth));
      i = end;
    }
  }

  private static String piece(String piece, int depth) {
    int equals = piece.indexOf('=');
    String name = equals < 0 ? "" : piece.substring(0, equals);
    String value = piece.substring(equals + 1);
    if (value.isEmpty()) {
      return piece;
    }
    String plain = decoded(value);
    boolean secret =
        (equals >= 0 && soundsSecret(name)) || saysSecret(plain) || holdsSecret(plain, depth);
    return secret ? piece.substring(0, equals + 1) + Redaction.MARK : piece;
  }

  private static boolean saysSecret(String plain) {
    int jwt = plain.indexOf("eyJ");
    return (jwt >= 0 && (jwt == 0 || !Character.isLetterOrDigit(plain.charAt(jwt - 1))))
        || plain.regionMatches(true, 0, "bearer", 0, 6)
        || plain.regionMatches(true, 0, "basic ", 0, 6)
        || plain.regionMatches(true, 0, "basic+", 0, 6);
  }

  /** Whether a value is a URL, or a query, that holds something to hide. */
  private static boolean holdsSecret(String plain, int depth) {
    boolean may = plain.indexOf('=') >= 0 || plain.indexOf('@') >= 0 || plain.indexOf('%') >= 0;
    if (!may) {
      return false;
    }
    if (depth >= DEEPEST_URL) {
      return true;
    }
    String asUrl = plain.indexOf('?') >= 0 || plain.contains("://") ? plain : "?" + plain;
    return !url(asUrl, depth + 1).equals(asUrl);
  }

  private static String longWords(String text) {
    StringBuilder out = null;
    int copied = 0;
    int i = 0;
    while (i < text.length()) {
      int start = i;
      boolean letters = false;
      boolean digits = false;
      while (i < text.length() && isWord(text.charAt(i))) {
        char c = text.charAt(i++);
        digits |= c >= '0' && c <= '9';
        letters |= (c | 32) >= 'a' && (c | 32) <= 'z';
      }
      if (i - start >= LONG_WORD && letters && digits && !isUuid(text, start, i)) {
        out = out == null ? new StringBuilder(text.length()) : out;
        out.append(text, copied, start).append(Redaction.MARK);
        copied = i;
      }
      i = Math.max(i, start + 1);
    }
    return out == null ? text : out.append(text, copied, text.length()).toString();
  }

  private static boolean isWord(char c) {
    return (c >= '0' && c <= '9')
        || ((c | 32) >= 'a' && (c | 32) <= 'z')
        || c == '_'
        || c == '-'
        || c == '+';
  }

  private static boolean isUuid(String text, int from, int to) {
    if (to - from != 36) {
      return false;
    }
    for (int i = 0; i < 36; i++) {
      char c = text.charAt(from + i);
      boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      if (hyphen ? c != '-' : hex((byte) c) < 0) {
        return false;
      }
    }
    return true;
  }

  // --- card numbers

  /**
   * Hides card numbers: each stretch of groups of digits, together 13 to 19, that passes Luhn's
   * test. A group is never taken apart, and a stretch has at most 19 of them, so each byte is
   * looked at a bounded number of times.
   *
   * @param zeros whether digits become zeros instead of a mark
   */
  static String cards(String text, boolean zeros) {
    if (countDigits(text) < SHORTEST_CARD) {
      return text;
    }
    Digits digits = Digits.of(text);
    StringBuilder out = null;
    int copied = 0;
    int group = 0;
    while (group < digits.groups()) {
      int last = digits.cardFrom(group);
      if (last < 0) {
        group++;
        continue;
      }
      int from = digits.place(digits.firstOf(group));
      int to = digits.placeBehind(digits.firstOf(last + 1) - 1);
      out = out == null ? new StringBuilder(text.length()) : out;
      out.append(text, copied, from);
      if (zeros) {
        digits.zeros(text, from, to, out);
      } else {
        out.append(Redaction.MARK);
      }
      copied = to;
      group = last + 1;
    }
    return out == null ? text : out.append(text, copied, text.length()).toString();
  }

  private static int countDigits(String text) {
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        count++;
      }
    }
    return count;
  }

  /** The digits of a text, percent-encoded ones among them, and how they stand in groups. */
  private static final class Digits {
    private final byte[] values;
    private final int[] places;
    private final int[] behind;
    private final int[] first;
    private final boolean[] joined;
    private int count;
    private int groups;

    private Digits(int length) {
      values = new byte[length];
      places = new int[length];
      behind = new int[length];
      first = new int[length + 1];
      joined = new boolean[length + 1];
    }

    static Digits of(String text) {
      Digits digits = new Digits(text.length());
      int parted = Integer.MAX_VALUE; // separators since the last digit; many if something else
      int i = 0;
      while (i < text.length()) {
        char c = text.charAt(i);
        int next = i + 1;
        if (c == '%' && i + 2 < text.length()) {
          int high = hex((byte) text.charAt(i + 1));
          int low = hex((byte) text.charAt(i + 2));
          if (high >= 0 && low >= 0) {
            c = (char) (high << 4 | low);
            next = i + 3;
          }
        }
        if (c >= '0' && c <= '9') {
          digits.add(c - '0', i, next, parted);
          parted = 0;
        } else if (c == ' ' || c == '-' || c == '+') {
          parted = parted > 2 ? Integer.MAX_VALUE : parted + 1;
        } else {
          parted = Integer.MAX_VALUE;
        }
        i = next;
      }
      digits.first[digits.groups] = digits.count;
      return digits;
    }

    private void add(int value, int place, int next, int parted) {
      if (parted > 0 || count == 0) {
        joined[groups] = parted < Integer.MAX_VALUE;
        first[groups++] = count;
      }
      values[count] = (byte) value;
      places[count] = place;
      behind[count++] = next;
    }

    int groups() {
      return groups;
    }

    int firstOf(int group) {
      return first[group];
    }

    int place(int digit) {
      return places[digit];
    }

    int placeBehind(int digit) {
      return behind[digit];
    }

    /** The last group of the longest card number that begins with this group; -1 if none does. */
    int cardFrom(int group) {
      int card = -1;
      for (int last = group; last < groups; last++) {
        int length = first[last + 1] - first[group];
        if (length > LONGEST_CARD || (last > group && !joined[last])) {
          break;
        }
        if (length >= SHORTEST_CARD && passes(first[group], first[last + 1])) {
          card = last;
        }
      }
      return card;
    }

    private boolean passes(int from, int to) {
      int sum = 0;
      for (int i = to - 1; i >= from; i--) {
        int digit = (to - i) % 2 == 0 ? values[i] * 2 : values[i];
        sum += digit > 9 ? digit - 9 : digit;
      }
      return sum % 10 == 0 && values[from] != 0;
    }

    void zeros(String text, int from, int to, StringBuilder out) {
      int i = from;
      while (i < to) {
        char c = text.charAt(i);
        if (c == '%') {
          boolean digit = text.charAt(i + 1) == '3';
          out.append(digit ? "0" : text.substring(i, i + 3));
          i += 3;
        } else {
          out.append(c >= '0' && c <= '9' ? '0' : c);
          i++;
        }
      }
    }
  }

  private static String withoutLastDigits(String text) {
    int start = text.length();
    int digits = 0;
    while (start > 0) {
      char c = text.charAt(start - 1);
      if (c >= '0' && c <= '9') {
        digits++;
      } else if (c != '-' && c != '+' && c != '%') {
        break;
      }
      start--;
    }
    return digits < BEGINNING_OF_CARD ? text : text.substring(0, start) + Redaction.MARK;
  }

  // --- small things

  /** Whether HAProxy escaped something, or there is something that it would have escaped. */
  private static boolean isEscaped(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '#' || bytes[i] < ' ' || bytes[i] == 0x7f) {
        return true;
      }
    }
    return false;
  }

  /** What can't be printed as HAProxy would escape it. */
  static String printable(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean bad = c < ' ' || c >= 0x7f;
      if (bad && out == null) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        out.append(bad ? String.format(Locale.ROOT, "#%02X", (int) c) : String.valueOf(c));
      }
    }
    return out == null ? text : out.toString();
  }

  private static int indexOf(String text, char wanted, int from) {
    int at = text.indexOf(wanted, from);
    return at < 0 ? text.length() : at;
  }

  /** Without percent-encoding, once. */
  static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '%' && i + 2 < text.length()) {
        int high = hex((byte) text.charAt(i + 1));
        int low = hex((byte) text.charAt(i + 2));
        if (high >= 0 && low >= 0) {
          out.append((char) (high << 4 | low));
          i += 3;
          continue;
        }
      }
      out.append(c);
      i++;
    }
    return out.toString();
  }

  private static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 32;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
