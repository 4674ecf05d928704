package dev.checkrail.watch.traffic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The busiest keys, without counting all of them: space-saving (Metwally et al. 2005). Of n keys
 * counted with room for k, whoever has more than n/k of them is here, and no count is more than n/k
 * too high; {@link Client#atMostTooHigh} says by how much. Confined.
 */
final class Heavy {
  private static final class Counter {
    final String key;
    long count;
    long error;
    long failures;

    Counter(String key, long count, long error) {
      this.key = key;
      this.count = count;
      this.error = error;
    }
  }

  private final int room;
  private final Map<String, Counter> counters = new HashMap<>();
  private long all;

  Heavy(int room) {
    this.room = room;
  }

  /** Both together: what is surely a key's in one and in the other is surely its in both. */
  void add(Heavy other) {
    for (Counter one : other.counters.values()) {
      Counter mine = take(one.key);
      mine.count += one.count;
      mine.error += one.error;
      mine.failures += one.failures;
    }
    all += other.all;
  }

  void add(String key, boolean failed) {
    all++;
    Counter counter = take(key);
    counter.count++;
    counter.failures += failed ? 1 : 0;
  }

  private Counter take(String key) {
    Counter counter = counters.get(key);
    if (counter == null) {
      if (counters.size() < room) {
        counter = new Counter(key, 0, 0);
      } else {
        Counter least = least();
        counters.remove(least.key);
        counter = new Counter(key, least.count, least.count);
      }
      counters.put(key, counter);
    }
    return counter;
  }

  private Counter least() {
    Counter least = null;
    for (Counter counter : counters.values()) {
      if (least == null || counter.count < least.count) {
        least = counter;
      }
    }
    return Optional.ofNullable(least).orElseThrow();
  }

  /** How often anything was added. */
  long all() {
    return all;
  }

  /** The busiest first. */
  List<Client> busiest(int most) {
    List<Client> all = new ArrayList<>();
    counters.values().forEach(c -> all.add(new Client(c.key, c.count, c.error, c.failures)));
    all.sort(Comparator.comparingLong(Client::requests).reversed().thenComparing(Client::key));
    return List.copyOf(all.subList(0, Math.min(most, all.size())));
  }
}
