package dev.checkrail.gateway.acquirer;

/** A request that is not understood. Its message never repeats what was sent. */
final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadRequest(String field, String what) {
    super(field + " " + what);
  }
}
