package dev.checkrail.logs;

/** What became of one line. */
public sealed interface Read {

  /**
   * A request or a session.
   *
   * @param record with its secrets taken out
   * @param cut whether the end of the line is missing: HAProxy cuts lines at the {@code len} of its
   *     {@code log} line, 1024 bytes if nothing is said. What tells how the request ended was
   *     there; the target may lack its end, or may be missing with the method, host and captures
   */
  record Parsed(LogRecord record, boolean cut) implements Read {}

  /** A line that is no request. */
  record Refused(Reason reason) implements Read {
    private static final Refused[] ALL = all();

    private static Refused[] all() {
      Reason[] reasons = Reason.values();
      Refused[] all = new Refused[reasons.length];
      for (Reason reason : reasons) {
        all[reason.ordinal()] = new Refused(reason);
      }
      return all;
    }

    static Refused because(Reason reason) {
      return ALL[reason.ordinal()];
    }
  }

  /** Why a line is no record. */
  enum Reason {
    /** Nothing but the frame of syslog, or not even that. */
    EMPTY,
    /** More than {@value LineReader#LONGEST} bytes. */
    TOO_LONG,
    /** It ends before it has said how the request ended. */
    TRUNCATED,
    /** A field that has to be a number is none, or is none that fits. */
    BAD_NUMBER,
    /** The date is none of the calendar. */
    BAD_DATE,
    /** Control characters, or bytes that are not UTF-8, where there can be none. */
    NOT_TEXT,
    /**
     * Something that HAProxy says of itself: a server is up or down, a proxy starts or stops
     * (section 8.1), or a connection in the old default format (section 8.2.1).
     */
    NOTICE,
    /** A connection that ended before a request: TLS, PROXY protocol (section 8.2.5). */
    CONNECTION_ERROR,
    /** A request that we sent ourselves to see whether it is answered: no user's. */
    OWN_PROBE,
    /** No format that is known, e.g. CLF, a log-format of one's own, or another program's line. */
    UNKNOWN_FORMAT
  }
}
