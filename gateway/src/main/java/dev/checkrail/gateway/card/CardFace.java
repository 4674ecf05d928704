package dev.checkrail.gateway.card;

/** What of a card may be seen: brand, the last four digits, expiry (month 1 to 12, full year). */
public record CardFace(Brand brand, String last4, int expiryMonth, int expiryYear) {

  @Override
  public String toString() {
    return brand.word() + " •••• " + last4;
  }
}
