package dev.checkrail.gateway.payment;

/** What can happen to a payment. */
public enum PaymentEvent {
  /** An authorisation attempt is written down, about to be sent. */
  CONFIRMED,
  /** Authorised, to be captured later. */
  AUTHORISED,
  /** Authorised and captured in one go. */
  SOLD,
  /** The authorisation was declined. */
  DECLINED,
  /** The authorisation never left this machine: no charge can exist. */
  NOT_SENT,
  /** The authorisation had no answer and was reversed. */
  REVERSED,
  /** A capture that leaves something to capture. */
  CAPTURED_PART,
  /** The capture of all that was left. */
  CAPTURED_REST,
  /** The authorisation was given back. */
  VOIDED,
  /** A refund that leaves something to refund. */
  REFUNDED_PART,
  /** The refund of all that was captured. */
  REFUNDED_REST
}
