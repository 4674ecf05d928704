package dev.checkrail.watch.collect;

import dev.checkrail.balancer.ServerName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was counted since this began, over reloads and restarts: HAProxy begins at 0 with each
 * worker, these do not. What old workers still did for a server is in its totals, too; a listening
 * side that is gone is forgotten. Safe for many threads.
 */
public final class Totals {
  private Map<String, Counts> frontends = Map.of();
  private Map<String, Counts> pools = Map.of();
  private Map<ServerName, Counts> servers = Map.of();
  private Map<ServerName, Long> completed = Map.of();
  private long replaced;

  /** Adds what came with a look. */
  public synchronized void add(Snapshot snapshot) {
    switch (snapshot) {
      case Snapshot.Blind blind -> {}
      case Snapshot.Seen seen -> add(seen);
    }
  }

  private void add(Snapshot.Seen seen) {
    if (seen.replaced().isPresent()) {
      replaced++;
    }
    Map<String, Counts> listening = new HashMap<>();
    Map<String, Counts> serving = new HashMap<>();
    Map<ServerName, Counts> each = new HashMap<>();
    Map<ServerName, Long> done = new HashMap<>();
    seen.frontends()
        .forEach(one ->
            listening.put(
                one.name(), sum(frontends.getOrDefault(one.name(), Counts.NONE), one.came())));
    for (Snapshot.Pool pool : seen.pools()) {
      serving.put(pool.name(), sum(pools.getOrDefault(pool.name(), Counts.NONE), pool.came()));
      for (Snapshot.Server server : pool.servers()) {
        each.put(
            server.name(), sum(servers.getOrDefault(server.name(), Counts.NONE), server.came()));
        OptionalLong came = server.completed();
        done.put(server.name(), completed.getOrDefault(server.name(), 0L) + came.orElse(0));
      }
    }
    for (Snapshot.Worker worker : seen.workers()) {
      for (Snapshot.Held held : worker.held()) {
        each.computeIfPresent(held.server(), (name, counts) -> sum(counts, held.came()));
      }
    }
    frontends = Map.copyOf(listening);
    pools = Map.copyOf(serving);
    servers = Map.copyOf(each);
    completed = Map.copyOf(done);
  }

  private static Counts sum(Counts before, Optional<Snapshot.Came> came) {
    return came.map(it -> before.plus(it.counts())).orElse(before);
  }

  /** Of a listening side. */
  public synchronized Counts frontend(String name) {
    return frontends.getOrDefault(name, Counts.NONE);
  }

  /** Of a pool. */
  public synchronized Counts pool(String name) {
    return pools.getOrDefault(name, Counts.NONE);
  }

  /** Of a server. */
  public synchronized Counts server(ServerName name) {
    return servers.getOrDefault(name, Counts.NONE);
  }

  /** What a server completed, in current workers; see {@link Snapshot.Server#completed}. */
  public synchronized long completed(ServerName name) {
    return completed.getOrDefault(name, 0L);
  }

  /** How often another worker served than at the look before. */
  public synchronized long replaced() {
    return replaced;
  }
}
