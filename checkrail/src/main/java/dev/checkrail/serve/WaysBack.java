package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Versions;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Stage;
import dev.checkrail.report.StageResult;
import dev.checkrail.report.Verdict;
import dev.checkrail.watch.diagnose.AutoRollback.WayBack;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether versions would work again if one went back to them now: HAProxy's own check, ours, and a
 * rehearsal on the real binary. Judged in the background, one at a time for all load balancers;
 * what was found holds for minutes and is looked at anew when something has changed. What is not
 * known is not green. Safe for many threads; asking never waits.
 */
final class WaysBack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaysBack.class);
  private static final Duration SETTLING = Duration.ofSeconds(2);
  private static final Duration EVERY = Duration.ofMinutes(3);
  private static final Duration HOLDS = Duration.ofMinutes(15);
  private static final int MOST = 256;

  /** What could not even be tried says nothing of the way. */
  private static final Duration TRIED_AGAIN = Duration.ofSeconds(10);

  private final Trial trial;
  private final LongSupplier nanos;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ways back").factory());

  // Guarded by this.
  private final Map<Way, Judged> judged = new LinkedHashMap<>();
  private final Set<Way> waiting = new HashSet<>();

  private record Way(String balancer, String digest) {}

  /** Tries a way back; takes seconds. */
  @FunctionalInterface
  interface Trial {
    Verdict of(String balancer, String digest) throws BalancerException, InterruptedException;
  }

  /**
   * What was found.
   *
   * @param tried whether it could be tried
   * @param basis what the world was like then
   * @param at elapsed time
   */
  private record Judged(boolean green, String why, boolean tried, String basis, long at) {}

  /**
   * For all load balancers.
   *
   * @param nanos elapsed time
   */
  WaysBack(Trial trial, LongSupplier nanos) {
    this.trial = trial;
    this.nanos = nanos;
  }

  /** The way back to a version, as far as it is known. */
  synchronized WayBack to(String balancer, String digest) {
    Judged known = judged.get(new Way(balancer, digest));
    if (known == null) {
      return new WayBack(digest, false, "it was not tried yet whether it would work now");
    }
    if (nanos.getAsLong() - known.at() > HOLDS.toNanos()) {
      return new WayBack(digest, false, "it was tried too long ago whether it would work now");
    }
    return new WayBack(digest, known.green(), known.why());
  }

  /**
   * Sees to it that ways back are known.
   *
   * @param basis what they may depend on: if it is another one than before, they are tried anew
   * @param sparing only those are tried of which nothing is known: it takes processors that others
   *     need now
   */
  synchronized void keep(String balancer, List<String> digests, String basis, boolean sparing) {
    long now = nanos.getAsLong();
    for (String digest : digests) {
      Way way = new Way(balancer, digest);
      Judged known = judged.get(way);
      boolean holds = known != null && now - known.at() < HOLDS.toNanos();
      boolean fresh =
          known != null
              && holds
              && (known.tried()
                  ? sparing || known.basis().equals(basis) && now - known.at() < EVERY.toNanos()
                  : now - known.at() < TRIED_AGAIN.toNanos());
      if (!fresh && waiting.add(way)) {
        try {
          var unused =
              thread.schedule(
                  () -> judge(way, basis), holds ? SETTLING.toMillis() : 0, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
          LOG.debug("no more ways back are looked for");
        }
      }
    }
  }

  private void judge(Way way, String basis) {
    Judged found;
    try {
      found = judged(trial.of(way.balancer(), way.digest()), basis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (BalancerException | RuntimeException e) {
      found =
          new Judged(
              false, "it could not be tried: " + e.getMessage(), false, basis, nanos.getAsLong());
    }
    if (!found.green()) {
      LOG.warn(
          "lb {}: the way back to {} is not green: {}",
          way.balancer(),
          Versions.brief(way.digest()),
          found.why());
    }
    synchronized (this) {
      waiting.remove(way);
      judged.put(way, found);
      while (judged.size() > MOST) {
        judged.remove(judged.keySet().iterator().next());
      }
    }
  }

  private Judged judged(Verdict verdict, String basis) {
    String why = why(verdict);
    return new Judged(why.isEmpty(), why, true, basis, nanos.getAsLong());
  }

  /** Why a version would not work again; empty if it would. */
  static String why(Verdict verdict) {
    boolean rehearsed =
        verdict.stages().stream()
            .anyMatch(
                one -> one.stage() == Stage.REHEARSE && one.status() == StageResult.Status.PASS);
    return switch (verdict.kind()) {
      case PASS -> "";
      // What could not be decided was so when it was approved; that it runs is what counts.
      case UNDECIDED -> rehearsed ? "" : "it could not be rehearsed";
      case BLOCKED, ERROR ->
          "it does not pass any more: "
              + String.join(
                  " ",
                  verdict.findings().stream()
                      .filter(Verdict.Measure.usual()::blocks)
                      .map((Finding one) -> one.rule().id())
                      .distinct()
                      .limit(10)
                      .toList());
    };
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("trying a way back does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
