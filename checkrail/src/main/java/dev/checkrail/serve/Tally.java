package dev.checkrail.serve;

import dev.checkrail.logs.LogRecord;
import dev.checkrail.rollout.observe.Group;
import dev.checkrail.watch.traffic.Band;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the requests that began since a step: those that it moved, and all others. One thread
 * hands records in ({@link #add}, never waits), another one counts them ({@link #next}). Beyond
 * {@value #ROOM} records that nobody has counted yet what comes is lost, and {@link Counted#lost}
 * says so.
 */
final class Tally {
  private static final int ROOM = 200_000;

  private final Instant since;
  private final Duration slowest;
  private final ConcurrentLinkedQueue<LogRecord> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger room = new AtomicInteger(ROOM);
  private final AtomicLong lost = new AtomicLong();

  // Of who counts.
  private final Map<Long, Group> bySecondOfBeginning = new TreeMap<>();

  /** Whether a step moved a request. */
  enum Kind {
    MOVED,
    OTHER,
    /** Nothing that it is compared with. */
    BESIDE
  }

  /** Tells them apart. */
  @FunctionalInterface
  interface Sort {
    Kind of(LogRecord record);
  }

  /**
   * What ended since the last look.
   *
   * @param settled moved ones that began so long ago that each has its end; some of them ended
   *     before the last look
   * @param lost how many could not be counted
   */
  record Counted(Group moved, Group others, Group settled, long lost) {}

  /**
   * From now on.
   *
   * @param since when the step was taken; what began before it is of before
   * @param slowest so long does a request take at most
   */
  Tally(Instant since, Duration slowest) {
    this.since = since;
    this.slowest = slowest;
  }

  /** Hands records in. */
  void add(List<LogRecord> records) {
    for (LogRecord record : records) {
      if (record.at().isBefore(since)) {
        continue;
      }
      if (room.getAndDecrement() > 0) {
        waiting.add(record);
      } else {
        room.incrementAndGet();
        lost.incrementAndGet();
      }
    }
  }

  /** Counts what was handed in since the last look. */
  Counted next(Sort sort, Instant now) {
    Group moved = Group.NONE;
    Group others = Group.NONE;
    for (LogRecord record = waiting.poll(); record != null; record = waiting.poll()) {
      room.incrementAndGet();
      Band band = Band.of(record);
      if (band == Band.NO_REQUEST) {
        continue;
      }
      Group one = new Group(1, band.failure() ? 1 : 0);
      switch (sort.of(record)) {
        case MOVED -> {
          moved = moved.and(one);
          bySecondOfBeginning.merge(record.at().getEpochSecond(), one, Group::and);
        }
        case OTHER -> others = others.and(one);
        case BESIDE -> {}
      }
    }
    long old = now.minus(slowest).getEpochSecond();
    Group settled = Group.NONE;
    List<Long> seconds = new ArrayList<>(bySecondOfBeginning.keySet());
    for (Long second : seconds) {
      if (second < old) {
        Group ended = bySecondOfBeginning.remove(second);
        settled = ended == null ? settled : settled.and(ended);
      }
    }
    return new Counted(moved, others, settled, lost.getAndSet(0));
  }
}
