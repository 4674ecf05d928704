package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.IncidentTable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what is old, once an hour and a bounded number at a time: incidents that ended, evidence
 * of changes that ended, versions of configurations. What it forgets is in the journal, which
 * itself is never cut. It keeps, whatever its age, what is open or owed: an open incident, a change
 * that is on its way or owes a review, the live version, the way back, and what either of those
 * needs. While a load balancer has an open incident nothing of it is forgotten.
 */
final class Retention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration FIRST = Duration.ofMinutes(5);
  private static final Duration EACH = Duration.ofHours(1);
  private static final int INCIDENTS = 500;
  private static final int EVIDENCE = 200;
  private static final int CHANGES = 100_000;
  private static final int NAMED = 20;

  private final Limits limits;
  private final Around around;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("retention").factory());

  /**
   * How long what is kept.
   *
   * @param series minutes of what was measured
   * @param incidents that ended, from their beginning
   * @param evidence of changes that ended, from the last that the journal says of them
   * @param candidates versions that were never approved, since they were wanted last
   * @param versions how many that lived, of each load balancer
   */
  record Limits(
      Duration series, Duration incidents, Duration evidence, Duration candidates, int versions) {
    /** Ten days, 400 days (a year and its audit) twice, 30 days, 50 versions. */
    static final Limits USUAL =
        new Limits(
            Duration.ofDays(10),
            Duration.ofDays(400),
            Duration.ofDays(400),
            Duration.ofDays(30),
            50);

    private static final int MOST_DAYS = 3660;
    private static final int MOST_VERSIONS = 10_000;

    /**
     * The usual ones but for what is said otherwise.
     *
     * @param said words such as {@code incidents=90}: days, and for versions a number
     * @throws IllegalArgumentException with a sentence for people
     */
    static Limits of(Map<String, String> said) {
      Limits usual = USUAL;
      Map<String, String> left = new LinkedHashMap<>(said);
      Limits limits =
          new Limits(
              days(left, "series", usual.series()),
              days(left, "incidents", usual.incidents()),
              days(left, "evidence", usual.evidence()),
              days(left, "candidates", usual.candidates()),
              number(left, "versions", usual.versions(), 2, MOST_VERSIONS));
      if (!left.isEmpty()) {
        throw new IllegalArgumentException(
            "--keep knows series, incidents, evidence, candidates (days) and versions, not "
                + left.keySet().iterator().next());
      }
      return limits;
    }

    private static Duration days(Map<String, String> said, String what, Duration usual) {
      return Duration.ofDays(number(said, what, (int) usual.toDays(), 1, MOST_DAYS));
    }

    private static int number(
        Map<String, String> said, String what, int usual, int least, int most) {
      String text = said.remove(what);
      if (text == null) {
        return usual;
      }
      if (!text.matches("[0-9]{1,5}")
          || Integer.parseInt(text) < least
          || Integer.parseInt(text) > most) {
        throw new IllegalArgumentException(
            "--keep %s=%s: it takes a whole number from %d to %d"
                .formatted(what, text, least, most));
      }
      return Integer.parseInt(text);
    }
  }

  /**
   * What it has to do with.
   *
   * @param housekeeping held while something is forgotten: no backup is made meanwhile
   */
  record Around(
      Registry registry,
      Balancers balancers,
      IncidentTable incidents,
      IncidentBook book,
      ChangeTable changes,
      Journal journal,
      Semaphore housekeeping) {}

  Retention(Limits limits, Around around, InstantSource clock) {
    this.limits = limits;
    this.around = around;
    this.clock = clock;
  }

  /** From now on it is done by itself. */
  void begin() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::round, FIRST.toSeconds(), EACH.toSeconds(), TimeUnit.SECONDS);
  }

  /** Forgets what is old now, if nobody makes a backup. */
  void round() {
    if (!around.housekeeping().tryAcquire()) {
      return; // in an hour
    }
    try {
      Map<String, String> gone = new LinkedHashMap<>();
      Instant now = clock.instant();
      List<String> incidents = around.incidents().forget(now.minus(limits.incidents()), INCIDENTS);
      note(gone, "incidents", incidents);
      note(gone, "evidence", evidence(now));
      note(gone, "versions", versions(now));
      if (!gone.isEmpty()) {
        var unused =
            around
                .journal()
                .append(
                    new JournalEntry(now, "checkrail", "retention.forgot", "control plane", gone));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | BalancerException | RuntimeException e) {
      LOG.warn("what is old is forgotten later: {}", e.getMessage());
    } finally {
      around.housekeeping().release();
    }
  }

  private static void note(Map<String, String> gone, String what, List<String> which) {
    if (!which.isEmpty()) {
      String some = String.join(" ", which.subList(0, Math.min(NAMED, which.size())));
      gone.put(what, which.size() <= NAMED ? some : which.size() + ": " + some + " …");
    }
  }

  private List<String> evidence(Instant now) throws IOException, BalancerException {
    Set<String> serving = new HashSet<>();
    for (String name : around.registry().names()) {
      Versions versions = around.registry().versions(name);
      versions.live().ifPresent(serving::add);
      versions.previous().ifPresent(serving::add);
    }
    List<String> gone = new ArrayList<>();
    for (Change change : around.changes().quietSince(now.minus(limits.evidence()), EVIDENCE)) {
      if (!serving.contains(change.matter().candidate())) {
        around.changes().forgetEvidence(change.number());
        gone.add("change " + change.number());
      }
    }
    return gone;
  }

  private List<String> versions(Instant now)
      throws IOException, BalancerException, InterruptedException {
    List<String> gone = new ArrayList<>();
    for (String name : around.registry().names()) {
      if (around.book().open(name).isPresent()) {
        continue;
      }
      Versions.Keeping keeping =
          new Versions.Keeping(limits.versions(), needed(name), now.minus(limits.candidates()));
      try {
        int some = around.balancers().alone(name, held -> held.versions().prune(keeping));
        if (some > 0) {
          gone.add(name + ": " + some);
        }
      } catch (BalancerException | Problem e) {
        LOG.debug("versions of {} are forgotten later: {}", name, e.getMessage());
      }
    }
    return gone;
  }

  /** What changes need that are open or owed, and what the live ones would go back to. */
  private Set<String> needed(String balancer) {
    Optional<String> of = Optional.of(balancer);
    Stream<ChangeTable.Row> open =
        around.changes().open().stream()
            .filter(row -> row.change().matter().balancer().equals(balancer));
    Stream<ChangeTable.Row> owed =
        around.changes().latest(of, Optional.empty(), true, CHANGES).stream();
    Stream<ChangeTable.Row> live =
        around
            .changes()
            .latest(of, Optional.of(ChangeState.LIVE), false, limits.versions())
            .stream();
    Set<String> needed = new HashSet<>();
    Stream.concat(open, Stream.concat(owed, live))
        .map(ChangeTable.Row::change)
        .forEach(change -> {
          needed.add(change.matter().base());
          needed.add(change.matter().candidate());
          needed.addAll(change.matter().steps());
          change.rollout().ifPresent(it -> needed.add(it.from()));
        });
    return needed;
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdownNow();
    if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
      LOG.warn("forgetting what is old does not end");
    }
  }
}
