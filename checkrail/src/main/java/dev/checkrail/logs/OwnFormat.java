package dev.checkrail.logs;

import dev.checkrail.logs.Fields.Rest;
import dev.checkrail.logs.Fields.Where;
import dev.checkrail.logs.LogRecord.Load;
import dev.checkrail.logs.LogRecord.Times;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.source.Redaction;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Lines of the {@link RecommendedFormat}. */
final class OwnFormat {
  private static final long LAST_DAY = 253_402_300_799_999L; // of the year 9999

  private final Fields fields;
  private final Cursor cursor;

  OwnFormat(Fields fields) {
    this.fields = fields;
    this.cursor = fields.cursor;
  }

  /** Reads the line, the cursor stands behind its mark. */
  LogRecord read() {
    long ended = cursor.number(' ');
    int client = cursor.at;
    int clientEnd = cursor.behind(' ');
    int listener = cursor.at;
    int listenerEnd = cursor.behind(' ');
    int frontend = cursor.at;
    int frontendEnd = cursor.behind(' ');
    Where where = fields.where(frontend, frontendEnd);
    if (fields.times() != 5) {
      cursor.fail(Reason.UNKNOWN_FORMAT);
    }
    Times times =
        new Times(
            fields.timers[0],
            fields.timers[1],
            fields.timers[2],
            fields.timers[3],
            fields.timers[4]);
    int status = fields.status();
    long bytes = cursor.number(' ');
    String termination = fields.termination();
    Load load = fields.load(true);
    if (ended < 0 || ended > LAST_DAY) {
      cursor.fail(Reason.BAD_DATE);
    }
    Rest rest = new Rest();
    if (cursor.failure() == null) {
      rest.listener = fields.text(listener, listenerEnd);
      sent(rest);
    }
    Instant at =
        cursor.failure() == null
            ? Instant.ofEpochMilli(ended - Math.max(0, times.active()))
            : Instant.EPOCH;
    return Fields.record(
        at, fields.client(client, clientEnd), where, times, status, bytes, termination, load, rest);
  }

  /** What the client had a hand in: all of it may be cut off. */
  private void sent(Rest rest) {
    if (!fields.blank() || !id(rest) || !fields.blank()) {
      return;
    }
    int key = cursor.at;
    int keyEnd = word();
    if (keyEnd < 0) {
      return;
    }
    rest.clientKey = hash(key, keyEnd);
    int host = cursor.at;
    int hostEnd = word();
    if (hostEnd < 0) {
      return;
    }
    rest.host = host(host, hostEnd);
    cursor.expect('>');
    if (cursor.peek() == '{') {
      rest.requestHeaders = fields.captures(fields.slots.request());
    }
    if (!fields.blank()) {
      return;
    }
    cursor.expect('<');
    if (cursor.peek() == '{') {
      rest.responseHeaders = fields.captures(fields.slots.response());
    }
    if (!fields.blank()) {
      return;
    }
    fields.request(rest);
  }

  /** In quotes, with backslashes before quotes, backslashes and closing brackets. */
  private boolean id(Rest rest) {
    byte[] line = cursor.line;
    cursor.expect('"');
    int start = cursor.at;
    int i = start;
    boolean escaped = false;
    while (i < cursor.end && line[i] != '"') {
      if (line[i] == '\\') {
        escaped = true;
        i++;
      }
      i++;
    }
    if (i >= cursor.end) {
      fields.cut = true;
      cursor.at = cursor.end;
      return false;
    }
    cursor.at = i + 1;
    if (i > start) {
      // First as it was sent, then redacted: a backslash could part a card number.
      String text = fields.redactor.text(line, start, i);
      rest.requestId =
          Optional.of(Redactor.named(escaped ? text.replaceAll("\\\\(.)", "$1") : text));
    }
    return true;
  }

  private Optional<String> hash(int from, int to) {
    byte[] line = cursor.line;
    if (to - from < 8 || to - from > 64) {
      return Optional.empty();
    }
    for (int i = from; i < to; i++) {
      boolean hex = (line[i] >= '0' && line[i] <= '9') || (line[i] >= 'a' && line[i] <= 'f');
      if (!hex) {
        return Optional.empty(); // not what we asked for, so perhaps the key itself
      }
    }
    return fields.clients.of(line, from, to).some();
  }

  private Optional<String> host(int from, int to) {
    byte[] line = cursor.line;
    if (to == from || (to == from + 1 && line[from] == '-')) {
      return Optional.empty();
    }
    Names.Name name = fields.names.of(line, from, to);
    boolean plain = true;
    int digits = 0;
    for (int i = from; i < to && plain; i++) {
      byte b = line[i];
      boolean digit = b >= '0' && b <= '9';
      digits += digit ? 1 : 0;
      plain =
          digit ? digits < CardNumbers.SHORTEST : (b >= 'a' && b <= 'z') || b == '.' || b == '-';
    }
    return plain ? name.some() : Optional.of(host(Redactor.decoded(name.text())));
  }

  private static String host(String sent) {
    String text = Redactor.printable(sent.toLowerCase(Locale.ROOT));
    return CardNumbers.hide(Redaction.header("host", text), false);
  }

  /** The end of a word that a blank has to follow, and steps behind it; -1 if it is cut. */
  private int word() {
    byte[] line = cursor.line;
    int i = cursor.at;
    while (i < cursor.end && line[i] != ' ') {
      i++;
    }
    if (i >= cursor.end) {
      fields.cut = true;
      cursor.at = cursor.end;
      return -1;
    }
    cursor.at = i + 1;
    return i;
  }
}
