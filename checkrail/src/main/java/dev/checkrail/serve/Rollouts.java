package dev.checkrail.serve;

import dev.checkrail.change.Change;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes that are put in place now, each on a thread of its own ({@link RollingOut}). Keeps
 * nothing that has to survive: that is in the database. Safe for many threads.
 */
final class Rollouts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rollouts.class);

  /** To find out what a change moves takes deep recursion; only what is used is ever taken. */
  private static final long STACK = 512L << 20;

  private static final Duration ENDING = Duration.ofSeconds(40);

  private final Around around;
  private final Map<Long, RollingOut> all = new ConcurrentHashMap<>();
  private final Map<Long, Thread> threads = new ConcurrentHashMap<>();

  /**
   * How long is looked, in seconds.
   *
   * @param observe each step at least
   * @param patience after that a person is asked
   * @param last the last step at most, beside the longest time-out: nothing more is risked by it
   */
  record Pace(int observe, int patience, int last) {
    static Pace of(Duration observe) {
      int seconds = Math.max(1, (int) observe.toSeconds());
      return new Pace(seconds, Math.max(900, 2 * seconds), 2 * seconds);
    }
  }

  /**
   * What they need.
   *
   * @param observeOnly whether nothing is done by itself
   * @param nanos elapsed time
   */
  record Around(
      Registry registry,
      Balancers balancers,
      Watching watching,
      Guards guards,
      Pace pace,
      boolean observeOnly,
      InstantSource clock,
      LongSupplier nanos) {
    void log(long number, String text) {
      LOG.info("change {}: {}", number, text);
    }
  }

  Rollouts(Around around) {
    this.around = around;
  }

  /** One that is about to begin. */
  RollingOut of(Changes changes, PuttingInPlace acts, Change change) {
    RollingOut one = new RollingOut(around, changes, acts, change);
    all.put(one.number(), one);
    return one;
  }

  /** Its first step serves: it goes on by itself. */
  void goOn(RollingOut one) {
    start(one, one);
  }

  /** Puts the version before back, whatever was done of it. */
  void takeBack(RollingOut one, String by, String why) {
    start(one, () -> one.takeBack(by, why));
  }

  private void start(RollingOut one, Runnable work) {
    Thread thread = new Thread(null, work, "rollout " + one.number(), STACK);
    thread.setDaemon(true);
    threads.put(one.number(), thread);
    thread.start();
  }

  /** One that is under way. */
  Optional<RollingOut> of(long number) {
    return Optional.ofNullable(all.get(number));
  }

  /** It is over. */
  void left(long number) {
    all.remove(number);
    threads.remove(number);
  }

  /** An act that is under way is ended; what is only observed is settled at the next start. */
  @Override
  public void close() {
    all.values().forEach(RollingOut::close);
    try {
      for (Thread thread : threads.values()) {
        if (!thread.join(ENDING)) {
          LOG.warn("{} does not end", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
