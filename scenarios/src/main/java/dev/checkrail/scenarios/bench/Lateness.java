package dev.checkrail.scenarios.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * How late this machine wakes up whoever has slept: every 20 ms a thread looks by how much more it
 * was. If that is long, servers, users and the control plane wait for a processor, too, and what is
 * measured is the machine. Looked at before a fault only: what a fault does to it counts.
 */
final class Lateness implements AutoCloseable {
  private static final long EACH = 20_000_000; // ns
  private static final double PART = 0.95;

  private final Thread thread;
  private final List<Long> late = new ArrayList<>();

  Lateness() {
    thread = Thread.ofPlatform().daemon().name("lateness").start(this::look);
  }

  private void look() {
    while (!Thread.interrupted()) {
      long before = System.nanoTime();
      LockSupport.parkNanos(EACH);
      long over = System.nanoTime() - before - EACH;
      synchronized (late) {
        late.add(Math.max(0, over));
      }
    }
  }

  /** So many milliseconds it was in 95 of 100 times at most. */
  long millis() {
    synchronized (late) {
      if (late.isEmpty()) {
        return 0;
      }
      return late.stream().sorted().toList().get((int) (PART * (late.size() - 1))) / 1_000_000;
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
