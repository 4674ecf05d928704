package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.logs.Read.Parsed;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.logs.Read.Refused;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads one line of HAProxy's log. It tells by the line itself which format it is: that of {@code
 * option httplog} (Configuration Manual 2.6, section 8.2.3) and of {@code option httpslog} (8.2.4),
 * of {@code option tcplog} (8.2.2), or {@link RecommendedFormat ours}; and what of syslog stands
 * before it. Everything else is refused, with a reason.
 *
 * <p><b>Lines are hostile.</b> A client chooses target, headers, cookies and the like, so nothing
 * that it sent can pass for a field of HAProxy's: HAProxy escapes quotes in targets and also braces
 * in captured headers (8.6), but not captured cookies, which stand before the termination state. So
 * if there is a cookie the fields behind it are found from the end of the line, where quotes and
 * braces are HAProxy's own. Where HAProxy cut that end off, the first that fits counts.
 *
 * <p>Secrets and card numbers are taken out, captured cookies are not kept at all. No line costs
 * more than its length: each byte is looked at a bounded number of times. The same line always
 * gives the same record; texts seen before are kept in tables of fixed size. Not for several
 * threads.
 */
public final class LineReader {
  /** The longest line that is read, in bytes: what fits into a datagram. */
  public static final int LONGEST = 65_536;

  private static final byte[] OURS = (RecommendedFormat.MARK + " ").getBytes(US_ASCII);
  private static final List<byte[]> NOTICES =
      List.of(
              "Server ",
              "Backup Server ",
              "Proxy ",
              "backend ",
              "Connect from ",
              "Health check ",
              "Agent check ",
              "Pausing ",
              "Stopping ",
              "Enabling ",
              "Resuming ",
              "Loading ",
              "config: ")
          .stream()
          .map(text -> text.getBytes(US_ASCII))
          .toList();

  private final OwnRequests ours;
  private final Fields fields;
  private final Cursor cursor;
  private final StandardFormat standard;
  private final OwnFormat own;

  /** For logs whose captured headers nobody has named: each is redacted by what it looks like. */
  public LineReader(ZoneId zone) {
    this(zone, () -> CapturedHeaders.UNKNOWN);
  }

  /**
   * @param zone in which HAProxy writes its local times; its format has none. In the hour that
   *     comes twice in autumn the earlier is meant. (Ours has the time since 1970.)
   * @param captured names of captured headers as far as they are known; asked for each line, so
   *     that it may change while lines are read
   */
  public LineReader(ZoneId zone, Supplier<CapturedHeaders> captured) {
    this(zone, captured, OwnRequests.NONE);
  }

  /**
   * @param ours requests that are no user's: they are refused as {@link Reason#OWN_PROBE}
   * @see #LineReader(ZoneId, Supplier)
   */
  public LineReader(ZoneId zone, Supplier<CapturedHeaders> captured, OwnRequests ours) {
    this.ours = ours;
    this.fields = new Fields(frontend -> captured.get().of(frontend));
    this.cursor = fields.cursor;
    this.standard = new StandardFormat(fields, zone);
    this.own = new OwnFormat(fields);
  }

  /** Reads the line that is these bytes, with or without its end of line. */
  public Read read(byte[] bytes) {
    return read(bytes, 0, bytes.length);
  }

  /** Reads the line that is these bytes of an array, which is neither kept nor changed. */
  public Read read(byte[] bytes, int offset, int length) {
    int end = offset + length;
    while (end > offset
        && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r' || bytes[end - 1] == 0)) {
      end--;
    }
    if (end - offset > LONGEST) {
      return Refused.because(Reason.TOO_LONG);
    }
    int start = Framing.skip(bytes, offset, end);
    if (start >= end) {
      return Refused.because(Reason.EMPTY);
    }
    fields.cut = false;
    cursor.over(bytes, start, end);
    if (cursor.startsWith(OURS)) {
      cursor.at += OURS.length;
      return answer(bytes, start, end, own.read());
    }
    if (!beginsWithClient(bytes, start, end)) {
      return Refused.because(what(bytes, start, end));
    }
    return answer(bytes, start, end, standard.read());
  }

  private Read answer(byte[] bytes, int start, int end, LogRecord record) {
    Reason failure = cursor.failure();
    if (failure == null) {
      int port = fields.port;
      return port > 0 && record.client().filter(it -> ours.own(it, port)).isPresent()
          ? Refused.because(Reason.OWN_PROBE)
          : new Parsed(record, fields.cut);
    }
    boolean text = failure == Reason.TRUNCATED || isText(bytes, start, end);
    return Refused.because(text ? failure : Reason.NOT_TEXT);
  }

  // --- what kind of line

  /** Whether a word with a colon and then a date in brackets follow. */
  private static boolean beginsWithClient(byte[] line, int start, int end) {
    boolean colon = false;
    int i = start;
    while (i < end && line[i] != ' ') {
      colon |= line[i] == ':';
      i++;
    }
    return colon && i + 1 < end && line[i + 1] == '[';
  }

  private Reason what(byte[] line, int start, int end) {
    for (byte[] notice : NOTICES) {
      if (cursor.startsWith(notice)) {
        return Reason.NOTICE;
      }
    }
    return isText(line, start, end) ? Reason.UNKNOWN_FORMAT : Reason.NOT_TEXT;
  }

  private static boolean isText(byte[] line, int start, int end) {
    for (int i = start; i < end; i++) {
      if ((line[i] >= 0 && line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f) {
        return false;
      }
    }
    return new String(line, start, end - start, UTF_8).indexOf('\ufffd') < 0;
  }
}
