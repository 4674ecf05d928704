package dev.checkrail.gateway.store;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Names of new things: a prefix and 26 characters of Crockford's base 32, the first ten of which
 * are the time in milliseconds (so that they sort by age), the others chance (80 bits).
 */
public final class Ids {
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

  private final InstantSource clock;
  private final RandomGenerator random;

  /** {@code random} must be safe for several threads, and hard to guess. */
  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** A new name, e.g. {@code pay_01jd…}. */
  public String next(String prefix) {
    StringBuilder id = new StringBuilder(prefix.length() + 27).append(prefix).append('_');
    append(id, clock.millis(), 10);
    append(id, random.nextLong(), 8);
    append(id, random.nextLong(), 8);
    return id.toString();
  }

  private static void append(StringBuilder id, long bits, int digits) {
    for (int i = digits - 1; i >= 0; i--) {
      id.append(DIGITS.charAt((int) (bits >>> (5 * i)) & 31));
    }
  }
}
