package dev.checkrail.balancer;

import dev.checkrail.balancer.Processes.Seen;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What is there and nobody approved: on the disk, in memory, or by a reload that we did not make.
 */
public final class Drift {
  /** So many places are named. */
  private static final int SOME = 3;

  static final String ELSEWHERE = "what runs: it was started with other files than the owned ones";

  private Drift() {}

  /** Where something drifted. */
  public enum Part {
    MAIN_FILES,
    REFERENCED_FILES,
    RUNTIME_SERVERS,
    RUNTIME_TABLES,
    RELOAD;

    /** As it is written: {@code main-files}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One thing that drifted.
   *
   * @param key by which it is told from others, and known again: {@code weight be_pay/pay-1}
   * @param subject a path, a server, {@code reload}
   * @param text a sentence
   * @param brief the same without entries of maps and lists, which may be secrets: what may be
   *     written down
   */
  public record Found(Part part, String key, String subject, String text, String brief) {
    private static Found of(Part part, String key, String subject, String text) {
      return new Found(part, key, subject, text, text);
    }
  }

  /**
   * All that drifted.
   *
   * @param approved the version that is meant to be live, for a semantic diff
   * @param onDisk what a reload would load now
   * @param running what runs, as files: those that the worker was started from, with maps, lists
   *     and patterns as they are in memory
   * @param notCompared what could not be looked at, a sentence each
   */
  public record Report(
      List<Found> found,
      ConfigurationSet approved,
      ConfigurationSet onDisk,
      ConfigurationSet running,
      List<String> notCompared) {
    public Report {
      found = List.copyOf(found);
      notCompared = List.copyOf(notCompared);
    }
  }

  /**
   * Looks for drift from the live version.
   *
   * @param expected keys of deviations that the current rollout made itself
   */
  public static Report find(Driver driver, Versions versions, Set<String> expected)
      throws BalancerException {
    String live =
        versions
            .live()
            .orElseThrow(() ->
                new BalancerException(
                    BalancerException.Kind.UNSUPPORTED, "no version was ever approved here"));
    ConfigurationSet approved =
        versions
            .load(live)
            .orElseThrow(() ->
                new BalancerException(
                    BalancerException.Kind.DAMAGED,
                    "the live version " + Versions.brief(live) + " is not kept here"));
    List<Found> found = new ArrayList<>();
    List<String> notCompared = new ArrayList<>();
    ConfigurationSet disk = driver.onDisk();
    ConfigurationSet runs = approved;
    found.addAll(inFiles(approved, disk));
    driver.unseen().forEach(path -> notCompared.add(path + " can't be read by this user"));
    try {
      Processes processes = driver.processes();
      List<Found> reloads = byReload(driver, versions, processes);
      if (startedElsewhere(driver, versions, processes).isPresent()) {
        found.addAll(reloads);
        notCompared.add(ELSEWHERE);
        return new Report(found, approved, disk, approved, notCompared);
      }
      boolean otherFiles = !reloads.isEmpty() && !found.isEmpty();
      RunningState running = driver.running();
      RunningState fresh = Raised.in(versions).over(driver.expected(approved));
      Memory memory = inMemory(fresh, running, otherFiles);
      found.addAll(reloads);
      // A reload that failed left the worker that there was.
      boolean other =
          versions.seen().filter(it -> it.worker() != processes.seen().worker()).isPresent();
      runs = asFiles(driver, otherFiles && other ? disk : approved, running);
      memory.found().stream().filter(one -> !expected.contains(one.key())).forEach(found::add);
      notCompared.addAll(memory.notCompared());
    } catch (BalancerException e) {
      notCompared.add("what runs: " + e.getMessage());
    }
    return new Report(found, approved, disk, runs, notCompared);
  }

  /** Files with maps, lists and patterns as a worker holds them, as far as that can be written. */
  private static ConfigurationSet asFiles(
      Driver driver, ConfigurationSet files, RunningState running) {
    ConfigurationSet written = files;
    for (Deviation one : Deviation.between(driver.expected(files), running)) {
      if (one instanceof Deviation.TableEntries) {
        written = driver.carried(written, one).orElse(written);
      }
    }
    return written;
  }

  /** Files that are not what was approved. */
  static List<Found> inFiles(ConfigurationSet approved, ConfigurationSet disk) {
    List<Found> found = new ArrayList<>();
    compare(Part.MAIN_FILES, approved.main(), disk.main(), found);
    compare(Part.REFERENCED_FILES, approved.referenced(), disk.referenced(), found);
    return found;
  }

  /** What of the memory drifted, and what could not be looked at. */
  record Memory(List<Found> found, List<String> notCompared) {
    Memory {
      found = List.copyOf(found);
      notCompared = List.copyOf(notCompared);
    }
  }

  /**
   * What a worker holds and a fresh one would not.
   *
   * @param otherFiles whether somebody else reloaded files that are not the approved ones: then
   *     nobody knows whose patterns stand at which line
   */
  static Memory inMemory(RunningState expected, RunningState running, boolean otherFiles) {
    RunningState held = otherFiles ? running.withoutPatterns() : running;
    List<Found> found =
        Deviation.between(expected, held).stream()
            .map(one -> new Found(part(one), one.key(), one.subject(), one.text(), brief(one)))
            .toList();
    List<String> notCompared = new ArrayList<>();
    List<String> places = Deviation.notCompared(expected, held);
    if (otherFiles) {
      notCompared.add("patterns of ACLs in memory: the worker was started from other files");
    } else if (!places.isEmpty()) {
      notCompared.add(
          "patterns of "
              + places.size()
              + " ACL(s) in memory, which the approved files don't have there: "
              + String.join(", ", places.stream().limit(SOME).toList()));
    }
    return new Memory(found, notCompared);
  }

  private static String brief(Deviation one) {
    return one instanceof Deviation.TableEntries table
        ? "%s: %d entries of the file are not in memory, %d are in memory only"
            .formatted(table.key(), table.missing().size(), table.added().size())
        : one.text();
  }

  private static Part part(Deviation one) {
    return switch (one) {
      case Deviation.ServerAdmin s -> Part.RUNTIME_SERVERS;
      case Deviation.ServerWeight s -> Part.RUNTIME_SERVERS;
      case Deviation.ServerAddress s -> Part.RUNTIME_SERVERS;
      case Deviation.ServerSet s -> Part.RUNTIME_SERVERS;
      case Deviation.ListenerClosed l -> Part.RUNTIME_SERVERS;
      case Deviation.OtherValue v -> Part.RUNTIME_SERVERS;
      case Deviation.TableEntries t -> Part.RUNTIME_TABLES;
      case Deviation.OtherCertificate c -> Part.RUNTIME_TABLES;
    };
  }

  private static void compare(Part part, List<Item> approved, List<Item> disk, List<Found> found) {
    Set<String> paths = new LinkedHashSet<>();
    approved.forEach(item -> paths.add(item.path()));
    disk.forEach(item -> paths.add(item.path()));
    for (String path : paths) {
      Optional<Item> was = item(approved, path);
      Optional<Item> is = item(disk, path);
      Optional<String> before = was.flatMap(Item::sha256);
      Optional<String> now = is.flatMap(Item::sha256);
      if (before.equals(now)) {
        continue;
      }
      String what =
          now.isEmpty()
              ? is.isEmpty() ? "is not named any more" : "is gone"
              : before.isEmpty()
                  ? was.isEmpty() ? "is new" : "is there and was not when it was approved"
                  : "was changed";
      found.add(Found.of(part, "file " + path, path, path + " " + what));
    }
  }

  private static Optional<Item> item(List<Item> items, String path) {
    return items.stream().filter(item -> item.path().equals(path)).findFirst();
  }

  /** What of the files drifted from the live version, a sentence each. */
  static List<String> files(Versions versions, ConfigurationSet disk) throws BalancerException {
    List<String> drift = new ArrayList<>();
    Optional<String> live = versions.live();
    if (live.isPresent() && !live.get().equals(disk.digest())) {
      List<Found> found = new ArrayList<>();
      Optional<ConfigurationSet> approved = versions.load(live.get());
      if (approved.isPresent()) {
        compare(Part.MAIN_FILES, approved.get().main(), disk.main(), found);
        compare(Part.REFERENCED_FILES, approved.get().referenced(), disk.referenced(), found);
      }
      drift.add(
          "the files on the disk are not the live version "
              + Versions.brief(live.get())
              + ": "
              + String.join(", ", found.stream().map(Found::text).toList()));
    }
    return drift;
  }

  /**
   * What the serving worker was started from: the live version, also if files were changed since.
   * Empty if somebody else reloaded: then only what is on the disk is known.
   */
  static Optional<ConfigurationSet> loaded(Driver driver, Versions versions, Processes now)
      throws BalancerException {
    Optional<String> live = versions.live();
    return live.isPresent() && reloads(driver, versions, now).isEmpty()
        ? versions.load(live.get())
        : Optional.empty();
  }

  /** Reloads that we did not make, and workers that were started with something else. */
  static List<String> reloads(Driver driver, Versions versions, Processes now)
      throws BalancerException {
    return byReload(driver, versions, now).stream().map(Found::text).toList();
  }

  /** What serves was started anew, from files that are not the owned ones. */
  static Optional<String> startedElsewhere(Driver driver, Versions versions, Processes now)
      throws BalancerException {
    boolean anew = versions.seen().filter(seen -> seen.master() != now.seen().master()).isPresent();
    return anew ? driver.startedElsewhere() : Optional.empty();
  }

  /** The same, as things that drifted. */
  static List<Found> byReload(Driver driver, Versions versions, Processes now)
      throws BalancerException {
    List<Found> drift = new ArrayList<>();
    Optional<Seen> seen = versions.seen();
    Optional<String> live = versions.live();
    if (seen.isPresent()) {
      Seen is = now.seen();
      if (is.master() != seen.get().master()) {
        drift.add(
            reloaded(
                "HAProxy was started anew since we last acted: the master is "
                    + is.master()
                    + startedElsewhere(driver, versions, now)
                        .map(files ->
                            "; it was started with other files than the owned ones: "
                                + files
                                + " ('lb add --again' takes these over)")
                        .orElse("")));
      } else if (is.reloads() != seen.get().reloads()
          && now.master().map(Processes.Master::failed).orElse(0) > 0) {
        drift.add(
            reloaded("somebody else ordered a reload, and it failed: the disk holds bad files"));
      } else if (is.reloads() != seen.get().reloads() || is.worker() != seen.get().worker()) {
        drift.add(
            reloaded(
                "somebody else reloaded: worker "
                    + is.worker()
                    + " serves, ours was "
                    + seen.get().worker()));
      }
    }
    Optional<String> marker = now.current().flatMap(Processes.Worker::marker);
    if (live.isPresent() && marker.isPresent() && !marker.equals(live)) {
      drift.add(
          Found.of(
              Part.RELOAD,
              "marker",
              "reload",
              "the worker was started with version "
                  + Versions.brief(marker.get())
                  + ", the live one is "
                  + Versions.brief(live.get())));
    }
    return drift;
  }

  private static Found reloaded(String text) {
    return Found.of(Part.RELOAD, "reload", "reload", text);
  }
}
