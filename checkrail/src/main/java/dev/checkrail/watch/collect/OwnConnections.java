package dev.checkrail.watch.collect;

import dev.checkrail.logs.OwnRequests;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The connections on which probes were sent a moment ago, by our end of them. Nothing that a
 * request says counts, so no user's request can pass for one of ours by what it says; and each
 * connection is known once. Only who sends from our own address, and is given the very same port
 * within the minute before the probe's own line came, could. Safe for many threads.
 */
final class OwnConnections implements OwnRequests {
  /** A line of the log comes when the request has ended, and perhaps over a file. */
  private static final Duration KEPT = Duration.ofSeconds(60);

  private static final int MOST = 16_384;

  private final LongSupplier nanos;
  private final Map<Integer, List<Opened>> byPort = new ConcurrentHashMap<>();
  private long swept; // guarded by this

  private record Opened(InetAddress address, long at) {}

  /**
   * None yet.
   *
   * @param nanos elapsed time
   */
  OwnConnections(LongSupplier nanos) {
    this.nanos = nanos;
    this.swept = nanos.getAsLong();
  }

  /** A connection is there, and nothing was said on it yet. */
  synchronized void opened(InetSocketAddress local) {
    long now = nanos.getAsLong();
    if (now - swept > KEPT.toNanos()) {
      swept = now;
      byPort.values().removeIf(all -> all.stream().allMatch(one -> old(one, now)));
    }
    if (byPort.size() < MOST) {
      List<Opened> all = new ArrayList<>(byPort.getOrDefault(local.getPort(), List.of()));
      all.removeIf(one -> old(one, now));
      all.add(new Opened(local.getAddress(), now));
      byPort.put(local.getPort(), List.copyOf(all));
    }
  }

  private static boolean old(Opened one, long now) {
    return now - one.at() > KEPT.toNanos();
  }

  @Override
  public boolean own(String client, int port) {
    return byPort.containsKey(port) && taken(client, port); // of nearly all lines it does not
  }

  private synchronized boolean taken(String client, int port) {
    List<Opened> all = new ArrayList<>(byPort.getOrDefault(port, List.of()));
    Optional<InetAddress> from = address(client);
    long now = nanos.getAsLong();
    Optional<Opened> found =
        all.stream()
            .filter(one -> !old(one, now) && from.equals(Optional.of(one.address())))
            .findFirst();
    if (found.isEmpty()) {
      return false;
    }
    all.remove(found.get());
    if (all.isEmpty()) {
      byPort.remove(port);
    } else {
      byPort.put(port, List.copyOf(all));
    }
    return true;
  }

  private static Optional<InetAddress> address(String literal) {
    try {
      return Optional.of(InetAddress.ofLiteral(literal));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
