package dev.checkrail.read.haproxy;

import java.util.List;

/** Parses sample expressions (manual 7.3). */
public final class ParseSample {
  private ParseSample() {}

  /** Result and the number of words used: converters may also stand as words of their own. */
  public record Used(SampleText sample, int words) {}

  /** Parses the expression that begins with the first word. */
  public static Parsed<Used> parse(List<Word> words) {
    throw new UnsupportedOperationException();
  }
}
