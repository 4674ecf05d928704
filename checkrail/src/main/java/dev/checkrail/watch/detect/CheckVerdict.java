package dev.checkrail.watch.detect;

import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The check of a server says one thing, live requests or our own safe ones say another.
 *
 * <p><b>Unit:</b> a server. <i>It is up and nearly all fails:</i> {@link ShareTest} of its failing
 * share against 30 %, as long as its check passes; about 25 failures. <i>It is down and our safe
 * request is answered:</i> for {@value #PATIENCE} s. <b>False alarms:</b> the first: for the fleet
 * at most one in five years ({@link FalseAlarms}); the second: none by chance. <b>Page:</b> the
 * first; the second is a ticket.
 */
final class CheckVerdict implements Detector {
  private static final double TOLERATED = 0.3;
  private static final int PATIENCE = 60;

  private final Map<Scene.Unit, State> states = new IdentityHashMap<>();

  private static final class State {
    final ShareTest failing = new ShareTest(TOLERATED);
    final Latch latch = new Latch();
    final Faded recent = new Faded(10);
    long downSince = Long.MIN_VALUE;
  }

  @Override
  public void look(Scene scene, List<Sign> signs) {
    Map<String, Probed> safe = new HashMap<>();
    for (Probed probed : scene.moment().probes()) {
      if (probed.target().kind() == ProbeTarget.Kind.SAFE) {
        probed.target().servers().forEach(server -> safe.put(server.toString(), probed));
      }
    }
    for (Scene.ServerUnit server : scene.servers()) {
      Moment.Server told = server.told;
      if (told == null) {
        continue;
      }
      State state = states.computeIfAbsent(server, it -> new State());
      up(scene, server, told, state, signs);
      down(scene, server, told, state, safe, signs);
    }
  }

  private static void up(
      Scene scene, Scene.ServerUnit server, Moment.Server told, State state, List<Sign> signs) {
    boolean passes = told.check().isPresent() && told.state() == Snapshot.State.UP;
    long requests = passes ? server.requests : 0;
    if (requests > 0) {
      state.failing.add(scene.second(), requests, server.failures);
      state.recent.add(server.failures, requests);
    } else if (!passes) {
      state.failing.evidence().clear();
    }
    long bad = passes ? server.failures : 0;
    if (state.latch.update(scene.second(), state.failing.evidence(), requests, bad) && passes) {
      signs.add(
          new Sign(
              Detection.CHECK_DISAGREES,
              state.latch.page() ? Level.PAGE : Level.TICKET,
              server.subject,
              "The check of "
                  + server.subject
                  + " passes ("
                  + told.check().map(Snapshot.Check::result).orElse("")
                  + "), and "
                  + Say.percent(state.recent.share(0))
                  + " of its requests fail.",
              Instant.ofEpochSecond(state.latch.since()),
              server.scope()));
    }
  }

  private static void down(
      Scene scene,
      Scene.ServerUnit server,
      Moment.Server told,
      State state,
      Map<String, Probed> safe,
      List<Sign> signs) {
    Probed probed = safe.get(server.subject);
    boolean disagrees = told.state() == Snapshot.State.DOWN && probed != null && probed.good();
    if (!disagrees) {
      state.downSince = Long.MIN_VALUE;
      return;
    }
    if (state.downSince == Long.MIN_VALUE) {
      state.downSince = scene.second();
    }
    if (scene.second() - state.downSince >= PATIENCE) {
      signs.add(
          new Sign(
              Detection.CHECK_DISAGREES,
              Level.TICKET,
              server.subject,
              "The check of "
                  + server.subject
                  + " fails ("
                  + told.check().map(Snapshot.Check::result).orElse("")
                  + "), and it answers our safe request: "
                  + (probed == null ? "" : probed.why())
                  + ".",
              Instant.ofEpochSecond(state.downSince),
              server.scope()));
    }
  }

  @Override
  public void forget(Scene.Unit unit) {
    states.remove(unit);
  }
}
