package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.change.Matter;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.RedactedText;
import dev.checkrail.policy.FreezeWindow;
import dev.checkrail.policy.Policy;
import dev.checkrail.review.Answer;
import dev.checkrail.review.Answer.Moved;
import dev.checkrail.review.Circumstances;
import dev.checkrail.review.Person;
import dev.checkrail.review.Review;
import dev.checkrail.review.Rules;
import dev.checkrail.serve.access.Access;
import dev.checkrail.serve.access.Caller;
import dev.checkrail.store.ChainedJournal;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.ChangeTable.Row;
import dev.checkrail.store.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes on their way to load balancers. What may be done is decided by {@link Review}; here it is
 * asked with what is so now, written down, and done: always in this order. Who reads a change and
 * writes it later writes only if nobody else did meanwhile, and decides anew otherwise. What a
 * crash or a database outage left rolling out is settled by what serves. Safe for many threads.
 */
final class Changes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
  private static final Duration TENDED = Duration.ofSeconds(1);
  private static final int TRIES = 5;
  private static final int LIVES = 50;
  private static final String ITSELF = "checkrail";

  private final Around around;
  private final ChangeTable table;
  private final InstantSource clock;
  private final ChangeChecks checks;
  private final Putting putting;
  private final PolicyChanges policies;
  private final Set<Long> acting = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("changes").factory());
  private String said = ""; // confined to the thread that tends

  /**
   * What they have to do with.
   *
   * @param recorded what is kept of a load balancer's traffic
   */
  record Around(
      Registry registry,
      Balancers balancers,
      WaysBack waysBack,
      Access access,
      IncidentBook incidents,
      RolloutHold hold,
      ChainedJournal journal,
      BrokenGlass glass,
      Function<String, List<KeptRecords.Slot>> recorded) {}

  /**
   * On a table.
   *
   * @param nanos elapsed time
   */
  Changes(
      Around around,
      ChangeTable table,
      Putting putting,
      PolicyChanges policies,
      InstantSource clock,
      LongSupplier nanos) {
    this.around = around;
    this.table = table;
    this.putting = putting;
    this.clock = clock;
    this.policies = policies;
    this.checks = new ChangeChecks(this, around, policies, nanos);
  }

  /** From now on what has to happen to changes by itself does. */
  void begin() {
    var unused =
        thread.scheduleWithFixedDelay(this::tend, 0, TENDED.toMillis(), TimeUnit.MILLISECONDS);
  }

  // --- looking

  List<Change> latest(
      Optional<String> balancer, Optional<ChangeState> state, boolean owed, int limit) {
    return table.latest(balancer, state, owed, limit).stream().map(Row::change).toList();
  }

  Change find(long number) {
    return row(number).change();
  }

  Map<String, String> evidence(long number) {
    return table.evidence(number);
  }

  ChangeChecks.Progress progress(Change change) {
    return checks.progress(change.number());
  }

  /** Whether a load balancer is changed by reviewed changes only, from its first one on. */
  boolean any(String balancer) {
    return table.any(balancer);
  }

  /** What its load balancer's policy demands now; empty if that can't be read. */
  Optional<Rules.Needed> needed(Change change) {
    try {
      return Optional.of(rules(policy(change.matter().balancer())).needed(change));
    } catch (BalancerException | Problem e) {
      return Optional.empty();
    }
  }

  Row row(long number) {
    return table.find(number).orElseThrow(() -> Problem.missing("there is no change " + number));
  }

  // --- by people

  /**
   * What is proposed.
   *
   * @param replaces the author's own change whose place it takes
   */
  record Wanted(String balancer, What what, String why, boolean urgent, Optional<Long> replaces) {}

  /** What is to be another one. */
  sealed interface What {
    /** The load balancer's files. */
    record Files(Candidate candidate, List<String> moves) implements What {
      public Files {
        moves = List.copyOf(moves);
      }
    }

    /** The policy by which they are judged. */
    record PolicyText(String text) implements What {}
  }

  /** A change that was proposed. */
  record Proposed(Change change, List<String> missing) {
    Proposed {
      missing = List.copyOf(missing);
    }
  }

  Proposed propose(Wanted wanted, Caller caller) throws BalancerException, InterruptedException {
    String balancer = wanted.balancer();
    Person who = person(caller);
    Optional<Row> replaced = wanted.replaces().map(this::row);
    replaced
        .filter(it -> !it.change().matter().balancer().equals(balancer))
        .ifPresent(it -> {
          throw Problem.refused(
              "change %d is one of %s"
                  .formatted(it.change().number(), it.change().matter().balancer()));
        });
    Kept kept = keep(balancer, wanted.what());
    Matter matter = kept.matter();
    Review review =
        new Review(rules(policy(balancer)), now(balancer, matter.kind(), Optional.empty()));
    review.proposed(who, matter, wanted.urgent()).ifPresent(Changes::refuse);
    if (replaced.isPresent()) {
      // Whether it may be; it is written when the new one has its number.
      if (review.replaced(replaced.get().change(), who, 0) instanceof Answer.Refused no) {
        refuse(no);
      }
    }
    Change change =
        table.add(number -> {
          Change fresh =
              Change.propose(
                  number,
                  matter,
                  who.account(),
                  RedactedText.of(wanted.why()),
                  now(),
                  wanted.urgent());
          Map<String, String> details = new LinkedHashMap<>();
          details.put("balancer", balancer);
          details.put("candidate", matter.candidate());
          details.put("base", matter.base());
          details.put("why", wanted.why());
          if (wanted.urgent()) {
            details.put("urgent", "true");
          }
          return new ChangeTable.Fresh(
              fresh, entry(who.account(), number, "change.propose", details));
        });
    if (replaced.isPresent()) {
      var unused =
          decide(
              replaced.get().change().number(),
              who.account(),
              Map.of(),
              (then, old) -> then.replaced(old, who, change.number()));
    }
    checks.want(change);
    return new Proposed(change, kept.missing());
  }

  /** What is proposed, kept here under its digest. */
  private record Kept(Matter matter, List<String> missing) {
    Kept {
      missing = List.copyOf(missing);
    }
  }

  private Kept keep(String balancer, What what) throws BalancerException, InterruptedException {
    return switch (what) {
      case What.Files(Candidate candidate, List<String> moves) -> {
        Balancers.Kept kept = around.balancers().keep(balancer, candidate, moves);
        yield new Kept(
            matter(Matter.Kind.CONFIGURATION, balancer, kept.digest(), moves), kept.missing());
      }
      case What.PolicyText(String text) ->
          new Kept(
              matter(Matter.Kind.POLICY, balancer, policies.keep(balancer, text), List.of()),
              List.of());
    };
  }

  private Matter matter(Matter.Kind kind, String balancer, String candidate, List<String> moves)
      throws BalancerException {
    return new Matter(
        kind,
        balancer,
        live(balancer, kind),
        candidate,
        policyDigest(balancer),
        List.of(),
        moves,
        Matter.NONE);
  }

  Change checkAgain(long number, Caller caller) throws BalancerException {
    Person who = person(caller);
    Change change =
        decide(number, who.account(), Map.of(), (review, it) -> review.checkAgain(it, who));
    checks.again(change);
    return change;
  }

  Change approve(long number, Caller caller, String note) throws BalancerException {
    Person who = person(caller);
    return decide(number, who.account(), note(note), (review, it) -> review.approve(it, who, note));
  }

  Change reject(long number, Caller caller, String note) throws BalancerException {
    Person who = person(caller);
    return decide(number, who.account(), note(note), (review, it) -> review.reject(it, who, note));
  }

  private static Map<String, String> note(String note) {
    return note.isEmpty() ? Map.of() : Map.of("note", note);
  }

  Change withdraw(long number, Caller caller) throws BalancerException {
    Person who = person(caller);
    return decide(number, who.account(), Map.of(), (review, it) -> review.withdraw(it, who));
  }

  /** A change, and what became of its files. */
  record Acted(Change change, Applied applied) {}

  Acted rollOut(long number, Caller caller, Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Person who = person(caller);
    return putInPlace(number, who.account(), choices, (review, it) -> review.rollOut(it, who));
  }

  Acted breakGlass(long number, Caller caller, String reason, Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Person who = person(caller);
    return putInPlace(
        number, who.account(), choices, (review, it) -> review.breakGlass(it, who, reason));
  }

  private Acted putInPlace(
      long number, String actor, Map<String, Preflight.Choice> choices, Deciding deciding)
      throws BalancerException, InterruptedException {
    if (!acting.add(number)) {
      throw Problem.conflict("change-busy", "this change is being put in place already");
    }
    try {
      Change change = decide(number, actor, Map.of(), deciding);
      around.glass().broken(change);
      Applied applied;
      try {
        applied =
            switch (change.matter().kind()) {
              case CONFIGURATION -> putting.put(change, choices);
              case POLICY -> policies.put(change);
            };
      } catch (BalancerException | Problem e) {
        settle(row(number), String.valueOf(e.getMessage()));
        throw e;
      }
      Moved moved =
          applied.serves()
              ? Review.live(change, "it serves: " + text(applied))
              : Review.stopped(change, applied.why());
      return new Acted(ended(change, actor, moved), applied);
    } finally {
      acting.remove(number);
    }
  }

  private static String text(Applied applied) {
    return applied.truth().map(it -> it.text()).orElse(applied.why());
  }

  /** How an act on a change ended; if that can't be written now, it is settled later. */
  private Change ended(Change before, String actor, Moved moved) {
    long number = before.number();
    try {
      Row row = row(number);
      boolean same = row.change().state() == before.state();
      if (same && table.write(row, step(before, List.of(moved), actor, Map.of()))) {
        return moved.change();
      }
      return row(number).change();
    } catch (RuntimeException e) {
      if (!Database.isOutage(e)) {
        throw e;
      }
      LOG.warn("change {}: how it ended is written down later: {}", number, e.getMessage());
      return moved.change();
    }
  }

  /** Takes one back that is live: to the version that was live before it. */
  Acted rollBack(long number, Caller caller, String reason, List<String> dropped)
      throws BalancerException, InterruptedException {
    Person who = person(caller);
    Row row = row(number);
    Change change = row.change();
    String balancer = change.matter().balancer();
    new Review(rules(policy(balancer)), now(balancer, change.matter().kind(), Optional.empty()))
        .mayGoBack(change, who)
        .ifPresent(Changes::refuse);
    boolean ours = acting.add(number); // so that nobody else writes down how it ended
    try {
      return takenBack(change, who, reason, dropped);
    } finally {
      if (ours) {
        acting.remove(number);
      }
    }
  }

  private Acted takenBack(Change change, Person who, String reason, List<String> dropped)
      throws BalancerException, InterruptedException {
    long number = change.number();
    String balancer = change.matter().balancer();
    Rollback.RolledBack back =
        around
            .balancers()
            .rollback(
                balancer,
                Optional.of(change.rollout().orElseThrow().from()),
                "change %d: %s".formatted(number, RedactedText.of(reason)),
                Optional.empty(),
                dropped,
                who.account());
    if (!back.applied().serves()) {
      return new Acted(change, back.applied());
    }
    Change then =
        ended(
            change,
            who.account(),
            Review.wentBack(
                change, "%s took it back: %s".formatted(who.account(), RedactedText.of(reason))));
    return new Acted(then, back.applied());
  }

  // --- deciding

  /** What is asked of a change as it is now. */
  interface Deciding {
    Answer of(Review review, Change change);
  }

  private Change decide(long number, String actor, Map<String, String> more, Deciding deciding)
      throws BalancerException {
    for (int i = 0; i < TRIES; i++) {
      Row row = row(number);
      Change change = row.change();
      Review review = review(change);
      switch (deciding.of(review, change)) {
        case Answer.Refused no -> refuse(no);
        case Answer.Instead(Moved move) -> {
          if (table.write(row, step(change, List.of(move), ITSELF, Map.of()))) {
            throw Problem.conflict("change-moved", move.change().because());
          }
        }
        case Answer.Done done -> {
          if (table.write(row, step(change, done.moves(), actor, more))) {
            return done.change();
          }
        }
      }
    }
    throw Problem.conflict("busy", "others decide on this change right now; try again");
  }

  /** What its check found; false if it is another one by now. */
  boolean checked(Row row, Matter judged, Change.Checked found, Map<String, String> evidence)
      throws BalancerException {
    Change change = row.change();
    if (review(change).checked(change, judged, found) instanceof Answer.Done done) {
      ChangeTable.Step step = step(change, done.moves(), ITSELF, Map.of());
      return table.write(
          row, new ChangeTable.Step(step.change(), step.entries(), Optional.of(evidence)));
    }
    return false;
  }

  private static void refuse(Answer.Refused no) {
    throw switch (no.why()) {
      case NO_ROLE, OWN -> new Problem(403, no.why().word(), "Not by you", no.sentence());
      case TWICE, BLOCKED, STATE, FROZEN, BUSY, WAITS, NO_INCIDENT, NOTHING ->
          Problem.conflict(no.why().word(), no.sentence());
    };
  }

  private ChangeTable.Step step(
      Change before, List<Moved> moves, String actor, Map<String, String> more) {
    List<JournalEntry> entries = new ArrayList<>();
    for (Moved moved : moves) {
      Change change = moved.change();
      Map<String, String> details = new LinkedHashMap<>();
      details.put("balancer", change.matter().balancer());
      details.put("state", change.state().word());
      details.put("why", change.because());
      details.put("matter", before.matter().digest());
      details.put("candidate", change.matter().candidate());
      change
          .checked()
          .filter(it -> moved.move() == ChangeMove.CHECK)
          .ifPresent(it -> {
            details.put("matter", change.matter().digest());
            details.put("verdict", it.verdict().word());
            details.put("risk", it.weight().risk().word());
          });
      details.putAll(more);
      boolean byItself =
          moved.move() == ChangeMove.CHECK || moves.size() > 1 || actor.equals(ITSELF);
      entries.add(
          entry(
              byItself ? ITSELF : actor,
              change.number(),
              "change." + moved.move().word(),
              details));
    }
    return new ChangeTable.Step(moves.getLast().change(), entries, Optional.empty());
  }

  private JournalEntry entry(String actor, long number, String kind, Map<String, String> details) {
    Map<String, String> plain = new LinkedHashMap<>();
    details.forEach((name, text) -> plain.put(name, RedactedText.of(text)));
    return new JournalEntry(clock.instant(), actor, kind, "change " + number, plain);
  }

  private Person person(Caller caller) {
    return new Person(
        caller.account(), around.access().roles().getOrDefault(caller.account(), List.of()));
  }

  // --- what is so

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  Review review(Change change) throws BalancerException {
    String balancer = change.matter().balancer();
    return new Review(
        rules(policy(balancer)),
        now(balancer, change.matter().kind(), Optional.of(change.number())));
  }

  private Circumstances now(String balancer, Matter.Kind kind, Optional<Long> but)
      throws BalancerException {
    Instant at = now();
    // What touches no traffic is held up by neither: a policy may have to land first.
    boolean traffic = kind == Matter.Kind.CONFIGURATION;
    return new Circumstances(
        at,
        live(balancer, kind),
        policyDigest(balancer),
        traffic ? frozen(policy(balancer), at) : Optional.empty(),
        table
            .rolling(balancer)
            .map(Row::change)
            .filter(other -> but.filter(it -> it == other.number()).isEmpty())
            .map(Changes::busy),
        traffic ? around.hold().of(balancer) : Optional.empty(),
        around.incidents().open(balancer).isPresent(),
        around.access().roles());
  }

  private static String busy(Change other) {
    return "change %d of %s is being put in place at %s%s; yours is as it was, and is checked again once that one is live"
        .formatted(
            other.number(),
            other.author(),
            other.matter().balancer(),
            other.rollout().map(it -> " by " + it.by() + " since " + it.at()).orElse(""));
  }

  private static Optional<String> frozen(Policy policy, Instant at) {
    for (FreezeWindow window : policy.review().freeze()) {
      Optional<Instant> until = window.until(at);
      if (until.isPresent()) {
        return Optional.of(
            "nothing is rolled out until %s (freeze window \"%s\" of the policy)"
                .formatted(until.get(), window.text()));
      }
    }
    return Optional.empty();
  }

  static Rules rules(Policy policy) {
    Policy.Review review = policy.review();
    return new Rules(review.approvers(), review.highRisk(), review.highRiskRoles());
  }

  Policy policy(String balancer) throws BalancerException {
    Registry.Entry entry = entry(balancer);
    return Registry.policy(entry.policy(), entry.installation().environment());
  }

  private String policyDigest(String balancer) throws BalancerException {
    return entry(balancer)
        .policy()
        .map(text -> ConfigurationSet.sha256(text.getBytes(StandardCharsets.UTF_8)))
        .orElse(Matter.NONE);
  }

  private Registry.Entry entry(String balancer) throws BalancerException {
    return around
        .registry()
        .entry(balancer)
        .orElseThrow(() -> Problem.missing("there is no load balancer " + balancer));
  }

  private String live(String balancer, Matter.Kind kind) throws BalancerException {
    var unused = entry(balancer);
    if (kind == Matter.Kind.POLICY) {
      return policyDigest(balancer);
    }
    return around
        .registry()
        .versions(balancer)
        .live()
        .orElseThrow(() -> Problem.conflict("no-version", "no version was ever approved here"));
  }

  // --- by itself

  private void tend() {
    try {
      List<Row> open = table.open();
      for (Row row : open) {
        tend(row);
      }
      for (String balancer : around.registry().names()) {
        wentBack(balancer);
      }
      List<Change> owed = latest(Optional.empty(), Optional.empty(), true, LIVES);
      for (Change change : owed) {
        remind(change);
      }
      around.glass().are(Stream.concat(owed.stream(), open.stream().map(Row::change)).toList());
      said = "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | BalancerException | RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(said)) {
        said = why;
        LOG.warn("changes wait: {}", why);
      }
    }
  }

  private void tend(Row row) throws InterruptedException {
    Change change = row.change();
    try {
      if (change.state() == ChangeState.ROLLING_OUT) {
        if (acting.add(change.number())) {
          try {
            settle(row(change.number()), "its rollout was interrupted");
          } finally {
            acting.remove(change.number());
          }
        }
        return;
      }
      Optional<Moved> stale = review(change).stale(change);
      if (stale.isPresent()) {
        if (table.write(row, step(change, List.of(stale.get()), ITSELF, Map.of()))) {
          checks.again(stale.get().change());
        }
      } else if (change.state() == ChangeState.PROPOSED) {
        checks.want(change);
      }
    } catch (BalancerException | Problem e) {
      LOG.debug("change {} waits: {}", change.number(), e.getMessage());
    }
  }

  /** What is rolling out and nobody puts in place any more is what serves. */
  private void settle(Row row, String why) throws BalancerException, InterruptedException {
    Change change = row.change();
    if (change.state() != ChangeState.ROLLING_OUT) {
      return;
    }
    // Ends what was interrupted first; throws if that can't be.
    String serves =
        switch (change.matter().kind()) {
          case CONFIGURATION ->
              around
                  .balancers()
                  .act(change.matter().balancer(), held -> held.versions().live().orElse(""));
          case POLICY -> policyDigest(change.matter().balancer());
        };
    Moved moved =
        serves.equals(change.matter().candidate())
            ? Review.live(change, why + "; what was begun has been ended, and it serves")
            : Review.stopped(
                change, "%s; the version %s serves".formatted(why, Versions.brief(serves)));
    LOG.warn("change {}: {}", change.number(), moved.change().because());
    var unused = table.write(row, step(change, List.of(moved), ITSELF, Map.of()));
  }

  /** A live change from which somebody went back by another way: a person, or we by ourselves. */
  private void wentBack(String balancer) throws BalancerException {
    Optional<Row> last =
        table.latest(Optional.of(balancer), Optional.of(ChangeState.LIVE), false, LIVES).stream()
            .filter(row -> row.change().matter().kind() == Matter.Kind.CONFIGURATION)
            .max(
                Comparator.comparing((Row row) ->
                    row.change().rollout().map(Change.Rollout::at).orElse(Instant.MIN)));
    if (last.isEmpty() || acting.contains(last.get().change().number())) {
      return;
    }
    Change change = last.get().change();
    List<Versions.Lived> history = around.registry().versions(balancer).history();
    for (int i = history.size() - 2; i >= 0; i--) {
      if (history.get(i).digest().equals(change.matter().candidate())) {
        Versions.Lived next = history.get(i + 1);
        if (next.back()) {
          var unused =
              table.write(
                  last.get(),
                  step(
                      change,
                      List.of(
                          Review.wentBack(
                              change,
                              "gone back from at %s to %s; the journal of lb %s says who and why"
                                  .formatted(next.at(), Versions.brief(next.digest()), balancer))),
                      ITSELF,
                      Map.of()));
        }
        return;
      }
    }
  }

  private void remind(Change change) throws BalancerException {
    Optional<Instant> last =
        around
            .journal()
            .last(
                1,
                new ChainedJournal.Filter(
                    Optional.of("change.review-owed"),
                    Optional.of("change " + change.number()),
                    Optional.empty()))
            .stream()
            .map(it -> it.entry().at())
            .findFirst();
    if (review(change).remind(change, last)) {
      Change.Glass glass = change.glass().orElseThrow();
      Map<String, String> details = new LinkedHashMap<>();
      details.put("balancer", change.matter().balancer());
      details.put("by", glass.by());
      details.put("since", glass.at().toString());
      details.put("reason", glass.reason());
      var unused =
          around.journal().append(entry(ITSELF, change.number(), "change.review-owed", details));
      LOG.warn(
          "change {}: {} broke the glass at {}, and nobody has looked at it since",
          change.number(),
          glass.by(),
          glass.at());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    checks.close();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("tending changes does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
