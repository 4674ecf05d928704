package dev.checkrail.gateway.card;

/**
 * Last line of defence for texts that people read: a run of 12 to 19 digits (blanks and dashes
 * between them count as part of it) with a right check digit is a card number until proven
 * otherwise, and all but its last four digits become {@code *}.
 */
public final class Masking {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 19;

  private Masking() {}

  /** The text without card numbers; the same object if there is none. */
  public static String mask(String text) {
    StringBuilder masked = null;
    int at = 0;
    while (at < text.length()) {
      if (!isDigit(text.charAt(at))) {
        at++;
        continue;
      }
      int end = at;
      StringBuilder digits = new StringBuilder();
      while (end < text.length() && (isDigit(text.charAt(end)) || isGap(text, end))) {
        if (isDigit(text.charAt(end))) {
          digits.append(text.charAt(end));
        }
        end++;
      }
      if (holdsCardNumber(digits)) {
        masked = masked == null ? new StringBuilder(text) : masked;
        int keep = 4;
        for (int i = end - 1; i >= at; i--) {
          if (isDigit(text.charAt(i)) && keep-- <= 0) {
            masked.setCharAt(i, '*');
          }
        }
      }
      at = end;
    }
    return masked == null ? text : masked.toString();
  }

  /** Also inside a longer run: a number glued to another one is still a number. */
  private static boolean holdsCardNumber(CharSequence digits) {
    for (int from = 0; from + SHORTEST <= digits.length() && from < 256; from++) {
      for (int length = SHORTEST; length <= LONGEST && from + length <= digits.length(); length++) {
        if (length >= 15 || from == 0 && length == digits.length()) {
          CharSequence part = digits.subSequence(from, from + length);
          if (part.charAt(0) != '0' && CardCheck.luhn(part) && plausible(part)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Cards begin with 2 to 6; a time in nanoseconds begins with 1. */
  private static boolean plausible(CharSequence digits) {
    return digits.charAt(0) >= '2' && digits.charAt(0) <= '6';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isGap(String text, int at) {
    char c = text.charAt(at);
    return (c == ' ' || c == '-') && at + 1 < text.length() && isDigit(text.charAt(at + 1));
  }
}
