package dev.checkrail.balancer;

import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Drift.Found;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one load balancer again and again, and writes into the journal what began to drift
 * ({@code drift.found}) and what ended ({@code drift.gone}), each once; likewise {@code
 * lb.unreachable} and {@code lb.reachable}. {@link DriftLedger} sees to it that this never floods.
 *
 * <p>Takes no lock and never makes an act wait. A look during which one of our own acts was under
 * way, by this process or another, counts for nothing: an act is known by a count that is odd while
 * it lasts, by its intent on the disk, and by the version that is meant to be live.
 *
 * <p>Cheap: files are read only when they look different ({@link Driver#sameOnDisk}), and now and
 * then all the same; what the approved version means is worked out once. Confined to one thread.
 */
public final class DriftWatch {
  /** A whole look, whatever the times of the files say. */
  private static final int READ_EVERY = 60;

  private static final int MOST = 1000;
  private static final Duration SOON = Duration.ofSeconds(1);

  /**
   * Looks that take long are not done more often than this times as long; a single one may have met
   * a busy machine, and says nothing of the next.
   */
  private static final int SHARE = 20;

  private static final String UNREACHABLE = "unreachable";
  private static final String REACHABLE = "lb.reachable";
  private static final String FILES = "files ";
  private static final String MEMORY = "memory ";

  private final String name;
  private final Driver driver;
  private final Versions versions;
  private final Journal journal;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final DriftLedger ledger;
  private @Nullable Approved approved;
  private @Nullable ConfigurationSet disk;
  private @Nullable Compared inFiles;
  private List<Found> inMemory = List.of();
  private int looks;
  private int unanswered;
  private Duration tookBefore = Duration.ZERO;

  /** What the version that is meant to be live gives. */
  private record Approved(String digest, ConfigurationSet set, RunningState expected) {}

  /** What of the files drifts from a version; what each file of it is now, by path. */
  private record Compared(Approved with, List<Found> found, Map<String, String> now) {
    Compared {
      found = List.copyOf(found);
      now = Collections.unmodifiableMap(new LinkedHashMap<>(now));
    }
  }

  /** What a look goes out from; if it is another one at the end the look counts for nothing. */
  private record Ground(
      long acts, boolean interrupted, Optional<String> live, Optional<Processes.Seen> seen) {}

  /**
   * How a look ended.
   *
   * @param again after how long the next one makes sense
   * @param interrupted whether an interrupted switch waits to be ended and nobody acts
   */
  public record Looked(Drifting drifting, Duration again, boolean interrupted) {}

  /** For one load balancer; the driver is its own. */
  public DriftWatch(
      String name,
      Driver driver,
      Versions versions,
      Journal journal,
      InstantSource clock,
      LongSupplier nanos) {
    this.name = name;
    this.driver = driver;
    this.versions = versions;
    this.journal = journal;
    this.clock = clock;
    this.nanos = nanos;
    this.ledger = DriftLedger.of(versions, nanos.getAsLong());
  }

  /**
   * Looks once.
   *
   * @param before how the last look ended
   * @param acts a count that is odd while one of our own acts is under way
   * @param every how long to wait usually
   * @throws BalancerException if what is kept here can't be read
   */
  public Looked look(Drifting before, LongSupplier acts, Duration every) throws BalancerException {
    long start = nanos.getAsLong();
    Ground ground = ground(acts);
    if ((ground.acts() & 1) == 1) {
      return new Looked(before.paused("an act of ours is under way"), SOON, false);
    }
    if (ground.interrupted()) {
      return new Looked(before.paused("an interrupted switch waits to be ended"), SOON, true);
    }
    if (ground.live().isEmpty()) {
      return new Looked(before, every, false);
    }
    List<String> notCompared = new ArrayList<>();
    Approved should = approved(ground.live().get());
    boolean files = lookAtFiles(should, notCompared);
    Optional<BalancerException> silent = lookAtProcesses(should, notCompared);
    silent.ifPresent(why -> notCompared.add("what runs: " + why.getMessage()));
    if (!ground.equals(ground(acts))) {
      return new Looked(before.paused("an act of ours was under way"), SOON, false);
    }
    unanswered = silent.filter(DriftWatch::noAnswer).isPresent() ? unanswered + 1 : 0;
    Instant at = clock.instant();
    Compared compared = inFiles;
    List<Found> found = new ArrayList<>(compared == null ? List.of() : compared.found());
    found.addAll(inMemory);
    List<Found> some = found.subList(0, Math.min(MOST, found.size()));
    Optional<String> unreachable =
        unanswered > 0 ? silent.map(BalancerException::getMessage) : Optional.empty();
    settle(some, files, silent.isEmpty(), unreachable, at);
    Duration took = Duration.ofNanos(nanos.getAsLong() - start);
    Duration usual = took.compareTo(tookBefore) < 0 ? took : tookBefore;
    tookBefore = took;
    // Who waits for an answer that does not come is no load on anybody.
    Duration rest = silent.isPresent() ? every : usual.multipliedBy(SHARE);
    return new Looked(
        new Drifting(
            Optional.of(at),
            some.stream().map(one -> new Drifting.Since(one, ledger.since(key(one), at))).toList(),
            found.size() - some.size(),
            notCompared,
            unreachable,
            Optional.empty()),
        unanswered == 1 ? SOON : rest.compareTo(every) > 0 ? rest : every,
        false);
  }

  private Ground ground(LongSupplier acts) throws BalancerException {
    long count = acts.getAsLong();
    return new Ground(count, Intent.read(versions).isPresent(), versions.live(), versions.seen());
  }

  private Approved approved(String live) throws BalancerException {
    Approved known = approved;
    if (known != null && known.digest().equals(live)) {
      return known;
    }
    ConfigurationSet set =
        versions
            .load(live)
            .orElseThrow(() ->
                new BalancerException(
                    Kind.DAMAGED,
                    "the live version " + Versions.brief(live) + " is not kept here"));
    Approved fresh = new Approved(live, set, driver.expected(set));
    approved = fresh;
    return fresh;
  }

  /** Whether all files could be compared; else what was found before stands. */
  private boolean lookAtFiles(Approved should, List<String> notCompared) {
    ConfigurationSet known = disk;
    Compared compared = inFiles;
    try {
      if (known == null || looks++ % READ_EVERY == 0 || !driver.sameOnDisk()) {
        disk = null; // it may fail half-way
        known = driver.onDisk();
        disk = known;
        compared = null;
      }
      if (compared == null || compared.with() != should) {
        List<Found> found = Drift.inFiles(should.set(), known);
        Map<String, String> now = new HashMap<>();
        for (Found one : found) {
          known
              .item(one.subject())
              .flatMap(ConfigurationSet.Item::sha256)
              .ifPresent(digest -> now.put(one.subject(), digest));
        }
        inFiles = new Compared(should, found, now);
      }
      driver.unseen().forEach(path -> notCompared.add(path + " can't be read by this user"));
      return true;
    } catch (BalancerException e) {
      notCompared.add("files: " + e.getMessage());
      return false;
    }
  }

  /** Why nobody could be asked; then what was found before stands. */
  private Optional<BalancerException> lookAtProcesses(Approved should, List<String> notCompared) {
    try {
      Processes processes = driver.processes();
      List<Found> found = new ArrayList<>(Drift.byReload(driver, versions, processes));
      if (Drift.startedElsewhere(driver, versions, processes).isPresent()) {
        notCompared.add(Drift.ELSEWHERE);
        inMemory = found;
        return Optional.empty();
      }
      Compared files = inFiles;
      boolean otherFiles = !found.isEmpty() && (files == null || !files.found().isEmpty());
      RunningState fresh = Raised.in(versions).over(should.expected());
      Drift.Memory memory = Drift.inMemory(fresh, driver.running(), otherFiles);
      found.addAll(memory.found());
      notCompared.addAll(memory.notCompared());
      inMemory = found;
      return Optional.empty();
    } catch (BalancerException e) {
      return Optional.of(e);
    }
  }

  private static boolean noAnswer(BalancerException e) {
    return switch (e.kind()) {
      case GONE, TIMEOUT, NO_RIGHTS -> true;
      case LEVEL, REFUSED, UNINTELLIGIBLE, UNSUPPORTED, FILES, DAMAGED, BUSY -> false;
    };
  }

  // --- the journal

  private void settle(
      List<Found> found, boolean files, boolean memory, Optional<String> unreachable, Instant at) {
    List<DriftLedger.Thing> things = new ArrayList<>();
    for (Found one : found) {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("part", one.part().word());
      details.put("subject", one.subject());
      details.put("text", one.brief());
      things.add(
          new DriftLedger.Thing(key(one), "drift.found", "drift.gone", details, identity(one)));
    }
    // A single failed look may have met a reload; the second one, a second later, is believed.
    if (unanswered > 1) {
      things.add(
          new DriftLedger.Thing(
              UNREACHABLE,
              "lb.unreachable",
              REACHABLE,
              Map.of("why", unreachable.orElse("it does not answer")),
              UNREACHABLE));
    }
    Predicate<String> covered =
        key -> key.equals(UNREACHABLE) ? unanswered != 1 : key.startsWith(FILES) ? files : memory;
    try {
      ledger.settle(things, covered, at, nanos.getAsLong(), said -> write(said, at));
    } catch (Journal.JournalUnavailable e) {
      // Tried again at the next look.
    }
  }

  private static String key(Found one) {
    return switch (one.part()) {
      case MAIN_FILES, REFERENCED_FILES -> FILES + one.key();
      case RUNTIME_SERVERS, RUNTIME_TABLES, RELOAD -> MEMORY + one.key();
    };
  }

  /** A file that was changed once more drifts anew, though the same is said of it. */
  private String identity(Found one) {
    Compared compared = inFiles;
    return switch (one.part()) {
      case MAIN_FILES, REFERENCED_FILES ->
          one.text()
              + (compared == null ? "" : compared.now().getOrDefault(one.subject(), " absent"));
      case RUNTIME_SERVERS, RUNTIME_TABLES, RELOAD -> one.text();
    };
  }

  private void write(DriftLedger.Said said, Instant at) {
    Map<String, String> details = new LinkedHashMap<>(said.details());
    if (said.kind().equals(REACHABLE)) {
      details.remove("why"); // why it was not: the entry of then has that
    }
    journal.append(new JournalEntry(at, "checkrail", said.kind(), "lb " + name, details));
  }
}
