package dev.checkrail.balancer;

import dev.checkrail.balancer.Applied.Outcome;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Intent.Phase;
import dev.checkrail.balancer.Preflight.Choice;
import dev.checkrail.balancer.Progress.Step;
import dev.checkrail.balancer.Switching.Ended;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Puts an approved version in place and says what really serves afterwards; ends what a crash
 * interrupted. One object per load balancer and act; confined to one thread.
 */
public final class Apply {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final String name;
  private final Driver driver;
  private final Versions versions;
  private final Journal journal;
  private final InstantSource clock;

  /**
   * For one load balancer.
   *
   * @param name as people call it; subject of the journal's entries
   */
  public Apply(
      String name, Driver driver, Versions versions, Journal journal, InstantSource clock) {
    this.name = name;
    this.driver = driver;
    this.versions = versions;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * What is to be done.
   *
   * @param digest a kept and approved version
   * @param actor who ordered it
   * @param choices what becomes of state in memory, by {@link Deviation#key}
   * @param overDrift whether files and reloads that nobody approved may be gone over; they are kept
   *     as a version first
   * @param step whether it is a step of a rollout, on the way to another version
   */
  public record Order(
      String digest, String actor, Map<String, Choice> choices, boolean overDrift, boolean step) {
    public Order {
      choices = Collections.unmodifiableMap(new LinkedHashMap<>(choices));
    }

    /** One that is to stay. */
    public Order(String digest, String actor, Map<String, Choice> choices, boolean overDrift) {
      this(digest, actor, choices, overDrift, false);
    }

    /** Without choices. */
    public static Order of(String digest, String actor) {
      return new Order(digest, actor, Map.of(), false);
    }
  }

  /**
   * Takes a running load balancer over: what is on its disk becomes the first version, approved by
   * who adds it. That it also runs is only known after the next reload: a worker does not say what
   * it was started with until its marker does.
   */
  public String adopt(String actor, String why) throws BalancerException {
    try (Versions.Lock _ = versions.lock()) {
      ConfigurationSet set = driver.onDisk();
      String digest = versions.keep(set);
      versions.approve(digest, clock.instant(), actor, why);
      Switching.mark(driver, digest);
      versions.lived(digest, clock.instant(), false);
      versions.seen(driver.processes().seen());
      write("lb.added", actor, digest, Map.of("files", String.valueOf(set.items().size())));
      return digest;
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Puts a version in place: native check on a copy, files switched, native check in place, reload,
   * truth. Returns as soon as the new worker serves ({@link #follow} waits for the old ones), or as
   * soon as it is clear that it won't; then the files of before are back.
   */
  public Applied apply(Order order, Progress progress)
      throws BalancerException, InterruptedException {
    try (Versions.Lock _ = versions.lock()) {
      if (Intent.read(versions).isPresent()) {
        throw new BalancerException(
            Kind.BUSY, "an interrupted switch has to be ended first: recover()");
      }
      try {
        return locked(order, progress);
      } catch (BalancerException e) {
        unended(order, e);
        throw e;
      }
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, String.valueOf(e.getMessage()), e);
    }
  }

  private Applied locked(Order order, Progress progress)
      throws BalancerException, InterruptedException {
    String digest = order.digest();
    Optional<ConfigurationSet> target = versions.load(digest);
    if (target.isEmpty() || versions.approval(digest).isEmpty()) {
      return stopped(
          Outcome.NOT_APPROVED,
          order,
          target.isEmpty() ? "no such version is kept here" : "nobody approved this version");
    }
    ConfigurationSet to = target.get();
    ConfigurationSet from = driver.onDisk();
    Processes processes = driver.processes();
    if (processes.master().isEmpty()) {
      throw new BalancerException(
          Kind.UNSUPPORTED,
          "this HAProxy has no master socket, so nobody can tell whether a reload succeeded:"
              + " start it with -W -S (see 'lb doctor')");
    }
    List<String> drift = Drift.files(versions, from);
    drift.addAll(Drift.reloads(driver, versions, processes));
    if (!drift.isEmpty() && !order.overDrift()) {
      return stopped(Outcome.DRIFTED, order, String.join("; ", drift));
    }
    versions.keep(from);
    progress.reached(Step.KEPT, Versions.brief(from.digest()));
    Raised raised = Raised.in(versions);
    Preflight preflight =
        Preflight.of(driver, Drift.loaded(driver, versions, processes).orElse(from), to, raised);
    List<Deviation> open = preflight.open(order.choices());
    if (!open.isEmpty()) {
      Applied stopped =
          stopped(
              Outcome.LOSES_STATE,
              order,
              String.join("; ", open.stream().map(Deviation::text).toList()));
      return new Applied(
          stopped.outcome(),
          digest,
          Optional.empty(),
          stopped.why(),
          Optional.of(preflight),
          List.of());
    }
    NativeAnswer check = checkOnCopy(to);
    if (!check.accepted()) {
      return stopped(Outcome.REFUSED_BY_CHECK, order, check.text());
    }
    new Ordered("apply", order.actor(), digest, versions.live().orElse("")).write(versions);
    try {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("from", from.digest());
      versions.approval(digest).ifPresent(it -> details.put("approved", it.why()));
      write("apply.began", order.actor(), digest, details);
    } catch (Journal.JournalUnavailable e) {
      Ordered.clear(versions);
      throw e;
    }
    Intent intent =
        Intent.of(
            order.step() ? "step" : "apply",
            order.actor(),
            from.digest(),
            digest,
            processes.seen());
    Ended ended =
        new Switching(driver, versions, progress)
            .run(intent, from, to, memory(preflight, order.choices(), raised), clock.instant());
    List<String> notes = new ArrayList<>(drift);
    notes.addAll(ended.notes());
    Applied applied =
        new Applied(
            ended.outcome(), digest, ended.truth(), ended.why(), Optional.of(preflight), notes);
    progress.reached(Step.DONE, ended.why());
    Applied recorded = recorded("apply", order.actor(), applied);
    Ordered.clear(versions);
    return recorded;
  }

  /** What could not be done, or not be ended, is in the journal before anybody is told. */
  private void unended(Order order, BalancerException e) throws BalancerException {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("outcome", e.kind().name().toLowerCase(java.util.Locale.ROOT));
    details.put("why", String.valueOf(e.getMessage()));
    boolean switching = Intent.isThere(versions);
    if (switching) {
      details.put("then", "the switch is ended by itself: an entry of the kind recover.* says how");
    }
    try {
      write("apply.stopped", order.actor(), order.digest(), details);
    } catch (Journal.JournalUnavailable unavailable) {
      e.addSuppressed(unavailable);
    }
    if (!switching) {
      Ordered.clear(versions);
    }
  }

  private static Switching.Memory memory(
      Preflight preflight, Map<String, Choice> choices, Raised raised) {
    List<Deviation> kept = preflight.kept(choices);
    Set<ServerName> fresh = new HashSet<>(raised.servers());
    preflight.lost().stream()
        .filter(one -> choices.get(one.key()) == Choice.DROP)
        .forEach(one -> one.about().ifPresent(fresh::add));
    kept.forEach(one -> one.about().ifPresent(fresh::remove));
    return new Switching.Memory(kept, fresh);
  }

  private NativeAnswer checkOnCopy(ConfigurationSet to)
      throws BalancerException, InterruptedException {
    Path scratch = scratch();
    clear(scratch);
    Disk.folder(scratch);
    try {
      return driver.check(to, scratch);
    } finally {
      clear(scratch);
    }
  }

  private Path scratch() {
    return versions.folder().resolve("scratch").toAbsolutePath();
  }

  private static void clear(Path folder) throws BalancerException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, "can't clear " + folder, e);
    }
  }

  /**
   * Watches old workers go: tells each new truth, ends when only the new one is there, when another
   * version serves, or when the time is over.
   *
   * @param most how long; {@code hard-stop-after} and a little more is enough
   */
  public Truth follow(Applied applied, Duration most, Consumer<Truth> told)
      throws BalancerException, InterruptedException {
    Truth last = applied.truth().orElseThrow(() -> new IllegalStateException("no reload"));
    told.accept(last);
    long end = System.nanoTime() + most.toNanos();
    while (last.stage() != Truth.Stage.ONLY_NEW
        && last.stage() != Truth.Stage.OTHER
        && System.nanoTime() < end) {
      Thread.sleep(BETWEEN_LOOKS);
      Truth now = truth(last);
      if (now.stage() != last.stage() || now.held() != last.held()) {
        told.accept(now);
      }
      last = now;
    }
    if (last.stage() == Truth.Stage.ONLY_NEW) {
      write("apply.live", "checkrail", last.digest(), Map.of("truth", last.text()));
    }
    return last;
  }

  private Truth truth(Truth last) throws BalancerException {
    Processes now = driver.processes();
    boolean same =
        now.current()
            .map(worker -> worker.pid() == last.serving().map(Processes.Worker::pid).orElse(0L))
            .orElse(false);
    Processes.Seen before = new Processes.Seen(0, 0, 0);
    Truth truth = Truth.of(before, now, last.digest(), driver.marker().isPresent());
    return same
        ? truth
        : new Truth(Truth.Stage.OTHER, last.digest(), truth.marked(), truth.serving(), truth.old());
  }

  /**
   * Ends what a crash interrupted: finished if the new worker serves or can be made to, else rolled
   * back. To be called when the process starts, before anything else.
   */
  public Applied recover(Progress progress) throws BalancerException, InterruptedException {
    try (Versions.Lock _ = versions.lock()) {
      clear(scratch()); // copies of keys may lie there
      Optional<Intent> found = Intent.read(versions);
      if (found.isEmpty()) {
        owed();
        return new Applied(
            Outcome.NOTHING, "", Optional.empty(), "nothing to do", Optional.empty(), List.of());
      }
      Applied applied = recover(found.get(), progress);
      if (applied.serves()) {
        TakenOut.forget(versions);
      } else {
        var unused = released();
      }
      progress.reached(Step.DONE, applied.why());
      Applied recorded = recorded("recover", "checkrail", applied);
      Ordered.clear(versions);
      return recorded;
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, String.valueOf(e.getMessage()), e);
    }
  }

  /** The outcome of an act that ended with its process before a switch began, or after it. */
  private void owed() throws BalancerException {
    Optional<Ordered> ordered = Ordered.read(versions);
    if (ordered.isEmpty() || !released()) {
      return;
    }
    try {
      journal.append(ordered.get().outcome(name, versions, clock.instant()));
    } catch (Journal.JournalUnavailable e) {
      // A journal that can't be written takes outcomes late.
    }
    Ordered.clear(versions);
  }

  /**
   * Puts back what a way back had taken out of service when its process ended. False if HAProxy
   * can't be told, which keeps nobody from acting: it may be what is to be gone back from.
   */
  private boolean released() {
    try {
      List<ServerName> back = TakenOut.release(driver, versions);
      if (!back.isEmpty()) {
        write(
            "rollback.tourniquet",
            "checkrail",
            versions.live().orElse(""),
            Map.of("what", back + " ready again: Checkrail ended before the new worker served"));
      }
    } catch (BalancerException e) {
      return false;
    } catch (Journal.JournalUnavailable e) {
      // It is done all the same.
    }
    return true;
  }

  private Applied recover(Intent intent, Progress progress)
      throws BalancerException, InterruptedException {
    ConfigurationSet from = kept(intent.from());
    ConfigurationSet to = kept(intent.to());
    Switching switching = new Switching(driver, versions, progress);
    Ended ended =
        switch (intent.phase()) {
          case SWITCHING, PUTTING_BACK -> back(switching, intent, from, to);
          case RELOADING -> forward(switching, intent, from, to);
        };
    return new Applied(
        ended.outcome(),
        intent.to(),
        ended.truth(),
        "an interrupted " + intent.kind() + " was ended: " + ended.why(),
        Optional.empty(),
        ended.notes());
  }

  private ConfigurationSet kept(String digest) throws BalancerException {
    return versions
        .load(digest)
        .orElseThrow(() ->
            new BalancerException(
                Kind.DAMAGED, "version " + Versions.brief(digest) + " is not kept here any more"));
  }

  /**
   * We ordered no reload, or one that failed. If somebody else reloaded while files of both kinds
   * were there, the worker is told to load the old ones again.
   */
  private Ended back(Switching switching, Intent intent, ConfigurationSet from, ConfigurationSet to)
      throws BalancerException, InterruptedException {
    Ended ended =
        switching.backOut(intent, from, to, Outcome.RELOAD_FAILED, "the files of before are back");
    Optional<Processes> found = switching.patiently(intent);
    if (found.isEmpty()) {
      return new Ended(Outcome.GONE, Optional.empty(), ended.why() + "; HAProxy does not answer");
    }
    Processes now = found.get();
    boolean same =
        now.current().map(worker -> worker.pid() == intent.before().worker()).orElse(false);
    if (same || ended.outcome() == Outcome.CHANGED_UNDERNEATH) {
      return ended;
    }
    Intent again =
        Intent.of("recover", intent.actor(), intent.from(), intent.from(), now.seen())
            .in(Phase.RELOADING);
    Ended reloaded = switching.reload(again, from, from, clock.instant());
    return new Ended(
        reloaded.outcome() == Outcome.SERVES ? Outcome.RELOAD_FAILED : reloaded.outcome(),
        reloaded.truth(),
        "the files of before are back and were loaded again: a worker had been started in between");
  }

  /** All files were the new ones; the reload may have been ordered or not. */
  private Ended forward(
      Switching switching, Intent intent, ConfigurationSet from, ConfigurationSet to)
      throws BalancerException, InterruptedException {
    try {
      switching.put(from, to, intent.to());
    } catch (Switching.Foreign e) {
      Intent.clear(versions);
      return new Ended(
          Outcome.CHANGED_UNDERNEATH, Optional.empty(), String.valueOf(e.getMessage()));
    }
    Optional<Processes> found = switching.patiently(intent);
    if (found.isEmpty()) {
      return switching.backOut(intent, from, to, Outcome.GONE, "HAProxy does not answer");
    }
    Processes now = found.get();
    boolean ordered =
        now.master()
            .map(master ->
                master.pid() == intent.before().master()
                    && master.reloads() > intent.before().reloads())
            .orElse(false);
    if (ordered) {
      return switching.conclude(intent, from, to, clock.instant());
    }
    Intent again =
        Intent.of(intent.kind(), intent.actor(), intent.from(), intent.to(), now.seen())
            .in(Phase.RELOADING);
    return switching.reload(again, from, to, clock.instant());
  }

  // --- the journal

  private Applied stopped(Outcome outcome, Order order, String why) {
    Applied applied =
        new Applied(outcome, order.digest(), Optional.empty(), why, Optional.empty(), List.of());
    return recorded("apply", order.actor(), applied);
  }

  /** What was done is done: that the journal can't take it is noted, not thrown. */
  private Applied recorded(String kind, String actor, Applied applied) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("outcome", applied.outcome().name().toLowerCase(java.util.Locale.ROOT));
    details.put("why", applied.why());
    applied.truth().ifPresent(truth -> details.put("truth", truth.text()));
    try {
      write(kind + (applied.serves() ? ".serves" : ".stopped"), actor, applied.digest(), details);
      return applied;
    } catch (Journal.JournalUnavailable e) {
      List<String> notes = new ArrayList<>(applied.notes());
      notes.add("not in the journal: " + kind + " (" + e.getMessage() + ")");
      return new Applied(
          applied.outcome(),
          applied.digest(),
          applied.truth(),
          applied.why(),
          applied.preflight(),
          notes);
    }
  }

  private void write(String kind, String actor, String digest, Map<String, String> more) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("digest", digest);
    details.putAll(more);
    journal.append(new JournalEntry(clock.instant(), actor, kind, "lb " + name, details));
  }
}
