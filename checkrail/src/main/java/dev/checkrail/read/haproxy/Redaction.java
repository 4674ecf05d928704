package dev.checkrail.read.haproxy;

import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Directives as they may be shown: everything that looks like a secret is {@value #HIDDEN}. Covers
 * {@code stats auth}, user lists, pass phrases, keys given to converters, headers and cookies whose
 * names say that they carry credentials, and credentials in URLs. Environment variables are never
 * expanded in shown text.
 */
public final class Redaction {
  /** What stands in place of a secret. */
  public static final String HIDDEN = "***";

  private static final String NAME =
      "authorization|api[-_]?key|x-key|secret|passw|token|credential|session|sid\\b|jwt|access[-_]key";
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?:" + NAME + "|^auth$|auth[-_])", Pattern.CASE_INSENSITIVE);
  private static final Pattern SECRET_FETCH =
      Pattern.compile(
          "(?:f?hdr|cook|cookie|urlp|url_param|param|payload|http_auth_pass|http_auth_bearer)\\w*"
              + "(?:\\([^)]*(?:"
              + NAME
              + ")[^)]*\\))|http_auth_(?:pass|bearer)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern ASSIGNED =
      Pattern.compile(
          "((?:"
              + NAME
              + ")[a-z_-]{0,20}(?:\\\\?\\s)*[:=](?:\\\\?\\s)*)(?![/\\s\\\\%])([^\\s\"',)]+(?:\\\\\\s[^\\s\"',)]+)*)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern KEYED =
      Pattern.compile("\\b(hmac|aes_gcm_dec|jwt_verify|strcmp)\\([^)]*\\)");
  private static final Pattern URL_CREDENTIALS = Pattern.compile("://[^/@\\s]+@");

  /** Pieces without which nothing is hidden; by their first letters, for a quick look. */
  private static final String[] TRIGGERS = {
    "auth", "aes_", "pass", "key", "secret", "sess", "sid", "strcmp", "token", "cred", "hmac", "jwt"
  };

  private static final Set<String> BEFORE_SECRET =
      Set.of("password", "insecure-password", "ca-sign-pass", "dynamic-cookie-key", "pass");
  private static final Set<String> BEFORE_HEADER =
      Set.of("set-header", "add-header", "replace-header", "replace-value", "early-hint", "hdr");

  private Redaction() {}

  /** A directive as written, on one line, secrets removed. */
  public static String text(Directive directive) {
    return words(directive.line().words());
  }

  /** Words as they stand in the file, joined by single spaces, secrets removed. */
  public static String words(List<Word> words) {
    List<String> values = new ArrayList<>(words.size());
    List<String> shown = new ArrayList<>(words.size());
    Span previous = null;
    for (Word word : words) {
      if (word.span().equals(previous)) {
        continue; // several words of one expansion
      }
      previous = word.span();
      values.add(word.value());
      shown.add(word.raw());
    }
    return display(hide(values, shown));
  }

  /**
   * Words as HAProxy sees them, joined by single spaces, secrets removed; for values of settings.
   */
  public static String values(List<Word> words) {
    List<String> values = words.stream().map(Word::value).toList();
    return display(hide(values, values));
  }

  /** A piece of one word, secrets removed. */
  public static String piece(String raw) {
    return display(inside(raw));
  }

  private static String hide(List<String> values, List<String> shown) {
    String plain = String.join(" ", shown);
    if (!suspicious(plain)) {
      return plain;
    }
    List<String> out = new ArrayList<>(shown);
    boolean patterns = false;
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      String previous = i > 0 ? values.get(i - 1) : "";
      if (patterns && endsPatterns(value)) {
        patterns = false;
      }
      boolean hidden =
          BEFORE_SECRET.contains(previous)
              || (previous.equals("auth") && i >= 2 && values.get(i - 2).equals("stats"))
              || (patterns
                  && !value.startsWith("-")
                  && !previous.equals("-f")
                  && !previous.equals("-m"));
      if (i >= 2
          && BEFORE_HEADER.contains(values.get(i - 2))
          && SECRET_NAME.matcher(previous).find()) {
        hidden = true;
        if (values.get(i - 2).startsWith("replace-") && i + 1 < out.size()) {
          out.set(i + 1, HIDDEN);
        }
      }
      if (i >= 2
          && (values.get(i - 2).equals("setenv") || values.get(i - 2).equals("presetenv"))
          && SECRET_NAME.matcher(previous).find()) {
        hidden = true;
      }
      if (i >= 2
          && previous.equals("send")
          && value.toUpperCase(Locale.ROOT).matches("(AUTH|PASS)\\b.*")) {
        hidden = true;
      }
      if (hidden) {
        out.set(i, HIDDEN);
      } else if (!out.get(i).equals(HIDDEN)) {
        out.set(i, inside(out.get(i)));
      }
      if (SECRET_FETCH.matcher(value).find() && !value.startsWith("%")) {
        patterns = true;
      }
    }
    return String.join(" ", out);
  }

  private static boolean suspicious(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '@') {
        return true;
      }
      char lower = (char) (c | 0x20);
      if (lower < 'a' || lower > 't') {
        continue;
      }
      for (String trigger : TRIGGERS) {
        if (trigger.charAt(0) == lower
            && text.regionMatches(true, i, trigger, 0, trigger.length())) {
          return true;
        }
      }
    }
    return false;
  }

  private static String display(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return SourceFile.display(text);
      }
    }
    return text;
  }

  private static boolean endsPatterns(String value) {
    return value.equals("}")
        || value.equals("if")
        || value.equals("unless")
        || value.equals("or")
        || value.equals("||");
  }

  private static String inside(String word) {
    if (!suspicious(word)) {
      return word;
    }
    String text = KEYED.matcher(word).replaceAll("$1(" + HIDDEN + ")");
    text = URL_CREDENTIALS.matcher(text).replaceAll("://" + HIDDEN + "@");
    return ASSIGNED
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(match.group(1) + HIDDEN));
  }
}
