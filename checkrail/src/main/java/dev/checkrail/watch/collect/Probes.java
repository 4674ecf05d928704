package dev.checkrail.watch.collect;

import dev.checkrail.logs.OwnRequests;
import dev.checkrail.watch.collect.Probed.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all targets of one load balancer in rounds, so many at once and no more. A round that takes
 * longer than the period makes the next one fall out. What goes wrong here is a result or a line in
 * the log, and holds up nobody.
 *
 * <p>What {@link #latest} answers may be read by any thread; the listener is called on the thread
 * of the rounds.
 */
public final class Probes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Probes.class);
  private static final Duration ENDING = Duration.ofSeconds(5);

  /**
   * How they are asked.
   *
   * @param period from the beginning of a round to that of the next
   * @param timeout of each probe, from dialling to its answer
   * @param atOnce how many at the same time
   */
  public record Pace(Duration period, Duration timeout, int atOnce) {
    /** Each 2 s, within 1 s, 32 at once. */
    public static Pace usual() {
      return new Pace(Duration.ofSeconds(2), Duration.ofSeconds(1), 32);
    }
  }

  private final String balancer;
  private final Pace pace;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Consumer<List<Probed>> listener;
  private final OwnConnections own;
  private final Exchange exchange;
  private final Semaphore places;
  private final Thread thread;
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private volatile ProbePlan plan = ProbePlan.none();
  private volatile List<Probed> latest = List.of();
  private volatile boolean closed;

  /** Makes one; {@link #start} begins, {@link #plan} says what is asked. */
  public Probes(
      String balancer,
      Pace pace,
      InstantSource clock,
      LongSupplier nanos,
      Consumer<List<Probed>> listener) {
    this.balancer = balancer;
    this.pace = pace;
    this.clock = clock;
    this.nanos = nanos;
    this.listener = listener;
    this.own = new OwnConnections(nanos);
    this.exchange = new Exchange(pace.timeout(), nanos, own);
    this.places = new Semaphore(pace.atOnce());
    this.thread = Thread.ofPlatform().daemon().name("probe " + balancer).unstarted(this::run);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** What is asked from the next round on. */
  public void plan(ProbePlan next) {
    plan = next;
  }

  /** What is asked, and what is not. */
  public ProbePlan plan() {
    return plan;
  }

  /** Which requests in the load balancer's log are probes, and no user's. */
  public OwnRequests own() {
    return own;
  }

  /** The results of the last round. */
  public List<Probed> latest() {
    return latest;
  }

  /**
   * How it went since it was started.
   *
   * @param skipped rounds that fell out because one before took too long
   */
  public record Tally(long rounds, long skipped) {}

  /** How it went. */
  public Tally tally() {
    return new Tally(rounds.get(), skipped.get());
  }

  private void run() {
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("probe " + balancer + " ", 0).factory())) {
      long period = pace.period().toNanos();
      long next = nanos.getAsLong();
      while (!closed) {
        round(threads);
        next += period;
        long now = nanos.getAsLong();
        if (now > next) {
          long late = (now - next) / period;
          skipped.addAndGet(late);
          next += late * period;
        }
        TimeUnit.NANOSECONDS.sleep(Math.max(0, next - now));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // we are closed
    }
  }

  private void round(ExecutorService threads) throws InterruptedException {
    List<ProbeTarget> targets = plan.targets();
    List<Callable<Probed>> asked = new ArrayList<>();
    targets.forEach(target -> asked.add(() -> ask(target)));
    long turns = targets.size() / pace.atOnce() + 1;
    Instant began = clock.instant();
    List<Future<Probed>> ended =
        threads.invokeAll(asked, turns * pace.timeout().toMillis() * 3 / 2, TimeUnit.MILLISECONDS);
    List<Probed> results = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      results.add(result(targets.get(i), ended.get(i), began));
    }
    latest = List.copyOf(results);
    rounds.incrementAndGet();
    try {
      listener.accept(latest);
    } catch (RuntimeException e) {
      LOG.error("lb {}: a listener failed", balancer, e);
    }
  }

  private Probed ask(ProbeTarget target) throws InterruptedException {
    places.acquire();
    try {
      return exchange.with(target, clock.instant());
    } finally {
      places.release();
    }
  }

  private Probed result(ProbeTarget target, Future<Probed> ended, Instant began)
      throws InterruptedException {
    try {
      return ended.get();
    } catch (CancellationException e) {
      return failed(target, began, Outcome.TIMEOUT, "it did not end in time");
    } catch (ExecutionException e) {
      LOG.error("lb {}: a probe of {} failed", balancer, target.subject(), e);
      return failed(target, began, Outcome.BROKEN, "a defect of Checkrail");
    }
  }

  private Probed failed(ProbeTarget target, Instant at, Outcome outcome, String why) {
    return new Probed(
        target, at, outcome, pace.timeout(), OptionalInt.empty(), Optional.empty(), why);
  }

  /** Ends; probes that are under way are broken off. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.isAlive() && !thread.join(ENDING)) {
        LOG.warn("lb {}: the probes do not end", balancer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
