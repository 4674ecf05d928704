package dev.checkrail.watch.traffic;

import java.util.HashMap;
import java.util.Map;

/** One second while it is counted. Confined. */
final class Slot {
  static final String ALL = "*";
  static final String OTHERS = "(other)";

  /** Clients that are told apart among the refused ones of a second. */
  static final int MOST_REFUSED = 8;

  final long second;
  final Map<Cell.Key, Cell> cells = new HashMap<>();
  final Map<String, Reached> reached = new HashMap<>();
  final Map<Refusals, Heavy> refused = new HashMap<>();

  /** Requests of a service that were refused in one way. */
  record Refusals(String service, Band band) {}

  /** Distinct clients of one service. */
  static final class Reached {
    final Distinct all = new Distinct();
    final Distinct failed = new Distinct();
  }

  Slot(long second) {
    this.second = second;
  }

  void client(String service, long hash, boolean failed, int room) {
    count(ALL, hash, failed);
    count(reached.containsKey(service) || reached.size() < room ? service : OTHERS, hash, failed);
  }

  /** Counts by its client a request that was refused, if its service is told apart here. */
  void refused(String service, Band band, String client) {
    if (reached.containsKey(service)) {
      refused
          .computeIfAbsent(new Refusals(service, band), it -> new Heavy(MOST_REFUSED))
          .add(client, false);
    }
  }

  private void count(String service, long hash, boolean failed) {
    Reached one = reached.computeIfAbsent(service, s -> new Reached());
    one.all.add(hash);
    if (failed) {
      one.failed.add(hash);
    }
  }
}
