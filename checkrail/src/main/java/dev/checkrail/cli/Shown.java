package dev.checkrail.cli;

import dev.checkrail.report.ShownText;
import dev.checkrail.source.Span;

/**
 * Text of configurations, requests and binaries as it may be put on a terminal: as {@link
 * ShownText}, without bytes that a terminal would obey.
 */
final class Shown {
  private Shown() {}

  /** One line of it. */
  static String of(String text) {
    return harmless(ShownText.of(text));
  }

  /** {@code file:line}, or {@code file} for a file as a whole. */
  static String place(Span span) {
    return of(span.file()) + ":" + span.line();
  }

  private static String harmless(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
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
    return out.toString();
  }
}
