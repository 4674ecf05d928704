package dev.checkrail.balancer;

import dev.checkrail.balancer.Applied.Outcome;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Preflight.Choice;
import dev.checkrail.balancer.Progress.Step;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Statistics;
import dev.checkrail.balancer.Switching.Ended;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Back to a version that was approved. Needs no approval of its own; neither drift, nor state in
 * memory, nor a journal that can't be written stops it.
 *
 * <p>A reload alone leaves the requests that are stuck on the wrong server where they are until
 * they time out, and the old worker takes no orders any more. So first the <i>tourniquet</i>, while
 * the bad worker is still the current one: the server that hurts is told maint and its sessions are
 * ended; those users get their failure at once and their next try meets the right servers.
 */
public final class Rollback {
  private final String name;
  private final Driver driver;
  private final Versions versions;
  private final Journal journal;
  private final InstantSource clock;
  private final Probe probe;

  /** For one load balancer. */
  public Rollback(
      String name,
      Driver driver,
      Versions versions,
      Journal journal,
      InstantSource clock,
      Probe probe) {
    this.name = name;
    this.driver = driver;
    this.versions = versions;
    this.journal = journal;
    this.clock = clock;
    this.probe = probe;
  }

  /**
   * The servers that hurt, and who serves those requests in the version that we go back to.
   *
   * @param servers in the version that runs now
   * @param pools pools of the version that we go back to
   * @param atLeast so many servers of each of these pools have to answer, asked directly; else the
   *     tourniquet is not applied: it would only turn slow failures into fast ones
   */
  public record Tourniquet(List<ServerName> servers, List<String> pools, int atLeast) {
    public Tourniquet {
      servers = List.copyOf(servers);
      pools = List.copyOf(pools);
    }
  }

  /**
   * What is to be done.
   *
   * @param digest an approved version; {@link Versions#previous} is the usual one
   * @param actor who ordered it
   * @param reason why
   * @param dropped keys of state in memory that is not to be kept; all else is, where it can be
   */
  public record Order(
      String digest,
      String actor,
      String reason,
      Optional<Tourniquet> tourniquet,
      List<String> dropped) {
    public Order {
      dropped = List.copyOf(dropped);
    }

    /** Without a tourniquet. */
    public static Order of(String digest, String actor, String reason) {
      return new Order(digest, actor, reason, Optional.empty(), List.of());
    }
  }

  /**
   * What became of it.
   *
   * @param tourniquet whether it was applied, and why not; what else it hurt
   * @param tourniquetMillis from the order until the sessions were ended; -1 if it was not applied
   * @param servesMillis from the order until the new worker served; -1 if it does not
   */
  public record RolledBack(
      Applied applied, String tourniquet, long tourniquetMillis, long servesMillis) {}

  /** Goes back. */
  public RolledBack back(Order order, Progress progress)
      throws BalancerException, InterruptedException {
    try (Versions.Lock _ = versions.lock()) {
      // An interrupted switch is a part of what we go back from: it ends here.
      return locked(order, progress);
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, String.valueOf(e.getMessage()), e);
    }
  }

  private RolledBack locked(Order order, Progress progress)
      throws BalancerException, InterruptedException {
    long start = System.nanoTime();
    String digest = order.digest();
    Optional<ConfigurationSet> target = versions.load(digest);
    if (target.isEmpty() || versions.approval(digest).isEmpty()) {
      Applied refused =
          new Applied(
              Outcome.NOT_APPROVED,
              digest,
              Optional.empty(),
              "a rollback goes only to a version that was approved",
              Optional.empty(),
              List.of());
      return new RolledBack(refused, "not applied", -1, -1);
    }
    List<String> notes = new ArrayList<>();
    noted(order, notes);
    write(order, "rollback.ordered", from(order), notes);
    try {
      return ordered(order, target.get(), progress, start, notes);
    } catch (BalancerException e) {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("outcome", e.kind().name().toLowerCase(Locale.ROOT));
      details.put("why", String.valueOf(e.getMessage()));
      boolean switching = Intent.isThere(versions);
      if (switching) {
        details.put(
            "then", "the switch is ended by itself: an entry of the kind recover.* says how");
      }
      write(order, "rollback.stopped", details, notes);
      if (!switching) {
        cleared(notes);
      }
      throw e;
    }
  }

  private Map<String, String> from(Order order) throws BalancerException {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("reason", order.reason());
    versions.live().ifPresent(digest -> details.put("from", digest));
    return details;
  }

  /**
   * Before the order is in the journal, so that a crash leaves no order without an outcome. A full
   * disk does not keep anybody from going back.
   */
  private void noted(Order order, List<String> notes) {
    try {
      Optional<Ordered> before = Ordered.read(versions);
      if (before.isPresent()) {
        // Of an act that ended with its process; what it left is a part of what we go back from.
        append(before.get().outcome(name, versions, clock.instant()), notes);
      }
      new Ordered("rollback", order.actor(), order.digest(), versions.live().orElse(""))
          .write(versions);
    } catch (BalancerException e) {
      notes.add("if Checkrail is killed now the journal gets no outcome: " + e.getMessage());
    }
  }

  private void cleared(List<String> notes) {
    try {
      Ordered.clear(versions);
    } catch (BalancerException e) {
      notes.add("the journal will get an outcome once more: " + e.getMessage());
    }
  }

  private RolledBack ordered(
      Order order, ConfigurationSet to, Progress progress, long start, List<String> notes)
      throws BalancerException, InterruptedException {
    String digest = order.digest();
    Processes processes = driver.processes();
    List<Deviation> before = inMemory(to, processes, notes);

    String tourniquet = "not asked for";
    long tourniquetMillis = -1;
    if (order.tourniquet().isPresent()) {
      Tourniquet wanted = order.tourniquet().get();
      Optional<String> against = against(wanted, driver.meaning(to));
      if (against.isPresent()) {
        tourniquet = "not applied: " + against.get();
      } else {
        taken(wanted, before, notes);
        tourniquet = apply(wanted);
        tourniquetMillis = (System.nanoTime() - start) / 1_000_000;
      }
      write(order, "rollback.tourniquet", Map.of("what", tourniquet), notes);
    }

    ConfigurationSet from = driver.onDisk();
    versions.keep(from);
    progress.reached(Step.KEPT, Versions.brief(from.digest()));
    List<Deviation> kept =
        before.stream().filter(one -> !order.dropped().contains(one.key())).toList();
    Intent intent = Intent.of("rollback", order.actor(), from.digest(), digest, processes.seen());
    Ended ended =
        new Switching(driver, versions, progress)
            .run(
                intent,
                from,
                to,
                new Switching.Memory(kept, fresh(order, before, tourniquetMillis >= 0, notes)),
                clock.instant());
    long servesMillis =
        ended.outcome() == Outcome.SERVES ? (System.nanoTime() - start) / 1_000_000 : -1;
    notes.addAll(ended.notes());
    if (ended.outcome() == Outcome.SERVES) {
      forgotten(notes);
    } else if (tourniquetMillis >= 0) {
      notes.add("the servers of the tourniquet are still in maint in the worker that serves");
    }
    Applied applied =
        new Applied(ended.outcome(), digest, ended.truth(), ended.why(), Optional.empty(), notes);
    Map<String, String> details = new LinkedHashMap<>();
    details.put("outcome", applied.outcome().name().toLowerCase(Locale.ROOT));
    details.put("why", applied.why());
    write(order, applied.serves() ? "rollback.serves" : "rollback.stopped", details, notes);
    cleared(notes);
    progress.reached(Step.DONE, ended.why());
    return new RolledBack(
        new Applied(
            applied.outcome(), digest, applied.truth(), applied.why(), Optional.empty(), notes),
        tourniquet,
        tourniquetMillis,
        servesMillis);
  }

  /** What the rollout that is gone back from told servers. */
  private Raised raisedBefore(List<String> notes) {
    try {
      return Raised.in(versions);
    } catch (BalancerException e) {
      notes.add("what the rollout told servers is not known: " + e.getMessage());
      return Raised.NONE;
    }
  }

  private void forgotten(List<String> notes) {
    try {
      TakenOut.forget(versions);
    } catch (BalancerException e) {
      notes.add("not cleared away: " + e.getMessage()); // it counts for nothing any more
    }
  }

  /** By a way back; a crash may have come in between. */
  private TakenOut takenOut(List<String> notes) {
    try {
      return TakenOut.in(versions);
    } catch (BalancerException e) {
      notes.add("what a way back took out of service is not known: " + e.getMessage());
      return new TakenOut(Set.of());
    }
  }

  /** Whom somebody had taken out before stays so. */
  private void taken(Tourniquet wanted, List<Deviation> before, List<String> notes) {
    Set<ServerName> servers = new HashSet<>(wanted.servers());
    before.stream()
        .filter(Deviation.ServerAdmin.class::isInstance)
        .forEach(one -> one.about().ifPresent(servers::remove));
    try {
      new TakenOut(servers).note(versions);
    } catch (BalancerException e) {
      notes.add("if Checkrail is killed now these servers stay out: " + e.getMessage());
    }
  }

  private Set<ServerName> fresh(
      Order order, List<Deviation> before, boolean tourniquet, List<String> notes) {
    Set<ServerName> fresh = new HashSet<>(raisedBefore(notes).servers());
    fresh.addAll(takenOut(notes).servers());
    if (tourniquet) {
      order.tourniquet().ifPresent(wanted -> fresh.addAll(wanted.servers()));
    }
    before.stream()
        .filter(one -> order.dropped().contains(one.key()))
        .forEach(one -> one.about().ifPresent(fresh::add));
    return fresh;
  }

  /** What a person told the worker and the target does not say; nothing if it can't be asked. */
  private List<Deviation> inMemory(ConfigurationSet to, Processes processes, List<String> notes) {
    if (processes.current().filter(Processes.Worker::answers).isEmpty()) {
      notes.add("what is in memory could not be asked: the worker does not answer");
      processes
          .current()
          .map(worker ->
              "worker %d did not answer: as long as it lives its listening sockets may take connections that nobody serves; kill -9 %d ends it"
                  .formatted(worker.pid(), worker.pid()))
          .ifPresent(notes::add);
      return List.of();
    }
    try {
      Optional<ConfigurationSet> live = Drift.loaded(driver, versions, processes);
      ConfigurationSet loaded = live.isPresent() ? live.get() : driver.onDisk();
      Preflight preflight = Preflight.of(driver, loaded, to, Raised.in(versions));
      Map<String, Choice> keep = new HashMap<>();
      preflight
          .choices()
          .forEach((key, possible) ->
              keep.put(key, possible.contains(Choice.KEEP) ? Choice.KEEP : Choice.DROP));
      preflight.lost().stream()
          .filter(one -> keep.get(one.key()) == Choice.DROP)
          .forEach(one -> notes.add("lost by the reload: " + one.text()));
      Set<ServerName> taken = takenOut(notes).servers();
      return preflight.kept(keep).stream()
          .filter(one ->
              !(one instanceof Deviation.ServerAdmin)
                  || one.about().filter(taken::contains).isEmpty())
          .toList();
    } catch (BalancerException e) {
      notes.add("what is in memory could not be asked: " + e.getMessage());
      return List.of();
    }
  }

  /** Why the tourniquet must not be applied. */
  private Optional<String> against(Tourniquet wanted, Configuration target)
      throws InterruptedException {
    if (wanted.pools().isEmpty()) {
      return Optional.of("nobody said which pools serve these requests in the target version");
    }
    for (String name : wanted.pools()) {
      Optional<Pool> pool = target.pool(name);
      if (pool.isEmpty()) {
        return Optional.of("the target version has no pool " + name);
      }
      int up = up(pool.get());
      if (up < wanted.atLeast()) {
        return Optional.of(
            "only "
                + up
                + " server(s) of "
                + name
                + " answer when asked directly, "
                + wanted.atLeast()
                + " are needed");
      }
    }
    return Optional.empty();
  }

  private int up(Pool pool) throws InterruptedException {
    ConcurrentLinkedQueue<Server> good = new ConcurrentLinkedQueue<>();
    List<Thread> asking = new ArrayList<>();
    for (Server server : pool.servers()) {
      if (server.active()) {
        asking.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    if (probe.serves(pool, server)) {
                      good.add(server);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
      }
    }
    for (Thread one : asking) {
      one.join();
    }
    return good.size();
  }

  private String apply(Tourniquet wanted) throws BalancerException {
    List<String> done = new ArrayList<>();
    Map<String, String> sessions = new HashMap<>();
    for (Statistics row : driver.statistics()) {
      sessions.put(row.proxy() + "/" + row.service(), row.values().getOrDefault("scur", "0"));
    }
    for (ServerName server : wanted.servers()) {
      driver.admin(server, Admin.MAINT);
    }
    for (ServerName server : wanted.servers()) {
      driver.cut(server);
      done.add(
          server
              + " in maint, "
              + sessions.getOrDefault(server.toString(), "0")
              + " session(s) of whatever kind ended");
    }
    return String.join("; ", done)
        + "; until the new worker serves, other traffic of these servers is refused, too";
  }

  private void write(Order order, String kind, Map<String, String> more, List<String> notes) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("digest", order.digest());
    details.putAll(Collections.unmodifiableMap(more));
    append(new JournalEntry(clock.instant(), order.actor(), kind, "lb " + name, details), notes);
  }

  private void append(JournalEntry entry, List<String> notes) {
    try {
      journal.append(entry);
    } catch (Journal.JournalUnavailable e) {
      notes.add("not in the journal: " + entry.kind() + " (" + e.getMessage() + ")");
    }
  }
}
