package dev.checkrail.source;

/**
 * A place in a file.
 *
 * @param file path as the user gave it or as the configuration names it
 * @param line 1-based physical line
 * @param column 1-based column in bytes
 * @param length bytes covered, from {@code column} on; 0 marks a position
 */
public record Span(String file, int line, int column, int length) implements Comparable<Span> {
  public Span {
    if (line < 1 || column < 1 || length < 0) {
      throw new IllegalArgumentException(
          "a place needs line >= 1, column >= 1, length >= 0, not "
              + line
              + ":"
              + column
              + "+"
              + length);
    }
  }

  /** The first position of a file, for statements about the file as a whole. */
  public static Span startOf(String file) {
    return new Span(file, 1, 1, 0);
  }

  @Override
  public int compareTo(Span other) {
    int byFile = file.compareTo(other.file);
    if (byFile != 0) {
      return byFile;
    }
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  /** {@code file:line:column}, the form that editors and terminals make clickable. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
