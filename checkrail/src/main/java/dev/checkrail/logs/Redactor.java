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

  static String named(String text) {
    boolean url = text.startsWith("http://") || text.startsWith("https://");
    return CardNumbers.hide(Redaction.of(url ? url(text, 0) : text), false);
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
    return digits < CardNumbers.SHORTEST || !holdsCard(bytes, from, to);
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
        if (run >= CardNumbers.SHORTEST) {
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
    out.append(CardNumbers.hide(path.toString(), true));
    if (query < text.length()) {
      StringBuilder rest = new StringBuilder();
      pieces(text, query, text.length(), "?&;", '?', depth, rest);
      out.append(CardNumbers.hide(rest.toString(), false));
    }
    return out.toString();
  }

  /** Scheme and host, the latter without what stands before an {@code @}; gives where they end. */
  private static int authority(String text, StringBuilder out) {
    int scheme = 0;
    while (scheme < text.length() && Character.isLetter(text.charAt(scheme))) {
      scheme++;
    }
    if (scheme == 0 || !text.startsWith("://", scheme)) {
      return 0; // one in the middle is part of something that is looked at below
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

  static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 32;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
