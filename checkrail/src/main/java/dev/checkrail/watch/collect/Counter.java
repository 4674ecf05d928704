package dev.checkrail.watch.collect;

import java.util.Arrays;
import java.util.List;

/**
 * What HAProxy counts from the start of a worker on, as {@code show stat} names it [management
 * guide 9.1]. Where a listening side, a pool or a server has no such column, it counts nothing.
 */
public enum Counter {
  /** Sessions; for a server those that were given to it, retries included. */
  SESSIONS("stot", "new-sessions", "FBS"),
  REQUESTS("req_tot", "requests", "FB"),
  BYTES_IN("bin", "bytes-in", "FBS"),
  BYTES_OUT("bout", "bytes-out", "FBS"),
  DENIED_REQUESTS("dreq", "denied-requests", "FB"),
  DENIED_RESPONSES("dresp", "denied-responses", "FBS"),
  /** Requests that could not be read: the client left early, or wrote nonsense. */
  REQUEST_ERRORS("ereq", "request-errors", "F"),
  /** Connections to a server that could not be made. */
  CONNECT_ERRORS("econ", "connect-errors", "BS"),
  /** Responses that failed: the server was silent for too long, broke off, or wrote nonsense. */
  RESPONSE_ERRORS("eresp", "response-errors", "BS"),
  RETRIES("wretr", "retries", "BS"),
  REDISPATCHES("wredis", "redispatches", "BS"),
  CLIENT_ABORTS("cli_abrt", "client-aborts", "BS"),
  SERVER_ABORTS("srv_abrt", "server-aborts", "BS"),
  /** What the load balancer answered by itself. */
  INTERCEPTED("intercepted", "intercepted", "F"),
  RESPONSES_1XX("hrsp_1xx", "responses-1xx", "FBS"),
  RESPONSES_2XX("hrsp_2xx", "responses-2xx", "FBS"),
  RESPONSES_3XX("hrsp_3xx", "responses-3xx", "FBS"),
  RESPONSES_4XX("hrsp_4xx", "responses-4xx", "FBS"),
  RESPONSES_5XX("hrsp_5xx", "responses-5xx", "FBS"),
  RESPONSES_OTHER("hrsp_other", "responses-other", "FBS"),
  FAILED_CHECKS("chkfail", "failed-checks", "S"),
  TIMES_DOWN("chkdown", "times-down", "BS");

  /** Those that count answers by their status. */
  public static final List<Counter> RESPONSES =
      List.of(
          RESPONSES_1XX,
          RESPONSES_2XX,
          RESPONSES_3XX,
          RESPONSES_4XX,
          RESPONSES_5XX,
          RESPONSES_OTHER);

  private final String column;
  private final String word;
  private final String of;

  Counter(String column, String word, String of) {
    this.column = column;
    this.word = word;
    this.of = of;
  }

  String column() {
    return column;
  }

  /** Its name in series. */
  public String word() {
    return word;
  }

  /** What has it. */
  public enum Of {
    FRONTEND("F"),
    POOL("B"),
    SERVER("S");

    private final String letter;

    Of(String letter) {
      this.letter = letter;
    }
  }

  /** The counters of a listening side, a pool or a server. */
  public static List<Counter> of(Of kind) {
    return Arrays.stream(values()).filter(one -> one.of.contains(kind.letter)).toList();
  }
}
