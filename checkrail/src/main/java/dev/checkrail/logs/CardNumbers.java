package dev.checkrail.logs;

import dev.checkrail.source.Redaction;

/** Finds card numbers in a text, however they are written, and hides them. */
final class CardNumbers {
  static final int SHORTEST = 13;
  private static final int LONGEST = 19;

  private CardNumbers() {}

  /**
   * Hides card numbers: each stretch of groups of digits, together 13 to 19, that passes Luhn's
   * test. A group is never taken apart, and a stretch has at most 19 of them, so each byte is
   * looked at a bounded number of times.
   *
   * @param zeros whether digits become zeros instead of a mark
   */
  static String hide(String text, boolean zeros) {
    if (countDigits(text) < SHORTEST) {
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
          int high = Redactor.hex((byte) text.charAt(i + 1));
          int low = Redactor.hex((byte) text.charAt(i + 2));
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
        if (length > LONGEST || (last > group && !joined[last])) {
          break;
        }
        if (length >= SHORTEST && passes(first[group], first[last + 1])) {
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
}
