package dev.checkrail.agreement;

/** Writes a text as one word of a HAProxy configuration. */
final class Quote {
  private Quote() {}

  static String word(String text) {
    if (text.isEmpty()) {
      return "''";
    }
    if (text.chars()
        .allMatch(c -> Character.isLetterOrDigit(c) || "/.-_:%[]=&?*+()|^<>,;".indexOf(c) >= 0)) {
      return text;
    }
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
