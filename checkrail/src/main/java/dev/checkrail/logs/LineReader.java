package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.logs.LogRecord.Load;
import dev.checkrail.logs.LogRecord.Times;
import dev.checkrail.logs.Read.Parsed;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.logs.Read.Refused;
import dev.checkrail.source.Redaction;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  /** No method is as long as a card number; a client may send anything. */
  private static final int LONG_METHOD = 13;

  private static final long LAST_DAY = 253_402_300_799_999L; // of the year 9999
  private static final int NO_STATUS = -1;

  private final LocalTimes dates;
  private final List<String> requestHeaders;
  private final List<String> responseHeaders;
  private final Cursor cursor = new Cursor();
  private final Redactor redactor = new Redactor();
  private final Names names = new Names(1024, false);
  private final Names clients = new Names(4096, false);
  private final int[] timers = new int[5];
  private boolean cut;

  /** For logs whose captured headers nobody has named: each is redacted by what it looks like. */
  public LineReader(ZoneId zone) {
    this(zone, List.of(), List.of());
  }

  /**
   * @param zone in which HAProxy writes its local times; its format has none. In the hour that
   *     comes twice in autumn the earlier is meant. (Ours has the time since 1970.)
   * @param requestHeaders names of the captured request headers, by slot, as far as known: {@code
   *     capture request header}, in the order of the frontend
   * @param responseHeaders likewise of the responses
   */
  public LineReader(ZoneId zone, List<String> requestHeaders, List<String> responseHeaders) {
    this.dates = new LocalTimes(zone);
    this.requestHeaders = List.copyOf(requestHeaders);
    this.responseHeaders = List.copyOf(responseHeaders);
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
    cut = false;
    cursor.over(bytes, start, end);
    if (cursor.startsWith(OURS)) {
      LogRecord record = ours();
      return answer(bytes, start, end, record);
    }
    if (!beginsWithClient(bytes, start, end)) {
      return Refused.because(what(bytes, start, end));
    }
    return answer(bytes, start, end, standard());
  }

  private Read answer(byte[] bytes, int start, int end, LogRecord record) {
    Reason failure = cursor.failure();
    if (failure == null) {
      return new Parsed(record, cut);
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

  // --- option httplog, option tcplog

  private LogRecord standard() {
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
    Where where = where(frontend, frontendEnd);
    boolean http = times() == 5;
    Times times =
        http
            ? new Times(timers[0], timers[1], timers[2], timers[3], timers[4])
            : new Times(-1, timers[0], timers[1], -1, timers[2]);
    int status = http ? status() : NO_STATUS;
    long bytes = cursor.number(' ');
    if (http) {
      cookies();
    }
    String termination = termination();
    Load load = load(http);
    Rest rest = http ? rest(new Rest()) : new Rest();
    return record(
        at, client(client, clientEnd), where, times, status, bytes, termination, load, rest);
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
    int i = before(line, from, end - 2, '"') - 1;
    for (int block = 0;
        block < 2 && i - 1 > from && line[i] == ' ' && line[i - 1] == '}';
        block++) {
      i = before(line, from, i - 2, '{') - 1;
    }
    for (int field = 0; field < 3; field++) {
      if (i <= from || line[i] != ' ') {
        return -1;
      }
      i = before(line, from, i - 1, ' ');
    }
    return i > from ? i + 1 : -1;
  }

  private static int before(byte[] line, int from, int at, char wanted) {
    int i = at;
    while (i >= from && line[i] != wanted) {
      i--;
    }
    return i;
  }

  /** The captured headers, as far as there are any, and the request. */
  private Rest rest(Rest rest) {
    if (!blank()) {
      return rest;
    }
    if (cursor.peek() == '{') {
      rest.requestHeaders = captures(requestHeaders);
      if (!blank()) {
        return rest;
      }
    }
    if (cursor.peek() == '{') {
      rest.responseHeaders = captures(responseHeaders);
      if (!blank()) {
        return rest;
      }
    }
    request(rest);
    return rest;
  }

  // --- the recommended format

  private LogRecord ours() {
    cursor.at += OURS.length;
    long ended = cursor.number(' ');
    int client = cursor.at;
    int clientEnd = cursor.behind(' ');
    int listener = cursor.at;
    int listenerEnd = cursor.behind(' ');
    int frontend = cursor.at;
    int frontendEnd = cursor.behind(' ');
    Where where = where(frontend, frontendEnd);
    if (times() != 5) {
      cursor.fail(Reason.UNKNOWN_FORMAT);
    }
    Times times = new Times(timers[0], timers[1], timers[2], timers[3], timers[4]);
    int status = status();
    long bytes = cursor.number(' ');
    String termination = termination();
    Load load = load(true);
    if (ended < 0 || ended > LAST_DAY) {
      cursor.fail(Reason.BAD_DATE);
    }
    Rest rest = new Rest();
    if (cursor.failure() == null) {
      rest.listener = text(listener, listenerEnd);
      sent(rest);
    }
    Instant at =
        cursor.failure() == null
            ? Instant.ofEpochMilli(ended - Math.max(0, times.active()))
            : Instant.EPOCH;
    return record(
        at, client(client, clientEnd), where, times, status, bytes, termination, load, rest);
  }

  /** What the client had a hand in: all of it may be cut off. */
  private void sent(Rest rest) {
    if (!blank() || !id(rest) || !blank()) {
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
      rest.requestHeaders = captures(requestHeaders);
    }
    if (!blank()) {
      return;
    }
    cursor.expect('<');
    if (cursor.peek() == '{') {
      rest.responseHeaders = captures(responseHeaders);
    }
    if (!blank()) {
      return;
    }
    request(rest);
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
      cut = true;
      cursor.at = cursor.end;
      return false;
    }
    cursor.at = i + 1;
    if (i > start) {
      String text = redactor.header("id", line, start, i);
      rest.requestId = Optional.of(escaped ? text.replaceAll("\\\\(.)", "$1") : text);
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
    return clients.of(line, from, to).some();
  }

  private Optional<String> host(int from, int to) {
    byte[] line = cursor.line;
    if (to == from || (to == from + 1 && line[from] == '-')) {
      return Optional.empty();
    }
    Names.Name name = names.of(line, from, to);
    boolean plain = true;
    for (int i = from; i < to && plain; i++) {
      byte b = line[i];
      plain =
          (b >= 'a' && b <= 'z')
              || b == '.'
              || b == '-'
              || (b >= '0' && b <= '9' && to - from < 40);
    }
    return plain ? name.some() : Optional.of(host(Redactor.decoded(name.text())));
  }

  private static String host(String sent) {
    String text = Redactor.printable(sent.toLowerCase(Locale.ROOT));
    return Redactor.cards(Redaction.header("host", text), false);
  }

  /** The end of a word that a blank has to follow, and steps behind it; -1 if it is cut. */
  private int word() {
    byte[] line = cursor.line;
    int i = cursor.at;
    while (i < cursor.end && line[i] != ' ') {
      i++;
    }
    if (i >= cursor.end) {
      cut = true;
      cursor.at = cursor.end;
      return -1;
    }
    cursor.at = i + 1;
    return i;
  }

  // --- fields that the formats share

  private record Where(String frontend, boolean tls, String backend, Optional<String> server) {}

  /** What stands behind the fields that HAProxy made alone. */
  private static final class Rest {
    private List<String> requestHeaders = List.of();
    private List<String> responseHeaders = List.of();
    private Optional<String> method = Optional.empty();
    private Optional<String> target = Optional.empty();
    private Optional<String> version = Optional.empty();
    private Optional<String> host = Optional.empty();
    private Optional<String> requestId = Optional.empty();
    private Optional<String> clientKey = Optional.empty();
    private Optional<String> listener = Optional.empty();
  }

  private static LogRecord record(
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
  private boolean blank() {
    if (!cursor.ended()) {
      cursor.expect(' ');
    }
    boolean more = !cursor.ended();
    cut |= !more && cursor.failure() == null;
    return more;
  }

  private Optional<String> text(int from, int to) {
    return names.of(cursor.line, from, to).some();
  }

  /** The address before the last colon; none for UNIX sockets and if nobody knows. */
  private Optional<String> client(int from, int to) {
    byte[] line = cursor.line;
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
    return name.text().equals("unix") ? Optional.empty() : name.some();
  }

  /** {@code fe~ be/server}: the frontend is found, what follows is read. */
  private Where where(int frontend, int frontendEnd) {
    byte[] line = cursor.line;
    int backend = cursor.at;
    int backendEnd = cursor.behind('/');
    int server = cursor.at;
    int serverEnd = cursor.behind(' ');
    if (cursor.failure() != null) {
      return new Where("", false, "", Optional.empty());
    }
    boolean tls = frontendEnd > frontend && line[frontendEnd - 1] == '~';
    return new Where(
        names.of(line, frontend, tls ? frontendEnd - 1 : frontendEnd).text(),
        tls,
        names.of(line, backend, backendEnd).text(),
        // <NOSRV>, <STATS>, <CACHE> …: HAProxy answered itself
        server == serverEnd || line[server] == '<'
            ? Optional.empty()
            : names.of(line, server, serverEnd).some());
  }

  /** Numbers with slashes between them, three or five; gives how many there are. */
  private int times() {
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

  private int status() {
    int status = cursor.count(' ');
    if (status > 999) {
      cursor.fail(Reason.BAD_NUMBER);
    }
    return status <= 0 ? NO_STATUS : status;
  }

  private String termination() {
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
  private Load load(boolean more) {
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
  private List<String> captures(List<String> headers) {
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
  private void request(Rest rest) {
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
        blank - from < LONG_METHOD ? method : method.map(one -> Redactor.cards(one, false));
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
}
