package dev.checkrail.gateway.card;

import java.util.ArrayList;
import java.util.List;

/**
 * Last line of defence for texts that people read: 12 to 19 digits with a right check digit, in one
 * piece or in groups with a blank or a dash between them, are a card number until proven otherwise,
 * and all but the last four become {@code *}.
 */
public final class Masking {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 19;
  private static final int MOST_GROUPS = 6;

  /** A run of digits: from, to (exclusive). */
  private record Group(int from, int to) {}

  private Masking() {}

  /** The text without card numbers; the same object if there is none. */
  public static String mask(String text) {
    StringBuilder masked = null;
    List<Group> groups = groups(text);
    for (int first = 0; first < groups.size(); first++) {
      StringBuilder digits = new StringBuilder();
      for (int last = first; last < Math.min(groups.size(), first + MOST_GROUPS); last++) {
        Group group = groups.get(last);
        if (last > first && !isGap(text, groups.get(last - 1).to(), group.from())) {
          break;
        }
        digits.append(text, group.from(), group.to());
        if (digits.length() > LONGEST) {
          break;
        }
        if (isCardNumber(digits)) {
          masked = masked == null ? new StringBuilder(text) : masked;
          hide(masked, groups.get(first).from(), group.to());
        }
      }
    }
    return masked == null ? text : masked.toString();
  }

  /** Whether the whole text is a card number, with or without blanks and dashes. */
  public static boolean isCardNumber(String text) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isDigit(c)) {
        digits.append(c);
      } else if (c != ' ' && c != '-') {
        return false;
      }
    }
    return isCardNumber((CharSequence) digits);
  }

  /** Cards of people begin with 2 to 6; a time in nanoseconds begins with 1. */
  private static boolean isCardNumber(CharSequence digits) {
    return digits.length() >= SHORTEST
        && digits.length() <= LONGEST
        && digits.charAt(0) >= '2'
        && digits.charAt(0) <= '6'
        && CardCheck.luhn(digits);
  }

  private static List<Group> groups(String text) {
    List<Group> groups = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int from = at;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
      if (at > from) {
        groups.add(new Group(from, at));
      } else {
        at++;
      }
    }
    return groups;
  }

  private static boolean isGap(String text, int from, int to) {
    return to - from == 1 && (text.charAt(from) == ' ' || text.charAt(from) == '-');
  }

  private static void hide(StringBuilder text, int from, int to) {
    int keep = 4;
    for (int i = to - 1; i >= from; i--) {
      char c = text.charAt(i);
      if (isDigit(c) && keep-- <= 0) {
        text.setCharAt(i, '*');
      }
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
