package dev.checkrail.logs;

import dev.checkrail.logs.CapturedHeaders.Slots;
import dev.checkrail.logs.LogRecord.Load;
import dev.checkrail.logs.LogRecord.Times;
import dev.checkrail.logs.Read.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The fields that the formats share, read at the cursor. What a client sent leaves it redacted. */
final class Fields {
  static final int NO_STATUS = -1;

  /** No method is as long as a card number; a client may send anything. */
  private static final int LONG_METHOD = 13;

  final Cursor cursor = new Cursor();
  final Redactor redactor = new Redactor();
  final Names names = new Names(1024, false);
  final Names clients = new Names(4096, false);
  final int[] timers = new int[5];

  private final Function<String, Slots> captured;

  /** What the captured headers of the line are called; known when its frontend is. */
  Slots slots = Slots.NONE;

  /** Whether the end of the line is missing. */
  boolean cut;

  /** Of the client; -1 if there is none. */
  int port;

  Fields(Function<String, Slots> captured) {
    this.captured = captured;
  }

  /** Where a request went. */
  record Where(String frontend, boolean tls, String backend, Optional<String> server) {}

  /** What stands behind the fields that HAProxy made alone. */
  static final class Rest {
    List<String> requestHeaders = List.of();
    List<String> responseHeaders = List.of();
    Optional<String> method = Optional.empty();
    Optional<String> target = Optional.empty();
    Optional<String> version = Optional.empty();
    Optional<String> host = Optional.empty();
    Optional<String> requestId = Optional.empty();
    Optional<String> clientKey = Optional.empty();
    Optional<String> listener = Optional.empty();
  }

  static LogRecord record(
      Instant at,
      Optional<String> client,
      Where where,
      Times times,
      int status,
      long bytes,
      String termination,
      Load load,
      Rest rest) {
    return new LogRecord(
        at,
        client,
        where.frontend(),
        where.tls(),
        where.backend(),
        where.server(),
        times,
        status,
        bytes,
        termination,
        load,
        rest.requestHeaders,
        rest.responseHeaders,
        rest.method,
        rest.target,
        rest.version,
        rest.host,
        rest.requestId,
        rest.clientKey,
        rest.listener);
  }

  /** Steps over a blank behind which there is more; a line that ends here was cut. */
  boolean blank() {
    if (!cursor.ended()) {
      cursor.expect(' ');
    }
    boolean more = !cursor.ended();
    cut |= !more && cursor.failure() == null;
    return more;
  }

  Optional<String> text(int from, int to) {
    return names.of(cursor.line, from, to).some();
  }

  /** The address before the last colon; none for UNIX sockets and if nobody knows. */
  Optional<String> client(int from, int to) {
    byte[] line = cursor.line;
    port = -1;
    if (cursor.failure() != null) {
      return Optional.empty();
    }
    int colon = to - 1;
    while (colon > from && line[colon] != ':') {
      colon--;
    }
    if (colon <= from || (colon == from + 1 && line[from] == '-')) {
      return Optional.empty();
    }
    Names.Name name = clients.of(line, from, colon);
    if (name.text().equals("unix")) {
      return Optional.empty();
    }
    port = port(line, colon + 1, to);
    return name.some();
  }

  private static int port(byte[] line, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      if (line[i] < '0' || line[i] > '9' || number > 65_535) {
        return -1;
      }
      number = 10 * number + line[i] - '0';
    }
    return to > from && number <= 65_535 ? number : -1;
  }

  /** {@code fe~ be/server}: the frontend is found, what follows is read. */
  Where where(int frontend, int frontendEnd) {
    byte[] line = cursor.line;
    int backend = cursor.at;
    int backendEnd = cursor.behind('/');
    int server = cursor.at;
    int serverEnd = cursor.behind(' ');
    if (cursor.failure() != null) {
      return new Where("", false, "", Optional.empty());
    }
    boolean tls = frontendEnd > frontend && line[frontendEnd - 1] == '~';
    String name = names.of(line, frontend, tls ? frontendEnd - 1 : frontendEnd).text();
    slots = captured.apply(name);
    return new Where(
        name,
        tls,
        names.of(line, backend, backendEnd).text(),
        // <NOSRV>, <STATS>, <CACHE> …: HAProxy answered itself
        server == serverEnd || line[server] == '<'
            ? Optional.empty()
            : names.of(line, server, serverEnd).some());
  }

  /** Numbers with slashes between them, three or five; gives how many there are. */
  int times() {
    Arrays.fill(timers, -1);
    for (int i = 0; i < timers.length; i++) {
      boolean last = i == timers.length - 1;
      int from = cursor.at;
      int to = from;
      while (to < cursor.end && cursor.line[to] != '/' && cursor.line[to] != ' ') {
        to++;
      }
      boolean ends = to < cursor.end && cursor.line[to] == ' ';
      timers[i] = cursor.count(ends || last ? ' ' : '/');
      if (ends) {
        if (i != 2 && !last) {
          cursor.fail(Reason.UNKNOWN_FORMAT);
        }
        return i + 1;
      }
    }
    return timers.length;
  }

  int status() {
    int status = cursor.count(' ');
    if (status > 999) {
      cursor.fail(Reason.BAD_NUMBER);
    }
    return status <= 0 ? NO_STATUS : status;
  }

  String termination() {
    byte[] line = cursor.line;
    int from = cursor.at;
    int to = cursor.behind(' ');
    if (cursor.failure() != null) {
      return "";
    }
    boolean fits = to - from == 2 || to - from == 4;
    for (int i = from; i < to; i++) {
      byte b = line[i];
      fits &= (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '-';
    }
    if (!fits) {
      cursor.fail(Reason.UNKNOWN_FORMAT);
      return "";
    }
    return names.of(line, from, to).text();
  }

  /**
   * @param more whether something has to follow, so that a number at the end of the line is cut
   */
  Load load(boolean more) {
    int process = cursor.count('/');
    int frontend = cursor.count('/');
    int backend = cursor.count('/');
    int server = cursor.count('/');
    boolean redispatched = cursor.peek() == '+';
    int retries = cursor.count(' ');
    int serverQueue = cursor.count('/');
    int backendQueue = cursor.count('\0');
    if (more && cursor.ended()) {
      cursor.fail(Reason.TRUNCATED);
    }
    return new Load(
        process, frontend, backend, server, retries, redispatched, serverQueue, backendQueue);
  }

  /** {@code {a|b|}}: the header values of each slot. A block that was cut gives none. */
  List<String> captures(List<String> headers) {
    byte[] line = cursor.line;
    int from = cursor.at + 1;
    int to = from;
    while (to < cursor.end && line[to] != '}') {
      to++;
    }
    if (to >= cursor.end) {
      cut = true;
      cursor.at = cursor.end;
      return List.of();
    }
    List<String> values = new ArrayList<>();
    int start = from;
    for (int i = from; i <= to; i++) {
      if (i == to || line[i] == '|') {
        int slot = values.size();
        values.add(
            slot < headers.size()
                ? redactor.header(headers.get(slot), line, start, i)
                : redactor.value(line, start, i));
        start = i + 1;
      }
    }
    cursor.at = to + 1;
    return values;
  }

  /** {@code "GET /a HTTP/1.1"}, {@code "<BADREQ>"}; what httpslog writes behind it is skipped. */
  void request(Rest rest) {
    byte[] line = cursor.line;
    cursor.expect('"');
    if (cursor.failure() != null) {
      return;
    }
    int from = cursor.at;
    int to = from;
    while (to < cursor.end && line[to] != '"') {
      to++;
    }
    boolean whole = to < cursor.end;
    cut |= !whole;
    cursor.at = cursor.end;
    if (from < to && line[from] == '<') {
      return;
    }
    int blank = from;
    while (blank < to && line[blank] != ' ') {
      blank++;
    }
    if (blank >= to || blank == from) {
      return;
    }
    Optional<String> method = text(from, blank);
    rest.method =
        blank - from < LONG_METHOD ? method : method.map(one -> CardNumbers.hide(one, false));
    int target = blank + 1;
    int targetEnd = to;
    if (whole) {
      int last = before(line, target, to - 1, ' ');
      if (last >= target && isVersion(line, last + 1, to)) {
        rest.version = text(last + 1, to);
        targetEnd = last;
      }
    }
    String text = redactor.target(line, target, targetEnd, !whole);
    rest.target = Optional.of(text);
    if (rest.host.isEmpty()) {
      rest.host = hostOf(text, whole);
    }
  }

  private static boolean isVersion(byte[] line, int from, int to) {
    return to - from > 5
        && line[from] == 'H'
        && line[from + 1] == 'T'
        && line[from + 2] == 'T'
        && line[from + 3] == 'P'
        && line[from + 4] == '/';
  }

  /** HTTP/2 and proxies name the host in the target. */
  private static Optional<String> hostOf(String target, boolean whole) {
    if (!target.startsWith("http://") && !target.startsWith("https://")) {
      return Optional.empty();
    }
    int from = target.indexOf("://") + 3;
    int to = from;
    while (to < target.length() && "/?#".indexOf(target.charAt(to)) < 0) {
      to++;
    }
    if (to == from || (to == target.length() && !whole)) {
      return Optional.empty();
    }
    String authority = target.substring(from, to);
    return Optional.of(
        authority.substring(authority.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT));
  }

  static int before(byte[] line, int from, int at, char wanted) {
    int i = at;
    while (i >= from && line[i] != wanted) {
      i--;
    }
    return i;
  }
}
