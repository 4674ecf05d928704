package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.Apply;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.balancer.Probe;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.Progress;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.RunningState;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Truth;
import dev.checkrail.balancer.Versions;
import dev.checkrail.balancer.haproxy.Adopt;
import dev.checkrail.balancer.haproxy.Doctor;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.balancer.haproxy.ManualWay;
import dev.checkrail.change.Checks;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Watch;
import dev.checkrail.policy.Policy;
import dev.checkrail.report.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The load balancers that are owned here. Acts on one of them come one after the other; acts on
 * different ones don't wait for each other. What a crash interrupted is ended before anything else
 * is done to that load balancer.
 */
final class Balancers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Balancers.class);

  /** How long an act waits for the one before it. */
  private static final Duration TURN = Duration.ofSeconds(5);

  /** Old workers are watched as long as this; longer ones are seen by {@code show} still. */
  private static final Duration FOLLOWED = Duration.ofMinutes(30);

  /** How long the end of this process waits for an act. */
  private static final Duration LAST = Duration.ofSeconds(20);

  private static final int DIFFERENCES = 16;

  private static final Duration PROBE = Duration.ofSeconds(1);

  private final Registry registry;
  private final Journal journal;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Map<String, Turn> turns = new ConcurrentHashMap<>();

  /** Held while it is looked whether somebody else owns the same one, and until we do. */
  private final Turn takingOver = new Turn();

  private final Map<String, Truth> truths = new ConcurrentHashMap<>();
  private final Set<Thread> following = ConcurrentHashMap.newKeySet();

  /** Who looks at drift looks again; ten thousand entries of a map take seconds to compare. */
  private final Map<Compared, Checks.Answer> differences =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Compared, Checks.Answer> eldest) {
              return size() > DIFFERENCES;
            }
          });

  /** Two versions under what is known of a load balancer: its policy and its environment. */
  private record Compared(Registry.Entry entry, String from, String to) {}

  /**
   * On a folder.
   *
   * @param journal where each act is written down
   * @param nanos elapsed time
   */
  Balancers(Registry registry, Journal journal, InstantSource clock, LongSupplier nanos) {
    this.registry = registry;
    this.journal = journal;
    this.clock = clock;
    this.nanos = nanos;
  }

  /** Who acts on one load balancer, one after the other; counted, so that who only looks knows. */
  private static final class Turn {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final AtomicLong begunAndEnded = new AtomicLong();

    /** Whether it is ours within this time. */
    boolean take(Duration patience) throws InterruptedException {
      boolean taken = lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (taken) {
        begunAndEnded.incrementAndGet();
      }
      return taken;
    }

    void give() {
      begunAndEnded.incrementAndGet();
      lock.unlock();
    }
  }

  /** What is asked of one load balancer, under its lock. */
  interface Act<T> {
    T with(Held held) throws BalancerException, InterruptedException;
  }

  /** One load balancer while somebody acts on it. */
  final class Held {
    private final Registry.Entry entry;
    private final Driver driver;
    private final Versions versions;

    private Held(Registry.Entry entry, Driver driver, Versions versions) {
      this.entry = entry;
      this.driver = driver;
      this.versions = versions;
    }

    Registry.Entry entry() {
      return entry;
    }

    Driver driver() {
      return driver;
    }

    Versions versions() {
      return versions;
    }

    private Apply apply() {
      return new Apply(entry.name(), driver, versions, journal, clock);
    }

    /** Its policies, and who approved them. */
    ApprovedPolicies policies() throws BalancerException {
      return registry.policies(entry.name());
    }

    private GateChecks checks() {
      return checks(Registry.policy(entry.policy(), entry.installation().environment()));
    }

    /** As another policy would judge it. */
    GateChecks checks(Policy policy) {
      Installation at = entry.installation();
      return new GateChecks(
          policy, at.environment(), at.workingDirectory(), at.binary(), clock, nanos);
    }

    void write(String actor, String kind, Map<String, String> details) {
      journal.append(new JournalEntry(clock.instant(), actor, kind, "lb " + entry.name(), details));
    }
  }

  List<String> names() throws IOException {
    return registry.names();
  }

  // --- at the start

  /** Ends what a crash interrupted, for each of them; one that can't be reached is tried later. */
  void recover() throws IOException, InterruptedException {
    for (String name : names()) {
      try {
        act(name, held -> "");
      } catch (BalancerException | Problem e) {
        LOG.warn("lb {}: {}", name, e.getMessage());
      }
    }
  }

  // --- adding

  /** What a person says of one that is to be taken over, and what wins over what is seen. */
  record Adding(
      String name,
      Adopt.Known known,
      UnaryOperator<Installation> corrected,
      Optional<String> policy,
      Optional<String> log,
      boolean again,
      String actor) {}

  /** What was taken over. */
  record Added(String digest, Installation installation, List<String> notes) {
    Added {
      notes = List.copyOf(notes);
    }
  }

  /** Takes one over: what is on its disk is its first approved version. */
  Added add(Adding adding) throws BalancerException, InterruptedException {
    String name = adding.name();
    if (!name.matches(Registry.NAME)) {
      throw Problem.refused(
          "a load balancer's name is lower case: a letter, then letters, digits and . _ -");
    }
    Turn turn = take(name);
    try {
      if (!takingOver.take(TURN)) {
        throw Problem.conflict("busy", "another load balancer is being taken over right now");
      }
      try {
        return added(adding);
      } finally {
        takingOver.give();
      }
    } finally {
      turn.give();
    }
  }

  private Added added(Adding adding) throws BalancerException, InterruptedException {
    String name = adding.name();
    Optional<Registry.Entry> before = registry.entry(name);
    if (before.isPresent() && !adding.again()) {
      throw Problem.conflict(
          "exists", "there is a load balancer " + name + " already; --again takes it over anew");
    }
    Adopt.Found found = Adopt.find(adding.known());
    Installation at = adding.corrected().apply(found.installation());
    Optional<String> policy = adding.policy().or(() -> before.flatMap(Registry.Entry::policy));
    Registry.policy(policy, at.environment());
    notOwnedTwice(name, at);
    try (Driver driver = new HaproxyDriver(at)) {
      Optional<String> log = adding.log().or(() -> before.flatMap(Registry.Entry::log));
      Registry.Entry entry = new Registry.Entry(name, at, policy, log);
      Held held = new Held(entry, driver, registry.versions(name));
      String digest =
          held.apply().adopt(adding.actor(), adding.again() ? "lb add --again" : "lb add");
      if (adding.policy().isPresent()) {
        PolicyApproval.approve(
            held,
            adding.policy().get(),
            adding.actor(),
            clock.instant(),
            adding.again() ? "lb add --again" : "lb add",
            Map.of());
      }
      registry.add(entry);
      return new Added(digest, at, found.notes());
    }
  }

  /**
   * Of two names for one load balancer each would take the other's reloads and files for somebody
   * else's.
   */
  private void notOwnedTwice(String name, Installation at) throws BalancerException {
    for (String other : known()) {
      Optional<Registry.Entry> entry =
          other.equals(name) ? Optional.empty() : registry.entry(other);
      Optional<String> same = entry.flatMap(it -> SameInstallation.of(at, it.installation()));
      if (same.isPresent()) {
        throw Problem.conflict(
            "owned-already",
            "this load balancer is owned as %s already: %s. 'lb forget %s' lets it go"
                .formatted(other, same.get(), other));
      }
    }
  }

  private List<String> known() throws BalancerException {
    try {
      return names();
    } catch (IOException e) {
      throw new BalancerException(
          BalancerException.Kind.FILES,
          "the load balancers that are owned can't be listed: " + e.getMessage(),
          e);
    }
  }

  // --- letting go

  /**
   * Lets one go: nothing of the load balancer itself is touched, its versions are kept in a folder
   * of former ones. Answers that folder.
   */
  Path forget(String name, String actor) throws BalancerException, InterruptedException {
    Registry.Entry entry = owned(name);
    Turn turn = take(name);
    try {
      Versions versions = registry.versions(name);
      try (Driver driver = new HaproxyDriver(entry.installation())) {
        Held held = new Held(entry, driver, versions);
        // Files of two versions may lie on its disk: that is not how it is left.
        var ended = held.apply().recover(Progress.NONE);
        if (ended.outcome() == Applied.Outcome.OTHER_SERVES) {
          LOG.warn("lb {}: {}", name, ended.why());
        }
        Map<String, String> details = new LinkedHashMap<>();
        versions.live().ifPresent(digest -> details.put("approved", digest));
        Path to = registry.former(name, clock.instant());
        details.put("kept", to.toString());
        held.write(actor, "lb.forgotten", details);
        try {
          registry.forget(name, to);
        } catch (BalancerException e) {
          details.put("why", String.valueOf(e.getMessage()));
          held.write(actor, "lb.not-forgotten", details);
          throw e;
        }
        truths.remove(name);
        following.stream()
            .filter(thread -> thread.getName().equals("follow " + name))
            .forEach(Thread::interrupt);
        return to;
      }
    } finally {
      turn.give();
    }
  }

  /** What it lacks to be rolled out and watched. */
  Doctor.Report doctor(String name, Doctor.Wanted wanted)
      throws BalancerException, InterruptedException {
    return look(name, held -> Doctor.look(held.entry().installation(), wanted));
  }

  // --- acting

  <T> T act(String name, Act<T> act) throws BalancerException, InterruptedException {
    Registry.Entry entry = owned(name);
    Turn turn = take(name);
    try {
      return acting(entry, act);
    } finally {
      turn.give();
    }
  }

  /** Keeps others from acting, and leaves what a crash interrupted as it is. */
  <T> T alone(String name, Act<T> act) throws BalancerException, InterruptedException {
    Registry.Entry entry = owned(name);
    Turn turn = take(name);
    try (Driver driver = new HaproxyDriver(entry.installation())) {
      return act.with(new Held(entry, driver, registry.versions(name)));
    } finally {
      turn.give();
    }
  }

  private <T> T acting(Registry.Entry entry, Act<T> act)
      throws BalancerException, InterruptedException {
    try (Driver driver = new HaproxyDriver(entry.installation())) {
      Held held = new Held(entry, driver, registry.versions(entry.name()));
      Applied recovered = held.apply().recover(Progress.NONE);
      if (recovered.outcome() != Applied.Outcome.NOTHING) {
        LOG.warn("lb {}: {}", entry.name(), recovered.why());
        follow(entry.name(), recovered);
      }
      return act.with(held);
    }
  }

  private Registry.Entry owned(String name) throws BalancerException {
    return registry
        .entry(name)
        .orElseThrow(() -> Problem.missing("there is no load balancer " + name));
  }

  /** Looks without waiting for those who act. */
  <T> T look(String name, Act<T> act) throws BalancerException, InterruptedException {
    Registry.Entry entry = owned(name);
    try (Driver driver = new HaproxyDriver(entry.installation())) {
      return act.with(new Held(entry, driver, registry.versions(name)));
    }
  }

  private Turn take(String name) throws InterruptedException {
    Turn turn = turns.computeIfAbsent(name, it -> new Turn());
    if (!turn.take(TURN)) {
      throw Problem.conflict(
          "busy", "somebody else acts on the load balancer " + name + " right now");
    }
    return turn;
  }

  /** A count that is odd while somebody acts, and another one afterwards. */
  long acts(String name) {
    return turns.computeIfAbsent(name, it -> new Turn()).begunAndEnded.get();
  }

  /** Ends a switch that was interrupted, unless somebody acts: then he does. Never waits. */
  void endInterrupted(String name) throws BalancerException, InterruptedException {
    Registry.Entry entry = owned(name);
    Turn turn = turns.computeIfAbsent(name, it -> new Turn());
    if (turn.take(Duration.ZERO)) {
      try {
        var unused = acting(entry, held -> "");
      } finally {
        turn.give();
      }
    }
  }

  /**
   * What is to be put in place.
   *
   * @param moves services that are meant to move
   * @param force put in place although the gate blocks it, and over drift
   */
  record Wanted(
      Candidate candidate,
      List<String> moves,
      Map<String, Preflight.Choice> choices,
      boolean force,
      String actor) {
    Wanted {
      moves = List.copyOf(moves);
      choices = Map.copyOf(choices);
    }
  }

  /**
   * What became of it; nothing was applied if the verdict held it back.
   *
   * @param verdict empty if there was nothing to judge
   * @param missing files that it names and that are nowhere
   */
  record Gated(
      Optional<Verdict> verdict, String digest, Optional<Applied> applied, List<String> missing) {
    Gated {
      missing = List.copyOf(missing);
    }
  }

  /** Through the gate, then in place. */
  Gated apply(String name, Wanted wanted) throws BalancerException, InterruptedException {
    var unused =
        act(
            name,
            held -> {
              renewed(held, held.driver().placed(wanted.candidate()));
              return "";
            });
    return act(
        name,
        held -> {
          ConfigurationSet to = held.driver().placed(wanted.candidate());
          String live =
              held.versions()
                  .live()
                  .orElseThrow(
                      () -> Problem.conflict("no-version", "no version was ever approved here"));
          ConfigurationSet from =
              held.versions()
                  .load(live)
                  .orElseThrow(() -> Problem.missing("the live version is not kept here"));
          String digest = to.digest();
          boolean already = digest.equals(live);
          if (already && inPlace(held, digest)) {
            return new Gated(Optional.empty(), digest, Optional.of(nothing(digest)), List.of());
          }
          List<String> missing = missing(from, to);
          Verdict verdict = held.checks().gate(from, to, wanted.moves());
          boolean passed = verdict.kind() == Verdict.Kind.PASS;
          Map<String, String> details = new LinkedHashMap<>();
          details.put("digest", digest);
          details.put("verdict", verdict.kind().word());
          String rules = PolicyApproval.blocking(verdict);
          if (!rules.isEmpty()) {
            details.put("rules", rules);
          }
          if (!wanted.moves().isEmpty()) {
            details.put("moves", String.join(" ", wanted.moves()));
          }
          if (!passed && !wanted.force()) {
            held.write(wanted.actor(), "apply.held-back", details);
            return new Gated(Optional.of(verdict), digest, Optional.empty(), missing);
          }
          details.put("forced", Boolean.toString(wanted.force()));
          if (!already) {
            // Written before it is approved: no version lives of which the journal knows nothing.
            held.write(wanted.actor(), "version.approved", details);
            held.versions().keep(to);
            held.versions()
                .approve(
                    digest,
                    clock.instant(),
                    wanted.actor(),
                    passed ? "lb apply, gate: pass" : "lb apply --force, gate: " + rules);
          }
          Applied applied =
              held.apply()
                  .apply(
                      new Apply.Order(digest, wanted.actor(), wanted.choices(), wanted.force()),
                      Progress.NONE);
          follow(name, applied);
          if (applied.serves()) {
            moved(held.entry(), from, to);
          }
          Applied told = byHand(held, applied);
          if (already) {
            told = noted(told, "this version was the live one already: it was loaded again");
          }
          return new Gated(Optional.of(verdict), digest, Optional.of(told), missing);
        });
  }

  /** What files use of HAProxy's environment is known before they are judged. */
  private void renewed(Held held, ConfigurationSet files) throws BalancerException {
    remember(held.entry(), Adopt.renewed(held.entry().installation(), files));
  }

  /** Where the worker is asked from now on. */
  private void moved(Registry.Entry entry, ConfigurationSet from, ConfigurationSet to) {
    try {
      remember(entry, Adopt.moved(entry.installation(), from, to));
    } catch (BalancerException e) {
      LOG.warn("lb {}: its stats socket is not remembered: {}", entry.name(), e.getMessage());
    }
  }

  private void remember(Registry.Entry entry, Installation at) throws BalancerException {
    if (!at.equals(entry.installation())) {
      registry.add(new Registry.Entry(entry.name(), at, entry.policy(), entry.log()));
    }
  }

  // --- changes that are reviewed

  /**
   * A candidate that is kept.
   *
   * @param missing files that it names and that are nowhere
   */
  record Kept(String digest, List<String> missing) {
    Kept {
      missing = List.copyOf(missing);
    }
  }

  /** Keeps a candidate as a version that nobody has approved. */
  Kept keep(String name, Candidate candidate, List<String> moves)
      throws BalancerException, InterruptedException {
    var unused =
        act(
            name,
            held -> {
              renewed(held, held.driver().placed(candidate));
              return "";
            });
    return act(
        name,
        held -> {
          GateChecks.mustBeServices(
              Registry.policy(held.entry().policy(), held.entry().installation().environment()),
              moves);
          ConfigurationSet to = held.driver().placed(candidate);
          ConfigurationSet from = version(held, live(held));
          return new Kept(held.versions().keep(to), missing(from, to));
        });
  }

  private static String live(Held held) throws BalancerException {
    return held.versions()
        .live()
        .orElseThrow(() -> Problem.conflict("no-version", "no version was ever approved here"));
  }

  static ConfigurationSet version(Held held, String digest) throws BalancerException {
    return held.versions()
        .load(digest)
        .orElseThrow(
            () -> Problem.missing("the version " + Versions.brief(digest) + " is not kept here"));
  }

  /** A pair of kept versions and what the path found of them. */
  record Judged(ConfigurationSet from, ConfigurationSet to, PathReport report) {}

  /**
   * What a change from one kept version to another does; takes seconds, and waits for nobody.
   *
   * @param told how far it is
   */
  Judged judge(
      String name,
      String from,
      String to,
      List<String> moves,
      Terms.Rehearsing rehearsing,
      Watch.Told told)
      throws BalancerException, InterruptedException {
    return look(
        name,
        held -> {
          ConfigurationSet base = version(held, from);
          ConfigurationSet candidate = version(held, to);
          return new Judged(
              base, candidate, held.checks().judged(base, candidate, moves, rehearsing, told));
        });
  }

  /**
   * A reviewed change that is to be put in place.
   *
   * @param from what has to be live
   * @param to what is to be
   * @param force in an emergency: over drift, and whatever is live
   * @param step whether it is on the way to another version only
   * @param why as the version's approval has it
   * @param details for the journal
   */
  record Rolling(
      String from,
      String to,
      String actor,
      Map<String, Preflight.Choice> choices,
      boolean force,
      boolean step,
      String why,
      Map<String, String> details) {
    Rolling {
      choices = Map.copyOf(choices);
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /** Puts a reviewed change in place; who calls this has written down that it begins. */
  Applied roll(String name, Rolling rolling) throws BalancerException, InterruptedException {
    return act(
        name,
        held -> {
          String live = live(held);
          if (!live.equals(rolling.from()) && !rolling.force()) {
            throw Problem.conflict(
                "change-stale",
                "the version %s is live, not %s as when it was judged"
                    .formatted(Versions.brief(live), Versions.brief(rolling.from())));
          }
          ConfigurationSet from = version(held, live);
          ConfigurationSet to = version(held, rolling.to());
          Map<String, String> details = new LinkedHashMap<>();
          details.put("digest", rolling.to());
          details.putAll(rolling.details());
          details.put("forced", Boolean.toString(rolling.force()));
          // Written before it is approved: no version lives of which the journal knows nothing.
          held.write(rolling.actor(), "version.approved", details);
          held.versions().approve(rolling.to(), clock.instant(), rolling.actor(), rolling.why());
          Applied applied =
              held.apply()
                  .apply(
                      new Apply.Order(
                          rolling.to(),
                          rolling.actor(),
                          rolling.choices(),
                          rolling.force(),
                          rolling.step()),
                      Progress.NONE);
          follow(name, applied);
          if (applied.serves()) {
            moved(held.entry(), from, to);
          }
          return byHand(held, applied);
        });
  }

  /** Whether it lies on the disk and the worker that serves says that it was started with it. */
  private static boolean inPlace(Held held, String digest) throws BalancerException {
    return held.driver().onDisk().digest().equals(digest)
        && held.driver()
            .processes()
            .current()
            .flatMap(Processes.Worker::marker)
            .filter(digest::equals)
            .isPresent();
  }

  private static Applied nothing(String digest) {
    return new Applied(
        Applied.Outcome.NOTHING,
        digest,
        Optional.empty(),
        "version "
            + Versions.brief(digest)
            + " is the live one already: nothing was done ('lb reload' would load it again)",
        Optional.empty(),
        List.of());
  }

  /** What only the new files name and is neither with them nor where they name it. */
  private static List<String> missing(ConfigurationSet from, ConfigurationSet to) {
    return to.items().stream()
        .filter(item -> item.content().isEmpty())
        .map(ConfigurationSet.Item::path)
        .filter(path -> from.item(path).isEmpty())
        .toList();
  }

  /** Loads the approved files again. */
  Applied reload(
      String name, Map<String, Preflight.Choice> choices, boolean overDrift, String actor)
      throws BalancerException, InterruptedException {
    var unused =
        act(
            name,
            held -> {
              renewed(held, held.driver().onDisk());
              return "";
            });
    return act(
        name,
        held -> {
          String live =
              held.versions()
                  .live()
                  .orElseThrow(
                      () -> Problem.conflict("no-version", "no version was ever approved here"));
          Applied applied =
              held.apply().apply(new Apply.Order(live, actor, choices, overDrift), Progress.NONE);
          follow(name, applied);
          return byHand(held, applied);
        });
  }

  /** Leaves a script that goes back without us, and says where it is. */
  private Applied byHand(Held held, Applied applied) {
    if (!applied.serves()) {
      return applied;
    }
    List<String> notes = new ArrayList<>(applied.notes());
    try {
      Optional<String> previous = held.versions().previous();
      Optional<Processes.Master> master = held.driver().processes().master();
      if (previous.isPresent() && master.isPresent()) {
        Path script =
            registry.byHand(
                held.entry().name(),
                ManualWay.to(
                    held.entry().installation(),
                    held.versions(),
                    previous.get(),
                    master.get().pid()));
        notes.add(
            "back to %s without Checkrail: sh %s"
                .formatted(Versions.brief(previous.get()), script));
      }
    } catch (BalancerException e) {
      notes.add("no script for going back by hand: " + e.getMessage());
    }
    return new Applied(
        applied.outcome(),
        applied.digest(),
        applied.truth(),
        applied.why(),
        applied.preflight(),
        notes);
  }

  /**
   * Goes back.
   *
   * @param digest empty: the version before the live one
   */
  Rollback.RolledBack rollback(
      String name,
      Optional<String> digest,
      String reason,
      Optional<Rollback.Tourniquet> tourniquet,
      List<String> dropped,
      String actor)
      throws BalancerException, InterruptedException {
    Registry.Entry entry = owned(name);
    Versions versions = registry.versions(name);
    Optional<String> ordered = versions.live();
    Turn turn = take(name);
    try (Driver driver = new HaproxyDriver(entry.installation())) {
      // No recovery first: an interrupted switch is a part of what is gone back from.
      if (digest.isEmpty() && !versions.live().equals(ordered)) {
        throw Problem.conflict(
            "changed-meanwhile",
            "somebody else put version %s in place while this waited for its turn, and nothing was done: look ('lb show'), and say it again if it is still meant"
                .formatted(versions.live().map(Versions::brief).orElse("unknown")));
      }
      String to =
          digest.isPresent()
              ? digest.get()
              : versions
                  .previous()
                  .orElseThrow(() ->
                      Problem.conflict(
                          "no-version",
                          "no version lived here before this one, or all that did were gone"
                              + " back from: name one with --to ('lb show' lists them)"));
      String way = way(versions, to);
      Rollback.RolledBack back =
          new Rollback(name, driver, versions, journal, clock, Probe.direct(PROBE))
              .back(new Rollback.Order(to, actor, reason, tourniquet, dropped), Progress.NONE);
      follow(name, back.applied());
      Optional<ConfigurationSet> from =
          ordered.isPresent() ? versions.load(ordered.get()) : Optional.empty();
      Optional<ConfigurationSet> now = versions.load(to);
      if (back.applied().serves() && from.isPresent() && now.isPresent()) {
        moved(entry, from.get(), now.get());
      }
      return new Rollback.RolledBack(
          noted(back.applied(), way),
          back.tourniquet(),
          back.tourniquetMillis(),
          back.servesMillis());
    } finally {
      turn.give();
    }
  }

  /** From where to where, for people. */
  private static String way(Versions versions, String to) throws BalancerException {
    String what =
        versions
            .approval(to)
            .map(it -> ", approved %s by %s: %s".formatted(it.at(), it.by(), it.why()))
            .orElse("");
    String from = versions.live().map(Versions::brief).orElse("what is there");
    return "from %s to %s%s".formatted(from, Versions.brief(to), what);
  }

  private static Applied noted(Applied applied, String note) {
    List<String> notes = new ArrayList<>();
    notes.add(note);
    notes.addAll(applied.notes());
    return new Applied(
        applied.outcome(),
        applied.digest(),
        applied.truth(),
        applied.why(),
        applied.preflight(),
        notes);
  }

  /** What a server is told. */
  void tell(
      String name,
      ServerName server,
      Optional<RunningState.Admin> admin,
      Optional<Integer> weight,
      String actor)
      throws BalancerException, InterruptedException {
    var unused =
        act(
            name,
            held -> {
              Map<String, String> details = new LinkedHashMap<>();
              details.put("server", server.toString());
              admin.ifPresent(it -> details.put("state", it.word()));
              weight.ifPresent(it -> details.put("weight", it.toString()));
              held.write(actor, "runtime.told", details);
              if (admin.isPresent()) {
                held.driver().admin(server, admin.get());
              }
              if (weight.isPresent()) {
                held.driver().weight(server, weight.get());
              }
              return "";
            });
  }

  /**
   * What nobody approved.
   *
   * @param now what runs against what was approved; empty if no file and no table differs
   * @param afterReload what is on the disk against what was approved; empty if no file differs, or
   *     if it is what runs
   */
  record Drifted(
      Drift.Report report, Optional<Checks.Answer> now, Optional<Checks.Answer> afterReload) {}

  /** Looks for drift. */
  Drifted drift(String name) throws BalancerException, InterruptedException {
    return look(
        name,
        held -> {
          Drift.Report report = Drift.find(held.driver(), held.versions(), Set.of());
          String runs = report.running().digest();
          return new Drifted(
              report,
              difference(held, report.approved(), report.running()),
              report.onDisk().digest().equals(runs)
                  ? Optional.empty()
                  : difference(held, report.approved(), report.onDisk()));
        });
  }

  /** Whether a version would work again if one went back to it now; takes seconds. */
  Verdict wayBack(String name, String digest) throws BalancerException, InterruptedException {
    return look(
        name,
        held -> {
          ConfigurationSet target =
              held.versions()
                  .load(digest)
                  .orElseThrow(() -> Problem.missing("this version is not kept here"));
          return held.checks().wayBack(target, target);
        });
  }

  private Optional<Checks.Answer> difference(
      Held held, ConfigurationSet approved, ConfigurationSet other) throws InterruptedException {
    if (approved.digest().equals(other.digest())) {
      return Optional.empty();
    }
    Compared pair = new Compared(held.entry(), approved.digest(), other.digest());
    Checks.Answer known = differences.get(pair);
    if (known != null) {
      return Optional.of(known);
    }
    Checks.Answer answer = held.checks().diff(approved, other);
    differences.put(pair, answer);
    return Optional.of(answer);
  }

  // --- after a reload

  /** The last that was seen of a reload, as long as this process runs. */
  Optional<Truth> truth(String name) {
    return Optional.ofNullable(truths.get(name));
  }

  /** Watches old workers go, beside everything else. */
  private void follow(String name, Applied applied) {
    if (!applied.serves() || applied.truth().isEmpty()) {
      return;
    }
    truths.put(name, applied.truth().get());
    Thread thread =
        Thread.ofVirtual()
            .name("follow " + name)
            .unstarted(() -> {
              try {
                var unused =
                    look(
                        name,
                        held ->
                            held.apply()
                                .follow(applied, FOLLOWED, truth -> truths.put(name, truth)));
              } catch (BalancerException | RuntimeException e) {
                LOG.warn("lb {}: old workers are not watched: {}", name, e.getMessage());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // we are stopping
              } finally {
                following.remove(Thread.currentThread());
              }
            });
    following.add(thread);
    thread.start();
  }

  /** Waits for acts that are under way, for a while, and ends all watching. */
  @Override
  public void close() {
    try {
      for (Turn turn : turns.values()) {
        if (turn.take(LAST)) {
          turn.give();
        }
      }
      following.forEach(Thread::interrupt);
      for (Thread thread : following) {
        boolean ended = thread.join(Duration.ofSeconds(2));
        if (!ended) {
          LOG.warn("{} does not end", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
