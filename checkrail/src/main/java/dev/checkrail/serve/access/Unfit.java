package dev.checkrail.serve.access;

/** What a caller wishes can't be: a name, a role, a password. Its message is for the caller. */
public final class Unfit extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unfit(String message) {
    super(message, null, false, false);
  }
}
