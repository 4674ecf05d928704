package dev.checkrail.watch.collect;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Driver;
import dev.checkrail.watch.collect.Snapshot.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one load balancer each second, on one thread, over one connection that is kept. A look
 * falls a tenth of a second after the turn of the second; one that takes longer than a second makes
 * the next ones fall out, and they are a gap. As long as it can't be seen it is tried again after
 * 1, 2, 4 and from then on each 5 seconds, and each second in between is {@link Snapshot.Blind},
 * too.
 *
 * <p>What {@link #latest} answers may be read by any thread. The listener is called on the
 * collector's own thread, once for each snapshot; what it throws is logged and goes no further.
 */
public final class Collector implements AutoCloseable {
  /** What came over a longer time than this is not the count of one second. */
  public static final Duration LONGEST_SECOND = Duration.ofMillis(1500);

  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
  private static final int LATE = 100;
  private static final int LONGEST_PAUSE = 5;
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final String balancer;
  private final Supplier<Driver> opened;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Consumer<Snapshot> listener;
  private final Counting counting;
  private final Thread thread;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicLong looks = new AtomicLong();
  private final AtomicLong blind = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();
  private volatile Snapshot latest;

  /**
   * Makes one; {@link #start} begins.
   *
   * @param driver makes the driver that is looked through; called and closed on the own thread. Its
   *     time-outs should be a second or two
   * @param nanos elapsed time
   * @param listener is told of each snapshot, and must not block
   */
  public Collector(
      String balancer,
      Supplier<Driver> driver,
      InstantSource clock,
      LongSupplier nanos,
      Consumer<Snapshot> listener) {
    this.balancer = balancer;
    this.opened = driver;
    this.clock = clock;
    this.nanos = nanos;
    this.listener = listener;
    this.counting = new Counting(balancer);
    Instant now = clock.instant();
    this.latest =
        new Snapshot.Blind(
            balancer, now, now, Optional.empty(), Reason.NOT_YET, "it was not looked at yet");
    this.thread = Thread.ofPlatform().daemon().name("collect " + balancer).unstarted(this::run);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** What was seen last, or that nothing is seen. */
  public Snapshot latest() {
    return latest;
  }

  /**
   * How it went since it was started.
   *
   * @param looks those at which something was seen
   * @param blind seconds at which nothing was
   * @param missed seconds that were not looked at because a look took too long
   */
  public record Tally(long looks, long blind, long missed) {}

  /** How it went. */
  public Tally tally() {
    return new Tally(looks.get(), blind.get(), missed.get());
  }

  private void run() {
    int failed = 0;
    int pause = 0;
    long looked = 0; // elapsed time at the last look that saw something
    Optional<Instant> seen = Optional.empty();
    long second = clock.instant().getEpochSecond();
    try (Driver driver = opened.get()) {
      while (!closed.get()) {
        if (pause > 0 && latest instanceof Snapshot.Blind still) {
          pause--;
          tell(
              new Snapshot.Blind(
                  balancer,
                  clock.instant(),
                  still.since(),
                  still.lastSeen(),
                  still.reason(),
                  still.why()));
        } else {
          long began = nanos.getAsLong();
          Instant at = clock.instant();
          try {
            Snapshot.Seen now =
                counting.next(
                    driver.pulse(),
                    at,
                    Duration.ofNanos(began - looked),
                    Duration.ofNanos(nanos.getAsLong() - began));
            looked = began;
            seen = Optional.of(at);
            failed = 0;
            tell(now);
          } catch (BalancerException e) {
            if (closed.get()) {
              return;
            }
            tell(blind(at, seen, reason(e.kind()), String.valueOf(e.getMessage())));
            pause = Math.min(1 << Math.min(failed++, 3), LONGEST_PAUSE) - 1;
          } catch (RuntimeException e) {
            LOG.error("lb {}: what it shows is not understood", balancer, e);
            tell(blind(at, seen, Reason.UNINTELLIGIBLE, "what it shows is not understood: " + e));
            pause = LONGEST_PAUSE - 1;
          }
        }
        second = untilTheNext(second);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Instant now = clock.instant();
      latest =
          new Snapshot.Blind(
              balancer, now, now, seen, Reason.CLOSED, "it is not looked at any more");
    }
  }

  private Snapshot.Blind blind(Instant at, Optional<Instant> seen, Reason reason, String why) {
    Instant since =
        latest instanceof Snapshot.Blind before && before.reason() != Reason.NOT_YET
            ? before.since()
            : at;
    return new Snapshot.Blind(balancer, at, since, seen, reason, why);
  }

  private static Reason reason(BalancerException.Kind kind) {
    return switch (kind) {
      case GONE -> Reason.GONE;
      case NO_RIGHTS, FILES -> Reason.NO_RIGHTS;
      case LEVEL -> Reason.LEVEL;
      case TIMEOUT, BUSY -> Reason.TIMEOUT;
      case UNSUPPORTED, REFUSED -> Reason.UNSUPPORTED;
      case UNINTELLIGIBLE, DAMAGED -> Reason.UNINTELLIGIBLE;
    };
  }

  private void tell(Snapshot now) {
    (now instanceof Snapshot.Seen ? looks : blind).incrementAndGet();
    latest = now;
    try {
      listener.accept(now);
    } catch (RuntimeException e) {
      LOG.error("lb {}: a listener failed", balancer, e);
    }
  }

  /** Waits, and answers the second in which it ends; a clock that is set moves the turn, too. */
  private long untilTheNext(long second) throws InterruptedException {
    long millis = clock.millis();
    Thread.sleep(1000 - Math.floorMod(millis - LATE, 1000L));
    long now = clock.instant().getEpochSecond();
    if (now > second + 1 && now < second + 60) {
      missed.addAndGet(now - second - 1);
    }
    return now;
  }

  /** Ends, within a few seconds. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    thread.interrupt();
    try {
      if (thread.isAlive() && !thread.join(ENDING)) {
        LOG.warn("lb {}: the collector does not end", balancer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
