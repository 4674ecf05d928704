package dev.checkrail.logs;

import dev.checkrail.source.Redaction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Any text that may have come from outside (a log, a load balancer's memory, a client) as it may be
 * kept and shown: what {@link Redaction} knows is taken out, and card numbers however they are
 * written. Digests and UUIDs stay; nobody could tell versions and requests apart without them.
 *
 * <p>What went through here once stays as it is. Each byte is looked at a bounded number of times.
 */
public final class RedactedText {
  /** SHA-256 or SHA-1 in hexadecimal, or a UUID, as a word of its own. */
  private static final Pattern IDENTITY =
      Pattern.compile(
          "(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40}"
              + "|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9A-Za-z])");

  private RedactedText() {}

  /** The text without secrets. */
  public static String of(String text) {
    String shown = Redaction.of(text);
    if (CardNumbers.hide(shown, false).equals(shown)) {
      return shown;
    }
    StringBuilder out = new StringBuilder(shown.length());
    Matcher identity = IDENTITY.matcher(shown);
    int from = 0;
    while (identity.find()) {
      // One of digits alone is none: a digest has letters, but for one in ten million.
      boolean letters = identity.group().chars().anyMatch(c -> c >= 'a');
      if (letters) {
        out.append(CardNumbers.hide(shown.substring(from, identity.start()), false));
        out.append(identity.group());
        from = identity.end();
      }
    }
    return out.append(CardNumbers.hide(shown.substring(from), false)).toString();
  }
}
