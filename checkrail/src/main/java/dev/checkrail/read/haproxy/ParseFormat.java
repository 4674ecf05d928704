package dev.checkrail.read.haproxy;

/** Parses log-format strings (manual 8.2.4). */
public final class ParseFormat {
  private ParseFormat() {}

  /** Parses one word as a log-format string. */
  public static Parsed<FormatText> parse(Word word) {
    throw new UnsupportedOperationException();
  }
}
