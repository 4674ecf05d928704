package dev.checkrail.gateway.payment;

import java.util.Locale;

/** What is asked of an acquirer. */
public enum AttemptKind {
  /** Hold the amount on the card; with automatic capture charge it at once. */
  AUTHORISE,
  /** Charge a part or all of what is held. */
  CAPTURE,
  /** Give back what is held. */
  VOID,
  /** Give back what was charged. */
  REFUND;

  /** The word of the API and of the database. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of this word; a word that is none is a defect. */
  public static AttemptKind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
