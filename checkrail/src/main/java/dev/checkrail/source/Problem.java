package dev.checkrail.source;

import java.util.Optional;

/**
 * Something wrong with an input, as a value: readers collect problems, the edge decides what
 * follows.
 *
 * @param code stable id, {@code group/name} (a rule id such as {@code read/unknown-keyword})
 * @param severity how serious it is
 * @param span where
 * @param message one sentence: what is wrong and what it means; never contains a secret
 * @param fix what to do about it, where that is known
 */
public record Problem(
    String code, Severity severity, Span span, String message, Optional<String> fix) {

  /** An error without a suggested fix. */
  public static Problem error(String code, Span span, String message) {
    return new Problem(code, Severity.ERROR, span, message, Optional.empty());
  }

  /** An error with a suggested fix. */
  public static Problem error(String code, Span span, String message, String fix) {
    return new Problem(code, Severity.ERROR, span, message, Optional.of(fix));
  }

  /** {@code file:line:column: severity: message (code)}. */
  @Override
  public String toString() {
    return span + ": " + severity.word() + ": " + message + " (" + code + ")";
  }
}
