package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.Versions;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.watch.diagnose.Act;
import dev.checkrail.watch.diagnose.Moved;
import dev.checkrail.watch.diagnose.Scope;
import dev.checkrail.watch.diagnose.Scopes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes of one load balancer did to requests: found out on a thread of its own as soon as a
 * change is seen, and remembered by the two versions. For one of ours the version before is
 * compared with its own; for a bypass the approved one with what lies on the disk, which is what
 * was loaded. Safe for many threads.
 */
final class WhatMoved implements Moved, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WhatMoved.class);

  /** A deep expression needs stack; only what is used of it is ever taken. */
  private static final long STACK = 512L << 20;

  private static final int ACTS = 128;
  private static final int PAIRS = 64;
  private static final int READ = 8;
  private static final int TRIES = 3;
  private static final int WARM = 40;
  private static final Duration WARMING = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Pattern FROM = Pattern.compile("\\bfrom: ([0-9a-f]{64})\\b");

  private final Registry.Entry entry;
  private final Registry registry;
  private final LongSupplier nanos;
  private final Supplier<Policy> policy;
  private final ExecutorService thread;

  // Guarded by this.
  private final Map<String, Scope> byAct = new LinkedHashMap<>();
  private final Map<String, Integer> asked = new LinkedHashMap<>();

  // Confined to the thread.
  private final Map<Pair, Scope> byPair = new LinkedHashMap<>();
  private final Map<String, Configuration> read = new LinkedHashMap<>();
  private String loaded = "";
  private int warm;
  private long warmedFor;

  private record Pair(String from, String to) {}

  /**
   * For one load balancer.
   *
   * @param policy of it; asked on the own thread
   * @param nanos elapsed time
   */
  WhatMoved(Registry.Entry entry, Registry registry, Supplier<Policy> policy, LongSupplier nanos) {
    this.entry = entry;
    this.registry = registry;
    this.policy = policy;
    this.nanos = nanos;
    this.thread =
        Executors.newSingleThreadExecutor(work -> {
          Thread one = new Thread(null, work, "moved " + entry.name(), STACK);
          one.setDaemon(true);
          return one;
        });
  }

  @Override
  public synchronized Optional<Scope> by(Act act) {
    return Optional.ofNullable(byAct.get(act.id()));
  }

  /** Begins to find out what these did, as far as that is not known or begun. */
  synchronized void see(List<Act> acts) {
    for (Act act : acts) {
      if (act.kind().changesTheFile() && !asked.containsKey(act.id())) {
        asked.put(act.id(), 0);
        trim(asked, ACTS);
        submit(() -> find(act));
      }
    }
  }

  /** Services have other names now; what was found out of a change is not asked again. */
  void policyChanged() {
    submit(byPair::clear);
  }

  /** Makes the first real question a fast one: the prover is compiled while nothing happens. */
  void warmUp() {
    submit(this::warmOnce);
  }

  private void submit(Runnable work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.debug("lb {}: it is not watched any more", entry.name());
    }
  }

  // --- on the thread

  private void find(Act act) {
    try (Driver driver = new HaproxyDriver(entry.installation(), PATIENCE)) {
      Optional<Scope> scope = scope(act, driver);
      synchronized (this) {
        scope.ifPresent(it -> {
          byAct.put(act.id(), it);
          trim(byAct, ACTS);
        });
      }
    } catch (BalancerException | RuntimeException e) {
      again(act, e);
    }
  }

  private void again(Act act, Exception e) {
    int tries;
    synchronized (this) {
      tries = asked.merge(act.id(), 1, Integer::sum);
    }
    if (tries < TRIES) {
      submit(() -> find(act));
    } else {
      LOG.warn("lb {}: what {} did is not known: {}", entry.name(), act.id(), e.getMessage());
    }
  }

  private Optional<Scope> scope(Act act, Driver driver) throws BalancerException {
    Versions versions = registry.versions(entry.name());
    String before = loaded.isEmpty() ? versions.live().orElse("") : loaded;
    return switch (act.kind()) {
      case TOLD -> Optional.empty();
      case BYPASS -> {
        ConfigurationSet disk = driver.onDisk();
        String now = disk.digest();
        read.computeIfAbsent(now, it -> driver.meaning(disk));
        trim(read, READ);
        loaded = now;
        yield scope(new Pair(versions.live().orElse(before), now), versions, driver);
      }
      case APPLY -> {
        Matcher from = FROM.matcher(act.text());
        String was = from.find() ? from.group(1) : before;
        loaded = act.digest().orElse("");
        yield act.digest().isEmpty()
            ? Optional.empty()
            : scope(new Pair(was, act.digest().get()), versions, driver);
      }
      case ROLLBACK -> {
        loaded = act.digest().orElse("");
        yield act.digest().isEmpty()
            ? Optional.empty()
            : scope(new Pair(before, act.digest().get()), versions, driver);
      }
    };
  }

  private Optional<Scope> scope(Pair pair, Versions versions, Driver driver)
      throws BalancerException {
    if (pair.from().equals(pair.to())) {
      return Optional.of(Scope.NOTHING);
    }
    Scope known = byPair.get(pair);
    if (known == null) {
      Optional<Configuration> from = configuration(pair.from(), versions, driver);
      Optional<Configuration> to = configuration(pair.to(), versions, driver);
      if (from.isEmpty() || to.isEmpty()) {
        return Optional.empty();
      }
      known = Scopes.of(Prove.diff(from.get(), to.get(), policy.get(), Set.of()));
      byPair.put(pair, known);
      trim(byPair, PAIRS);
    }
    return Optional.of(known);
  }

  private Optional<Configuration> configuration(String digest, Versions versions, Driver driver)
      throws BalancerException {
    Configuration known = read.get(digest);
    if (known == null && !digest.isEmpty()) {
      Optional<ConfigurationSet> set = versions.load(digest);
      if (set.isPresent()) {
        known = driver.meaning(set.get());
        read.put(digest, known);
        trim(read, READ);
      }
    }
    return Optional.ofNullable(known);
  }

  /** A short piece at a time, so that a real question waits for no more than one. */
  private void warmOnce() {
    long start = nanos.getAsLong();
    try (Driver driver = new HaproxyDriver(entry.installation(), PATIENCE)) {
      Versions versions = registry.versions(entry.name());
      Optional<String> live = versions.live();
      Optional<ConfigurationSet> set =
          live.isPresent() ? versions.load(live.get()) : Optional.empty();
      if (set.isEmpty()) {
        return;
      }
      Configuration from = driver.meaning(set.get());
      Configuration to = driver.meaning(without(set.get()));
      var unused = Scopes.of(Prove.diff(from, to, policy.get(), Set.of()));
    } catch (BalancerException | RuntimeException e) {
      LOG.debug("lb {}: no warming up: {}", entry.name(), e.getMessage());
      return;
    }
    warmedFor += nanos.getAsLong() - start;
    if (++warm < WARM && warmedFor < WARMING.toNanos()) {
      submit(this::warmOnce);
    }
  }

  /** The same without its routes: a difference to be found. */
  private static ConfigurationSet without(ConfigurationSet set) {
    return new ConfigurationSet(
        set.main().stream()
            .map(item ->
                item.content().isEmpty()
                    ? item
                    : ConfigurationSet.Item.of(
                        item.path(),
                        new String(item.content().get().bytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.strip().startsWith("use_backend"))
                            .collect(Collectors.joining("\n", "", "\n"))
                            .getBytes(StandardCharsets.UTF_8)))
            .toList(),
        set.referenced());
  }

  private static <K, V> void trim(Map<K, V> map, int most) {
    while (map.size() > most) {
      map.remove(map.keySet().iterator().next());
    }
  }

  /** Ends; a question that is under way is not waited for long. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("lb {}: comparing versions does not end", entry.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
