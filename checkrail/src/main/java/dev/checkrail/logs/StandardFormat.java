package dev.checkrail.logs;

import dev.checkrail.logs.Fields.Rest;
import dev.checkrail.logs.Fields.Where;
import dev.checkrail.logs.LogRecord.Load;
import dev.checkrail.logs.LogRecord.Times;
import dev.checkrail.logs.Read.Reason;
import java.time.Instant;
import java.time.ZoneId;

/**
 * {@code option httplog} (section 8.2.3), {@code option httpslog} (8.2.4), {@code option tcplog}
 * (8.2.2), and lines of connections that ended before a request (8.2.5).
 */
final class StandardFormat {
  private final Fields fields;
  private final Cursor cursor;
  private final LocalTimes dates;

  StandardFormat(Fields fields, ZoneId zone) {
    this.fields = fields;
    this.cursor = fields.cursor;
    this.dates = new LocalTimes(zone);
  }

  /** Reads the line on which the cursor stands. */
  LogRecord read() {
    byte[] line = cursor.line;
    int client = cursor.at;
    int clientEnd = cursor.behind(' ');
    cursor.expect('[');
    Instant at = dates.read(cursor);
    cursor.expect(']');
    cursor.expect(' ');
    int frontend = cursor.at;
    int frontendEnd = cursor.behind(' ');
    if (cursor.failure() == null && isErrorLine(line, frontend, frontendEnd)) {
      cursor.fail(Reason.CONNECTION_ERROR);
    }
    Where where = fields.where(frontend, frontendEnd);
    boolean http = fields.times() == 5;
    Times times =
        http
            ? new Times(
                fields.timers[0],
                fields.timers[1],
                fields.timers[2],
                fields.timers[3],
                fields.timers[4])
            : new Times(-1, fields.timers[0], fields.timers[1], -1, fields.timers[2]);
    int status = http ? fields.status() : Fields.NO_STATUS;
    long bytes = cursor.number(' ');
    if (http) {
      cookies();
    }
    String termination = fields.termination();
    Load load = fields.load(http);
    Rest rest = http ? rest(new Rest()) : new Rest();
    return Fields.record(
        at, fields.client(client, clientEnd), where, times, status, bytes, termination, load, rest);
  }

  /** {@code fe/1: Connection error …}, section 8.2.5. */
  private static boolean isErrorLine(byte[] line, int from, int to) {
    if (to <= from || line[to - 1] != ':') {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (line[i] == '/') {
        return true;
      }
    }
    return false;
  }

  /**
   * Steps over the captured cookies. They are the client's and the server's own words, with any
   * byte, so unless there are none the fields behind them are found from the end.
   */
  private void cookies() {
    byte[] line = cursor.line;
    int at = cursor.at;
    if (at + 3 < cursor.end
        && line[at] == '-'
        && line[at + 1] == ' '
        && line[at + 2] == '-'
        && line[at + 3] == ' ') {
      cursor.at = at + 4;
      return;
    }
    int fields = cursor.failure() == null ? fieldsFromTheEnd(line, at, cursor.end) : -1;
    if (fields >= 0) {
      cursor.at = fields;
    } else {
      cursor.behind(' ');
      cursor.behind(' ');
    }
  }

  /**
   * Where the termination state begins in a line that ends with {@code … ---- 1/1/1/1/0 0/0 {a|b}
   * {c} "GET / HTTP/1.1"}; -1 if it does not end so. There are no raw quotes in the request and no
   * raw braces in captured headers.
   */
  private static int fieldsFromTheEnd(byte[] line, int from, int end) {
    if (line[end - 1] != '"') {
      return -1;
    }
    int i = Fields.before(line, from, end - 2, '"') - 1;
    for (int block = 0;
        block < 2 && i - 1 > from && line[i] == ' ' && line[i - 1] == '}';
        block++) {
      i = Fields.before(line, from, i - 2, '{') - 1;
    }
    for (int field = 0; field < 3; field++) {
      if (i <= from || line[i] != ' ') {
        return -1;
      }
      i = Fields.before(line, from, i - 1, ' ');
    }
    return i > from ? i + 1 : -1;
  }

  /** The captured headers, as far as there are any, and the request. */
  private Rest rest(Rest rest) {
    if (!fields.blank()) {
      return rest;
    }
    if (cursor.peek() == '{') {
      rest.requestHeaders = fields.captures(fields.slots.request());
      if (!fields.blank()) {
        return rest;
      }
    }
    if (cursor.peek() == '{') {
      rest.responseHeaders = fields.captures(fields.slots.response());
      if (!fields.blank()) {
        return rest;
      }
    }
    fields.request(rest);
    return rest;
  }
}
