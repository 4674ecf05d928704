package dev.checkrail.rehearse.agent;

import java.util.List;
import java.util.Optional;

/**
 * What became of one request: what the client saw, and what the stubs received meanwhile.
 *
 * @param end how it ended for the client
 * @param detail for an end that is not {@link End#ANSWERED}: what happened, in words; else empty
 * @param response the answer; present if its head came, complete only if {@code end} is {@link
 *     End#ANSWERED}
 * @param received with {@link RawRequest.Reading#UNTIL_CLOSE}: the bytes that came, one char each,
 *     cut off at 256 KiB; else empty
 * @param deliveries every request that a stub received from the moment of connecting until the
 *     answer was in, in the order of arrival: a retry is one more
 * @param strays what stubs received since the exchange before and before this one: health checks,
 *     or a delivery later than its answer
 * @param micros time from connecting to the end of the answer
 */
public record Exchange(
    End end,
    String detail,
    Optional<Response> response,
    String received,
    List<Delivery> deliveries,
    List<Delivery> strays,
    long micros) {

  public Exchange {
    deliveries = List.copyOf(deliveries);
    strays = List.copyOf(strays);
  }

  /** How an exchange ended. */
  public enum End {
    /** A whole answer came (read until close: at least one byte came, then the close). */
    ANSWERED,
    /**
     * The other side closed or reset before a whole answer. HAProxy's {@code silent-drop} ends so
     * too: without the privilege for its better way it sends a reset that dies at the next router,
     * and there is no router here.
     */
    CLOSED,
    /** Nothing more came in time. */
    TIMED_OUT,
    /** No connection: nobody listens there. */
    REFUSED,
    /** The TLS handshake failed. */
    TLS_FAILED
  }

  /** The status code of a whole answer, else 0. */
  public int status() {
    return end == End.ANSWERED ? response.map(Response::status).orElse(0) : 0;
  }
}
