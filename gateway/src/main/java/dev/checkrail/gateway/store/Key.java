package dev.checkrail.gateway.store;

import java.util.Optional;

/**
 * An idempotency key and the request it was first used for.
 *
 * @param fingerprint keyed hash of the request's content, hexadecimal
 */
public record Key(
    String merchantId, String mode, String value, String method, String path, String fingerprint) {

  /** Whether the other is the same request, not only the same key. */
  public boolean isSameRequest(Key other) {
    return equals(other);
  }

  /**
   * What is stored under a key.
   *
   * @param reference of the attempt that it started last
   * @param leased somebody works on it now
   * @param answer final, if there is one
   */
  public record Stored(
      Key key,
      String paymentId,
      Optional<String> reference,
      boolean leased,
      Optional<StoredAnswer> answer) {}

  /** A final answer: what is sent again, byte for byte. */
  public record StoredAnswer(int status, String body) {}
}
