package dev.checkrail.gateway.acquiring;

/** What came of a call that moves money. */
public sealed interface Reply {

  /** Done. */
  record Approved(String authorisationCode) implements Reply {}

  /** Refused, for a reason in the acquirer's words (lower case, underscores). */
  record Declined(String code) implements Reply {}

  /** Proven not to have been sent: no charge can exist, another acquirer may be asked. */
  record NotSent(String why) implements Reply {}

  /** Sent, or perhaps sent, and no usable answer. Only an inquiry or a reversal ends this. */
  record NoAnswer(String why) implements Reply {}
}
