package dev.checkrail.gateway.acquiring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How calls of one acquirer went in the last ten seconds: how long they took, those included that
 * have no answer yet, and how many got none. Safe for many threads.
 */
public final class Recently {
  private static final int SECONDS = 10;
  private static final double NANOS = 1e9;

  private final LongSupplier nanos;
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, Long> running = new ConcurrentHashMap<>();

  // Guarded by this; one place for each second, and which second it is of.
  private final long[] of = new long[SECONDS];
  private final long[] calls = new long[SECONDS];
  private final long[] failed = new long[SECONDS];
  private final long[] took = new long[SECONDS];

  /** {@code nanos} is elapsed time. */
  public Recently(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A call begins; what is returned is given back at its end. */
  long begin() {
    long id = last.incrementAndGet();
    running.put(id, nanos.getAsLong());
    return id;
  }

  /** It has ended. */
  void end(long id, boolean answered) {
    Long began = running.remove(id);
    if (began == null) {
      return;
    }
    long now = nanos.getAsLong();
    synchronized (this) {
      int place = place(now);
      calls[place]++;
      failed[place] += answered ? 0 : 1;
      took[place] += now - began;
    }
  }

  private int place(long now) {
    long second = (long) Math.floor(now / NANOS);
    int place = (int) Math.floorMod(second, (long) SECONDS);
    if (of[place] != second) {
      of[place] = second;
      calls[place] = 0;
      failed[place] = 0;
      took[place] = 0;
    }
    return place;
  }

  /** The mean of calls that ended, or the age of the oldest one that has not, if that is more. */
  public synchronized double seconds() {
    long now = nanos.getAsLong();
    long count = sum(calls, now);
    double mean = count == 0 ? 0 : sum(took, now) / NANOS / count;
    double oldest = running.values().stream().mapToLong(it -> now - it).max().orElse(0) / NANOS;
    return Math.max(mean, oldest);
  }

  /** Share of the calls that ended without an answer; 0 if there were none. */
  public synchronized double failing() {
    long now = nanos.getAsLong();
    long count = sum(calls, now);
    return count == 0 ? 0 : (double) sum(failed, now) / count;
  }

  private long sum(long[] values, long now) {
    long second = (long) Math.floor(now / NANOS);
    long sum = 0;
    for (int i = 0; i < SECONDS; i++) {
      sum += of[i] > second - SECONDS && of[i] <= second ? values[i] : 0;
    }
    return sum;
  }
}
