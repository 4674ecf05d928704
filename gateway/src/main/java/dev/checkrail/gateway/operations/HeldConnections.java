package dev.checkrail.gateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long connections to the database were held on average since somebody looked about a second
 * ago: the pool itself only counts from its beginning, in which what is slow now is lost. Safe for
 * many threads.
 */
final class HeldConnections {
  private static final String USAGE = "hikaricp.connections.usage";
  private static final long LATELY = TimeUnit.MILLISECONDS.toNanos(900);

  private final MeterRegistry registry;
  private final LongSupplier nanos;
  private long looked;
  private long count;
  private double total;
  private double mean;

  HeldConnections(MeterRegistry registry, LongSupplier nanos) {
    this.registry = registry;
    this.nanos = nanos;
    this.looked = nanos.getAsLong();
  }

  /** Seconds; 0 if none was given back. */
  synchronized double seconds() {
    long now = nanos.getAsLong();
    @Nullable Timer usage = registry.find(USAGE).timer();
    if (usage == null || now - looked < LATELY) {
      return mean;
    }
    long more = usage.count() - count;
    mean = more <= 0 ? 0 : (usage.totalTime(TimeUnit.SECONDS) - total) / more;
    count += Math.max(0, more);
    total = usage.totalTime(TimeUnit.SECONDS);
    looked = now;
    return mean;
  }
}
