package dev.checkrail.replay;

import dev.checkrail.logs.LogRecord;
import dev.checkrail.prove.Known;
import dev.checkrail.prove.Seen;
import dev.checkrail.source.Redaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a record tells of a request: no more than can be relied on. Redacted parts may have been any
 * visible characters, what was cut off is not known; the Host's letters are, but not their case; a
 * captured header is the last line of its name (Configuration Manual 2.6, "capture request
 * header").
 */
public final class Told {
  private static final String MARK = Redaction.MARK.substring(0, Redaction.MARK.length() - 1);

  private static final int MOST_PIECES = 8;

  /** Our format cuts hosts there. */
  private static final int LONGEST_HOST = 128;

  private Told() {}

  /**
   * @param captured what the slots of captured request headers hold
   */
  public static Seen by(LogRecord record, List<Captures.Slot> captured) {
    Map<String, Known> headers = captured.isEmpty() ? Map.of() : new LinkedHashMap<>();
    for (int i = 0; i < captured.size() && i < record.requestHeaders().size(); i++) {
      String value = record.requestHeaders().get(i);
      Captures.Slot slot = captured.get(i);
      if (value.length() < slot.length() && isWhole(value)) {
        headers.put(slot.name(), new Known.LastLine(value));
      }
    }
    Optional<String> target = record.target();
    Known path = new Known.Nothing();
    Known query = new Known.Nothing();
    if (target.isPresent()) {
      String text = target.get();
      int mark = text.indexOf('?');
      // A request line without its version was cut, and the end of the target may be missing.
      boolean whole = record.version().isPresent();
      if (mark >= 0 || whole) {
        path = path(mark < 0 ? text : text.substring(0, mark));
      }
      if (whole) {
        query = mark < 0 ? new Known.Absent() : exactly(text.substring(mark + 1));
      }
    }
    return new Seen(
        record.frontend(),
        record.tls(),
        record.listener(),
        record.method().<Known>map(Known.Exactly::new).orElseGet(Known.Nothing::new),
        path,
        query,
        record.host().map(Told::host).orElseGet(() -> capturedHost(headers)),
        version(record.version()),
        record.client(),
        headers);
  }

  private static Known path(String text) {
    boolean absolute = !text.startsWith("/") && text.indexOf("://") > 0;
    return absolute && !isWhole(text)
        ? new Known.Nothing()
        : absolute || text.startsWith("/") ? exactly(text) : new Known.Absent();
  }

  private static Known exactly(String text) {
    if (isWhole(text)) {
      return new Known.Exactly(text);
    }
    List<String> pieces = List.of(text.split(Pattern.quote(Redaction.MARK), -1));
    return pieces.stream().allMatch(Told::isWhole) && pieces.size() <= MOST_PIECES
        ? new Known.Pieces(pieces)
        : new Known.Nothing();
  }

  private static Known host(String host) {
    return !isWhole(host) || host.length() >= LONGEST_HOST
        ? new Known.Nothing()
        : host.isEmpty() ? new Known.Absent() : new Known.AnyCase(host);
  }

  /**
   * The captured Host, where the format has none. That it was the only line is taken for granted,
   * as for the host of our own format.
   */
  private static Known capturedHost(Map<String, Known> headers) {
    return headers.get("host") instanceof Known.LastLine last && !last.text().isEmpty()
        ? new Known.Exactly(last.text())
        : new Known.Nothing();
  }

  private static Known version(Optional<String> version) {
    return version
        .filter(text -> text.startsWith("HTTP/"))
        .<Known>map(text -> new Known.Exactly(text.substring(5)))
        .orElseGet(Known.Nothing::new);
  }

  private static boolean isWhole(String text) {
    return !text.contains(MARK);
  }
}
