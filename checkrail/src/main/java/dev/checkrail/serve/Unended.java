package dev.checkrail.serve;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.watch.collect.Counter;
import dev.checkrail.watch.collect.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Requests that came to some servers since a step and should have ended by now, and did not: no log
 * ever tells of them, as HAProxy logs a request at its end. Found by what the socket counts (what
 * came, what is held) less what the log says has ended.
 *
 * <p>What is answered is never too much: what came lately is taken to be held still unless the log
 * has its end; so a line that is late or lost, a retry or a request that waited in a queue only
 * makes it less. It is also no more than came since the step and is not logged: what was held
 * before is not counted. Confined to one thread.
 */
final class Unended {
  private final Predicate<ServerName> about;
  private final Duration slowest;
  private final Instant since;
  private final Deque<Look> looks = new ArrayDeque<>();
  private final List<Ended> fresh = new ArrayList<>();
  private final TreeMap<Long, Long> endedBySecondOfBeginning = new TreeMap<>();
  private long cameBefore;
  private long endedOfOld;
  private Count last = Count.NONE;

  /**
   * What the socket said of these servers.
   *
   * @param worker who said it
   * @param came since it was started
   * @param held now
   */
  record Look(Instant at, long worker, long came, long held) {}

  private record Ended(long second, Instant at) {}

  /**
   * Of requests that came since the step and are older than the slowest failure takes.
   *
   * @param came how many there were
   * @param held how many of them, at least, have not ended
   */
  record Count(long came, long held) {
    static final Count NONE = new Count(0, 0);
  }

  /**
   * From now on.
   *
   * @param about which servers
   * @param since when the step was taken
   * @param slowest so long does a request take at most before it has failed
   */
  Unended(Predicate<ServerName> about, Instant since, Duration slowest) {
    this.about = about;
    this.since = since;
    this.slowest = slowest;
  }

  /** A request that has ended. */
  void add(LogRecord record) {
    if (record.server().map(it -> new ServerName(record.backend(), it)).filter(about).isPresent()) {
      fresh.add(
          new Ended(
              record.at().getEpochSecond(),
              record.at().plusMillis(Math.max(0, record.times().active()))));
    }
  }

  /** What is known after a look at the socket. */
  Count next(Snapshot snapshot) {
    if (!(snapshot instanceof Snapshot.Seen seen)) {
      return last;
    }
    long came = 0;
    long held = 0;
    for (Snapshot.Server server : seen.servers().toList()) {
      if (about.test(server.name())) {
        came += server.total().of(Counter.SESSIONS);
        held += server.sessions();
      }
    }
    return next(new Look(seen.at(), seen.current().pid(), came, held));
  }

  /** A look that was seen before adds nothing, nor one from before the step. */
  Count next(Look now) {
    Look before = looks.peekLast();
    if (now.at().isBefore(since) || (before != null && !now.at().isAfter(before.at()))) {
      return last;
    }
    if (before == null || before.worker() != now.worker() || now.came() < before.came()) {
      // It counts from 0 on again; what the worker before holds ends with it.
      looks.clear();
      endedBySecondOfBeginning.clear();
      endedOfOld = 0;
      cameBefore = now.came();
    }
    looks.add(now);
    sort(now.at());
    last = count(now);
    return last;
  }

  /** What ended after the look may have come after it, too. */
  private void sort(Instant until) {
    fresh.removeIf(one -> {
      if (one.at().isAfter(until)) {
        return false;
      }
      endedBySecondOfBeginning.merge(one.second(), 1L, Long::sum);
      return true;
    });
  }

  private Count count(Look now) {
    Instant old = now.at().minus(slowest);
    Look then = looks.removeFirst();
    while (!looks.isEmpty() && !looks.getFirst().at().isAfter(old)) {
      then = looks.removeFirst();
    }
    looks.addFirst(then);
    if (then.at().isAfter(old)) {
      return Count.NONE;
    }
    var beganBefore = endedBySecondOfBeginning.headMap(then.at().getEpochSecond(), true);
    endedOfOld += beganBefore.values().stream().mapToLong(it -> it).sum();
    beganBefore.clear();
    long endedOfYoung = endedBySecondOfBeginning.values().stream().mapToLong(it -> it).sum();
    long young = Math.max(0, now.came() - then.came() - endedOfYoung);
    long cameOld = then.came() - cameBefore;
    return new Count(cameOld, Math.max(0, Math.min(cameOld - endedOfOld, now.held() - young)));
  }
}
