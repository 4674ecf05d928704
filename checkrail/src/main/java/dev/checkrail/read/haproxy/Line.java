package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * One line of a file. HAProxy 2.6 has no line continuation: a backslash before the newline is a
 * word of its own, so a physical line is a logical one.
 *
 * @param file path of its file
 * @param number 1-based
 * @param text the bytes, line terminator included ({@code \n}, {@code \r\n}, or none at the end of
 *     a truncated file); the lines' texts in order are the file
 * @param kind what HAProxy takes it for
 * @param active false if a conditional block (manual 2.4) masks it; for {@code .if} and its kin, if
 *     the whole block is masked
 * @param words its words, the first one included; none if blank, comment or broken
 */
public record Line(
    String file, int number, String text, Kind kind, boolean active, List<Word> words) {
  public Line {
    words = List.copyOf(words);
  }

  /** What a line is to HAProxy. */
  public enum Kind {
    /** Nothing, or only white space; also a line whose first word is the empty string. */
    BLANK,
    /** Only a comment. */
    COMMENT,
    /** {@code [scope]}, as SPOE files have them. */
    SCOPE,
    /** Opens a section. */
    SECTION,
    /** A directive of a section. */
    DIRECTIVE,
    /** {@code .if .elif .else .endif} (manual 2.4). */
    CONDITION,
    /** {@code .notice .warning .alert .diag} (manual 2.4). */
    MESSAGE,
    /** Can't be cut into words, or stands outside of any section; a problem was reported. */
    BROKEN,
    /** Stands after a point at which HAProxy stops reading the file. */
    UNREAD
  }

  /** The line without its terminator. */
  public String content() {
    int end = text.length();
    if (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
      if (end > 0 && text.charAt(end - 1) == '\r') {
        end--;
      }
    }
    return text.substring(0, end);
  }

  /** The place of the whole line, without terminator. */
  public Span span() {
    return new Span(file, number, 1, content().length());
  }
}
