package dev.checkrail.cli;

import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;

/**
 * Text of configurations, requests and binaries as it may be put on a terminal: without secrets and
 * without bytes that a terminal would obey.
 */
final class Shown {
  private static final int LONGEST = 4000;

  private Shown() {}

  /** One line of it. */
  static String of(String text) {
    boolean bytes = text.chars().allMatch(c -> c <= 0xFF);
    return harmless(Redaction.of(bytes ? SourceFile.display(text) : text));
  }

  /** {@code file:line}, or {@code file} for a file as a whole. */
  static String place(Span span) {
    return of(span.file()) + ":" + span.line();
  }

  private static String harmless(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST));
    int end = Math.min(text.length(), LONGEST);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      boolean odd = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
      if (!odd) {
        out.append(c);
      } else if (c == '\t' || c == '\n' || c == '\r') {
        out.append(' ');
      } else {
        out.append(String.format("\\x%02x", (int) c));
      }
    }
    return end < text.length() ? out.append(" …").toString() : out.toString();
  }
}
