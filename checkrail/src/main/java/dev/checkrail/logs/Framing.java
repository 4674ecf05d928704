package dev.checkrail.logs;

/**
 * What stands before HAProxy's own text in a line: the header of syslog in each form that {@code
 * log … format} knows (section 4.2, {@code log}), or what a syslog daemon writes into a file.
 *
 * <pre>
 * &lt;134&gt;Nov 22 17:36:03 haproxy[18405]: …         local, the default
 * &lt;134&gt;Nov 22 17:36:03 lb1 haproxy[18405]: …     rfc3164
 * &lt;134&gt;1 2026-11-22T17:36:03.1+01:00 lb1 haproxy 18405 - - …   rfc5424
 * &lt;134&gt;…   &lt;6&gt;…   …                             priority, short, raw
 * &lt;6&gt;2026-11-22T17:36:03.1+01:00 …   2026-11-22T17:36:03.1+01:00 …   timed, iso
 * Nov 22 17:36:03 lb1 haproxy[18405]: …            a file of rsyslog, old style
 * 2026-11-22T17:36:03.1+01:00 lb1 haproxy[18405]: …   and new
 * haproxy[18405]: …                                 a journal
 * </pre>
 *
 * Nothing of it is kept: when a request began says the line itself.
 */
final class Framing {
  private static final int LONGEST_PRIORITY = 3;
  private static final int OLD_DATE = "Nov 22 17:36:03 ".length();
  private static final int FIELDS_BEFORE_DATA = 5;

  private Framing() {}

  /** Where HAProxy's text begins; {@code end} if there is none. */
  static int skip(byte[] line, int from, int end) {
    int at = priority(line, from, end);
    if (at > from && at + 1 < end && line[at] == '1' && line[at + 1] == ' ') {
      return rfc5424(line, at + 2, end);
    }
    if (isOldDate(line, at, end)) {
      return tag(line, at + OLD_DATE, end);
    }
    if (isIsoDate(line, at, end)) {
      return tag(line, pastWord(line, at, end), end);
    }
    int next = pastWord(line, at, end);
    return endsTag(line, at, next) && line[next - 3] == ']' ? next : at;
  }

  private static int priority(byte[] line, int from, int end) {
    if (from >= end || line[from] != '<') {
      return from;
    }
    int i = from + 1;
    while (i < end && i - from <= LONGEST_PRIORITY && isDigit(line[i])) {
      i++;
    }
    return i > from + 1 && i < end && line[i] == '>' ? i + 1 : from;
  }

  private static int rfc5424(byte[] line, int from, int end) {
    int at = from;
    for (int field = 0; field < FIELDS_BEFORE_DATA; field++) {
      at = pastWord(line, at, end);
    }
    if (at < end && line[at] == '[') {
      at = pastData(line, at, end);
    } else {
      at = pastWord(line, at, end);
    }
    boolean bom =
        at + 2 < end
            && line[at] == (byte) 0xef
            && line[at + 1] == (byte) 0xbb
            && line[at + 2] == (byte) 0xbf;
    return bom ? at + 3 : at;
  }

  /** Structured data: elements in brackets, values in quotes with backslashes (RFC 5424, 6.3). */
  private static int pastData(byte[] line, int from, int end) {
    boolean quoted = false;
    for (int i = from; i < end; i++) {
      byte b = line[i];
      if (quoted && b == '\\') {
        i++;
      } else if (b == '"') {
        quoted = !quoted;
      } else if (!quoted && b == ']' && (i + 1 >= end || line[i + 1] != '[')) {
        return i + 1 < end && line[i + 1] == ' ' ? i + 2 : i + 1;
      }
    }
    return end;
  }

  /** Behind {@code haproxy[1]: } or {@code host haproxy[1]: }, if one of them is there. */
  private static int tag(byte[] line, int from, int end) {
    int second = pastWord(line, from, end);
    if (endsTag(line, from, second)) {
      return second;
    }
    int third = pastWord(line, second, end);
    return endsTag(line, second, third) ? third : from;
  }

  private static boolean endsTag(byte[] line, int from, int next) {
    return next - from > 2 && line[next - 1] == ' ' && line[next - 2] == ':';
  }

  private static int pastWord(byte[] line, int from, int end) {
    int i = from;
    while (i < end && line[i] != ' ') {
      i++;
    }
    return Math.min(i + 1, end);
  }

  private static boolean isOldDate(byte[] line, int at, int end) {
    return end - at >= OLD_DATE
        && line[at] >= 'A'
        && line[at] <= 'S'
        && line[at + 3] == ' '
        && line[at + 6] == ' '
        && line[at + 9] == ':'
        && line[at + 12] == ':'
        && line[at + 15] == ' ';
  }

  private static boolean isIsoDate(byte[] line, int at, int end) {
    return end - at >= 20
        && isDigit(line[at])
        && line[at + 4] == '-'
        && line[at + 7] == '-'
        && line[at + 10] == 'T'
        && line[at + 13] == ':';
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
