package dev.checkrail.serve.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Wrong passwords by account name: after five within fifteen minutes the next is not even looked at
 * until the oldest is that old. Remembers the last few thousand names; what is forgotten is
 * forgiven.
 */
final class Attempts {
  private static final int MOST = 5;
  private static final int NAMES = 4096;
  private static final long WINDOW = Duration.ofMinutes(15).toNanos();

  private final LongSupplier nanos;
  private final Map<String, long[]> wrong =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, long[]> eldest) {
          return size() > NAMES;
        }
      };

  Attempts(LongSupplier nanos) {
    this.nanos = nanos;
  }

  synchronized boolean tooMany(String name) {
    long now = nanos.getAsLong();
    long[] times = wrong.getOrDefault(name, new long[0]);
    return java.util.Arrays.stream(times).filter(at -> now - at < WINDOW).count() >= MOST;
  }

  synchronized void failed(String name) {
    long now = nanos.getAsLong();
    long[] times =
        java.util.Arrays.stream(wrong.getOrDefault(name, new long[0]))
            .filter(at -> now - at < WINDOW)
            .toArray();
    long[] more = java.util.Arrays.copyOf(times, times.length + 1);
    more[times.length] = now;
    wrong.put(name, more);
  }

  synchronized void succeeded(String name) {
    wrong.remove(name);
  }
}
