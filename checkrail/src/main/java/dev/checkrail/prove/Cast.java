package dev.checkrail.prove;

import java.math.BigInteger;
import java.util.OptionalLong;

/** Implicit casts of the proxy. */
final class Cast {
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private Cast() {}

  /**
   * Text to number: an optional sign and leading digits, saturating; no digits is 0; only the empty
   * text has no value.
   */
  static OptionalLong toNumber(String text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    boolean negative = text.charAt(0) == '-';
    int start = negative || text.charAt(0) == '+' ? 1 : 0;
    int end = start;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    if (end == start) {
      return OptionalLong.of(0);
    }
    BigInteger number = new BigInteger(text.substring(start, end));
    return OptionalLong.of((negative ? number.negate() : number).max(LEAST).min(MOST).longValue());
  }
}
