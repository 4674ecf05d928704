package dev.checkrail.watch.traffic;

import dev.checkrail.logs.LogRecord;

/**
 * How a logged request ended: the one table of what counts as a failure.
 *
 * <p>Decided by the status that the client got, the first two characters of the termination state
 * (Configuration Manual 2.6, section 8.5: who ended it, and in which phase) and, for clients that
 * left, how long they had waited. Whether a success is one whose outcome is not known yet is for
 * the policy to say: {@link Approved#isPending}.
 */
public enum Band {
  /** 1xx and 2xx; a TCP session that ran to its end. */
  SUCCESS(false),
  /**
   * Accepted, and the outcome is not known yet, as the policy's {@code pending} says: no failure,
   * and not what was asked for.
   */
  PENDING(false),
  /** 3xx. */
  REDIRECTED(false),
  /** 401. */
  UNAUTHENTICATED(false),
  /** 402: the business says no, e.g. a declined card. */
  DECLINED(false),
  /** 404. */
  NOT_FOUND(false),
  /** 409. */
  CONFLICT(false),
  /** 422. */
  UNPROCESSABLE(false),
  /** 429. */
  LIMITED(false),
  /** All other 4xx, a deliberate tarpit included. */
  REFUSED(false),
  /** The client left before {@link #PATIENCE} was over, or while it was being answered. */
  LEFT(false),
  /** No complete request came: nothing, half of one, or one that HAProxy could not read. */
  NO_REQUEST(false),
  /** 5xx. */
  ERROR(true),
  /** A server or a queue took too long: states {@code sQ sC sH sD}. */
  TIMED_OUT(true),
  /** The client waited for an answer for {@link #PATIENCE} and left. */
  GAVE_UP(true),
  /** The answer was cut, refused or lost: {@code S. P. R. I. D. U. K.} without a 5xx. */
  BROKEN(true);

  /**
   * Milliseconds after which a client that leaves without an answer counts as a failure; before
   * that, people press "stop" and programs change their mind.
   */
  public static final int PATIENCE = 1_000;

  private final boolean failure;

  Band(boolean failure) {
    this.failure = failure;
  }

  /** Whether somebody asked and did not get what a working service gives. */
  public boolean failure() {
    return failure;
  }

  /** Whether the client was told no: one client alone may cause many of them. */
  public boolean refusal() {
    return switch (this) {
      case UNAUTHENTICATED, DECLINED, NOT_FOUND, CONFLICT, UNPROCESSABLE, LIMITED, REFUSED -> true;
      default -> false;
    };
  }

  /** The band of a record. */
  public static Band of(LogRecord record) {
    char who = at(record.termination(), 0);
    char phase = at(record.termination(), 1);
    int status = record.status();
    if (status < 0 && record.method().isEmpty() && record.version().isEmpty() && !isHttp(record)) {
      return tcp(who, phase);
    }
    if (phase == 'R' && (who == 'C' || who == 'c')) {
      return NO_REQUEST;
    }
    if (who == 'P' && phase == 'R' && record.method().isEmpty()) {
      return NO_REQUEST;
    }
    if (who == 'P' && phase == 'T') {
      return REFUSED;
    }
    if (status == 101) {
      // A tunnel: how it ends is no matter of the load balancer.
      return SUCCESS;
    }
    if (who == 's') {
      return TIMED_OUT;
    }
    if (who == 'C' || who == 'c') {
      return status >= 500 ? ERROR : answered(record) ? LEFT : waited(record) ? GAVE_UP : LEFT;
    }
    if (status >= 500) {
      return ERROR;
    }
    return switch (who) {
      case 'S', 'R', 'I', 'D', 'U', 'K' -> BROKEN;
      case 'P' -> phase == 'R' || phase == '-' ? byStatus(status) : BROKEN;
      default -> byStatus(status);
    };
  }

  private static Band byStatus(int status) {
    return switch (status) {
      case 401 -> UNAUTHENTICATED;
      case 402 -> DECLINED;
      case 404 -> NOT_FOUND;
      case 409 -> CONFLICT;
      case 422 -> UNPROCESSABLE;
      case 429 -> LIMITED;
      default -> status < 0 ? BROKEN : status < 300 ? SUCCESS : status < 400 ? REDIRECTED : REFUSED;
    };
  }

  /** A session: clients leave and idle ones time out as a matter of course. */
  private static Band tcp(char who, char phase) {
    return switch (who) {
      case '-', 'L' -> SUCCESS;
      case 'C', 'c' -> phase == 'D' || phase == 'L' ? SUCCESS : LEFT;
      case 's' -> phase == 'D' || phase == 'L' ? LEFT : TIMED_OUT;
      case 'P' -> phase == 'C' || phase == 'R' ? REFUSED : BROKEN;
      default -> BROKEN;
    };
  }

  /** The reader leaves the method empty for TCP and for what could not be read as HTTP. */
  private static boolean isHttp(LogRecord record) {
    return record.termination().length() > 2
        || record.times().request() >= 0
        || record.times().response() >= 0
        || at(record.termination(), 1) == 'R';
  }

  private static boolean answered(LogRecord record) {
    return record.status() > 0 && record.times().response() >= 0;
  }

  private static boolean waited(LogRecord record) {
    return record.times().active() >= PATIENCE;
  }

  private static char at(String state, int index) {
    return index < state.length() ? state.charAt(index) : '-';
  }
}
