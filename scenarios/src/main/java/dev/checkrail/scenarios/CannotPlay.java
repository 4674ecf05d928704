package dev.checkrail.scenarios;

/** The machine lacks something; the message says what to do. */
final class CannotPlay extends Exception {
  private static final long serialVersionUID = 1L;

  CannotPlay(String message) {
    super(message);
  }
}
