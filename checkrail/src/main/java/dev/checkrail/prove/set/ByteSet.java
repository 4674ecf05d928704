package dev.checkrail.prove.set;

import java.util.function.IntPredicate;

/**
 * A set of byte values 0..255, immutable: the alphabet's subsets, as four machine words.
 *
 * <p>It is the currency of character classes, delimiters and alphabets; value semantics come from
 * the record.
 */
public record ByteSet(long bits0, long bits1, long bits2, long bits3) {
  public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);
  public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);
  public static final ByteSet DIGITS = range('0', '9');
  public static final ByteSet LOWER = range('a', 'z');
  public static final ByteSet UPPER = range('A', 'Z');
  public static final ByteSet LETTERS = LOWER.or(UPPER);

  /** The bytes of a Latin-1 string. */
  public static ByteSet of(String bytes) {
    long[] words = new long[4];
    for (int i = 0; i < bytes.length(); i++) {
      int b = requireByte(bytes.charAt(i));
      words[b >> 6] |= 1L << (b & 63);
    }
    return new ByteSet(words[0], words[1], words[2], words[3]);
  }

  public static ByteSet of(int value) {
    return range(value, value);
  }

  /** The bytes from {@code low} to {@code high}, both included. */
  public static ByteSet range(int low, int high) {
    return where(b -> b >= low && b <= high);
  }

  public static ByteSet where(IntPredicate test) {
    long[] words = new long[4];
    for (int b = 0; b < 256; b++) {
      if (test.test(b)) {
        words[b >> 6] |= 1L << (b & 63);
      }
    }
    return new ByteSet(words[0], words[1], words[2], words[3]);
  }

  public boolean contains(int b) {
    if (b < 0 || b > 255) {
      return false;
    }
    long word = b < 128 ? (b < 64 ? bits0 : bits1) : b < 192 ? bits2 : bits3;
    return (word >>> (b & 63) & 1) != 0;
  }

  public ByteSet or(ByteSet o) {
    return new ByteSet(bits0 | o.bits0, bits1 | o.bits1, bits2 | o.bits2, bits3 | o.bits3);
  }

  public ByteSet and(ByteSet o) {
    return new ByteSet(bits0 & o.bits0, bits1 & o.bits1, bits2 & o.bits2, bits3 & o.bits3);
  }

  public ByteSet not() {
    return new ByteSet(~bits0, ~bits1, ~bits2, ~bits3);
  }

  public ByteSet minus(ByteSet o) {
    return and(o.not());
  }

  public boolean isEmpty() {
    return (bits0 | bits1 | bits2 | bits3) == 0;
  }

  public int size() {
    return Long.bitCount(bits0)
        + Long.bitCount(bits1)
        + Long.bitCount(bits2)
        + Long.bitCount(bits3);
  }

  /** With every ASCII letter also its other case. */
  public ByteSet ignoringCase() {
    return where(b -> contains(b) || contains(swapCase(b)));
  }

  /** The smallest member, or -1. */
  public int first() {
    for (int b = 0; b < 256; b++) {
      if (contains(b)) {
        return b;
      }
    }
    return -1;
  }

  static int swapCase(int b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ? b ^ 0x20 : b;
  }

  static int requireByte(char c) {
    if (c > 255) {
      throw new IllegalArgumentException(
          "strings are bytes here (Latin-1); U+%04X is not one".formatted((int) c));
    }
    return c;
  }
}
