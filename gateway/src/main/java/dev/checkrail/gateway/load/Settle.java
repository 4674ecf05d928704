package dev.checkrail.gateway.load;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the gateway says afterwards about those who were not told "paid": failed, charged all the
 * same, or unknown. Asks by the merchant's own API, reading only. It is the gateway's word; {@code
 * check-books} compares that with the acquirers'.
 */
final class Settle {
  private static final int PAGE = 100;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Shop shop;
  private final Instant since;

  /** Payments that are older than {@code since} are of no interest. */
  Settle(Shop shop, Instant since) {
    this.shop = shop;
    this.since = since;
  }

  /**
   * Changes the outcome of each user who was told "failed", until none is unknown or the time is
   * up.
   *
   * @param toldFailed the outcome by key
   * @return the outcomes by key, or nothing if the gateway could not be asked
   */
  Optional<Map<String, Outcome>> settle(Map<String, Outcome> toldFailed, Duration atMost)
      throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (true) {
      Optional<Map<String, Outcome>> now = look(toldFailed);
      boolean settled = now.isPresent() && !now.get().containsValue(Outcome.UNKNOWN);
      if (settled || System.nanoTime() - until > 0) {
        return now;
      }
      Thread.sleep(PAUSE);
    }
  }

  private Optional<Map<String, Outcome>> look(Map<String, Outcome> toldFailed) {
    Map<String, Outcome> now = new HashMap<>(toldFailed);
    if (now.isEmpty()) {
      return Optional.of(now);
    }
    String after = "";
    boolean more = true;
    while (more) {
      Optional<JsonNode> page = shop.get("/v1/payments?limit=" + PAGE + after);
      if (page.isEmpty()) {
        return Optional.empty();
      }
      boolean recent = true;
      for (JsonNode payment : page.get().path("data")) {
        String key = payment.path("metadata").path(Load.KEY).stringValue("");
        now.computeIfPresent(key, (it, before) -> outcome(payment.path("status").stringValue("")));
        recent = isRecent(payment.path("created_at").stringValue(""));
        after = "&after=" + payment.path("id").stringValue("");
      }
      more = recent && page.get().path("has_more").booleanValue(false);
    }
    return Optional.of(now);
  }

  private boolean isRecent(String created) {
    try {
      return Instant.parse(created).isAfter(since);
    } catch (DateTimeParseException e) {
      return true; // goes on to the last page
    }
  }

  private static Outcome outcome(String status) {
    return switch (status) {
      case "declined", "failed", "voided", "refunded", "requires_confirmation" ->
          Outcome.TOLD_FAILED;
      case "authorised", "captured", "partially_captured", "partially_refunded" ->
          Outcome.TOLD_FAILED_BUT_CHARGED;
      default -> Outcome.UNKNOWN;
    };
  }
}
