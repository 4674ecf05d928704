package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.DriftWatch;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.change.Journal;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for drift of each owned load balancer by itself, each on a virtual thread of its own, so
 * that one that hangs holds up no other. A switch that a crash interrupted and that could not be
 * ended at the start (the disk was full, HAProxy was down) is tried again here.
 */
final class DriftRounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DriftRounds.class);
  private static final Duration NEW_ONES = Duration.ofSeconds(1);

  private final Registry registry;
  private final Balancers balancers;
  private final Journal journal;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Duration every;
  private final Map<String, Thread> threads = new ConcurrentHashMap<>();
  private final Map<String, Drifting> seen = new ConcurrentHashMap<>();
  private final Map<String, Semaphore> sooner = new ConcurrentHashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread looksForNewOnes;

  /**
   * Begins at once.
   *
   * @param every how long to wait between two looks; a look that takes long is done less often
   */
  DriftRounds(
      Registry registry,
      Balancers balancers,
      Journal journal,
      InstantSource clock,
      LongSupplier nanos,
      Duration every) {
    this.registry = registry;
    this.balancers = balancers;
    this.journal = journal;
    this.clock = clock;
    this.nanos = nanos;
    this.every = every;
    this.looksForNewOnes = Thread.ofVirtual().name("drift").start(this::lookForNewOnes);
  }

  /** What was seen at the last look. */
  Drifting of(String name) {
    return seen.getOrDefault(name, Drifting.UNKNOWN);
  }

  /** Looks at once instead of when its time has come: another worker serves, say. */
  void lookSoon(String name) {
    Semaphore one = sooner(name);
    if (one.availablePermits() == 0) {
      one.release();
    }
  }

  private Semaphore sooner(String name) {
    return sooner.computeIfAbsent(name, it -> new Semaphore(0));
  }

  /** Waits until the next look; whether we stop. */
  private boolean rests(String name, Duration pause) {
    try {
      // Whoever stops us gives one permit, and a thread may rest twice before it looks.
      var unused =
          stopping.getCount() == 0
              || sooner(name).tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
      return stopping.getCount() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void lookForNewOnes() {
    do {
      try {
        for (String name : registry.names()) {
          threads.computeIfAbsent(
              name, it -> Thread.ofVirtual().name("drift " + it).start(() -> rounds(it)));
        }
      } catch (IOException e) {
        LOG.warn("the list of load balancers can't be read: {}", e.getMessage());
      }
    } while (!stopsWithin(every.compareTo(NEW_ONES) < 0 ? every : NEW_ONES));
  }

  private boolean stopsWithin(Duration pause) {
    try {
      return stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Until we stop; begun anew when the load balancer was taken over anew. */
  private void rounds(String name) {
    String trouble = "";
    while (!stopsWithin(Duration.ZERO)) {
      try {
        Optional<Registry.Entry> entry = registry.entry(name);
        if (entry.isEmpty()) {
          // It was let go; should it be added again, another thread begins.
          seen.remove(name);
          threads.remove(name, Thread.currentThread());
          return;
        }
        trouble = rounds(entry.get(), trouble);
      } catch (BalancerException e) {
        trouble = said(name, trouble, e);
      } catch (RuntimeException e) {
        LOG.error("lb {}: the look for drift failed", name, e);
        trouble = said(name, trouble, e);
      }
      if (rests(name, every)) {
        return;
      }
    }
  }

  private String rounds(Registry.Entry entry, String before) throws BalancerException {
    String name = entry.name();
    String trouble = before;
    try (Driver driver = new HaproxyDriver(entry.installation())) {
      DriftWatch watch =
          new DriftWatch(name, driver, registry.versions(name), journal, clock, nanos);
      LongSupplier acts = () -> balancers.acts(name);
      while (true) {
        Duration pause = every;
        try {
          DriftWatch.Looked looked = watch.look(of(name), acts, every);
          seen.put(name, looked.drifting());
          pause = looked.again();
          trouble = "";
          if (looked.interrupted()) {
            balancers.endInterrupted(name);
          }
        } catch (BalancerException | Problem e) {
          trouble = said(name, trouble, e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        if (rests(name, pause) || registry.entry(name).filter(now -> same(now, entry)).isEmpty()) {
          return trouble;
        }
      }
    }
  }

  private static boolean same(Registry.Entry one, Registry.Entry other) {
    return one.installation().equals(other.installation());
  }

  /** The same trouble is logged once. */
  private String said(String name, String before, Exception e) {
    String trouble = String.valueOf(e.getMessage());
    seen.compute(
        name, (it, was) -> Objects.requireNonNullElse(was, Drifting.UNKNOWN).failed(trouble));
    if (!trouble.equals(before)) {
      LOG.warn("lb {}: no look for drift: {}", name, trouble);
    }
    return trouble;
  }

  @Override
  public void close() throws InterruptedException {
    stopping.countDown();
    threads.keySet().forEach(name -> sooner(name).release());
    looksForNewOnes.join();
    for (Thread thread : threads.values()) {
      if (!thread.join(Duration.ofSeconds(6))) { // a look that hangs ends by its time-out
        LOG.warn("{} does not end", thread.getName());
      }
    }
  }
}
