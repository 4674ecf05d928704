package dev.checkrail.gateway.api;

import dev.checkrail.gateway.store.Merchant;
import dev.checkrail.gateway.store.Merchants;
import dev.checkrail.gateway.store.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whom an API key stands for. Keys that were found are remembered for ten seconds (so long a
 * revoked one may still work); others are looked up each time, so that nobody can fill the memory.
 */
final class Authentication {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int MOST = 10_000;

  private record Known(Merchant merchant, Instant until) {}

  private final Merchants merchants;
  private final InstantSource clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  Authentication(Merchants merchants, InstantSource clock) {
    this.merchants = merchants;
    this.clock = clock;
  }

  Merchant of(Optional<String> authorization) {
    String key =
        authorization
            .filter(it -> it.startsWith("Bearer "))
            .map(it -> it.substring("Bearer ".length()).strip())
            .filter(it -> it.matches("sk_(test|live)_[A-Za-z0-9]{20,100}"))
            .orElseThrow(() -> refused());
    byte[] hash = Vault.hash(key);
    String hex = HexFormat.of().formatHex(hash);
    Known remembered = known.get(hex);
    if (remembered != null && clock.instant().isBefore(remembered.until())) {
      return remembered.merchant();
    }
    Merchant merchant =
        merchants
            .ofKey(hash)
            .orElseThrow(() -> {
              known.remove(hex);
              return refused();
            });
    if (known.size() < MOST) {
      known.put(hex, new Known(merchant, clock.instant().plus(REMEMBERED)));
    }
    return merchant;
  }

  private static Refusal refused() {
    return Refusal.of(Code.UNAUTHENTICATED, "send Authorization: Bearer with a valid API key");
  }
}
