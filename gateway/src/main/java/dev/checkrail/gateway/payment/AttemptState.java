package dev.checkrail.gateway.payment;

import java.util.Locale;

/** Where one call to an acquirer stands. */
public enum AttemptState {
  /** Written down before it is sent; perhaps sent. */
  PENDING,
  /** Sent, perhaps; no usable answer. Has a next step, always. */
  UNKNOWN,
  /** The acquirer did it. */
  APPROVED,
  /** The acquirer said no. */
  DECLINED,
  /** Proven not to have left this machine. */
  NOT_SENT,
  /** Reversed by our reference: whatever it did, or will do, is undone. */
  REVERSED;

  /** Whether nobody knows yet what became of it. */
  public boolean isOpen() {
    return this == PENDING || this == UNKNOWN;
  }

  /** The word of the API and of the database. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of this word; a word that is none is a defect. */
  public static AttemptState of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
