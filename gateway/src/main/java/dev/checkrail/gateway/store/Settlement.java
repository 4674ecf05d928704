package dev.checkrail.gateway.store;

import dev.checkrail.gateway.ledger.Posting;
import dev.checkrail.gateway.payment.Attempt;
import java.util.Optional;

/**
 * What one transaction writes when an attempt is settled.
 *
 * @param before the payment as it was when this was worked out
 * @param after the payment as it will be
 * @param settled the attempt, in its new state
 * @param answer of the request that caused it, final for its key
 * @param event for the merchant's webhook: type and content
 */
public record Settlement(
    PaymentRow before,
    PaymentRow after,
    Attempt settled,
    Optional<String> declineCode,
    Optional<String> authorisationCode,
    Posting posting,
    Optional<Finished> answer,
    Optional<Event> event) {

  /** A key and its final answer. */
  public record Finished(Key key, Key.StoredAnswer answer) {}

  /** Of the outbox. */
  public record Event(String type, String payload) {}
}
