package dev.checkrail.serve;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.change.JournalEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A {@link Guard} for each load balancer that is watched. Safe for many threads. */
final class Guards {
  private final Around around;
  private final Map<String, Guard> all = new ConcurrentHashMap<>();

  /** What the journal says of a load balancer since a time, oldest first, events told included. */
  @FunctionalInterface
  interface Remembered {
    List<JournalEntry> of(String balancer, Instant since);
  }

  /**
   * What guards need.
   *
   * @param deeds what people did that others are told of
   * @param drift what drifts, as it was seen last
   * @param lookSoon looks for drift at once
   * @param observeOnly nothing acts; what would have been done is recorded
   * @param nanos elapsed time
   */
  record Around(
      Registry registry,
      Balancers balancers,
      Function<String, Drifting> drift,
      Consumer<String> lookSoon,
      HeardJournal journal,
      Remembered remembered,
      OnCall onCall,
      IncidentBook book,
      WaysBack waysBack,
      BrokenGlass deeds,
      boolean observeOnly,
      InstantSource clock,
      LongSupplier nanos) {}

  Guards(Around around) {
    this.around = around;
  }

  /** Begins to guard one that is watched from now on. */
  void begin(Watched watched) {
    Guard guard = new Guard(watched, around);
    Guard before = all.put(watched.name(), guard);
    if (before != null) {
      before.close();
    }
    guard.start();
  }

  /** Ends one. */
  void end(String name) {
    Guard guard = all.remove(name);
    if (guard != null) {
      guard.close();
    }
  }

  /** Nobody is told of it any more. */
  void released(String name) {
    around.onCall().released(name);
  }

  /** The guard of one. */
  Optional<Guard> of(String name) {
    return Optional.ofNullable(all.get(name));
  }
}
