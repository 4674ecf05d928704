package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/** Words that go to HAProxy and lines that come back. */
final class Text {
  private Text() {}

  /** A word that may stand in a command: nothing in it ends the word, the command or the line. */
  static String word(String word) throws BalancerException {
    boolean plain =
        !word.isEmpty()
            && word.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';' && c != '\\' && c != '<');
    if (!plain) {
      throw new BalancerException(
          Kind.REFUSED, "'" + shown(word) + "' can't stand in a command of HAProxy's socket");
    }
    return word;
  }

  /**
   * A text as one word of a command, whatever stands in it: what would end the word or the command
   * is escaped [management guide 9.3].
   */
  static String value(String value) throws BalancerException {
    if (value.isEmpty()
        || value.chars().anyMatch(c -> c < ' ' || c == 0x7f || c > 0xff)
        || value.contains("<<")) {
      throw new BalancerException(
          Kind.REFUSED, "'" + shown(value) + "' can't stand in a command of HAProxy's socket");
    }
    return value.replaceAll("[ ;\\\\]", "\\\\$0");
  }

  /** For messages: printable, not longer than a line. */
  static String shown(String text) {
    String plain = text.replaceAll("[\\x00-\\x1f\\x7f]", "?");
    return plain.length() > 120 ? plain.substring(0, 120) + "…" : plain;
  }

  /** {@code Name: value} lines. */
  static Map<String, String> fields(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      }
    }
    return fields;
  }
}
