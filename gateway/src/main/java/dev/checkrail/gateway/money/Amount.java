package dev.checkrail.gateway.money;

import java.math.BigDecimal;

/**
 * An amount to be moved: whole minor units (cents), at least 1 and at most {@link #MOST}, so that
 * sums of millions of them stay far inside a {@code long}.
 */
public record Amount(long minor, Currency currency) {
  /** 99,999,999.99 of a currency with two digits. */
  public static final long MOST = 9_999_999_999L;

  public Amount {
    if (!fits(minor)) {
      throw new IllegalArgumentException("an amount is 1 to " + MOST + ", not " + minor);
    }
  }

  /** Whether so many minor units are an amount. */
  public static boolean fits(long minor) {
    return minor >= 1 && minor <= MOST;
  }

  /** For people, e.g. {@code 19.99 EUR}, {@code 1999 JPY}. */
  @Override
  public String toString() {
    return BigDecimal.valueOf(minor, currency.exponent()).toPlainString() + " " + currency.code();
  }
}
