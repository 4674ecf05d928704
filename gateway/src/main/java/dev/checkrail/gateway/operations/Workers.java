package dev.checkrail.gateway.operations;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many payments are worked on at a time. Whoever finds no worker waits a little; more than that
 * would only move the queue to where nobody sees it.
 */
public final class Workers {
  private final int most;
  private final Semaphore free;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();

  public Workers(int most) {
    this.most = most;
    this.free = new Semaphore(most, true);
  }

  /** A worker, until closed. */
  public interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Whether a worker could be had in this time. */
  public boolean take(Duration within) {
    waiting.incrementAndGet();
    try {
      boolean taken = free.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS);
      if (taken) {
        busy.incrementAndGet();
      }
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Gives it back. */
  public void give() {
    busy.decrementAndGet();
    free.release();
  }

  public int most() {
    return most;
  }

  public int busy() {
    return busy.get();
  }

  public int waiting() {
    return waiting.get();
  }

  /** Whether one more request would find one at once. */
  public boolean anyFree() {
    return free.availablePermits() > 0;
  }
}
