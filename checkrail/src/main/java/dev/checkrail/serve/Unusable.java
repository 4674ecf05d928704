package dev.checkrail.serve;

/** Options that can't be; the message is for people. */
final class Unusable extends Exception {
  private static final long serialVersionUID = 1L;

  Unusable(String message) {
    super(message);
  }
}
