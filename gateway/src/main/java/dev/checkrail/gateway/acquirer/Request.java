package dev.checkrail.gateway.acquirer;

/** What an acquirer can be asked to do. Amounts are minor units, above 0. */
sealed interface Request {
  /** The caller's own name of it. */
  String reference();

  record Authorise(String reference, long amount, String currency, boolean capture, Card card)
      implements Request {}

  record Capture(String reference, String original, long amount, String currency)
      implements Request {}

  record Void(String reference, String original) implements Request {}

  record Refund(String reference, String original, long amount, String currency)
      implements Request {}
}
