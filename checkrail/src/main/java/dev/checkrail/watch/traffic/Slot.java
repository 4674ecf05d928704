package dev.checkrail.watch.traffic;

import java.util.HashMap;
import java.util.Map;

/** One second while it is counted. Confined. */
final class Slot {
  static final String ALL = "*";
  static final String OTHERS = "(other)";
  final long second;
  final Map<Cell.Key, Cell> cells = new HashMap<>();
  final Map<String, Reached> reached = new HashMap<>();

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

  private void count(String service, long hash, boolean failed) {
    Reached one = reached.computeIfAbsent(service, s -> new Reached());
    one.all.add(hash);
    if (failed) {
      one.failed.add(hash);
    }
  }
}
