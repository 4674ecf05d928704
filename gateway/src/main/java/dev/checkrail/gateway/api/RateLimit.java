package dev.checkrail.gateway.api;

import dev.checkrail.gateway.store.Merchant;
import dev.checkrail.gateway.store.RateWindows;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many requests a second of each key, over all instances: an instance leases a tenth of the
 * limit at a time from the database, and works through it before it asks again. What it has leased
 * and not used is lost at the end of the second: with few requests spread over many instances a key
 * can be refused before its limit, never let through beyond it by more than clocks disagree.
 */
final class RateLimit {

  private static final class Window {
    private long second = -1;
    private int left;
    private boolean exhausted;
  }

  private final RateWindows windows;
  private final InstantSource clock;
  private final Map<String, Window> byKey = new ConcurrentHashMap<>();
  private final AtomicLong refused = new AtomicLong();
  private double saturation;
  private long saturationOf;

  RateLimit(RateWindows windows, InstantSource clock) {
    this.windows = windows;
    this.clock = clock;
  }

  /** Whether one more request may pass now. */
  boolean pass(Merchant merchant, int limit) {
    Window window = byKey.computeIfAbsent(merchant.keyHash().hex(), it -> new Window());
    // Requests of one key wait for one lease together; those of other keys do not.
    synchronized (window) {
      long second = clock.instant().getEpochSecond();
      if (window.second != second) {
        window.second = second;
        window.left = 0;
        window.exhausted = false;
      }
      if (window.left == 0 && !window.exhausted) {
        RateWindows.Leased leased =
            windows.lease(merchant.keyHash().hex(), limit, Math.max(1, limit / 10));
        window.left = leased.granted();
        window.exhausted = window.left == 0;
        seen(second, leased.used());
      }
      if (window.left > 0) {
        window.left--;
        return true;
      }
    }
    refused.incrementAndGet();
    return false;
  }

  private synchronized void seen(long second, double used) {
    if (second != saturationOf) {
      saturation = 0;
      saturationOf = second;
    }
    saturation = Math.max(saturation, used);
  }

  /** Requests refused so far. */
  long refused() {
    return refused.get();
  }

  /** What part of its limit the busiest key had leased in the last second; 1 is all of it. */
  synchronized double saturation() {
    return clock.instant().getEpochSecond() - saturationOf > 1 ? 0 : saturation;
  }
}
