package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Course;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.change.Matter;
import dev.checkrail.logs.RedactedText;
import dev.checkrail.review.Answer;
import dev.checkrail.review.Answer.Moved;
import dev.checkrail.review.Person;
import dev.checkrail.review.Review;
import dev.checkrail.review.Who;
import dev.checkrail.serve.access.Caller;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.ChangeTable.Row;
import dev.checkrail.store.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What puts changes in place and takes them back: decided by {@link Changes}, written down, and
 * only then done, by {@link Rollouts}. What a crash or a database outage left on its way is settled
 * by what serves. Safe for many threads.
 */
final class PuttingInPlace {
  private static final Logger LOG = LoggerFactory.getLogger(PuttingInPlace.class);
  private static final Duration GONE_BACK = Duration.ofSeconds(40);
  private static final int TRIES = 5;

  private final Changes changes;
  private final Changes.Around around;
  private final ChangeTable table;
  private final Rollouts rollouts;
  private final PolicyChanges policies;
  private final Together together;
  private final Set<Long> acting = ConcurrentHashMap.newKeySet();

  PuttingInPlace(
      Changes changes,
      Changes.Around around,
      ChangeTable table,
      Rollouts rollouts,
      PolicyChanges policies) {
    this.changes = changes;
    this.around = around;
    this.table = table;
    this.rollouts = rollouts;
    this.policies = policies;
    this.together = new Together(changes, this);
  }

  /** How far the rollout of one is; empty if none is under way here. */
  Optional<RollingOut.Progress> rollingOut(Change change) {
    return rollouts.of(change.number()).map(RollingOut::progress);
  }

  /** A change, and what became of its files. */
  record Acted(Change change, Applied applied) {}

  /**
   * Puts one in place, step by step; answers when its first step serves, or when it is clear that
   * it won't.
   *
   * @param then others that follow one after the other, each of another load balancer, when the one
   *     before is live; all have to be ready for that now
   */
  Acted rollOut(long number, List<Long> then, Caller caller, Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Person who = changes.person(caller);
    List<Long> together = new ArrayList<>(List.of(number));
    together.addAll(then);
    Set<String> balancers = new HashSet<>();
    for (long one : together) {
      Change change = changes.find(one);
      if (together.size() > 1 && change.matter().kind() == Matter.Kind.POLICY) {
        throw Problem.refused("change %d is of a policy: it goes by itself".formatted(one));
      }
      if (!balancers.add(change.matter().balancer())) {
        throw Problem.refused(
            "two of these changes are of %s; each is of another load balancer"
                .formatted(change.matter().balancer()));
      }
      if (one != number
          && changes.review(change).rollOut(change, who)
              instanceof Answer.Refused(var why, var sentence)) {
        Changes.refuse(new Answer.Refused(why, "change %d: %s".formatted(one, sentence)));
      }
    }
    return putInPlace(
        number, who.account(), choices, together, (review, it) -> review.rollOut(it, who));
  }

  /** Goes on with the next step of a rollout that holds: a person takes that on himself. */
  Change goOn(long number, Caller caller) {
    Change change = changes.find(number);
    RollingOut one =
        rollouts
            .of(number)
            .orElseThrow(() ->
                Problem.conflict(
                    "change-state",
                    "it is %s, and no rollout of it is under way: %s"
                        .formatted(change.state().word(), change.because())));
    if (one.progress().phase() == Course.Phase.GOING_BACK) {
      throw Problem.conflict("change-state", "it is being taken back: " + one.progress().why());
    }
    if (changes.person(caller).roles().stream().noneMatch(Who.may(ChangeMove.ROLL_OUT)::contains)) {
      throw new Problem(403, "no-role", "Not by you", "to go on one has to be operator or admin");
    }
    var unused =
        around
            .journal()
            .append(
                changes.entry(
                    caller.account(),
                    number,
                    "change.go-on",
                    Map.of(
                        "step",
                        one.progress().step() + " of " + one.progress().of(),
                        "although",
                        one.progress().why())));
    one.order(new RollingOut.Order.GoOn(caller.account(), one.progress().step()));
    return change;
  }

  Acted breakGlass(long number, Caller caller, String reason, Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Person who = changes.person(caller);
    return putInPlace(
        number,
        who.account(),
        choices,
        List.of(number),
        (review, it) -> review.breakGlass(it, who, reason));
  }

  private Acted putInPlace(
      long number,
      String actor,
      Map<String, Preflight.Choice> choices,
      List<Long> together,
      Changes.Deciding deciding)
      throws BalancerException, InterruptedException {
    if (!acting.add(number)) {
      throw Problem.conflict("change-busy", "this change is being put in place already");
    }
    boolean goesOn = false;
    try {
      Change change =
          changes.decide(
              number,
              actor,
              Map.of(),
              (review, it) -> begun(deciding.of(review, it), Course.begins(together)));
      around.glass().broken(change);
      if (change.matter().kind() == Matter.Kind.POLICY) {
        return policy(change, actor);
      }
      RollingOut rollout = rollouts.of(changes, this, change);
      Applied applied;
      try {
        applied = rollout.begin(choices);
      } catch (BalancerException | Problem e) {
        goesOn = settle(changes.row(number), String.valueOf(e.getMessage()));
        throw e;
      }
      if (!applied.serves()) {
        return new Acted(ended(change, actor, Review.stopped(change, applied.why())), applied);
      }
      goesOn = true;
      rollouts.goOn(rollout);
      return new Acted(change, applied);
    } finally {
      if (!goesOn) {
        rollouts.left(number);
        acting.remove(number);
      }
    }
  }

  /** A policy counts at once. */
  private Acted policy(Change change, String actor) throws BalancerException, InterruptedException {
    Applied applied;
    try {
      applied = policies.put(change);
    } catch (BalancerException | Problem e) {
      var unused = settle(changes.row(change.number()), String.valueOf(e.getMessage()));
      throw e;
    }
    Moved moved =
        applied.serves()
            ? Review.live(change, "it serves: " + applied.why())
            : Review.stopped(change, applied.why());
    return new Acted(ended(change, actor, moved), applied);
  }

  /** From the first write on it is known where it is. */
  private static Answer begun(Answer answer, Course course) {
    if (!(answer instanceof Answer.Done done)) {
      return answer;
    }
    return new Answer.Done(
        done.moves().stream()
            .map(it ->
                new Moved(
                    it.move(), it.change().begun(it.change().rollout().orElseThrow().at(course))))
            .toList());
  }

  // --- by a rollout that is under way

  /**
   * Writes down where a rollout is.
   *
   * @param kind of the journal's entry; empty: none
   * @return empty if it is not rolling out any more
   */
  Optional<Change> reached(
      long number, UnaryOperator<Course> far, Optional<String> kind, String step, String why) {
    for (int i = 0; i < TRIES; i++) {
      Row row = changes.row(number);
      Change change = row.change();
      if (change.state() != ChangeState.ROLLING_OUT) {
        return Optional.empty();
      }
      Change.Rollout rollout = change.rollout().orElseThrow();
      Course before = rollout.course().orElse(Course.begins(List.of(number)));
      Change now = change.begun(rollout.at(far.apply(before)));
      Map<String, String> details = new LinkedHashMap<>();
      details.put("balancer", change.matter().balancer());
      details.put("step", step);
      if (!why.isEmpty()) {
        details.put("why", why);
      }
      List<JournalEntry> entries =
          kind.map(it -> List.of(changes.entry(Changes.ITSELF, number, it, details)))
              .orElse(List.of());
      if (table.write(row, new ChangeTable.Step(now, entries, Optional.empty()))) {
        return Optional.of(now);
      }
    }
    return Optional.empty();
  }

  /** It has ended; throws if that can't be written down now. */
  void ended(long number, Moved moved) {
    for (int i = 0; i < TRIES; i++) {
      Row row = changes.row(number);
      if (moved.move().from(row.change().state()).isEmpty()
          || table.write(
              row, changes.step(row.change(), List.of(moved), Changes.ITSELF, Map.of()))) {
        return;
      }
    }
  }

  /** Nobody puts it in place any more; the next one of several begins if it is live. */
  void left(long number) {
    rollouts.left(number);
    acting.remove(number);
    try {
      together.after(changes.find(number));
    } catch (RuntimeException e) {
      LOG.warn("change {}: what goes with it is looked at later: {}", number, e.getMessage());
    }
  }

  /** The next one of several is begun by itself, as who ordered them would. */
  void rollOutNext(Change next, String by, List<Long> all)
      throws BalancerException, InterruptedException {
    Person who = new Person(by, around.access().roles().getOrDefault(by, List.of()));
    var unused =
        putInPlace(next.number(), by, Map.of(), all, (review, it) -> review.rollOut(it, who));
  }

  /** Takes a live one back by itself: another one failed that went with it. */
  void takeBackLive(Change change, String why) {
    if (acting.add(change.number())) {
      rollouts.takeBack(rollouts.of(changes, this, change), Changes.ITSELF, why);
    }
  }

  /** Whether somebody has gone back to what was live before it since it began. */
  static boolean isBack(Versions versions, Change change) throws BalancerException {
    Change.Rollout rollout = change.rollout().orElseThrow();
    List<Versions.Lived> history = versions.history();
    return !history.isEmpty()
        && history.getLast().back()
        && history.getLast().digest().equals(rollout.from())
        && !history.getLast().at().isBefore(rollout.at());
  }

  /** How an act on a change ended; if that can't be written now, it is settled later. */
  private Change ended(Change before, String actor, Moved moved) {
    long number = before.number();
    try {
      Row row = changes.row(number);
      boolean same = row.change().state() == before.state();
      if (same && table.write(row, changes.step(before, List.of(moved), actor, Map.of()))) {
        return moved.change();
      }
      return changes.row(number).change();
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
    Person who = changes.person(caller);
    Row row = changes.row(number);
    Change change = row.change();
    String balancer = change.matter().balancer();
    new Review(
            Changes.rules(changes.policy(balancer)),
            changes.circumstances(balancer, change.matter().kind(), Optional.empty()))
        .mayGoBack(change, who)
        .ifPresent(Changes::refuse);
    Optional<RollingOut> under = rollouts.of(number);
    if (under.isPresent()) {
      return takenBack(under.get(), who, reason, dropped);
    }
    boolean ours = acting.add(number); // so that nobody else writes down how it ended
    try {
      return takenBack(change, who, reason, dropped);
    } finally {
      if (ours) {
        acting.remove(number);
      }
    }
  }

  /** One that is on its way: who puts it in place goes back. */
  private Acted takenBack(RollingOut under, Person who, String reason, List<String> dropped)
      throws InterruptedException {
    under.order(new RollingOut.Order.GoBack(who.account(), RedactedText.of(reason), dropped));
    if (!under.await(GONE_BACK)) {
      throw Problem.conflict("change-busy", "it is being taken back: " + under.progress().why());
    }
    Change change = changes.find(under.number());
    return new Acted(
        change,
        under.wentBack().orElseThrow(() -> Problem.conflict("change-state", change.because())));
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

  /**
   * What is rolling out and nobody puts in place any more is what serves: live if that is the
   * candidate and nobody was going back from it, as before if nothing new serves; from a step on
   * the way it is gone back.
   *
   * @return whether it is being gone back: who does that says how it ends
   */
  boolean settle(Row row, String why) throws BalancerException, InterruptedException {
    Change change = row.change();
    if (change.state() != ChangeState.ROLLING_OUT) {
      return false;
    }
    // Ends what was interrupted first; throws if that can't be.
    String balancer = change.matter().balancer();
    String serves =
        switch (change.matter().kind()) {
          case CONFIGURATION ->
              around.balancers().act(balancer, held -> held.versions().live().orElse(""));
          case POLICY -> changes.policyDigest(balancer);
        };
    Change.Rollout rollout = change.rollout().orElseThrow();
    Optional<Course> course = rollout.course();
    boolean goingBack = course.filter(it -> it.phase() == Course.Phase.GOING_BACK).isPresent();
    boolean files = change.matter().kind() == Matter.Kind.CONFIGURATION;
    boolean back = files && isBack(around.registry().versions(balancer), change);
    if (files
        && !serves.equals(rollout.from())
        && (goingBack || !serves.equals(change.matter().candidate()))) {
      rollouts.takeBack(
          rollouts.of(changes, this, change),
          Changes.ITSELF,
          "%s in step %d%s; the version before is put back"
              .formatted(
                  why,
                  course.map(Course::step).orElse(1),
                  goingBack ? ", while it was taken back" : ""));
      return true;
    }
    Moved moved =
        serves.equals(change.matter().candidate())
            ? Review.live(change, why + "; what was begun has been ended, and it serves")
            : back
                ? Review.wentBack(
                    change,
                    "%s; it had been taken back, and the version %s serves"
                        .formatted(why, Versions.brief(serves)))
                : Review.stopped(
                    change, "%s; the version %s serves".formatted(why, Versions.brief(serves)));
    LOG.warn("change {}: {}", change.number(), moved.change().because());
    var unused = table.write(row, changes.step(change, List.of(moved), Changes.ITSELF, Map.of()));
    return false;
  }

  /** Settles one that is rolling out, unless somebody puts it in place. */
  void settle(long number) throws BalancerException, InterruptedException {
    if (acting.add(number)) {
      boolean goesOn = false;
      try {
        goesOn = settle(changes.row(number), "its rollout was interrupted");
      } finally {
        if (!goesOn) {
          acting.remove(number);
        }
      }
    }
  }

  /** Whether somebody puts it in place or takes it back, or it goes with one that failed. */
  boolean isTakenCareOf(Change live) {
    return acting.contains(live.number()) || together.broken(live);
  }
}
