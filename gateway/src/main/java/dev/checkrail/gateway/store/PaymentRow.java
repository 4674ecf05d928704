package dev.checkrail.gateway.store;

import dev.checkrail.gateway.card.CardFace;
import dev.checkrail.gateway.money.Currency;
import dev.checkrail.gateway.payment.Standing;
import java.time.Instant;
import java.util.Optional;

/**
 * A payment as stored, with its attempts.
 *
 * @param metadata a JSON object
 * @param version whoever changes the payment has seen this one
 */
public record PaymentRow(
    String id,
    String merchantId,
    String mode,
    Currency currency,
    boolean manualCapture,
    CardFace card,
    String cardToken,
    Optional<String> declineCode,
    Optional<String> description,
    String metadata,
    long version,
    Instant createdAt,
    Standing standing) {

  /** The same payment standing elsewhere. */
  public PaymentRow at(Standing next, Optional<String> decline) {
    return new PaymentRow(
        id,
        merchantId,
        mode,
        currency,
        manualCapture,
        card,
        cardToken,
        decline,
        description,
        metadata,
        version + 1,
        createdAt,
        next);
  }
}
