package dev.checkrail.source;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of one input file and its line structure. Load balancers read bytes, not characters, so
 * the text is held as ISO 8859-1: one {@code char} per byte, nothing lost. {@link #display} turns a
 * piece of it into what a person should see.
 */
public final class SourceFile {
  private final String path;
  private final String text;
  private final int[] lineStarts;

  private SourceFile(String path, String text) {
    this.path = path;
    this.text = text;
    int[] starts = new int[16];
    int count = 1;
    for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, count * 2);
      }
      starts[count++] = i + 1;
    }
    this.lineStarts = Arrays.copyOf(starts, count);
  }

  /** A file of these bytes. */
  public static SourceFile of(String path, byte[] bytes) {
    return new SourceFile(path, new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /** A file of this text, taken as UTF-8; for tests and generated files. */
  public static SourceFile of(String path, String text) {
    return of(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The path as asked for. */
  public String path() {
    return path;
  }

  /** The whole file, one {@code char} (0 to 255) per byte. */
  public String text() {
    return text;
  }

  /** The file's bytes, a fresh copy. */
  public byte[] bytes() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Number of lines; a trailing newline ends the last line and begins no other. */
  public int lineCount() {
    int last = lineStarts.length - 1;
    return last > 0 && lineStarts[last] == text.length() ? last : lineStarts.length;
  }

  /** Offset of the first byte of a 1-based line. */
  public int lineStart(int line) {
    return lineStarts[line - 1];
  }

  /** A 1-based line without its newline; a carriage return before it stays. */
  public String line(int line) {
    int start = lineStarts[line - 1];
    int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
    return text.substring(start, end);
  }

  /** The place of {@code length} bytes from an offset. */
  public Span span(int offset, int length) {
    int at = Arrays.binarySearch(lineStarts, offset);
    int line = at >= 0 ? at : -at - 2;
    return new Span(path, line + 1, offset - lineStarts[line] + 1, length);
  }

  /**
   * A piece of some file's text as a person should see it: UTF-8 where it is valid, else Latin-1.
   */
  public static String display(String latin1) {
    byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return latin1;
    }
  }

  @Override
  public String toString() {
    return path + " (" + text.length() + " bytes)";
  }
}
