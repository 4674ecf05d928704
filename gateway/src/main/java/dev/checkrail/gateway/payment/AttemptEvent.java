package dev.checkrail.gateway.payment;

/** What can become known of a call to an acquirer. */
public enum AttemptEvent {
  /** It answered, or said when asked: done. */
  APPROVED,
  /** It answered, or said when asked: refused. */
  DECLINED,
  /** The connection was refused before a byte was sent. */
  NOT_SENT,
  /** Time-out, reset, half an answer, or an answer that says nothing. */
  NO_ANSWER,
  /** The acquirer confirmed the reversal by our reference. */
  REVERSED
}
