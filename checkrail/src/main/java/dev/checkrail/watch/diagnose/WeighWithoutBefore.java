package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Weighs causes where nobody knows what is usual, because users were harmed from the first look on.
 * Nothing is said of what came first or what rose. What is wrong at any time is left: requests that
 * go where the approved rules cannot send them and fail there, while others don't, after somebody
 * else changed what moved them there; and a server that does not answer when it is asked directly.
 * All else is not observed.
 */
final class WeighWithoutBefore {
  private static final double SOME = 3;
  private static final double MANY = 10;
  private static final String NOT_JUDGED = "-";

  private final History history;
  private final Harm harm;
  private final Moved moved;
  private final Tick now;

  WeighWithoutBefore(History history, Harm harm, Moved moved) {
    this.history = history;
    this.harm = harm;
    this.moved = moved;
    this.now = history.ticks.getLast();
  }

  List<Hypothesis> all(List<Act> acts) {
    List<Hypothesis> all = new ArrayList<>();
    for (Act act : acts) {
      if (act.kind() == Act.Kind.BYPASS) {
        all.add(bypass(act));
      }
    }
    for (ServerName server : now.servers.keySet()) {
      if (harm.at(server) > 0) {
        silent(server).ifPresent(all::add);
      }
    }
    Set<Cause> others = EnumSet.complementOf(EnumSet.of(Cause.NONE, Cause.OBSERVER));
    all.forEach(one -> others.remove(one.cause));
    for (Cause cause : others) {
      Hypothesis one = new Hypothesis(cause, "", 0);
      unseen(
          one,
          "there is no before: users were harmed when it was looked at for the first time, %.0f s ago"
              .formatted(history.lookedFor(now)));
      all.add(one);
    }
    return all;
  }

  private static void unseen(Hypothesis one, String why) {
    one.observed = false;
    one.missing = why;
  }

  // --- what others changed

  private Hypothesis bypass(Act act) {
    Hypothesis one = new Hypothesis(Cause.LB_CHANGE, act.id(), -0.2);
    one.act = Optional.of(act);
    Optional<Scope> scope = moved.by(act);
    if (scope.isEmpty()) {
      unseen(one, "what it moved is not known");
      return one;
    }
    double astray = 0;
    double astrayFailed = 0;
    double rest = 0;
    double restFailed = 0;
    Set<String> to = new TreeSet<>();
    for (Map.Entry<Cell, Sums> entry : harm.since.entrySet()) {
      Sums sums = entry.getValue();
      if (entry.getKey().service().equals(NOT_JUDGED)) {
        continue; // before the approved rules were read; or no request
      }
      double wrong = brought(entry.getKey(), scope.get()) ? sums.wrongWay : 0;
      double part = sums.requests <= 0 ? 0 : wrong / sums.requests;
      astray += wrong;
      astrayFailed += part * sums.failures();
      rest += sums.requests - wrong;
      restFailed += (1 - part) * sums.failures();
      if (wrong > 0) {
        to.add(entry.getKey().pool());
      }
    }
    if (astrayFailed < SOME) {
      if (scope.get().whole()) {
        one.add(
            Reason.Kind.SCOPE,
            -3,
            "hardly a request fails that it sent where the approved rules cannot send it");
      } else {
        unseen(one, "not all of what it moved is known");
      }
      return one;
    }
    one.place = unit -> to.contains(unit.cell().pool()) && brought(unit.cell(), scope.get());
    one.explained = astrayFailed / (astrayFailed + restFailed);
    double in = Math.min(1, astrayFailed / astray);
    double out = rest <= 0 ? 0 : Math.min(1, restFailed / rest);
    boolean clearly = in > 3 * out && in > 0.1;
    one.add(
        Reason.Kind.MECHANISM,
        clearly ? 2.5 : 0.2,
        "%.0f requests went to %s, where the approved rules cannot send them; %.0f %% of them"
            + " failed, and nobody approved what sends them there",
        astray,
        String.join(", ", to),
        100 * in);
    if (rest >= MANY) {
      one.add(
          Reason.Kind.DIFFERENCE,
          Math.max(-2, Math.min(1.5, Math.log10((in + 0.01) / (out + 0.01)))),
          "of those that went where they should %.0f %% failed",
          100 * out);
    }
    return one;
  }

  /** Whether the change sends requests there. */
  private static boolean brought(Cell cell, Scope scope) {
    return scope.parts().stream()
        .anyMatch(part ->
            switch (part.touch()) {
              case ROUTE -> part.pool().equals(cell.pool());
              case SERVER_ADDED, ADDRESS -> cell.at(part.pool(), part.server());
              case ANSWER,
                  SERVER_REMOVED,
                  WEIGHT,
                  BALANCE,
                  TIMEOUT_SERVER,
                  TIMEOUT_QUEUE,
                  TIMEOUT_CONNECT,
                  TIMEOUT_OTHER,
                  LIMIT,
                  RETRY,
                  CHECK,
                  TLS,
                  RATE,
                  OTHER ->
                  false;
            });
  }

  // --- who does not answer

  /** Asked directly it fails, others of its pool don't, and the harm is there. */
  private Optional<Hypothesis> silent(ServerName server) {
    boolean bad = direct(server, false);
    boolean others =
        now.servers.keySet().stream()
            .filter(one -> one.pool().equals(server.pool()) && !one.equals(server))
            .anyMatch(one -> direct(one, true) && !direct(one, false));
    if (!bad || !others) {
      return Optional.empty();
    }
    Hypothesis one = new Hypothesis(Cause.BACKEND, server.toString(), -0.2);
    one.place = unit -> History.same(server, unit.cell());
    one.explained = harm.total <= 0 ? 0 : harm.at(server) / harm.total;
    one.add(
        Reason.Kind.PROBE,
        one.explained > 0.8 ? 2 : 0.3,
        "asked directly it does not answer as it should, others of its pool do; %.0f %% of the"
            + " harm is there",
        100 * one.explained);
    return Optional.of(one);
  }

  /** Whether a request to it was answered well, or badly, by somebody who listens there. */
  private boolean direct(ServerName server, boolean good) {
    return now.probes(ProbeTarget.Kind.SAFE).stream()
        .filter(one -> one.target().servers().contains(server))
        .anyMatch(one ->
            good
                ? one.good()
                : one.outcome() == Probed.Outcome.BAD_STATUS
                    || one.outcome() == Probed.Outcome.TIMEOUT
                    || one.outcome() == Probed.Outcome.BROKEN);
  }
}
