package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.Applied.Outcome;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Intent.Phase;
import dev.checkrail.balancer.Progress.Step;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * From one set of files to another, so that a crash at any step can be ended.
 *
 * <p>An intent is on the disk before the first file moves and until the truth is known. While it
 * says {@code SWITCHING}, no reload was ordered by us: a crash is ended by putting the old files
 * back. Once it says {@code RELOADING}, all files are the new ones and HAProxy's check accepts
 * them: a crash is ended by looking which worker serves, and by reloading (again) if it is the old
 * one. A reload onto the same files is harmless, so ordering it twice is.
 *
 * <p>A file is only overwritten if it holds what we think it holds: the old bytes or the new ones.
 * What somebody else wrote in between is never lost silently.
 */
final class Switching {
  private static final Duration LOADING = Duration.ofSeconds(30);
  private static final Duration DEAD = Duration.ofSeconds(1);
  private static final Duration GLANCE = Duration.ofMillis(10);
  private static final Set<PosixFilePermission> PUBLIC =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> SECRET =
      PosixFilePermissions.fromString("rw-------");

  private final Driver driver;
  private final Versions versions;
  private final Progress progress;

  Switching(Driver driver, Versions versions, Progress progress) {
    this.driver = driver;
    this.versions = versions;
    this.progress = progress;
  }

  /** How a switch ended. */
  record Ended(Outcome outcome, Optional<Truth> truth, String why, List<String> notes) {
    Ended {
      notes = List.copyOf(notes);
    }

    Ended(Outcome outcome, Optional<Truth> truth, String why) {
      this(outcome, truth, why, List.of());
    }
  }

  /**
   * What becomes of the state in memory.
   *
   * @param kept what the new worker is told again
   * @param fresh servers that begin with what the files say
   */
  record Memory(List<Deviation> kept, Set<ServerName> fresh) {
    Memory {
      kept = List.copyOf(kept);
      fresh = Set.copyOf(fresh);
    }
  }

  /** A file holds neither the old bytes nor the new ones. */
  static final class Foreign extends Exception {
    private static final long serialVersionUID = 1;

    Foreign(String path) {
      super(path + " was changed by somebody else in the meantime");
    }
  }

  /**
   * Goes from what is on the disk to another set.
   *
   * @param memory what becomes of the state in memory
   */
  Ended run(Intent intent, ConfigurationSet from, ConfigurationSet to, Memory memory, Instant now)
      throws BalancerException, InterruptedException {
    SayAgain.write(versions, memory.kept());
    intent.write(versions);
    progress.reached(Step.INTENDED, "from " + Versions.brief(intent.from()));
    try {
      put(from, to, intent.to());
    } catch (Foreign e) {
      return backOut(intent, from, to, Outcome.CHANGED_UNDERNEATH, String.valueOf(e.getMessage()));
    } catch (BalancerException e) {
      // The disk is full, or a file may not be written.
      return backOut(intent, from, to, Outcome.NOT_WRITTEN, String.valueOf(e.getMessage()));
    }
    progress.reached(Step.SWITCHED, "all files are in place");
    Optional<String> unsaved;
    try {
      Optional<Ended> stopped = checked(intent, from, to);
      if (stopped.isPresent()) {
        return stopped.get();
      }
      unsaved = savedState(intent, to, without(memory, from, to));
    } catch (BalancerException e) {
      return backOut(intent, from, to, Outcome.NOT_WRITTEN, String.valueOf(e.getMessage()));
    }
    Ended ended = reload(intent.in(Phase.RELOADING), from, to, now);
    if (unsaved.isEmpty()) {
      return ended;
    }
    List<String> notes = new ArrayList<>(ended.notes());
    notes.add(unsaved.get());
    return new Ended(ended.outcome(), ended.truth(), ended.why(), notes);
  }

  /**
   * That a worker hangs and can't say its servers' states is a reason to go back, not one against.
   */
  private Optional<String> savedState(Intent intent, ConfigurationSet to, Set<ServerName> fresh)
      throws BalancerException {
    if (!driver.keepsState(to)) {
      return Optional.empty();
    }
    try {
      driver.saveState(to, fresh);
      return Optional.empty();
    } catch (BalancerException e) {
      if (!intent.kind().equals("rollback") || e.kind() == BalancerException.Kind.FILES) {
        throw e;
      }
      driver.forgetState(to);
      return Optional.of("servers begin with what the files say: " + e.getMessage());
    }
  }

  /**
   * Servers whose state the next worker is not to be given. Beside those that are to begin anew all
   * that the files put somewhere else: HAProxy takes a server's port from its state and not from
   * the file that it is started with.
   */
  private Set<ServerName> without(Memory memory, ConfigurationSet from, ConfigurationSet to) {
    Map<ServerName, String> before = new HashMap<>();
    driver.expected(from).servers().forEach(one -> before.put(one.name(), one.address()));
    Set<ServerName> without = new HashSet<>(memory.fresh());
    driver.expected(to).servers().stream()
        .filter(one -> !one.address().equals(before.getOrDefault(one.name(), one.address())))
        .forEach(one -> without.add(one.name()));
    return without;
  }

  /** HAProxy's word on what is in place, and that it is what we put there. */
  private Optional<Ended> checked(Intent intent, ConfigurationSet from, ConfigurationSet to)
      throws BalancerException, InterruptedException {
    NativeAnswer check = driver.checkInPlace();
    if (!check.accepted()) {
      return Optional.of(backOut(intent, from, to, Outcome.REFUSED_BY_CHECK, check.text()));
    }
    if (!driver.onDisk().digest().equals(intent.to())) {
      return Optional.of(
          backOut(
              intent,
              from,
              to,
              Outcome.CHANGED_UNDERNEATH,
              "the files on the disk are not those that were put there"));
    }
    progress.reached(Step.CHECKED, "HAProxy accepts them");
    return Optional.empty();
  }

  /** Orders the reload and waits for the truth. */
  Ended reload(Intent intent, ConfigurationSet from, ConfigurationSet to, Instant now)
      throws BalancerException, InterruptedException {
    try {
      intent.write(versions);
    } catch (BalancerException e) {
      // What is written there still leads a crash to a whole version; no reload was ordered.
      return backOut(
          intent.in(Phase.SWITCHING),
          from,
          to,
          Outcome.NOT_WRITTEN,
          String.valueOf(e.getMessage()));
    }
    progress.reached(Step.RELOAD_INTENDED, "reload");
    try {
      driver.reload();
    } catch (BalancerException e) {
      return backOut(intent, from, to, Outcome.GONE, String.valueOf(e.getMessage()));
    }
    progress.reached(Step.RELOAD_ORDERED, "reload ordered");
    return conclude(intent, from, to, now);
  }

  /** Waits for the truth of a reload that was ordered, and records it or puts back. */
  Ended conclude(Intent intent, ConfigurationSet from, ConfigurationSet to, Instant now)
      throws BalancerException, InterruptedException {
    Optional<Truth> found = await(intent);
    if (found.isEmpty()) {
      return backOut(
          intent,
          from,
          to,
          Outcome.GONE,
          "HAProxy does not answer after the reload was ordered: look whether it runs");
    }
    Truth truth = found.get();
    if (truth.stage() == Truth.Stage.REFUSED || truth.stage() == Truth.Stage.LOADING) {
      // Asked before the files are back: what was tried is what it was to load.
      String why = truth.text();
      if (truth.stage() == Truth.Stage.REFUSED) {
        why += "; " + driver.whyNotLoaded(from, to);
      }
      Ended ended = backOut(intent, from, to, Outcome.RELOAD_FAILED, why);
      versions.seen(driver.processes().seen()); // the failed reload was ours
      return new Ended(ended.outcome(), Optional.of(truth), ended.why());
    }
    if (!truth.stage().serves()) {
      Intent.clear(versions);
      return new Ended(Outcome.OTHER_SERVES, Optional.of(truth), truth.text());
    }
    progress.reached(Step.SERVES, truth.text());
    List<String> notes = new ArrayList<>(SayAgain.to(driver, versions, to));
    if (!driver.onDisk().digest().equals(intent.to())) {
      notes.add("files were changed while HAProxy read them: see 'lb drift'");
    }
    progress.reached(Step.STATE_SAID_AGAIN, "what was to be kept is said");
    forgetState(to).ifPresent(notes::add);
    try {
      versions.lived(
          new Versions.Lived(
              now, intent.to(), intent.kind().equals("rollback"), intent.kind().equals("step")));
      versions.seen(driver.processes().seen());
      progress.reached(Step.RECORDED, "recorded");
      Intent.clear(versions);
    } catch (BalancerException e) {
      // The intent stays and leads here again.
      throw new BalancerException(
          e.kind(), truth.text() + "; that is not recorded yet: " + e.getMessage(), e);
    }
    return new Ended(Outcome.SERVES, found, truth.text(), notes);
  }

  /** What the state file says was taken over; a later reload of somebody else's finds it empty. */
  private Optional<String> forgetState(ConfigurationSet set) {
    try {
      driver.forgetState(set);
      return Optional.empty();
    } catch (BalancerException e) {
      return Optional.of(
          "a later reload may bring back states of servers from now: " + e.getMessage());
    }
  }

  private Optional<Truth> await(Intent intent) throws BalancerException, InterruptedException {
    long end = System.nanoTime() + LOADING.toNanos();
    while (true) {
      Optional<Processes> now = patiently(intent, end);
      if (now.isEmpty()) {
        return Optional.empty();
      }
      Truth truth = Truth.of(intent.before(), now.get(), intent.to(), driver.marker().isPresent());
      if (truth.stage() != Truth.Stage.LOADING || System.nanoTime() >= end) {
        return Optional.of(truth);
      }
      Thread.sleep(GLANCE);
    }
  }

  /** Who runs; a master that is just being replaced by itself listens again soon. */
  Optional<Processes> patiently(Intent intent) throws BalancerException, InterruptedException {
    return patiently(intent, System.nanoTime() + LOADING.toNanos());
  }

  /**
   * While the master reads its files anew nobody listens, for as long as that takes. If its process
   * could be seen and is gone, there is nothing to wait for.
   */
  private Optional<Processes> patiently(Intent intent, long end)
      throws BalancerException, InterruptedException {
    long dead = System.nanoTime() + DEAD.toNanos();
    while (true) {
      try {
        return Optional.of(driver.processes());
      } catch (BalancerException e) {
        if (e.kind() != Kind.GONE && e.kind() != Kind.TIMEOUT) {
          throw e;
        }
      }
      boolean gone =
          intent.visible()
              && ProcessHandle.of(intent.before().master())
                  .filter(ProcessHandle::isAlive)
                  .isEmpty();
      if (System.nanoTime() >= (gone ? Math.min(dead, end) : end)) {
        return Optional.empty();
      }
      Thread.sleep(GLANCE);
    }
  }

  /** Puts the files of before back and ends the intent. */
  Ended backOut(
      Intent intent, ConfigurationSet from, ConfigurationSet to, Outcome outcome, String why)
      throws BalancerException {
    if (intent.phase() != Phase.SWITCHING) {
      // Who switches puts back after a crash anyway; a full disk may have no room for saying so.
      intent.in(Phase.PUTTING_BACK).write(versions);
    }
    // What somebody else wrote meanwhile is his to decide on; all that we wrote goes back.
    List<String> foreign = new ArrayList<>();
    put(to, from, intent.from(), foreign::add);
    List<String> notes = forgetState(to).map(List::of).orElse(List.of());
    Intent.clear(versions);
    if (!foreign.isEmpty()) {
      return new Ended(
          Outcome.CHANGED_UNDERNEATH,
          Optional.empty(),
          why
              + "; "
              + new Foreign(String.join(", ", foreign)).getMessage()
              + " and was left as it is: compare it by 'lb drift'",
          notes);
    }
    progress.reached(Step.PUT_BACK, "the files of before are back");
    return new Ended(outcome, Optional.empty(), why, notes);
  }

  /** Makes the disk hold a set; each file held either the one or the other before. */
  void put(ConfigurationSet from, ConfigurationSet to, String digest)
      throws BalancerException, Foreign {
    put(
        from,
        to,
        digest,
        path -> {
          throw new Foreign(path);
        });
  }

  /** What becomes of a file that is neither the old one nor the new one; it is not touched. */
  private interface Stranger<E extends Exception> {
    void met(String path) throws E;
  }

  private <E extends Exception> void put(
      ConfigurationSet from, ConfigurationSet to, String digest, Stranger<E> stranger)
      throws BalancerException, E {
    Set<String> paths = new LinkedHashSet<>();
    to.referenced().forEach(item -> paths.add(item.path()));
    to.main().forEach(item -> paths.add(item.path()));
    // A main file that is not one any more would still be loaded with its folder. Other files that
    // nobody names any more do no harm and may be named by the version that we come back to.
    from.main().forEach(item -> paths.add(item.path()));
    Map<String, Optional<String>> changing = new LinkedHashMap<>();
    for (String path : paths) {
      Optional<String> is = Disk.sha256(Path.of(path));
      Optional<String> wanted = to.item(path).flatMap(Item::sha256);
      if (is.equals(wanted)) {
        continue;
      }
      if (is.equals(from.item(path).flatMap(Item::sha256))) {
        changing.put(path, is);
      } else {
        stranger.met(path);
      }
    }
    place(changing, to, stranger);
    // A certificate of a folder, say, that is loaded because it is there.
    for (Item item : driver.onDisk().items()) {
      if (to.item(item.path()).isEmpty() && item.content().isPresent()) {
        if (item.sha256().equals(from.item(item.path()).flatMap(Item::sha256))) {
          Disk.delete(Path.of(item.path()));
          progress.reached(Step.FILE_SWITCHED, item.path());
        } else {
          stranger.met(item.path());
        }
      }
    }
    if (driver.marker().isPresent()) {
      mark(driver, digest);
      progress.reached(Step.FILE_SWITCHED, "marker");
    }
  }

  /**
   * All of them are written beside their places before the first one moves: a disk that is full
   * says so while nothing was touched.
   *
   * @param changing what each path held when it was looked at
   */
  private <E extends Exception> void place(
      Map<String, Optional<String>> changing, ConfigurationSet to, Stranger<E> stranger)
      throws BalancerException, E {
    Map<String, Disk.Staged> staged = new LinkedHashMap<>();
    try {
      for (String path : changing.keySet()) {
        Optional<Item> item = to.item(path).filter(one -> one.content().isPresent());
        if (item.isPresent()) {
          byte[] bytes = item.get().content().get().bytes();
          boolean secret = item.get().content().get().text().contains("PRIVATE KEY");
          staged.put(path, Disk.stage(Path.of(path), bytes, secret ? SECRET : PUBLIC));
        }
      }
      for (Map.Entry<String, Optional<String>> one : changing.entrySet()) {
        String path = one.getKey();
        if (!Disk.sha256(Path.of(path)).equals(one.getValue())) {
          stranger.met(path); // while we wrote the others
          continue;
        }
        Disk.Staged fresh = staged.remove(path);
        if (fresh == null) {
          Disk.delete(Path.of(path));
        } else {
          fresh.place();
        }
        progress.reached(Step.FILE_SWITCHED, path);
      }
    } finally {
      staged.values().forEach(Disk.Staged::drop);
    }
  }

  /** Makes the marker say a version, for workers that are started from now on. */
  static void mark(Driver driver, String digest) throws BalancerException {
    if (driver.marker().isEmpty()) {
      return;
    }
    byte[] text = driver.markerText(digest).getBytes(UTF_8);
    // What says so already needs no room on a full disk.
    if (Disk.read(driver.marker().get()).filter(is -> Arrays.equals(is, text)).isEmpty()) {
      Disk.put(driver.marker().get(), text, PUBLIC);
    }
  }
}
