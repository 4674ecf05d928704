package dev.checkrail.gateway.store;

import java.util.Optional;

/**
 * Who asks: what an API key stands for.
 *
 * @param keyHash of the key itself; the limit is the key's
 * @param rateLimit requests a second, over all instances
 */
public record Merchant(
    String id, String name, String mode, KeyHash keyHash, int rateLimit, Optional<String> webhook) {

  /** SHA-256 of an API key, comparable. */
  public record KeyHash(String hex) {}
}
