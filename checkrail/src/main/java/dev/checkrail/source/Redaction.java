package dev.checkrail.source;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Takes secrets out of text before it is shown, stored or sent: what stands after the words that
 * introduce a secret in a HAProxy configuration ({@code stats auth}, {@code password}, {@code
 * set-header Authorization} …), values of names that sound secret ({@code api_key=}, {@code
 * X-Auth-Token:}), {@code Basic} and {@code Bearer} credentials, passwords in URLs, private keys,
 * keys and words given to converters and to Lua, and card numbers. It would rather take too much
 * than too little, and reads each byte a bounded number of times, so that a line of any length is
 * safe to give to it.
 *
 * <p>It can't know a secret that nothing around it betrays.
 *
 * <p>Text is taken care of twice. What a model keeps of a configuration's text is {@link #kept}:
 * its marks tell different secrets apart, so that a changed secret is a change. Whatever is shown
 * goes through {@link #of}, which makes all marks alike.
 */
public final class Redaction {
  /** What stands where a secret stood. */
  public static final String MARK = "[redacted]";

  private static final String OPEN = "[redacted";
  private static final String KEPT = OPEN + "#";
  private static final int DIGITS = 16;
  private static final int LONGEST_NAME = 64;
  private static final int DEEPEST_QUOTE = 3;
  private static final Set<String> BEFORE_SECRET =
      Set.of(
          "password",
          "insecure-password",
          "passwd",
          "secret",
          "passphrase",
          "agent-send",
          "ca-sign-pass",
          "dynamic-cookie-key");
  private static final Set<String> BEFORE_HEADER =
      Set.of("set-header", "add-header", "replace-header", "replace-value", "early-hint", "hdr");

  /** Before the name of a Lua action, whose words nobody but its script understands. */
  private static final Set<String> BEFORE_ACTION =
      Set.of(
          "http-request",
          "http-response",
          "http-after-response",
          "connection",
          "session",
          "content");

  /** Converters whose arguments are keys, or the other side of a comparison. */
  private static final Set<String> KEYED = Set.of("hmac", "aes_gcm_dec", "jwt_verify", "strcmp");

  /** Pieces without which nothing but a card number is hidden, for a quick look. */
  private static final List<String> TRIGGERS =
      List.of(
          "aes_",
          "agent-send",
          "auth",
          "basic",
          "bearer",
          "cook",
          "cred",
          "eyj",
          "hmac",
          "jwt",
          "key",
          "lua",
          "pass",
          "secret",
          "sess",
          "signature",
          "strcmp",
          "token");

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
    String alike = alike(text);
    if (alike.indexOf('\n') < 0) {
      return line(alike);
    }
    StringBuilder out = new StringBuilder(alike.length());
    boolean inKey = false;
    int start = 0;
    while (start <= alike.length()) {
      int newline = alike.indexOf('\n', start);
      int end = newline < 0 ? alike.length() : newline;
      String line = alike.substring(start, end);
      boolean border = line.contains("PRIVATE KEY-----");
      out.append(inKey && !border ? MARK : line(line));
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

  private static String line(String line) {
    return cards(suspicious(line) ? values(words(line, 0), false) : line, false);
  }

  /**
   * The words of a directive, joined by single blanks, as a model may keep them: each secret is a
   * mark of its own.
   *
   * @param values the words as HAProxy sees them, by which secrets are known
   * @param written the same words as they are to be kept
   */
  public static String kept(List<String> values, List<String> written) {
    String plain = String.join(" ", written);
    if (!suspicious(plain)) {
      return cards(plain, true);
    }
    Secrets secrets = secrets(values, true);
    List<String> kept = new ArrayList<>(written.size());
    for (int i = 0; i < written.size(); i++) {
      String word = written.get(i);
      int from = secrets.afterName()[i] ? Math.max(0, word.indexOf(':') + 1) : 0;
      kept.add(
          secrets.words()[i] ? word.substring(0, from) + mark(word.substring(from), true) : word);
    }
    return cards(values(String.join(" ", kept), true), true);
  }

  /** A piece of one word, likewise. */
  public static String kept(String piece) {
    return cards(suspicious(piece) ? values(piece, true) : piece, true);
  }

  /** What stands for a secret; the digest is for comparison and is never shown. */
  private static String mark(String secret, boolean kept) {
    if (!kept) {
      return MARK;
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
      return KEPT + HexFormat.of().formatHex(digest).substring(0, DIGITS) + "]";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** Makes kept marks alike. */
  private static String alike(String text) {
    int at = text.indexOf(KEPT);
    if (at < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (at >= 0) {
      out.append(text, copied, at).append(OPEN);
      copied = at + KEPT.length();
      while (copied < text.length() && Character.digit(text.charAt(copied), 16) >= 0) {
        copied++;
      }
      at = text.indexOf(KEPT, copied);
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** The triggers by their first two letters: every line is looked through, few hold one. */
  private static final String[][] BY_BEGINNING = byBeginning();

  private static String[][] byBeginning() {
    String[][] table = new String[32 * 32][0];
    for (String trigger : TRIGGERS) {
      int at = beginning(trigger.charAt(0), trigger.charAt(1));
      table[at] = Arrays.copyOf(table[at], table[at].length + 1);
      table[at][table[at].length - 1] = trigger;
    }
    return table;
  }

  private static int beginning(char first, char second) {
    return (first & 31) << 5 | second & 31;
  }

  private static boolean suspicious(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '@') {
        return true;
      }
      if (i + 1 == text.length()) {
        break;
      }
      for (String trigger : BY_BEGINNING[beginning(text.charAt(i), text.charAt(i + 1))]) {
        if (text.regionMatches(true, i, trigger, 0, trigger.length())) {
          return true;
        }
      }
    }
    return false;
  }

  /** A header's value as it may be shown. */
  public static String header(String name, String value) {
    if (soundsSecret(name)) {
      return MARK;
    }
    int at = value.indexOf('@');
    int colon = value.indexOf(':');
    // A Host is the authority of a URL, and may bring its password along.
    return at > colon && colon >= 0 && name.toLowerCase(Locale.ROOT).startsWith("host")
        ? value.substring(0, colon + 1) + MARK + of(value.substring(at))
        : of(value);
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

  /**
   * Which words of a line are secrets.
   *
   * @param afterName only what stands after a colon: the user's name says whose password it is
   */
  private record Secrets(boolean[] words, boolean[] afterName) {}

  private static String words(String line, int depth) {
    List<Word> words = split(line);
    Secrets secrets = secrets(words.stream().map(Word::text).toList(), false);
    StringBuilder out = null;
    int copied = 0;
    for (int i = 0; i < words.size(); i++) {
      Word word = words.get(i);
      String written = line.substring(word.start(), word.end());
      String shown;
      if (secrets.words()[i]) {
        int colon = secrets.afterName()[i] ? written.indexOf(':') : -1;
        shown = written.substring(0, colon + 1) + MARK;
      } else {
        shown = quoted(written, word.text(), depth);
      }
      if (!shown.equals(written)) {
        if (out == null) {
          out = new StringBuilder(line.length());
        }
        out.append(line, copied, word.start()).append(shown);
        copied = word.end();
      }
    }
    return out == null ? line : out.append(line, copied, line.length()).toString();
  }

  /** A line that is quoted in a sentence is a line of its own. */
  private static String quoted(String written, String text, int depth) {
    int open = written.indexOf('"') >= 0 ? written.indexOf('"') : written.indexOf('\'');
    if (open < 0 || text.indexOf(' ') < 0 || depth >= DEEPEST_QUOTE) {
      return written;
    }
    int close = written.indexOf(written.charAt(open), open + 1);
    int end = close < 0 ? written.length() : close;
    return written.substring(0, open + 1)
        + words(written.substring(open + 1, end), depth + 1)
        + written.substring(end);
  }

  private static Secrets secrets(List<String> words, boolean whole) {
    boolean[] secret = new boolean[words.size()];
    boolean[] afterName = new boolean[words.size()];
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i).toLowerCase(Locale.ROOT);
      if (BEFORE_SECRET.contains(word)) {
        mark(words, secret, i + 1);
      } else if (word.equals("stats") && is(words, i + 1, "auth") && i + 2 < words.size()) {
        secret[i + 2] = true;
        afterName[i + 2] = true;
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
      } else if (word.equals("send") && i + 1 < words.size() && isLogin(words.get(i + 1))) {
        secret[i + 1] = true;
      } else if (word.startsWith("lua.") && i > 0 && BEFORE_ACTION.contains(words.get(i - 1))) {
        arguments(words, secret, i + 1);
      } else if (word.startsWith("lua-load") && i == 0) {
        arguments(words, secret, i + 2);
      } else if (readsSecret(word) && isTest(words, i, whole)) {
        patterns(words, secret, i + 1);
      }
    }
    return new Secrets(secret, afterName);
  }

  /** What a check sends to log in, e.g. to Redis. */
  private static boolean isLogin(String text) {
    return text.startsWith("AUTH ") || text.startsWith("PASS ");
  }

  private static void arguments(List<String> words, boolean[] secret, int first) {
    for (int i = first; i < words.size(); i++) {
      if (words.get(i).equals("if") || words.get(i).equals("unless")) {
        return;
      }
      secret[i] = true;
    }
  }

  /**
   * Whether a fetch begins a test, so that patterns follow.
   *
   * @param whole whether the words are nothing but a piece of configuration; in a sentence that
   *     begins with a fetch other words may follow
   */
  private static boolean isTest(List<String> words, int at, boolean whole) {
    return at == 0
        ? whole || (words.size() > 1 && words.get(1).startsWith("-"))
        : words.get(at - 1).equals("{")
            || words.get(at - 1).equals("!{")
            || (at >= 2 && words.get(at - 2).equals("acl"));
  }

  /** Marks a word unless it only says where the value comes from. */
  private static void mark(List<String> words, boolean[] secret, int at) {
    if (at < words.size() && !isExpression(words.get(at))) {
      secret[at] = true;
    }
  }

  private static boolean isExpression(String word) {
    return word.startsWith("%[")
        && word.indexOf(']') == word.length() - 1
        && !word.contains("str(")
        && !word.contains("bin(");
  }

  private static boolean is(List<String> words, int at, String text) {
    return at < words.size() && words.get(at).equalsIgnoreCase(text);
  }

  private static boolean names(List<String> words, int at) {
    return at < words.size() && soundsSecret(words.get(at));
  }

  /** Whether a word is a fetch of something that sounds secret: {@code hdr(x-api-key)}. */
  private static boolean readsSecret(String word) {
    int open = word.indexOf('(');
    if (open <= 0) {
      return word.startsWith("http_auth_pass") || word.startsWith("http_auth_bearer");
    }
    String fetch = word.substring(0, open);
    if (fetch.indexOf(' ') >= 0) {
      return false;
    }
    boolean carries =
        fetch.contains("hdr")
            || fetch.contains("cook")
            || fetch.startsWith("url")
            || fetch.contains("param")
            || fetch.startsWith("var")
            || fetch.contains("payload")
            || fetch.startsWith("env");
    return fetch.startsWith("http_auth_bearer") || (carries && soundsSecret(argument(word)));
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
  private static void patterns(List<String> words, boolean[] secret, int first) {
    int end = first;
    while (end < words.size() && !words.get(end).equals("}")) {
      if (words.get(end).startsWith(OPEN)) {
        return; // they have been taken out; what follows is another's
      }
      end++;
    }
    for (int i = first; i < end; i++) {
      String word = words.get(i);
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

  // --- by what stands around a value, wherever it is

  private static String values(String line, boolean kept) {
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
      if (end > start && !line.startsWith(OPEN, start)) {
        if (out == null) {
          out = new StringBuilder(line.length());
        }
        out.append(line, copied, start).append(mark(line.substring(start, end), kept));
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
    if (c == '(') {
      String name = nameBefore(line, i);
      return KEYED.contains(name) || line.startsWith("lua.", i - name.length() - 4) ? i + 1 : -1;
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
    if (c == '(') {
      int close = line.indexOf(')', start);
      return close < 0 ? line.length() : close;
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

  private static String cards(String line, boolean kept) {
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
        out.append(line, copied, i).append(mark(line.substring(i, end), kept));
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
