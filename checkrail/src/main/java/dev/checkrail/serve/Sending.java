package dev.checkrail.serve;

import dev.checkrail.watch.oncall.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one notifier is to be told, on a thread of its own: one that is dead holds up no other. Each
 * delivery is sent until it is taken, again after 1, 2, 4 … 60 s, with the same id; after a day it
 * is given up. What is new comes before what failed already; what speaks of the same alert keeps
 * its order, unless the one before it is refused for good.
 *
 * <p>A delivery waits until it is stored, but not for long: while the database is down people are
 * told all the same.
 *
 * <p>Heartbeats and what a notifier has to be told again are not queued: a late one is worth
 * nothing.
 */
final class Sending implements AutoCloseable {
  static final Duration GIVEN_UP = Duration.ofDays(1);
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long UNSTORED = SECOND;
  private static final int LONGEST_PAUSE = 60;
  private static final Duration ENDING = Duration.ofSeconds(3);

  private final String name;
  private final Way way;
  private final Optional<Duration> heartbeat;
  private final Report report;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Item> items = new ArrayList<>();
  private final Thread thread;
  private long heartbeatAt;
  private long againAt;
  private boolean closing;
  private Optional<Instant> lastTaken = Optional.empty();
  private String trouble = "";
  private long taken;
  private long failed;
  private long gaveUp;
  private long dropped;

  /** Who wants to know what became of it. Called on the notifier's thread. */
  interface Report {
    /** As it is to be told now; empty: it is not worth telling any more. */
    Optional<Delivery> asOfNow(Delivery delivery);

    /** It is not told: nobody needs it any more. */
    void dropped(Delivery delivery);

    /** It was taken. */
    void took(Delivery delivery, int tries);

    /** It was not taken at the first try, and will be tried again. */
    void waits(Delivery delivery, String why);

    /** It was not taken for a day, and is not tried again. */
    void gaveUp(Delivery delivery, int tries, String why);

    /** What the notifier was told of and is open. */
    List<Way.Open> open();

    /** Whether we look at what we have to look at: else there is no heartbeat. */
    boolean alive();
  }

  /**
   * How it goes.
   *
   * @param waiting deliveries that were not taken yet
   * @param trouble why the last one was not taken; "" if it was
   */
  record Status(
      String name, String kind, int waiting, Optional<Instant> lastTaken, String trouble) {}

  /**
   * What became of deliveries since the start.
   *
   * @param failed tries that were not taken
   * @param dropped that nobody needed any more
   * @param waiting that were not taken yet
   * @param pagesWaiting of these, those that wake somebody up
   * @param oldestPage seconds since the oldest of these was to be told; 0 if there is none
   */
  record Tally(
      long taken,
      long failed,
      long gaveUp,
      long dropped,
      int waiting,
      int pagesWaiting,
      double oldestPage) {}

  /** Guarded by the lock. */
  private static final class Item {
    final Delivery delivery;
    final long madeAt;
    boolean stored;
    int tries;
    long notBefore;
    boolean refused;

    Item(Delivery delivery, boolean stored, long now) {
      this.delivery = delivery;
      this.stored = stored;
      this.madeAt = now;
      this.notBefore = now;
    }
  }

  /** What is to be done next; an item, or one of the two others. */
  private record Job(@Nullable Item item, boolean beat) {}

  Sending(
      String name,
      Way way,
      Optional<Duration> heartbeat,
      Report report,
      InstantSource clock,
      LongSupplier nanos) {
    this.name = name;
    this.way = way;
    this.heartbeat = heartbeat;
    this.report = report;
    this.clock = clock;
    this.nanos = nanos;
    this.heartbeatAt = nanos.getAsLong();
    this.againAt = nanos.getAsLong() + way.forgetful().map(Duration::toNanos).orElse(0L);
    this.thread = Thread.ofPlatform().daemon().name("tell " + name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Something to be told. */
  void put(Delivery delivery, boolean stored) {
    List<Item> before;
    lock.lock();
    try {
      before = items.stream().filter(item -> repeats(item.delivery, delivery)).toList();
      items.removeAll(before);
      dropped += before.size();
      items.add(new Item(delivery, stored, nanos.getAsLong()));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    before.forEach(item -> report.dropped(item.delivery));
  }

  /** Of repeats that a notifier has not taken, the last one is enough. */
  private static boolean repeats(Delivery before, Delivery now) {
    return before.kind() == Delivery.Kind.ESCALATED
        && now.kind() == Delivery.Kind.ESCALATED
        && before.page().equals(now.page());
  }

  /** These are in the database. */
  void stored(Set<String> ids) {
    lock.lock();
    try {
      items.stream()
          .filter(item -> ids.contains(item.delivery.id()))
          .forEach(item -> item.stored = true);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  Status status() {
    lock.lock();
    try {
      return new Status(name, way.kind(), items.size(), lastTaken, trouble);
    } finally {
      lock.unlock();
    }
  }

  Tally tally() {
    lock.lock();
    try {
      List<Instant> pages =
          items.stream()
              .map(item -> item.delivery)
              .filter(Delivery::wake)
              .map(Delivery::at)
              .sorted()
              .toList();
      double oldest =
          pages.isEmpty()
              ? 0
              : Math.max(
                  0, Duration.between(pages.getFirst(), clock.instant()).toMillis() / 1000.0);
      return new Tally(taken, failed, gaveUp, dropped, items.size(), pages.size(), oldest);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        Job job = next();
        try {
          if (job.item() != null) {
            send(job.item());
          } else if (job.beat()) {
            beat();
          } else {
            again();
          }
        } catch (RuntimeException e) {
          LOG.error("telling {} failed", name, e);
          if (job.item() != null) {
            failed(job.item(), Posting.Result.failed("a defect of Checkrail: see its log"));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the end
    }
  }

  private Job next() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        if (closing) {
          throw new InterruptedException();
        }
        long now = nanos.getAsLong();
        Item item = due(now);
        boolean fresh = item != null && item.tries == 0;
        if (fresh) {
          return new Job(item, false);
        }
        if (heartbeat.isPresent() && heartbeatAt - now <= 0) {
          heartbeatAt = now + heartbeat.get().toNanos();
          return new Job(null, true);
        }
        if (way.forgetful().isPresent() && againAt - now <= 0) {
          againAt = now + way.forgetful().get().toNanos();
          return new Job(null, false);
        }
        if (item != null) {
          return new Job(item, false);
        }
        var unused = changed.awaitNanos(Math.min(pause(now), SECOND));
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Item due(long now) {
    Set<String> before = new HashSet<>();
    Item best = null;
    for (Item item : items) {
      String about = item.delivery.alert().id();
      if (!before.contains(about)
          && item.notBefore - now <= 0
          && (item.stored || now - item.madeAt >= UNSTORED)
          && (best == null || item.tries < best.tries)) {
        best = item;
      }
      if (!item.refused) {
        before.add(about);
      }
    }
    return best;
  }

  private long pause(long now) {
    long pause = heartbeat.isPresent() ? heartbeatAt - now : SECOND;
    for (Item item : items) {
      long at = item.stored ? item.notBefore : Math.max(item.notBefore, item.madeAt + UNSTORED);
      if (at - now > 0) {
        pause = Math.min(pause, at - now);
      }
    }
    return Math.max(pause, TimeUnit.MILLISECONDS.toNanos(1));
  }

  private void send(Item item) throws InterruptedException {
    Optional<Delivery> delivery = report.asOfNow(item.delivery);
    if (delivery.isEmpty()) {
      lock.lock();
      try {
        items.remove(item);
        dropped++;
      } finally {
        lock.unlock();
      }
      report.dropped(item.delivery);
      return;
    }
    Posting.Result result = way.tell(delivery.get());
    if (result.taken()) {
      lock.lock();
      try {
        items.remove(item);
        item.tries++;
        taken++;
        lastTaken = Optional.of(clock.instant());
        trouble = "";
      } finally {
        lock.unlock();
      }
      report.took(item.delivery, item.tries);
    } else {
      failed(item, result);
    }
  }

  private void failed(Item item, Posting.Result result) {
    boolean over;
    lock.lock();
    try {
      item.tries++;
      failed++;
      item.refused = result.lasting();
      item.notBefore =
          nanos.getAsLong() + SECOND * Math.min(LONGEST_PAUSE, 1L << Math.min(item.tries - 1, 10));
      trouble = result.why();
      over = !item.delivery.at().plus(GIVEN_UP).isAfter(clock.instant());
      if (over) {
        items.remove(item);
        gaveUp++;
      }
    } finally {
      lock.unlock();
    }
    if (over) {
      report.gaveUp(item.delivery, item.tries, result.why());
    } else if (item.tries == 1) {
      report.waits(item.delivery, result.why());
    }
  }

  private void beat() throws InterruptedException {
    if (!report.alive()) {
      LOG.warn("no heartbeat to {}: a load balancer is not looked at", name);
      return;
    }
    noted(way.heartbeat(clock.instant(), heartbeat.orElseThrow()), "heartbeat");
  }

  private void again() throws InterruptedException {
    List<Way.Open> open = report.open();
    if (!open.isEmpty()) {
      noted(way.again(open), "what is open");
    }
  }

  private void noted(Posting.Result result, String what) {
    lock.lock();
    try {
      if (result.taken()) {
        lastTaken = Optional.of(clock.instant());
        trouble = "";
      } else {
        if (trouble.isEmpty()) {
          LOG.warn("{} is not told of {}: {}", name, what, result.why());
        }
        trouble = result.why();
        againAt = Math.min(againAt, nanos.getAsLong() + 10 * SECOND);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What was not taken stays in the database. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      if (thread.isAlive() && !thread.join(ENDING)) {
        LOG.warn("telling {} does not end", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
