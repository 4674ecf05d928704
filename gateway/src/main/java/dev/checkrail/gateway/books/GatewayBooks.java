package dev.checkrail.gateway.books;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the gateway's database says, as of one moment. Amounts are minor units.
 *
 * @param asOf the database's clock just before the snapshot was taken
 */
record GatewayBooks(
    Instant asOf,
    List<Payment> payments,
    List<Attempt> attempts,
    List<Answer> answers,
    List<Line> ledger) {
  GatewayBooks {
    payments = List.copyOf(payments);
    attempts = List.copyOf(attempts);
    answers = List.copyOf(answers);
    ledger = List.copyOf(ledger);
  }

  /**
   * A payment.
   *
   * @param purchase which purchase a load meant with it, if one did
   */
  record Payment(
      String id,
      String state,
      String currency,
      long authorised,
      long captured,
      long refunded,
      Optional<String> purchase) {}

  /** A call to an acquirer, by the reference that both sides know. */
  record Attempt(
      String reference,
      String payment,
      String acquirer,
      String kind,
      boolean capture,
      long amount,
      String currency,
      Optional<String> original,
      String state,
      boolean hasNextStep) {
    boolean isOpen() {
      return state.equals("pending") || state.equals("unknown");
    }

    boolean isApproved() {
      return state.equals("approved");
    }
  }

  /**
   * What is stored under an idempotency key.
   *
   * @param status of the final answer; empty as long as there is none
   */
  record Answer(String key, String payment, Optional<String> reference, Optional<Integer> status) {}

  /** A line of the ledger: positive is debit. */
  record Line(String posting, String account, String currency, long amount) {}
}
