package dev.checkrail.prove;

import dev.checkrail.prove.set.FieldEncoding;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of each field of the diagrams, by its number: the codes it can have. */
final class Codes {
  private static final int[] ANY = {};
  private static final int[][] ONE = new int[1_024][];

  static {
    Arrays.setAll(ONE, code -> new int[] {code});
  }

  private @Nullable int[][] byField = new @Nullable int[16][];

  /** Fields of which something was said, so that forgetting costs no more than was said. */
  private int[] said = new int[16];

  private int count;

  /** Exactly this code. */
  static int[] one(int code) {
    return code < ONE.length ? ONE[code] : new int[] {code};
  }

  void put(FieldEncoding encoding, int[] codes) {
    int number = encoding.number();
    if (number >= byField.length) {
      byField = Arrays.copyOf(byField, 2 * number);
    }
    if (byField[number] == null) {
      if (count == said.length) {
        said = Arrays.copyOf(said, 2 * count);
      }
      said[count++] = number;
    }
    byField[number] = codes;
  }

  void putAll(Map<FieldEncoding, Integer> codes) {
    codes.forEach((encoding, code) -> put(encoding, one(code)));
  }

  /** One of these; without any, nothing is known. */
  static int[] some(Set<Integer> atoms) {
    return atoms.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Nobody looks at it. */
  void none(Axis axis) {
    axis.encodings().forEach(encoding -> put(encoding, ONE[0]));
  }

  void open(Axis axis) {
    axis.encodings().forEach(encoding -> put(encoding, ANY));
  }

  /** Whether anything was said of a field, be it that nothing is known. */
  boolean has(int field) {
    return field < byField.length && byField[field] != null;
  }

  /** Empty if it can be any. */
  int[] of(int field) {
    int[] codes = field < byField.length ? byField[field] : ANY;
    return codes == null ? ANY : codes;
  }

  void forget() {
    for (int i = 0; i < count; i++) {
      byField[said[i]] = null;
    }
    count = 0;
  }

  Key key() {
    int length = 0;
    for (int[] codes : byField) {
      length += 1 + (codes == null ? 0 : codes.length);
    }
    int[] flat = new int[length];
    int i = 0;
    for (int[] codes : byField) {
      flat[i++] = codes == null ? -1 : codes.length;
      if (codes != null) {
        System.arraycopy(codes, 0, flat, i, codes.length);
        i += codes.length;
      }
    }
    return new Key(flat);
  }

  /** What is known, flat. */
  static final class Key {
    private final int[] codes;
    private final int hash;

    private Key(int[] codes) {
      this.codes = codes;
      this.hash = Arrays.hashCode(codes);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(codes, key.codes);
    }
  }
}
