package dev.checkrail.watch.detect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Fewer servers are usable than the policy's floor, or none of a pool.
 *
 * <p><b>Unit:</b> a service with a floor; a pool. <b>Test:</b> none: states of the socket, for
 * {@value #PATIENCE} s in a row. <b>False alarms:</b> none by chance. <b>Page:</b> a floor is a
 * part of the contract; a pool without servers answers 503. An empty pool that got no requests in
 * the last quarter of an hour is a ticket.
 */
final class FloorBroken implements Detector {
  private static final int PATIENCE = 2;

  private final Map<String, Long> brokenSince = new TreeMap<>();
  private final Map<Scene.Unit, Pool> pools = new IdentityHashMap<>();

  private static final class Pool {
    long emptySince = Long.MIN_VALUE;
    long used = Long.MIN_VALUE / 2;
    boolean everUsable;
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    if (scene.moment().stats().isEmpty()) {
      return;
    }
    scene.expectations().floors().forEach(floor -> floor(scene, floor, signs));
    for (Scene.PoolUnit pool : scene.pools()) {
      pool(scene, pool, signs);
    }
  }

  private void floor(Scene scene, Expectations.Floor floor, List<Sign> signs) {
    Set<String> usable = new TreeSet<>();
    Set<String> there = new TreeSet<>();
    Set<String> at = new TreeSet<>();
    for (Scene.ServerUnit server : scene.servers()) {
      if (server.told != null && floor.servers().contains(server.name)) {
        there.add(server.subject);
        at.add(server.name.pool());
        if (server.told.usable()) {
          usable.add(server.subject);
        }
      }
    }
    if (usable.size() >= floor.least()) {
      brokenSince.remove(floor.service());
      return;
    }
    long since = brokenSince.computeIfAbsent(floor.service(), it -> scene.second());
    if (scene.second() - since < PATIENCE) {
      return;
    }
    Set<String> missing = new TreeSet<>();
    for (ServerName name : floor.servers()) {
      if (!usable.contains(name.toString())) {
        missing.add(name.toString());
      }
    }
    signs.add(
        new Sign(
            Detection.FLOOR,
            Level.PAGE,
            floor.service(),
            usable.size()
                + " servers are usable for "
                + floor.service()
                + ", the floor is "
                + floor.least()
                + "; not usable: "
                + String.join(", ", missing)
                + ".",
            Instant.ofEpochSecond(since),
            new Sign.Scope(Set.of(), at, there)));
  }

  private void pool(Scene scene, Scene.PoolUnit pool, List<Sign> signs) {
    if (pool.told == null) {
      return;
    }
    Pool state = pools.computeIfAbsent(pool, it -> new Pool());
    boolean came = pool.requests() > 0 || pool.told.queue() > 0;
    boolean usable = pool.told.servers().stream().anyMatch(Moment.Server::usable);
    for (Scene.ServerUnit server : pool.servers) {
      came |= server.came != null && server.came.arrived() > 0;
    }
    if (came) {
      state.used = scene.second();
    }
    state.everUsable |= usable;
    if (usable || !state.everUsable || pool.told.servers().isEmpty()) {
      state.emptySince = Long.MIN_VALUE;
      return;
    }
    if (state.emptySince == Long.MIN_VALUE) {
      state.emptySince = scene.second();
    }
    if (scene.second() - state.emptySince >= PATIENCE) {
      signs.add(
          new Sign(
              Detection.FLOOR,
              scene.second() - state.used <= 900 ? Level.PAGE : Level.TICKET,
              "pool " + pool.subject,
              "No server of " + pool.subject + " is usable.",
              Instant.ofEpochSecond(state.emptySince),
              pool.scope()));
    }
  }

  @Override
  public void forget(Scene.Unit unit) {
    pools.remove(unit);
  }
}
