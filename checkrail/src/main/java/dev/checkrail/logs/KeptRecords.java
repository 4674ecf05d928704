package dev.checkrail.logs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A sample of what was logged, kept for a later replay: in memory, and by whoever writes down
 * {@link #slots} and gives them back to {@link #restore}. It is bounded by number, bytes and age,
 * and made of records as the reader gives them, so without secrets and card numbers.
 *
 * <p>The age is cut into {@value #SLOTS} slots of time. In each slot every record has the same
 * chance to be kept (a reservoir: the n-th record replaces one of the k kept with chance k/n), so
 * quiet hours are not crowded out by busy ones; {@link Slot#seen} over the number kept is what one
 * kept record stands for. A slot whose share of the bytes is used up lets records go at random and
 * keeps fewer from then on, which leaves the chances equal. A slot is forgotten as a whole when its
 * end is older than the age, so nothing is kept for longer than the age and one slot.
 *
 * <p>The same seed, times and records give the same sample. Safe for several threads.
 */
public final class KeptRecords {
  static final int SLOTS = 24;

  /**
   * What is kept at most.
   *
   * @param records in all slots together; each gets an equal share
   * @param bytes of memory, estimated from the texts
   * @param age of the slot's end, by the clock
   */
  public record Limits(int records, long bytes, Duration age) {
    public Limits {
      if (records < SLOTS || bytes < SLOTS || age.compareTo(Duration.ofSeconds(SLOTS)) < 0) {
        throw new IllegalArgumentException("a sample needs at least one record a slot");
      }
    }

    /** 24,000 records, 24 MiB, 24 hours: 1,000 of each hour. */
    public static Limits standard() {
      return new Limits(24_000, 24L << 20, Duration.ofHours(24));
    }
  }

  /**
   * What is kept of a stretch of time.
   *
   * @param begin when its first record may have been added
   * @param seen how many were added
   * @param records those that were kept, in no order
   */
  public record Slot(Instant begin, long seen, List<LogRecord> records) {
    public Slot {
      records = List.copyOf(records);
    }
  }

  private static final class Reservoir {
    private final long slot;
    private final List<LogRecord> kept = new ArrayList<>();
    private long seen;
    private long bytes;
    private int capacity;

    private Reservoir(long slot, int capacity) {
      this.slot = slot;
      this.capacity = capacity;
    }

    private void hold(LogRecord record) {
      kept.add(record);
      bytes += size(record);
    }

    private void add(LogRecord record, long mostBytes, SplittableRandom random) {
      seen++;
      if (kept.size() < capacity) {
        hold(record);
      } else {
        long place = random.nextLong(seen);
        if (place >= capacity) {
          return;
        }
        bytes += size(record) - size(kept.set((int) place, record));
      }
      while (bytes > mostBytes) {
        bytes -= size(remove(random.nextInt(kept.size())));
        capacity = kept.size();
      }
    }

    private LogRecord remove(int place) {
      LogRecord last = kept.removeLast();
      return place == kept.size() ? last : kept.set(place, last);
    }
  }

  private final Limits limits;
  private final InstantSource clock;
  private final long slotMillis;
  private final SplittableRandom random;
  private final ArrayDeque<Reservoir> slots = new ArrayDeque<>();

  /**
   * @param seed of the chances
   * @param clock by which records age
   */
  public KeptRecords(Limits limits, long seed, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    this.slotMillis = limits.age().toMillis() / SLOTS;
    this.random = new SplittableRandom(seed);
  }

  /** Gives records the chance to be kept. */
  public synchronized void add(List<LogRecord> records) {
    if (records.isEmpty()) {
      return;
    }
    Reservoir now = current();
    for (LogRecord record : records) {
      now.add(record, limits.bytes() / SLOTS, random);
    }
  }

  /** What is kept, the oldest slot first. */
  public synchronized List<Slot> slots() {
    forget(clock.millis());
    return slots.stream()
        .map(one -> new Slot(Instant.ofEpochMilli(one.slot * slotMillis), one.seen, one.kept))
        .toList();
  }

  /**
   * What was kept before, at the beginning; slots that are too old are forgotten, and the chances
   * go on as if there had been no end.
   */
  public synchronized void restore(List<Slot> before) {
    int usual = Math.max(1, limits.records() / SLOTS);
    for (Slot one : before) {
      long slot = Math.floorDiv(one.begin().toEpochMilli(), slotMillis);
      if (!slots.isEmpty() && slots.getLast().slot >= slot) {
        continue; // each once, and in their order
      }
      // One that kept fewer than it may had no more bytes.
      boolean full = one.seen() > one.records().size();
      Reservoir kept = new Reservoir(slot, full ? Math.min(usual, one.records().size()) : usual);
      one.records().stream().limit(usual).forEach(kept::hold);
      kept.seen = Math.max(one.seen(), kept.kept.size());
      slots.add(kept);
      if (slots.size() > SLOTS) {
        slots.removeFirst();
      }
    }
    forget(clock.millis());
  }

  /** All that is kept. */
  public List<LogRecord> records() {
    return slots().stream().flatMap(slot -> slot.records().stream()).toList();
  }

  /** How many are kept. */
  public synchronized int size() {
    forget(clock.millis());
    return slots.stream().mapToInt(one -> one.kept.size()).sum();
  }

  /** Estimated bytes of what is kept. */
  public synchronized long bytes() {
    return slots.stream().mapToLong(one -> one.bytes).sum();
  }

  private Reservoir current() {
    long now = clock.millis();
    forget(now);
    long slot = Math.floorDiv(now, slotMillis);
    // A clock that was set back goes on in the newest slot.
    if (slots.isEmpty() || slots.getLast().slot < slot) {
      slots.add(new Reservoir(slot, Math.max(1, limits.records() / SLOTS)));
      if (slots.size() > SLOTS) {
        slots.removeFirst();
      }
    }
    return slots.getLast();
  }

  private void forget(long now) {
    long oldest = now - limits.age().toMillis();
    while (!slots.isEmpty() && (slots.getFirst().slot + 1) * slotMillis <= oldest) {
      slots.removeFirst();
    }
  }

  /** Texts that are shared (names, methods) count as if they were not. */
  static long size(LogRecord record) {
    long text = 0;
    for (String value : record.requestHeaders()) {
      text += 48 + value.length();
    }
    for (String value : record.responseHeaders()) {
      text += 48 + value.length();
    }
    for (Optional<String> value :
        List.of(
            record.client(),
            record.target(),
            record.host(),
            record.requestId(),
            record.clientKey())) {
      text += value.map(one -> 64L + one.length()).orElse(0L);
    }
    return 320 + text;
  }
}
