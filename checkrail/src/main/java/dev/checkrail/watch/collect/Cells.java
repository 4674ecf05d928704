package dev.checkrail.watch.collect;

import java.util.Map;

/** Numbers in the cells of {@code show stat}. */
final class Cells {
  private Cells() {}

  /** The number in a column; {@code otherwise} if it is empty or none. */
  static long number(Map<String, String> columns, String name, long otherwise) {
    String text = columns.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  static int small(Map<String, String> columns, String name, int otherwise) {
    return (int) Math.clamp(number(columns, name, otherwise), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }
}
