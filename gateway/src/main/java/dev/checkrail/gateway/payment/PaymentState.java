package dev.checkrail.gateway.payment;

import java.util.Locale;

/**
 * Where a payment stands. What is under way at an acquirer is the state of an attempt, not this.
 */
public enum PaymentState {
  /** Stored, nothing sent; waits for confirmation (or for the same request once more). */
  REQUIRES_CONFIRMATION,
  /** An authorisation is under way or nobody knows yet what became of it. */
  PROCESSING,
  /** Money is held on the card, nothing is captured. */
  AUTHORISED,
  /** A part is captured. */
  PARTIALLY_CAPTURED,
  /** All is captured. */
  CAPTURED,
  /** A part of what was captured is given back. */
  PARTIALLY_REFUNDED,
  /** All that was captured is given back. */
  REFUNDED,
  /** The held money is given back, nothing was captured. */
  VOIDED,
  /** The acquirer said no. */
  DECLINED,
  /** The acquirer's answer never came and the attempt was reversed: nothing is charged. */
  FAILED;

  /** The word of the API and of the database. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of this word; a word that is none is a defect. */
  public static PaymentState of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
