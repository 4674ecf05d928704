package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A server gets another share of its pool than its weight says, and than it usually gets.
 *
 * <p><b>Unit:</b> a usable server with usable siblings, by sessions given to it. <b>Test:</b>
 * {@link ShareTest} of its share against one and a half times its fair one (by weight), or 1.3
 * times its usual one if that is more; and of the others' share against the same below (a third of
 * it). After a server came, went, or got another weight the pool is not looked at for {@value
 * #AFTER} s, and what is usual is learnt anew. <b>Minimum data:</b> none; a third that becomes
 * everything needs about 40 sessions. <b>False alarms:</b> for the fleet at most one in a year for
 * each side ({@link FalseAlarms}), as long as sessions choose by themselves; clients that stick to
 * servers choose in bunches. <b>Ticket:</b> users do not fail by it.
 */
final class ServerShare implements Detector {
  private static final long AFTER = 30;
  private static final double MORE = 1.5;
  private static final double LESS = 1 / 3.0;
  private static final double THAN_USUAL = 1.3;
  private static final double MOST = 0.97;
  private static final int RELEARN = 16;

  private final Map<Scene.Unit, Members> pools = new IdentityHashMap<>();
  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();

  private static final class Members {
    int mix;
    long since = Long.MIN_VALUE;
  }

  private static final class State {
    final ShareTest more = new ShareTest(0.5);
    final ShareTest less = new ShareTest(0.5);
    final Latch moreLatch = new Latch(Double.POSITIVE_INFINITY);
    final Latch lessLatch = new Latch(Double.POSITIVE_INFINITY);
    final Faded usual = new Faded(1_800);
    final Faded recent = new Faded(10);
    int learnt;

    void clear() {
      more.evidence().clear();
      less.evidence().clear();
      usual.clear();
      learnt = 0;
    }
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    for (Scene.PoolUnit pool : scene.pools()) {
      int mix = 1;
      long all = 0;
      double weights = 0;
      int usable = 0;
      boolean young = false;
      for (Scene.ServerUnit server : pool.servers) {
        Moment.Server told = server.told;
        if (told == null || !takes(told)) {
          continue;
        }
        usable++;
        weights += told.weight();
        all += server.came == null ? 0 : server.came.arrived();
        mix = 31 * (31 * mix + server.name.hashCode()) + told.weight();
        young |= told.lastChange().compareTo(Duration.ofSeconds(AFTER)) < 0;
      }
      if (usable == 0) {
        continue;
      }
      Members members = pools.computeIfAbsent(pool, it -> new Members());
      if (members.mix != mix) {
        members.mix = mix;
        members.since = scene.second();
        pool.servers.forEach(server -> {
          State state = states.get(server);
          if (state != null) {
            state.clear();
          }
        });
      }
      boolean settled = !young && scene.second() - members.since >= AFTER;
      for (Scene.ServerUnit server : pool.servers) {
        if (usable > 1 && server.told != null && takes(server.told)) {
          State state = states.computeIfAbsent(server, it -> new State());
          server(scene, server, state, settled ? all : 0, server.told.weight() / weights, signs);
        }
      }
    }
  }

  private static boolean takes(Moment.Server told) {
    return told.usable() && !told.backup();
  }

  private static void server(
      Scene scene, Scene.ServerUnit server, State state, long all, double fair, List<Sign> signs) {
    long second = scene.second();
    boolean data = all > 0 && server.came != null;
    if (data && server.came != null) {
      long own = server.came.arrived();
      if (state.learnt++ % RELEARN == 0) {
        double usual = state.usual.share(fair);
        state.more.tolerate(Math.min(MOST, Math.max(MORE * fair, THAN_USUAL * usual)));
        state.less.tolerate(Math.min(0.999, 1 - LESS * Math.min(fair, usual)));
      }
      state.more.add(second, all, own);
      state.less.add(second, all, all - own);
      state.recent.add(own, all);
      if (state.more.evidence().value() < 1e3 && state.less.evidence().value() < 1e3) {
        state.usual.add(own, all);
      }
    }
    boolean more = state.moreLatch.update(second, state.more.evidence(), data);
    boolean less = state.lessLatch.update(second, state.less.evidence(), data);
    if (more || less) {
      signs.add(
          new Sign(
              Detection.SERVER_SHARE,
              Level.TICKET,
              server.subject,
              server.subject
                  + " gets "
                  + Say.percent(state.recent.share(0))
                  + " of its pool; its weight says "
                  + Say.percent(fair)
                  + ", "
                  + Say.percent(state.usual.share(fair))
                  + " is usual.",
              Instant.ofEpochSecond(more ? state.moreLatch.since() : state.lessLatch.since()),
              new Sign.Scope(Set.of(), Set.of(server.name.pool()), Set.of(server.subject))));
    }
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
    pools.remove(unit);
  }
}
