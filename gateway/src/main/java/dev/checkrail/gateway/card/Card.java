package dev.checkrail.gateway.card;

import java.util.Objects;
import java.util.Optional;

/**
 * A checked card, in memory only. Not a record: what a record prints, and compares, would hold the
 * number and the CVC.
 */
public final class Card {
  private final String number;
  private final int expiryMonth;
  private final int expiryYear;
  private final Optional<String> cvc;

  Card(String number, int expiryMonth, int expiryYear, Optional<String> cvc) {
    this.number = number;
    this.expiryMonth = expiryMonth;
    this.expiryYear = expiryYear;
    this.cvc = cvc;
  }

  /** A card that was checked before it was stored, with the CVC that came later. */
  public static Card ofStored(String number, CardFace face, Optional<String> cvc) {
    return new Card(number, face.expiryMonth(), face.expiryYear(), cvc);
  }

  /** The whole number: for the acquirer and the cipher, for nobody else. */
  public String number() {
    return number;
  }

  /** For the acquirer only; empty once stored, for a CVC is never stored. */
  public Optional<String> cvc() {
    return cvc;
  }

  /** What may be shown and stored in clear (PCI DSS 3.4.1: at most first six and last four). */
  public CardFace face() {
    return new CardFace(
        Brand.of(number), number.substring(number.length() - 4), expiryMonth, expiryYear);
  }

  @Override
  public String toString() {
    return face().toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Card that
        && number.equals(that.number)
        && expiryMonth == that.expiryMonth
        && expiryYear == that.expiryYear;
  }

  @Override
  public int hashCode() {
    return Objects.hash(expiryMonth, expiryYear); // says nothing of the number
  }
}
