package dev.checkrail.logs;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lines between the thread that receives and the one that reads: two buffers that change places.
 * One is filled while the other is read, so that neither waits for the other longer than a copy of
 * one line takes.
 */
final class Inbox {
  /** Of each of the two buffers, which grow to it only if they must. */
  static final int MOST_BYTES = 16 << 20;

  private static final int MOST_LINES = 1 << 17;
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Lines one behind the other; each ends where the next one begins. */
  static final class Lines {
    private byte[] bytes = new byte[1 << 16];
    private int[] ends = new int[1 << 10];
    private int count;

    private boolean add(ByteBuffer line) {
      int from = count == 0 ? 0 : ends[count - 1];
      int to = from + line.remaining();
      if (to > MOST_BYTES || count == MOST_LINES) {
        return false;
      }
      if (to > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(MOST_BYTES, Math.max(to, bytes.length * 2)));
      }
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, ends.length * 2);
      }
      line.get(bytes, from, line.remaining());
      ends[count++] = to;
      return true;
    }

    void each(Intake.Sink sink) {
      int from = 0;
      for (int i = 0; i < count; i++) {
        sink.line(bytes, from, ends[i] - from);
        from = ends[i];
      }
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Lines filling = new Lines();
  private Lines reading = new Lines();
  private long dropped;
  private boolean closed;

  /** Takes a line, or drops it if the buffer is full. */
  void add(ByteBuffer line) {
    lock.lock();
    try {
      if (!filling.add(line)) {
        dropped++;
      } else if (filling.count == 1 || filling.count == Intake.BATCH) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** No more lines will come. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Gives lines to the sink until it is closed and empty. */
  void drain(Intake.Sink sink) {
    while (swap()) {
      reading.each(sink);
      reading.count = 0;
      sink.pause();
    }
  }

  /** Waits for lines, and a little longer, so that there are several; false at the end. */
  private boolean swap() {
    lock.lock();
    try {
      while (filling.count == 0 && !closed) {
        changed.awaitUninterruptibly();
      }
      long left = GATHER_NANOS;
      while (filling.count < Intake.BATCH && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Lines full = filling;
      filling = reading;
      reading = full;
      lock.unlock();
    }
    return reading.count > 0;
  }
}
