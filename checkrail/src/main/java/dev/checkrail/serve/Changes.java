package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Candidate;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Changes on their way to load balancers. What may be done is decided by {@link Review}; here it is
 * asked with what is so now, written down, and done: always in this order. Who reads a change and
 * writes it later writes only if nobody else did meanwhile, and decides anew otherwise. What a
 * crash or a database outage left rolling out is settled by what serves. Safe for many threads.
 */
final class Changes implements AutoCloseable {
  private static final int TRIES = 5;

  /** Who acts where nobody gave an order. */
  static final String ITSELF = "checkrail";

  private final Around around;
  private final ChangeTable table;
  private final InstantSource clock;
  private final ChangeChecks checks;
  private final Rollouts rollouts;
  private final PuttingInPlace acts;
  private final Tending tending;
  private final PolicyChanges policies;

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
      Rollouts rollouts,
      PolicyChanges policies,
      InstantSource clock,
      LongSupplier nanos) {
    this.around = around;
    this.table = table;
    this.rollouts = rollouts;
    this.clock = clock;
    this.policies = policies;
    this.checks = new ChangeChecks(this, around, policies, nanos);
    this.acts = new PuttingInPlace(this, around, table, rollouts, policies);
    this.tending = new Tending(this, around, table, checks, acts);
  }

  /** From now on what has to happen to changes by itself does. */
  void begin() {
    tending.begin();
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

  /** Who puts them in place. */
  PuttingInPlace acts() {
    return acts;
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
        new Review(
            rules(policy(balancer)), circumstances(balancer, matter.kind(), Optional.empty()));
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

  // --- deciding

  /** What is asked of a change as it is now. */
  interface Deciding {
    Answer of(Review review, Change change);
  }

  Change decide(long number, String actor, Map<String, String> more, Deciding deciding)
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

  static void refuse(Answer.Refused no) {
    throw switch (no.why()) {
      case NO_ROLE, OWN -> new Problem(403, no.why().word(), "Not by you", no.sentence());
      case TWICE, BLOCKED, STATE, FROZEN, BUSY, WAITS, NO_INCIDENT, NOTHING ->
          Problem.conflict(no.why().word(), no.sentence());
    };
  }

  ChangeTable.Step step(Change before, List<Moved> moves, String actor, Map<String, String> more) {
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

  JournalEntry entry(String actor, long number, String kind, Map<String, String> details) {
    Map<String, String> plain = new LinkedHashMap<>();
    details.forEach((name, text) -> plain.put(name, RedactedText.of(text)));
    return new JournalEntry(clock.instant(), actor, kind, "change " + number, plain);
  }

  Person person(Caller caller) {
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
        circumstances(balancer, change.matter().kind(), Optional.of(change.number())));
  }

  Circumstances circumstances(String balancer, Matter.Kind kind, Optional<Long> but)
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

  String policyDigest(String balancer) throws BalancerException {
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
    // A step on the way is not what others are judged against: it comes and goes.
    Optional<String> base =
        table.rolling(balancer).flatMap(row -> row.change().rollout()).map(Change.Rollout::from);
    if (base.isPresent()) {
      return base.get();
    }
    return around
        .registry()
        .versions(balancer)
        .live()
        .orElseThrow(() -> Problem.conflict("no-version", "no version was ever approved here"));
  }

  @Override
  public void close() {
    tending.close();
    checks.close();
    rollouts.close();
  }
}
