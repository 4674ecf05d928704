package dev.checkrail.gateway.payment;

import java.util.Optional;

/**
 * One call to an acquirer, as far as it is known.
 *
 * @param reference ours, unique, the acquirer's key for it
 * @param capture of an authorisation: charge at once
 * @param amount in minor units of the payment's currency; of a void what is given back
 * @param original the reference that it captures, voids or refunds
 */
public record Attempt(
    String reference,
    AttemptKind kind,
    boolean capture,
    long amount,
    String acquirer,
    Optional<String> original,
    AttemptState state) {

  /** The same attempt in another state. */
  public Attempt in(AttemptState next) {
    return new Attempt(reference, kind, capture, amount, acquirer, original, next);
  }
}
