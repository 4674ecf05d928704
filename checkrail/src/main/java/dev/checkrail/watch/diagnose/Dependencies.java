package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the policy's names of signals, and the subjects of told changes, are about. The policy names
 * a signal freely; its words say of what it is, and a signal whose words say nothing is not used.
 */
final class Dependencies {
  private static final Pattern WORDS = Pattern.compile("[^a-z0-9]+");

  private static final List<String> DATABASE =
      List.of("database", "db", "postgres", "postgresql", "mysql", "sql", "replica", "migration");
  private static final List<String> LIMIT =
      List.of("limit", "limits", "limiter", "429", "rejections");
  private static final List<String> ACQUIRER =
      List.of("acquirer", "acquirers", "issuer", "issuers", "psp");

  private Dependencies() {}

  /** Of what a signal is. */
  static Optional<Cause> cause(String name) {
    List<String> words = List.of(WORDS.split(name.toLowerCase(Locale.ROOT)));
    if (words.stream().anyMatch(ACQUIRER::contains)) {
      return Optional.of(Cause.ACQUIRER);
    }
    if (words.stream().anyMatch(LIMIT::contains)) {
      return Optional.of(Cause.RATE_LIMIT);
    }
    return words.stream().anyMatch(DATABASE::contains)
        ? Optional.of(Cause.DATABASE)
        : Optional.empty();
  }

  /**
   * Whether a server is what a told change is about.
   *
   * @param subject names separated by commas, {@code *} for any letters: {@code pay-*}, {@code
   *     be_pay/pay-1}
   */
  static boolean within(String subject, ServerName server) {
    return named(subject, server.server())
        || named(subject, server.toString())
        || named(subject, server.pool());
  }

  /** Whether a name is one of those. */
  static boolean named(String subject, String name) {
    return Stream.of(subject.split(",", -1))
        .map(String::strip)
        .anyMatch(one -> !one.isEmpty() && glob(one, name));
  }

  /** Without backtracking: hostile patterns cost no more than their length times the name's. */
  private static boolean glob(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int mark = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        mark = n;
      } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
