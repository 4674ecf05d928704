package dev.checkrail.store;

import dev.checkrail.watch.MinuteRow;
import dev.checkrail.watch.Rollups;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Minutes on their way into the database. {@link #write} puts them into a bounded queue and returns
 * at once; one thread writes them, and deletes what is older than the retention once an hour. While
 * the database is down they wait, and it is tried again after 1 s, then after twice as long each
 * time, up to 30 s. Of more than fit, the oldest are dropped and counted.
 */
public final class LateRollups implements Rollups, AutoCloseable {
  /** A row is about 150 bytes of memory: 30 MB; 300 series fill it in eleven hours. */
  public static final int ROOM = 200_000;

  /** Ten days: with 300 series 450 MB. */
  public static final Duration RETENTION = Duration.ofDays(10);

  private static final Logger LOG = LoggerFactory.getLogger(LateRollups.class);
  private static final int AT_ONCE = 2000;
  private static final Duration FORGETTING = Duration.ofHours(1);
  private static final int LONGEST_PAUSE = 30;
  private static final Duration ENDING = Duration.ofSeconds(3);

  private final MinuteTable table;
  private final InstantSource clock;
  private final Duration retention;
  private final int room;
  private final Deque<MinuteRow> waiting = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private long written;
  private long dropped;
  private boolean closing;

  /** With the usual bounds; begins at once. */
  public LateRollups(MinuteTable table, InstantSource clock) {
    this(table, clock, RETENTION, ROOM);
  }

  /**
   * With bounds of its own; begins at once.
   *
   * @param room how many rows may wait
   */
  public LateRollups(MinuteTable table, InstantSource clock, Duration retention, int room) {
    this.table = table;
    this.clock = clock;
    this.retention = retention;
    this.room = room;
    this.thread = Thread.ofPlatform().daemon().name("rollups").unstarted(this::run);
    thread.start();
  }

  @Override
  public void write(List<MinuteRow> rows) {
    lock.lock();
    try {
      for (MinuteRow row : rows) {
        if (waiting.size() >= room) {
          waiting.removeFirst();
          dropped++;
        }
        waiting.addLast(row);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<MinuteRow> read(String balancer, String series, Instant from, Instant to) {
    return table.read(balancer, series, from, to);
  }

  /**
   * How it goes.
   *
   * @param waiting rows that are not written yet
   * @param written since the start
   * @param dropped since the start: the queue was full, or the database refused them
   */
  public record Tally(int waiting, long written, long dropped) {}

  /** How it goes. */
  public Tally tally() {
    lock.lock();
    try {
      return new Tally(waiting.size(), written, dropped);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    int pause = 0;
    Instant forgotten = Instant.MIN;
    try {
      while (true) {
        List<MinuteRow> some = next(pause);
        if (some.isEmpty() && isClosing()) {
          return;
        }
        try {
          table.write(some);
          took(some, true);
          pause = 0;
          Instant now = clock.instant();
          if (Duration.between(
                      forgotten.equals(Instant.MIN) ? now.minus(FORGETTING) : forgotten, now)
                  .abs()
                  .compareTo(FORGETTING)
              >= 0) {
            long gone = table.forget(now.minus(retention));
            LOG.debug("{} minutes were older than {}", gone, retention);
            forgotten = now;
          }
        } catch (RuntimeException e) {
          if (isClosing()) {
            LOG.warn(
                "{} rows of minutes are lost: the database does not take them: {}",
                tally().waiting(),
                e.getMessage());
            return;
          }
          if (Database.isOutage(e)) {
            pause = Math.clamp(pause * 2L, 1, LONGEST_PAUSE);
            LOG.warn(
                "minutes wait ({} rows), the database is down; next try in {} s",
                tally().waiting(),
                pause);
          } else {
            LOG.error("minutes can't be written", e);
            took(some, false);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the end did not wait for us
    }
  }

  /** The oldest rows, which stay in the queue; waits for some, or an hour, or a pause. */
  private List<MinuteRow> next(int pause) throws InterruptedException {
    lock.lock();
    try {
      long nanos = TimeUnit.SECONDS.toNanos(pause);
      while (nanos > 0 && !closing) {
        nanos = changed.awaitNanos(nanos);
      }
      long patience = FORGETTING.toNanos();
      while (waiting.isEmpty() && !closing && patience > 0) {
        patience = changed.awaitNanos(patience);
      }
      List<MinuteRow> some = new ArrayList<>();
      for (MinuteRow row : waiting) {
        if (some.size() == AT_ONCE) {
          break;
        }
        some.add(row);
      }
      return some;
    } finally {
      lock.unlock();
    }
  }

  /** Takes them out, as far as they were not dropped meanwhile. */
  private void took(List<MinuteRow> some, boolean kept) {
    lock.lock();
    try {
      for (MinuteRow row : some) {
        if (waiting.peekFirst() == row) {
          waiting.removeFirst();
          if (kept) {
            written++;
          } else {
            dropped++;
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what waits, if the database takes it at once, and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.join(ENDING)) {
        thread.interrupt();
        if (!thread.join(ENDING)) {
          LOG.warn("the writing of minutes does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
