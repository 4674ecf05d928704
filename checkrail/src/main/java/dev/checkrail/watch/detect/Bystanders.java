package dev.checkrail.watch.detect;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Detection.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What others find out and is only passed on: drift, old workers, probes from outside.
 *
 * <p><b>Drift:</b> each part that drifts and is not explained by an act of ours within 10 s, at
 * once; a ticket. What a server was told by us is no drift as long as it is what it was told last.
 * <b>Old workers:</b> a worker that was replaced more than {@value #OLD} s ago and still holds
 * client connections; a ticket. <b>Probes from outside:</b> {@value #FAILED} answers in a row of
 * one target through the load balancer that are not good, each a new one; a page. If none of its
 * servers answers when asked directly it is not the way to them: {@value #PATIENT}, so that what is
 * said of the servers comes first and explains it. <b>Unit:</b> the load balancer, a worker, a
 * target. <b>False alarms:</b> none by chance; of probes, if each fails by chance once in 1000, at
 * most one in 30 years for a target that is asked each second.
 */
final class Bystanders implements Detector {
  private static final int OLD = 60;
  private static final int FAILED = 3;
  private static final int PATIENT = 8;

  /** A look for drift that began before a server was told something ends after it. */
  private static final long LATE = 30;

  private static final int MOST_TOLD = 1_000;

  private record Failing(Instant last, Instant since, int times) {}

  /** What a server was told last by us, and when. */
  private record Told(String running, long second) {}

  private final Map<String, Told> told = new LinkedHashMap<>();
  private final Map<String, Failing> probes = new HashMap<>();
  private final Map<Long, Long> oldSince = new HashMap<>();

  @Override
  public void look(Scene scene, List<Sign> signs) {
    scene
        .moment()
        .events()
        .forEach(event -> event.told().ifPresent(it -> told(it, scene.second())));
    drift(scene, signs);
    workers(scene, signs);
    outside(scene, signs);
  }

  private void told(Moment.Event.Told what, long second) {
    what.state().ifPresent(it -> told.put("state " + what.server(), new Told(it, second)));
    what.weight()
        .ifPresent(it -> told.put("weight " + what.server(), new Told("weight " + it, second)));
    while (told.size() > MOST_TOLD) {
      told.remove(told.keySet().iterator().next());
    }
  }

  private boolean wasTold(Drift.Found found, long second) {
    Told last = told.get(found.key());
    return last != null
        && (second - last.second() <= LATE
            || found.text().endsWith("in memory it is " + last.running()));
  }

  private void drift(Scene scene, List<Sign> signs) {
    if (scene.settling()) {
      return;
    }
    Map<Drift.Part, List<Drifting.Since>> parts = new EnumMap<>(Drift.Part.class);
    for (Drifting.Since one : scene.moment().drift().found()) {
      if (!wasTold(one.found(), scene.second())) {
        parts.computeIfAbsent(one.found().part(), it -> new ArrayList<>()).add(one);
      }
    }
    parts.forEach((part, found) ->
        signs.add(
            new Sign(
                Detection.DRIFT,
                Level.TICKET,
                part.word(),
                found.getFirst().found().brief()
                    + (found.size() > 1 ? " (and " + (found.size() - 1) + " more)" : ""),
                found.stream().map(Drifting.Since::since).min(Instant::compareTo).orElseThrow(),
                Sign.Scope.ALL)));
  }

  private void workers(Scene scene, List<Sign> signs) {
    if (scene.moment().stats().isEmpty()) {
      return;
    }
    List<Snapshot.Worker> workers = scene.moment().stats().get().workers();
    oldSince
        .keySet()
        .removeIf(pid -> workers.stream().noneMatch(worker -> worker.old() && worker.pid() == pid));
    for (Snapshot.Worker worker : workers) {
      if (!worker.old()) {
        continue;
      }
      long since = oldSince.computeIfAbsent(worker.pid(), it -> scene.second());
      int holds = worker.connections().orElse(0);
      if (scene.second() - since > OLD && holds > 0) {
        signs.add(
            new Sign(
                Detection.OLD_WORKERS,
                Level.TICKET,
                "worker " + worker.pid(),
                "Worker "
                    + worker.pid()
                    + " was replaced "
                    + Duration.ofSeconds(scene.second() - since).toMinutes()
                    + " minutes ago and still serves "
                    + holds
                    + " connections by its own rules"
                    + (scene.moment().approved().isPresent()
                            && worker.marker().isPresent()
                            && !worker.marker().equals(scene.moment().approved())
                        ? ", which are not the approved ones"
                        : "")
                    + ".",
                Instant.ofEpochSecond(since),
                Sign.Scope.ALL));
      }
    }
  }

  private void outside(Scene scene, List<Sign> signs) {
    Map<String, Failing> now = new HashMap<>();
    for (Probed probed : scene.moment().probes()) {
      if (probed.target().kind() != ProbeTarget.Kind.OUTSIDE || probed.good()) {
        continue;
      }
      String subject = probed.target().subject();
      Failing before = probes.get(subject);
      Failing next =
          before == null
              ? new Failing(probed.at(), probed.at(), 1)
              : before.last().equals(probed.at())
                  ? before
                  : new Failing(probed.at(), before.since(), before.times() + 1);
      now.put(subject, next);
      if (next.times() >= (serversFail(scene, probed) ? PATIENT : FAILED)) {
        signs.add(
            new Sign(
                Detection.OUTSIDE_PROBE,
                Level.PAGE,
                subject,
                "A safe request of " + subject + " fails: " + probed.why() + ".",
                next.since(),
                scope(scene, probed)));
      }
    }
    probes.clear();
    probes.putAll(now);
  }

  /** Whether its servers were asked directly, and none answers. */
  private static boolean serversFail(Scene scene, Probed outside) {
    List<Probed> direct =
        scene.moment().probes().stream()
            .filter(one -> one.target().kind() == ProbeTarget.Kind.SAFE)
            .filter(
                one -> !Collections.disjoint(one.target().services(), outside.target().services()))
            .toList();
    return !direct.isEmpty() && direct.stream().noneMatch(Probed::good);
  }

  /** Where requests of its services went lately. */
  private static Sign.Scope scope(Scene scene, Probed probed) {
    Set<String> services = Set.copyOf(probed.target().services());
    Set<String> routes = new TreeSet<>(services);
    Set<String> pools = new TreeSet<>();
    Set<String> servers = new TreeSet<>();
    for (Scene.RouteUnit route : scene.routes()) {
      if (Arrays.stream(route.service.split("[+?]+", -1)).anyMatch(services::contains)) {
        Sign.Scope own = route.scope();
        routes.addAll(own.routes());
        pools.addAll(own.pools());
        servers.addAll(own.servers());
      }
    }
    return new Sign.Scope(routes, pools, servers);
  }

  @Override
  public void forget(Scene.Unit unit) {}
}
