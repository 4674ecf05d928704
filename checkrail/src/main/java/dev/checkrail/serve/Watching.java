package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.watch.Rollups;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches all load balancers that are owned, each by itself ({@link Watched}). Nothing that goes
 * wrong here is thrown to those who serve: it is in the log and in what is seen. Safe for many
 * threads.
 */
final class Watching implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watching.class);

  private final Registry registry;
  private final Rollups rollups;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Optional<Guards> guards;
  private final Map<String, Watched> all = new ConcurrentHashMap<>();
  private boolean closed;

  /**
   * Watches nothing yet.
   *
   * @param rollups where minutes go; must not block
   * @param nanos elapsed time
   */
  Watching(Registry registry, Rollups rollups, InstantSource clock, LongSupplier nanos) {
    this(registry, rollups, Optional.empty(), clock, nanos);
  }

  /**
   * Watches nothing yet.
   *
   * @param guards who looks at what is watched; empty: nobody
   */
  Watching(
      Registry registry,
      Rollups rollups,
      Optional<Guards> guards,
      InstantSource clock,
      LongSupplier nanos) {
    this.guards = guards;
    this.registry = registry;
    this.rollups = rollups;
    this.clock = clock;
    this.nanos = nanos;
  }

  /** Begins with all that are remembered. */
  void beginAll() {
    try {
      registry.names().forEach(this::begin);
    } catch (IOException | RuntimeException e) {
      LOG.error("the load balancers that are owned can't be listed: {}", e.getMessage());
    }
  }

  /** Begins with one, or begins anew with what is remembered of it now. */
  synchronized void begin(String name) {
    if (closed) {
      return;
    }
    try {
      Optional<Registry.Entry> entry = registry.entry(name);
      end(name);
      if (entry.isPresent()) {
        Watched watched = new Watched(entry.get(), registry, rollups, clock, nanos);
        watched.start();
        all.put(name, watched);
        guards.ifPresent(it -> it.begin(watched));
      }
    } catch (BalancerException | RuntimeException e) {
      LOG.error("lb {} is not watched: {}", name, e.getMessage());
    }
  }

  /** Another policy counts for one: taken up as it goes on, nothing that was learned is lost. */
  synchronized void policy(String name) {
    Watched watched = all.get(name);
    if (watched == null) {
      return;
    }
    try {
      registry.entry(name).ifPresent(watched::policy);
    } catch (BalancerException | RuntimeException e) {
      LOG.error("lb {}: its new policy is not looked at: {}", name, e.getMessage());
    }
  }

  /** Ends one. */
  synchronized void end(String name) {
    guards.ifPresent(it -> it.end(name));
    Watched watched = all.remove(name);
    if (watched != null) {
      watched.close();
    }
  }

  /** It is not owned any more: nobody is told of it again, open pages end. */
  void released(String name) {
    guards.ifPresent(it -> it.released(name));
  }

  /** One that is watched. */
  Optional<Watched> of(String name) {
    return Optional.ofNullable(all.get(name));
  }

  /** All that are watched, by name. */
  List<Watched> all() {
    List<Watched> sorted = new ArrayList<>(all.values());
    sorted.sort(Comparator.comparing(Watched::name));
    return sorted;
  }

  /** Ends all of them. */
  @Override
  public synchronized void close() {
    closed = true;
    List.copyOf(all.keySet()).forEach(this::end);
  }
}
