package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Requests wait for a free connection, or sessions are at their limit.
 *
 * <p><b>Unit:</b> a server or pool (its queue; its sessions against {@code maxconn}), a listening
 * side (its sessions). <b>Test:</b> none: in at least {@value #MOSTLY} of the last {@value #OF}
 * looks something waited, or at least 90 % of the limit were in use. <b>Minimum data:</b> that.
 * <b>False alarms:</b> none by chance: it is what is there, smoothed against single bursts.
 * <b>Ticket:</b> what waits too long fails, and is paged as an error.
 */
final class Saturation implements Detector {
  private static final int OF = 15;
  private static final int MOSTLY = 10;
  private static final double FULL = 0.9;
  private static final int MOST = 4 * Scene.MOST;

  private final Map<String, int[]> histories = new HashMap<>();

  @Override
  public void look(Scene scene, List<Sign> signs) {
    if (scene.moment().stats().isEmpty()) {
      return;
    }
    for (Moment.Pool pool : scene.moment().stats().get().pools()) {
      int waiting = pool.queue();
      for (Moment.Server server : pool.servers()) {
        waiting += server.queue();
        boolean full =
            server.limit().isPresent()
                && server.limit().getAsInt() > 0
                && server.sessions() >= FULL * server.limit().getAsInt();
        if (mostly(server.name().toString(), full)) {
          signs.add(
              sign(
                  scene,
                  server.name().toString(),
                  server.sessions()
                      + " of "
                      + server.limit().orElse(0)
                      + " sessions are in use at "
                      + server.name()
                      + ".",
                  new Sign.Scope(Set.of(), Set.of(pool.name()), Set.of(server.name().toString()))));
        }
      }
      if (mostly("queue of " + pool.name(), waiting > 0)) {
        signs.add(
            sign(
                scene,
                "queue of " + pool.name(),
                waiting + " requests wait for a server of " + pool.name() + ".",
                new Sign.Scope(Set.of(), Set.of(pool.name()), Set.of())));
      }
    }
    for (Moment.Front front : scene.moment().stats().get().fronts()) {
      boolean full =
          front.limit().isPresent()
              && front.limit().getAsInt() > 0
              && front.sessions() >= FULL * front.limit().getAsInt();
      if (mostly("frontend " + front.name(), full)) {
        signs.add(
            sign(
                scene,
                "frontend " + front.name(),
                front.sessions()
                    + " of "
                    + front.limit().orElse(0)
                    + " sessions are in use at "
                    + front.name()
                    + ".",
                Sign.Scope.ALL));
      }
    }
  }

  private static Sign sign(Scene scene, String subject, String text, Sign.Scope scope) {
    return new Sign(
        Detection.SATURATED,
        Level.TICKET,
        subject,
        text,
        Instant.ofEpochSecond(scene.second() - OF),
        scope);
  }

  /** A bit for each look; units of which nothing is known are not kept. */
  private boolean mostly(String key, boolean now) {
    int[] bits = histories.get(key);
    if (bits == null) {
      if (!now || histories.size() >= MOST) {
        return false;
      }
      bits = new int[1];
      histories.put(key, bits);
    }
    bits[0] = (bits[0] << 1 | (now ? 1 : 0)) & (1 << OF) - 1;
    if (bits[0] == 0) {
      histories.remove(key);
    }
    return Integer.bitCount(bits[0]) >= MOSTLY;
  }

  @Override
  public void forget(Scene.Unit unit) {}
}
