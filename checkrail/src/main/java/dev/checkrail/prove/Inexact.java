package dev.checkrail.prove;

/**
 * A pre-image that cannot be given exactly: the test becomes a boolean of its own. Without stack
 * trace, because it is an expected outcome.
 */
final class Inexact extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Inexact(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    String message = getMessage();
    return message == null ? "not exact" : message;
  }
}
