package dev.checkrail.report;

import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;

/**
 * Text of configurations, requests and binaries as it may be shown: as people wrote it, without
 * what looks like a secret, and no longer than somebody reads.
 */
public final class ShownText {
  /** So many characters of a text are shown. */
  public static final int LONGEST = 2000;

  /** Looked at for secrets beyond what is shown: a secret may begin there and end later. */
  private static final int LOOKED_AT = 4 * LONGEST;

  private ShownText() {}

  /** The text, cut with an ellipsis where it is too long. */
  public static String of(String text) {
    int looked = Math.min(text.length(), LOOKED_AT);
    while (looked < text.length() && (text.charAt(looked) & ~0x3F) == 0x80) {
      looked--; // not in the middle of a character
    }
    String shown = whole(text.substring(0, looked));
    int hidden = text.length() - looked;
    if (shown.length() <= LONGEST && hidden == 0) {
      return shown;
    }
    int end = Math.min(LONGEST, shown.length());
    if (Character.isHighSurrogate(shown.charAt(end - 1))) {
      end--;
    }
    return shown.substring(0, end) + "… (" + (shown.length() - end + hidden) + " characters more)";
  }

  /** All of it, for what is not only read: a request is sent as it stands. */
  public static String whole(String text) {
    boolean bytes = text.chars().allMatch(c -> c <= 0xFF);
    return Redaction.of(bytes ? SourceFile.display(text) : text);
  }
}
