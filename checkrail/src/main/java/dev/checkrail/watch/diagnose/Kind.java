package dev.checkrail.watch.diagnose;

import dev.checkrail.watch.traffic.Band;
import java.util.Optional;

/** In which way a request, or a session, did not end as it should. */
enum Kind {
  /** The server was silent for too long. */
  TIMEOUT("time-outs of the server", true, false),
  /** It waited too long for a free place. */
  QUEUE_TIMEOUT("time-outs in the queue", true, true),
  /** No connection, or no server. */
  CONNECT("no connection or no server", true, false),
  /** 5xx of the server. */
  ERROR("errors", true, false),
  /** The user left after waiting. */
  GAVE_UP("users gave up", true, true),
  /** Cut off. */
  BROKEN("answers broken off", true, false),
  NOT_FOUND("404", false, false),
  REDIRECTED("redirects", false, false),
  LIMITED("429", false, false),
  DECLINED("402", false, false),
  /** Accepted, and the outcome is not known yet. */
  PENDING("answers without a final state", false, false),
  /** Any other 4xx: 401, as when a credential is lost on the way, 422 and whatever is rare. */
  REFUSED("other 4xx", false, false),
  /** Answered, and far later than usual. */
  SLOW("slow answers", false, true),
  /** Sessions that are held, far more than usual. */
  STUCK("sessions that do not end", true, true),
  /** Connections that could not be made; most of them were tried again. */
  RETRIED("connections that could not be made", false, false),
  /** Connections that ended before a request: TLS mostly. */
  HANDSHAKE("broken handshakes", true, false);

  /**
   * The kind of what the log counts as a refusal by its client; none for what is none. A 409 is
   * none: who asks again after a time-out meets his own first attempt, and it is that which counts.
   */
  static Optional<Kind> refusal(Band band) {
    return switch (band) {
      case NOT_FOUND -> Optional.of(NOT_FOUND);
      case LIMITED -> Optional.of(LIMITED);
      case DECLINED -> Optional.of(DECLINED);
      case UNAUTHENTICATED, UNPROCESSABLE, REFUSED -> Optional.of(REFUSED);
      default -> Optional.empty();
    };
  }

  final String words;

  /** Whether somebody who asked did not get it. */
  final boolean failure;

  /** Whether too much work for too little room makes it. */
  final boolean ofLoad;

  Kind(String words, boolean failure, boolean ofLoad) {
    this.words = words;
    this.failure = failure;
    this.ofLoad = ofLoad;
  }
}
