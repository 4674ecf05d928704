package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Texts that come again and again (names of pools, methods, addresses), each kept once. A table in
 * which a text has one place and pushes out who was there: a line full of new names costs a miss
 * each and nothing that grows.
 */
final class Names {
  private static final int LONGEST = 64;

  /** A text that was seen, in the shapes in which it is asked for. */
  record Name(byte[] bytes, String text, Optional<String> some, boolean soundsSecret) {}

  private final @Nullable Name[] table;

  private final boolean judged;

  /**
   * @param size a power of two
   * @param judged whether it is asked which of them sound secret
   */
  Names(int size, boolean judged) {
    table = new Name[size];
    this.judged = judged;
  }

  Name of(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length > LONGEST) {
      return made(bytes, from, to);
    }
    int hash = length;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + bytes[i];
    }
    int place = (hash ^ hash >>> 15) & table.length - 1;
    Name there = table[place];
    if (there == null || !Arrays.equals(there.bytes(), 0, there.bytes().length, bytes, from, to)) {
      there = made(bytes, from, to);
      table[place] = there;
    }
    return there;
  }

  private Name made(byte[] bytes, int from, int to) {
    // Lines are forged easily, and a name is a place for a card number like any other.
    String text =
        CardNumbers.hide(Redactor.printable(new String(bytes, from, to - from, ISO_8859_1)), false);
    return new Name(
        Arrays.copyOfRange(bytes, from, to),
        text,
        Optional.of(text),
        judged && Redactor.soundsSecret(text));
  }
}
