package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.policy.Policy;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Alerts;
import dev.checkrail.watch.detect.Detect;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.detect.Moments;
import dev.checkrail.watch.detect.Sign;
import dev.checkrail.watch.diagnose.Act;
import dev.checkrail.watch.diagnose.AutoRollback;
import dev.checkrail.watch.diagnose.AutoRollback.Decision;
import dev.checkrail.watch.diagnose.AutoRollback.WayBack;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Diagnose;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.diagnose.Scope;
import dev.checkrail.watch.incident.Chronicle;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Prevention;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards one load balancer: each second, 0.4 s after its turn, all that was observed becomes a
 * {@link Moment}, is looked at by the detectors, told, diagnosed, perhaps acted on, and recorded.
 * The thread {@code guard NAME} does that and waits for nobody: what takes time is done on others.
 */
final class Guard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  /** Milliseconds after the turn of a second: what the socket and the log told of it is there. */
  private static final int LATE = 400;

  private static final Duration REMEMBERED = Duration.ofMinutes(15);
  private static final Duration SETTLED = Duration.ofSeconds(10);
  private static final Duration ENDING = Duration.ofSeconds(5);

  /** A way back that a crash interrupted is gone on with for so long. */
  private static final Duration GOES_ON = Duration.ofMinutes(5);

  private static final int ROOM = 1_000;
  private static final int PROPOSALS = 5;
  private static final int SERVICES = 50;

  private final Guards.Around around;
  private final Watched watched;
  private final String name;
  private final InstantSource clock;
  private final Instant began;
  private final HeardJournal.Ear ear;
  private final WhatMoved moved;
  private final Signals signals;
  private final GoingBack goingBack;
  private final ExecutorService acting;
  private final BlockingQueue<Happening> said = new ArrayBlockingQueue<>(ROOM);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread thread;
  private volatile Optional<Now> now = Optional.empty();

  // Confined to the thread.
  private final Moments moments = new Moments();
  private final Detect detect;
  private final Diagnose diagnose;
  private final AutoRollback rollback = new AutoRollback();
  private Optional<String> policyText;
  private Chronicle chronicle = new Chronicle();
  private boolean resumed;
  private boolean warmed;
  private long worker;
  private String trouble = "";
  private Instant troubleSince = Instant.EPOCH;
  private Basis basis = new Basis("", Instant.EPOCH);
  private String settledBasis = "";
  private final Set<String> proposed = new TreeSet<>();
  private final Map<String, Set<String>> harmed = new TreeMap<>();
  private Optional<Prevention> prevention = Optional.empty();
  private Optional<Recorded.Going> going = Optional.empty();
  private boolean interrupted;
  private String incidentId = "";

  /** What ways back may depend on, and since when it is so. */
  private record Basis(String text, Instant since) {}

  /**
   * What is known at this moment.
   *
   * @param decision whether to go back
   * @param back the way back that would be taken
   * @param incident that is open, or has just ended
   * @param signs what the detectors see
   */
  record Now(
      Instant at,
      Moment moment,
      Diagnosis diagnosis,
      Decision decision,
      Optional<WayBack> back,
      Optional<Incident> incident,
      List<Sign> signs) {
    Now {
      signs = List.copyOf(signs);
    }
  }

  /** For one load balancer; {@link #start} begins. */
  Guard(Watched watched, Guards.Around around) {
    this.watched = watched;
    this.around = around;
    this.name = watched.name();
    this.clock = around.clock();
    this.began = clock.instant();
    this.ear = around.journal().listen(name);
    this.moved = new WhatMoved(watched.entry(), around.registry(), this::policy, around.nanos());
    this.policyText = watched.entry().policy();
    this.signals = new Signals(policy().signals(), around.nanos());
    this.goingBack = new GoingBack(around.balancers(), clock, this::tell);
    this.acting =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("act " + name).factory());
    this.detect = new Detect(Expectations.NONE);
    this.diagnose = new Diagnose(moved);
    this.thread = Thread.ofPlatform().daemon().name("guard " + name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** What is known now; empty before the first look. */
  Optional<Now> now() {
    return now;
  }

  /** What people did about it; it stands in the timeline within a second. */
  void tell(Happening happening) {
    if (!said.offer(happening)) {
      LOG.warn("lb {}: too much is told at once", name);
    }
  }

  private Policy policy() {
    Registry.Entry entry = watched.entry();
    try {
      return Registry.policy(entry.policy(), entry.installation().environment());
    } catch (Problem e) {
      LOG.error("lb {}: {}", name, e.getMessage());
      return Policy.none();
    }
  }

  // --- each second, on the guard's thread

  private void run() {
    try {
      Optional<List<JournalEntry>> before = Optional.empty();
      while (!closed.get()) {
        if (before.isEmpty()) {
          before = remembered();
        }
        untilTheNext();
        try {
          look(before.orElse(List.of()));
          before = before.map(seen -> List.of());
          trouble = "";
        } catch (BalancerException | RuntimeException e) {
          failed(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void untilTheNext() throws InterruptedException {
    Thread.sleep(1000 - Math.floorMod(clock.millis() - LATE, 1000L));
  }

  /**
   * What the journal says of the last quarter of an hour before we began to listen: we may have
   * been away. Empty if it does not answer: then it is asked again.
   */
  private Optional<List<JournalEntry>> remembered() {
    try {
      return Optional.of(
          around.remembered().of(name, began.minus(REMEMBERED)).stream()
              .filter(it -> it.at().isBefore(began))
              .toList());
    } catch (RuntimeException e) {
      LOG.warn("lb {}: what was done before is not known yet: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  private void look(List<JournalEntry> before) throws BalancerException {
    resume();
    underNewPolicy();
    signals.ask();
    Instant at = clock.instant();
    Versions versions = around.registry().versions(name);
    Optional<String> live = versions.live();
    Moment moment = moments.next(sources(at, live, versions, before));
    Expectations expectations =
        watched.meant().map(Watched.Meant::expectations).orElse(Expectations.NONE);
    detect.expect(expectations);
    List<Sign> signs = detect.next(moment);
    Diagnosis diagnosis = diagnose.next(moment);
    moved.see(diagnose.acts());
    Optional<WayBack> back = wayBack(diagnosis, live, versions);
    Decision decided = rollback.next(moment, diagnosis, back);
    Decision decision = goesOn(moment, signs, live).<Decision>map(it -> it).orElse(decided);
    List<Happening> happenings = new ArrayList<>();
    said.drainTo(happenings);
    Optional<Incident> known = now.flatMap(Now::incident);
    happenings.addAll(
        around
            .onCall()
            .look(Alerts.Look.of(moment, told(signs, at), expectations), diagnosis, known));
    decided(decision, moment).ifPresent(happenings::add);
    Optional<Incident> incident =
        chronicle.next(moment, diagnosis, happenings, OptionalLong.empty());
    now = Optional.of(new Now(at, moment, diagnosis, decision, back, incident, signs));
    record(incident, moment);
    keepWaysBack(diagnosis, live, versions, moment, at);
    warmUp(moment);
  }

  /** What is seen, and what people did. */
  private List<Sign> told(List<Sign> seen, Instant at) {
    List<Sign> all = new ArrayList<>(seen);
    all.addAll(around.deeds().signs(name, at));
    return all;
  }

  /** What was learned stays. */
  private void underNewPolicy() {
    Optional<String> text = watched.entry().policy();
    if (!text.equals(policyText)) {
      policyText = text;
      signals.become(policy().signals());
      moved.policyChanged();
    }
  }

  private Moments.Sources sources(
      Instant at, Optional<String> live, Versions versions, List<JournalEntry> before)
      throws BalancerException {
    boolean acts = (around.balancers().acts(name) & 1) == 1;
    OptionalLong ours =
        versions.seen().map(it -> OptionalLong.of(it.worker())).orElse(OptionalLong.empty());
    Snapshot snapshot = watched.latest();
    Drifting drift = around.drift().apply(name);
    if (snapshot instanceof Snapshot.Seen seen && seen.current().pid() != worker) {
      worker = seen.current().pid();
      if (!acts && ours.orElse(worker) != worker) {
        around.lookSoon().accept(name);
      }
    }
    List<JournalEntry> journal = new ArrayList<>(before);
    // What was begun to be written before we listened, and was heard all the same, is in both.
    ear.next().stream().filter(one -> !before.contains(one)).forEach(journal::add);
    return new Moments.Sources(
        at,
        live,
        snapshot,
        watched.log().map(it -> watched.traffic()),
        watched.logCounts(),
        watched.logTrouble(),
        watched.probes().latest(),
        drift,
        journal,
        signals.latest(),
        new Moments.Ours(acts, ours));
  }

  private void warmUp(Moment moment) {
    if (!warmed && moment.stats().isPresent() && watched.meant().isPresent()) {
      warmed = true;
      moved.warmUp();
    }
  }

  // --- going back

  private Optional<WayBack> wayBack(Diagnosis diagnosis, Optional<String> live, Versions versions)
      throws BalancerException {
    Optional<Act> act = diagnosis.published().flatMap(it -> it.first().act());
    boolean ourLast =
        act.filter(it -> it.kind() == Act.Kind.APPLY && it.digest().equals(live)).isPresent();
    Optional<String> to = ourLast ? versions.previous() : live;
    return to.map(digest -> around.waysBack().to(name, digest));
  }

  /** While users fail only what is not known: it takes the processor from those who help them. */
  private void keepWaysBack(
      Diagnosis diagnosis, Optional<String> live, Versions versions, Moment moment, Instant at)
      throws BalancerException {
    if (live.isEmpty()) {
      return;
    }
    String text =
        live.get()
            + policyText.map(ApprovedPolicies::digest).orElse("")
            + moment
                .servers()
                .map(one -> "\n" + one.name() + " " + one.address())
                .collect(Collectors.joining())
            + moment.drift().found().stream()
                .map(one -> "\n" + one.found().part() + " " + one.found().subject() + one.since())
                .collect(Collectors.joining());
    if (!text.equals(basis.text())) {
      basis = new Basis(text, at);
    }
    if (settledBasis.isEmpty() || !basis.since().plus(SETTLED).isAfter(at)) {
      settledBasis = basis.text();
    }
    List<String> digests = new ArrayList<>(List.of(live.get()));
    versions.previous().ifPresent(digests::add);
    around.waysBack().keep(name, digests, settledBasis, diagnosis.harmedSince().isPresent());
  }

  /** What is to stand in the timeline of it, once. */
  private Optional<Happening> decided(Decision decision, Moment moment) {
    return switch (decision) {
      case Decision.Stay stay -> Optional.empty();
      case Decision.Propose propose -> {
        String key = propose.change().id() + ' ' + propose.why().replaceAll("[0-9]+", "");
        boolean news = proposed.size() < PROPOSALS && proposed.add(key);
        yield news ? Optional.of(note(moment, proposal(propose))) : Optional.empty();
      }
      case Decision.GoBack back -> {
        if (around.observeOnly()) {
          yield Optional.of(note(moment, GoingBack.words(back)));
        }
        Optional<Rollback.Tourniquet> tourniquet =
            moved
                .by(back.change())
                .flatMap(scope ->
                    GoingBack.tourniquet(
                        scope,
                        moment,
                        watched
                            .meant()
                            .filter(it -> it.digest().equals(back.to()))
                            .map(Watched.Meant::configuration)));
        going = Optional.of(new Recorded.Going(moment.at(), back));
        inBackground(() -> goingBack.go(name, back, tourniquet));
        yield Optional.empty();
      }
    };
  }

  /**
   * The way back that was decided on when a crash came in between: the detectors have forgotten
   * what was usual, and nobody would decide on it again. Only if users fail still, if what was to
   * be gone back from is still there, and if the way back is green still.
   */
  private Optional<Decision.GoBack> goesOn(Moment moment, List<Sign> signs, Optional<String> live) {
    if (!interrupted || going.isEmpty()) {
      return Optional.empty();
    }
    Recorded.Going was = going.get();
    Act change = was.decision().change();
    moved.see(List.of(change));
    boolean ended =
        moment.events().stream()
            .anyMatch(event -> event.isVerifiedWayBack() && event.at().isAfter(change.at()));
    if (ended || was.at().plus(GOES_ON).isBefore(moment.at())) {
      interrupted = false;
      return Optional.empty();
    }
    boolean there =
        change.kind() == Act.Kind.BYPASS
            ? live.equals(Optional.of(was.decision().to()))
                && moment.drift().found().stream()
                    .anyMatch(one ->
                        switch (one.found().part()) {
                          case MAIN_FILES, REFERENCED_FILES, RELOAD -> true;
                          case RUNTIME_SERVERS, RUNTIME_TABLES -> false;
                        })
            : change.digest().equals(live);
    boolean fail =
        signs.stream()
            .anyMatch(sign ->
                sign.level() == Detection.Level.PAGE && sign.detection() != Detection.BLIND);
    if (!there || !fail || !around.waysBack().to(name, was.decision().to()).green()) {
      return Optional.empty();
    }
    interrupted = false;
    return Optional.of(
        new Decision.GoBack(
            change,
            was.decision().to(),
            was.decision().why() + "; decided at " + was.at() + ", before a crash"));
  }

  /** In words. */
  static String proposal(Decision.Propose propose) {
    return "proposed: go back"
        + propose.to().map(it -> " to " + Versions.brief(it)).orElse("")
        + "; not by itself, because "
        + propose.why();
  }

  private static Happening note(Moment moment, String text) {
    return new Happening(moment.at(), Incident.What.NOTE, "checkrail", text);
  }

  // --- the record

  /** What a crash interrupted goes on: the same incident, with the answer that was given. */
  private void resume() {
    if (resumed) {
      return;
    }
    try {
      Optional<Recorded> open = around.book().open(name);
      resumed = true;
      if (open.isPresent()) {
        chronicle = Chronicle.resume(open.get().memory());
        incidentId = open.get().incident().id();
        prevention = open.get().prevention();
        going = open.get().going();
        interrupted = going.isPresent();
      }
    } catch (RuntimeException e) {
      LOG.warn("lb {}: whether an incident was open is not known: {}", name, e.getMessage());
      resumed = now.flatMap(Now::incident).isPresent();
    }
  }

  private void record(Optional<Incident> incident, Moment moment) {
    if (incident.isEmpty()) {
      return;
    }
    if (!incident.get().id().equals(incidentId)) {
      incidentId = incident.get().id();
      prevention = Optional.empty();
      going = going.filter(it -> it.at().equals(moment.at()));
      proposed.clear();
      harmed.clear();
    }
    for (Moment.Flow flow : moment.flows()) {
      if (harmed.size() < SERVICES && (flow.unserved() || flow.fit().wrong())) {
        for (String service : flow.route().service().split("\\+", -1)) {
          harmed
              .computeIfAbsent(service, it -> new TreeSet<>())
              .addAll(List.of(flow.route().approved().split("\\|", -1)));
        }
      }
    }
    incident
        .get()
        .answer()
        .map(Diagnosis.Published::first)
        .flatMap(this::prevention)
        .ifPresent(it -> prevention = Optional.of(it));
    chronicle.memory().ifPresent(it -> around.book().put(new Recorded(it, prevention, going)));
  }

  /** Empty as long as it is not known what the change did; after a crash it may not be any more. */
  private Optional<Prevention> prevention(Ranked cause) {
    if (cause.cause() != Cause.LB_CHANGE) {
      return Optional.of(Prevention.of(cause, Scope.NOTHING, Map.of()));
    }
    return prevention.isPresent() && harmed.isEmpty()
        ? Optional.empty()
        : cause.act().flatMap(moved::by).map(scope -> Prevention.of(cause, scope, harmed));
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  private void inBackground(Work work) {
    try {
      acting.execute(() -> {
        try {
          work.run();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
          LOG.error("lb {}: an act failed", name, e);
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.warn("lb {}: nothing is done any more", name);
    }
  }

  /** We are blind, and say so; the next second is another try. */
  private void failed(Exception e) {
    String why = String.valueOf(e);
    Instant at = clock.instant();
    if (trouble.isEmpty()) {
      troubleSince = at;
    }
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.error("lb {}: a look failed; tried again each second", name, e);
    }
    Optional<Now> last = now;
    if (last.isEmpty() || troubleSince.plusSeconds(3).isAfter(at)) {
      return;
    }
    Sign blind =
        new Sign(
            Detection.BLIND,
            Detection.Level.PAGE,
            "guard",
            "What is observed can't be put together: " + why,
            troubleSince,
            Sign.Scope.ALL);
    try {
      List<Happening> told =
          around
              .onCall()
              .look(
                  new Alerts.Look(
                      name,
                      at,
                      told(List.of(blind), at),
                      List.of(),
                      false,
                      watched.meant().map(Watched.Meant::expectations).orElse(Expectations.NONE)),
                  last.get().diagnosis(),
                  last.get().incident());
      told.forEach(this::tell);
    } catch (RuntimeException again) {
      LOG.debug("lb {}: nor can it be told", name, again);
    }
  }

  /** Ends within seconds; a way back that has begun is ended by who acts on load balancers. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    thread.interrupt();
    ear.close();
    acting.shutdown();
    moved.close();
    signals.close();
    try {
      if (thread.isAlive() && !thread.join(ENDING)) {
        LOG.warn("lb {}: the guard does not end", name);
      }
      if (!acting.awaitTermination(20, TimeUnit.SECONDS)) {
        LOG.warn("lb {}: an act does not end", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
