package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One word of a line as HAProxy's tokenizer cuts it (manual 2.2, 2.3): the text that stands in the
 * file and the value that remains once quotes, escapes and variables are resolved. A word-list
 * expansion ({@code "${VAR[*]}"}) gives several words that share one raw text and span.
 *
 * <p>Both texts hold one {@code char} per byte.
 */
public final class Word {
  private final String raw;
  private final String value;
  private final Span span;
  private final boolean quoted;
  private final List<String> variables;
  private final int @Nullable [] origin;

  /**
   * @param origin for each byte of the value (and its end) the offset in {@code raw} it comes from;
   *     null if raw and value are the same
   */
  Word(
      String raw,
      String value,
      Span span,
      boolean quoted,
      List<String> variables,
      int @Nullable [] origin) {
    this.raw = raw;
    this.value = value;
    this.span = span;
    this.quoted = quoted;
    this.variables = List.copyOf(variables);
    this.origin = origin;
  }

  /** The text in the file, quotes and escapes included. */
  public String raw() {
    return raw;
  }

  /** What HAProxy sees: quotes and escapes resolved, variables expanded. */
  public String value() {
    return value;
  }

  /** Where the raw text stands. */
  public Span span() {
    return span;
  }

  /** True if the raw text holds a quote that the tokenizer removed. */
  public boolean quoted() {
    return quoted;
  }

  /** Names of the variables that were expanded into this word, in order. */
  public List<String> variables() {
    return variables;
  }

  /** True if the value depends on the environment. */
  public boolean expanded() {
    return !variables.isEmpty();
  }

  /** Whether the value equals a text. */
  public boolean is(String text) {
    return value.equals(text);
  }

  /**
   * Where bytes {@code from} (inclusive) to {@code to} (exclusive) of the value come from in the
   * file. Bytes that a variable supplied point at the variable.
   */
  public Span at(int from, int to) {
    if (from < 0 || to < from || to > value.length()) {
      throw new IndexOutOfBoundsException(from + ".." + to + " of " + value.length());
    }
    int start = rawOffset(from);
    int end = from == to ? start : Math.max(start, rawOffset(to));
    return new Span(span.file(), span.line(), span.column() + start, end - start);
  }

  private int rawOffset(int valueOffset) {
    return origin == null ? valueOffset : origin[valueOffset];
  }

  @Override
  public String toString() {
    return value;
  }
}
