package dev.checkrail.gateway.acquiring;

/** What an acquirer knows of one of our references. */
public sealed interface Inquiry {

  /** It did it, and it stands. */
  record Approved(String authorisationCode) implements Inquiry {}

  /** It refused. */
  record Declined(String code) implements Inquiry {}

  /** It was reversed, before or after it was done: nothing is charged and nothing will be. */
  record Reversed() implements Inquiry {}

  /** Not known. No proof of anything: the request may be on its way. */
  record NotKnown() implements Inquiry {}

  /** The acquirer could not be asked. */
  record NoAnswer(String why) implements Inquiry {}
}
