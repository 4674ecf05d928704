package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.balancer.Raised;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.Course;
import dev.checkrail.change.Stages;
import dev.checkrail.review.Answer;
import dev.checkrail.review.Review;
import dev.checkrail.rollout.observe.Decision;
import dev.checkrail.rollout.observe.Observe;
import dev.checkrail.rollout.observe.Terms;
import dev.checkrail.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change on its way: step after step, each observed, until it is live or taken back. Where it
 * is stands in the database before each act; what interrupts it is settled by {@link
 * PuttingInPlace}.
 *
 * <p>The first step is taken by who orders it ({@link #begin}), so that he hears at once if nothing
 * was touched; all others on a thread of its own ({@link #run}). People's orders ({@link #order})
 * come from other threads.
 */
final class RollingOut implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(RollingOut.class);

  /** What of the pool's requests may fail in addition by the next step, if it went badly. */
  private static final double RISKED = Terms.standard().margin();

  /** So few requests to a new server may be enough where the next step risks little. */
  private static final int FEW = 10;

  /** A step that moves no request is looked at for so long. */
  private static final int QUIET = 5;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private static final UnaryOperator<Course> OBSERVED = course -> course.in(Course.Phase.OBSERVING);
  private static final Optional<String> TAKEN = Optional.of("change.step-taken");

  private final Rollouts.Around around;
  private final Changes changes;
  private final PuttingInPlace acts;
  private final long number;
  private final String balancer;
  private final String base;
  private final Stages stages;
  private final CountDownLatch ended = new CountDownLatch(1);
  private Change change;
  private int step = 1;
  private Course.Phase phase = Course.Phase.ACTING;
  private boolean noted = true; // that the step was taken
  private String begins = "";
  private volatile Progress progress;
  private volatile Optional<Applied> wentBack = Optional.empty();

  // Guarded by this.
  private @Nullable Order order;
  private boolean closing;

  /** What a person wants, or who watches. */
  sealed interface Order {
    /** On from this step, whatever is known; said twice it is one step all the same. */
    record GoOn(String by, int step) implements Order {}

    /** Back to the version before. */
    record GoBack(String by, String reason, List<String> dropped) implements Order {
      public GoBack {
        dropped = List.copyOf(dropped);
      }
    }
  }

  /**
   * How far it is.
   *
   * @param doing what the step does
   * @param decision {@code promote}, {@code hold}, {@code roll back}; "" before there is one
   * @param why of the decision, or what is waited for
   * @param waits whether a person has to say how it goes on
   * @param since when the step was begun
   */
  record Progress(
      int step,
      int of,
      Course.Phase phase,
      String doing,
      String decision,
      String why,
      boolean waits,
      Instant since) {}

  /** How observing a step ended. */
  private sealed interface Verdict {
    record Next(String by, String why) implements Verdict {}

    record Back(
        String by, String why, List<String> dropped, Optional<Rollback.Tourniquet> tourniquet)
        implements Verdict {
      public Back {
        dropped = List.copyOf(dropped);
      }
    }

    /** Somebody or something else has gone back, or put another version in place. */
    record Overtaken(String why) implements Verdict {}

    /** We stop; whoever comes next settles it. */
    record Stopped() implements Verdict {}
  }

  /** Of a change that is rolling out. */
  RollingOut(Rollouts.Around around, Changes changes, PuttingInPlace acts, Change change) {
    this.around = around;
    this.acts = acts;
    this.changes = changes;
    this.change = change;
    this.number = change.number();
    this.balancer = change.matter().balancer();
    this.base = change.rollout().orElseThrow().from();
    boolean glass = change.glass().filter(it -> it.reviewed().isEmpty()).isPresent();
    this.stages =
        (glass
                ? Optional.<Stages>empty() // in an emergency the candidate itself, at once
                : change.checked().flatMap(Change.Checked::stages))
            .orElseGet(() ->
                Stages.atOnce(change.matter().candidate(), List.of(), Optional.of("all of it")));
    this.progress = progress("", "", false, changes.now());
  }

  long number() {
    return number;
  }

  Progress progress() {
    return progress;
  }

  /** What became of the files when it was taken back; empty if it was not. */
  Optional<Applied> wentBack() {
    return wentBack;
  }

  /** Waits for its end. */
  boolean await(Duration most) throws InterruptedException {
    return ended.await(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  // --- orders from other threads

  synchronized void order(Order wanted) {
    order = wanted;
    notifyAll();
  }

  synchronized void close() {
    closing = true;
    notifyAll();
  }

  private synchronized void pause(Duration time) throws InterruptedException {
    long end = around.nanos().getAsLong() + time.toNanos();
    for (long left = time.toNanos(); order == null && !closing && left > 0; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - around.nanos().getAsLong();
    }
  }

  private synchronized Optional<Order> ordered() {
    Optional<Order> now = Optional.ofNullable(order);
    order = null;
    return now;
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  // --- the first step

  /**
   * Takes the first step; {@link #run} goes on if it serves.
   *
   * @throws BalancerException if the load balancer does not do it; what lies on its disk and runs
   *     then is for {@link Balancers#act} to end
   */
  Applied begin(Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Applied applied = put(choices);
    if (applied.serves()) {
      begins = applied.truth().map(it -> it.text()).orElse(applied.why());
    }
    return applied;
  }

  private Applied put(Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Stages.Step now = stages.steps().get(step - 1);
    boolean last = step == stages.steps().size();
    Change.Rollout rollout = change.rollout().orElseThrow();
    Optional<Change.Glass> glass = change.glass().filter(it -> it.reviewed().isEmpty());
    Map<String, String> details = new LinkedHashMap<>();
    details.put("change", Long.toString(number));
    details.put("step", step + " of " + stages.steps().size());
    details.put("matter", change.matter().digest());
    details.put("author", change.author());
    details.put("approved_by", change.approvers());
    glass.ifPresent(it -> details.put("glass", it.reason()));
    if (!change.matter().moves().isEmpty()) {
      details.put("moves", String.join(" ", change.matter().moves()));
    }
    return around
        .balancers()
        .roll(
            balancer,
            new Balancers.Rolling(
                step == 1 ? base : serves(step - 1),
                now.file().orElseThrow(),
                rollout.by(),
                choices,
                glass.isPresent(),
                !last,
                "change %d, step %d of %d, %s%s"
                    .formatted(
                        number,
                        step,
                        stages.steps().size(),
                        change.grounds(),
                        change.moved().map(it -> "; " + it).orElse("")),
                details));
  }

  /** Digest of the files that serve after a step. */
  private String serves(int after) {
    for (int i = after; i > 0; i--) {
      Optional<String> file = stages.steps().get(i - 1).file();
      if (file.isPresent()) {
        return file.get();
      }
    }
    return base;
  }

  // --- on its own thread

  /** Observes, goes on, and ends it. */
  @Override
  public void run() {
    try {
      Verdict verdict = forth();
      switch (verdict) {
        case Verdict.Next next -> {
          around.log(number, "it serves; " + next.why());
          end(Review.live(change, "it serves: %s; %s".formatted(begins, next.why())));
        }
        case Verdict.Back back -> back(back);
        case Verdict.Overtaken other -> end(gone(other.why()));
        case Verdict.Stopped s -> {}
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // we stop: settled at the next start
    } catch (RuntimeException e) {
      LOG.error("change {}: its rollout failed; it is settled by what serves", number, e);
    } finally {
      ended.countDown();
      acts.left(number);
    }
  }

  /** Goes back at once: what a crash left on the way. */
  void takeBack(String by, String why) {
    try {
      back(new Verdict.Back(by, why, List.of(), Optional.empty()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("change {}: going back failed; it is tried again", number, e);
    } finally {
      ended.countDown();
      acts.left(number);
    }
  }

  private Verdict forth() throws InterruptedException {
    while (true) {
      taken();
      Verdict verdict = observed();
      if (verdict instanceof Verdict.Next && !noted && !written(OBSERVED, TAKEN, "")) {
        return new Verdict.Stopped();
      }
      if (!(verdict instanceof Verdict.Next next) || step == stages.steps().size()) {
        return verdict;
      }
      Optional<Verdict> stopped = take(next);
      if (stopped.isPresent()) {
        return stopped.get();
      }
    }
  }

  /**
   * A step was taken, and is observed from now on. Users may fail by it: that it can't be written
   * down now does not keep it from being observed.
   */
  private void taken() {
    phase = Course.Phase.OBSERVING;
    progress = progress("", "it is observed", false, changes.now());
    try {
      var unused = note(OBSERVED, TAKEN, "");
      noted = true;
    } catch (RuntimeException e) {
      if (!Database.isOutage(e)) {
        throw e;
      }
      noted = false;
      LOG.warn("change {}: a step is written down later: {}", number, e.getMessage());
    }
  }

  private Optional<Verdict> take(Verdict.Next why) throws InterruptedException {
    step++;
    phase = Course.Phase.ACTING;
    progress = progress("", "", false, changes.now());
    if (!written(Course::next, Optional.of("change.step"), why.by() + ": " + why.why())) {
      return Optional.of(new Verdict.Stopped());
    }
    Stages.Step now = stages.steps().get(step - 1);
    try {
      if (now.file().isPresent()) {
        Applied applied = put(Map.of());
        if (!applied.serves()) {
          return Optional.of(failed(applied.why()));
        }
        begins = applied.truth().map(it -> it.text()).orElse(applied.why());
      } else {
        raise(now.weights());
      }
      return Optional.empty();
    } catch (BalancerException | Problem e) {
      return Optional.of(failed(String.valueOf(e.getMessage())));
    }
  }

  private void raise(List<Stages.Weight> wanted) throws BalancerException, InterruptedException {
    Map<ServerName, Integer> weights = new LinkedHashMap<>();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("change", Long.toString(number));
    details.put("step", step + " of " + stages.steps().size());
    for (Stages.Weight one : wanted) {
      ServerName server = new ServerName(one.pool(), one.server());
      weights.put(server, one.weight());
      details.put("weight " + server, Integer.toString(one.weight()));
    }
    String file = serves(step);
    var unused =
        around
            .balancers()
            .act(
                balancer,
                held -> {
                  if (!held.versions().live().equals(Optional.of(file))) {
                    throw Problem.conflict(
                        "change-stale", "another version is live than that of the step before");
                  }
                  held.write(Changes.ITSELF, "rollout.raised", details);
                  new Raised(weights).tell(held.driver(), held.versions());
                  return "";
                });
  }

  private Verdict failed(String why) {
    return new Verdict.Back(
        Changes.ITSELF,
        "%s could not be taken: %s".formatted(Staging.name(stages, step), why),
        List.of(),
        Optional.empty());
  }

  // --- observing

  private Verdict observed() throws InterruptedException {
    Instant since = around.clock().instant();
    try (Sight sight = sight(since)) {
      return observed(sight, since);
    } catch (BalancerException e) {
      return new Verdict.Back(
          Changes.ITSELF,
          "what the step moved can't be told: " + e.getMessage(),
          List.of(),
          Optional.empty());
    }
  }

  private Sight sight(Instant since) throws BalancerException, InterruptedException {
    String serves = serves(step);
    Sight.Ground ground =
        around
            .balancers()
            .look(
                balancer,
                held ->
                    new Sight.Ground(
                        stages.steps().get(step - 1).weights(),
                        held.driver().meaning(Balancers.version(held, base)),
                        held.driver().meaning(Balancers.version(held, serves)),
                        changes.policy(balancer),
                        serves));
    return new Sight(around.watching().of(balancer), around.guards().of(balancer), ground, since);
  }

  private Verdict observed(Sight sight, Instant since) throws InterruptedException {
    boolean last = step == stages.steps().size();
    boolean moves =
        stages.steps().get(step - 1).share() > 0
            || (last || stages.atOnce().isPresent()) && sight.moves();
    boolean blind = moves && sight.blindForGood().isPresent();
    Observe observe = new Observe(terms(), sight.before());
    long began = around.nanos().getAsLong();
    long most =
        !last
            ? Long.MAX_VALUE
            : blind ? around.pace().observe() : around.pace().last() + sight.slowest().toSeconds();
    long patience = moves ? around.pace().patience() : around.pace().last();
    while (true) {
      pause(Duration.ofSeconds(1));
      if (isClosing()) {
        return new Verdict.Stopped();
      }
      Optional<Order> wanted = ordered();
      switch (wanted.orElse(new Order.GoOn("", 0))) {
        case Order.GoOn(String by, int from) -> {
          if (from == step) {
            return new Verdict.Next(by, by + " says so; " + progress.why());
          }
        }
        case Order.GoBack back -> {
          return new Verdict.Back(
              back.by(),
              back.by() + " took it back: " + back.reason(),
              back.dropped(),
              sight.tourniquet());
        }
      }
      Optional<Verdict> overtaken = overtaken();
      if (overtaken.isPresent()) {
        return overtaken.get();
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(around.nanos().getAsLong() - began);
      Decision decision =
          moves ? observe.add(sight.next(around.clock().instant())) : quiet(sight, seconds);
      if (decision.act() == Decision.Act.ROLL_BACK && around.observeOnly()) {
        decision =
            new Decision(Decision.Act.HOLD, "nothing is done by itself here; " + decision.why());
      }
      boolean waits =
          decision.act() == Decision.Act.HOLD && !last && (seconds >= patience || blind);
      progress =
          progress(
              decision.act().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
              decision.why(),
              waits,
              since);
      switch (decision.act()) {
        case PROMOTE -> {
          return new Verdict.Next(Changes.ITSELF, decision.why());
        }
        case ROLL_BACK -> {
          return new Verdict.Back(Changes.ITSELF, decision.why(), List.of(), sight.tourniquet());
        }
        case HOLD -> {
          if (seconds >= most) {
            return new Verdict.Next(
                Changes.ITSELF,
                "%d seconds were observed and no harm was seen, which proves little: %s"
                    .formatted(seconds, decision.why()));
          }
        }
      }
    }
  }

  /** It moved no request: whether it may go on is a matter of probes and of a quiet moment. */
  private static Decision quiet(Sight sight, long seconds) {
    Optional<String> probes = sight.probes();
    if (probes.isPresent()) {
      return new Decision(Decision.Act.HOLD, "a probe fails: " + probes.get());
    }
    Optional<String> alarm = sight.alarm();
    if (alarm.isPresent()) {
      return new Decision(Decision.Act.HOLD, "users are harmed now: " + alarm.get());
    }
    return seconds < QUIET
        ? new Decision(Decision.Act.HOLD, "it moves no request; the probes are good so far")
        : new Decision(Decision.Act.PROMOTE, "it moves no request, and the probes are good");
  }

  /**
   * What is demanded: if the next step goes as badly as this one does not rule out, no more than
   * two of a hundred requests of the pool fail in addition. So the smallest step needs few requests
   * and the last one many.
   */
  private Terms terms() {
    Terms usual = Terms.standard();
    boolean last = step == stages.steps().size();
    double share = stages.steps().get(step - 1).share();
    double next = last ? 1 : stages.steps().get(step).share();
    boolean small = share > 0 && !last && next > 0;
    return new Terms(
        usual.falseRollback(),
        usual.falsePromotion(),
        small ? Math.min(0.9, Math.max(RISKED, RISKED / next)) : RISKED,
        usual.tolerated(),
        around.pace().observe(),
        small ? FEW : usual.least(),
        around.pace().patience());
  }

  /** Whether what the step put in place serves still. */
  private Optional<Verdict> overtaken() {
    try {
      Versions versions = around.registry().versions(balancer);
      Optional<String> live = versions.live();
      if (live.equals(Optional.of(serves(step)))) {
        return Optional.empty();
      }
      Versions.Lived now = versions.history().getLast();
      if (PuttingInPlace.isBack(versions, change)) {
        return Optional.of(
            new Verdict.Overtaken(
                "gone back from at %s to %s; the journal of lb %s says who and why"
                    .formatted(now.at(), Versions.brief(base), balancer)));
      }
      return Optional.of(
          new Verdict.Overtaken(
              "version %s was put in place at %s by another way"
                  .formatted(Versions.brief(now.digest()), now.at())));
    } catch (BalancerException e) {
      LOG.debug("change {}: what is live can't be read: {}", number, e.getMessage());
      return Optional.empty();
    }
  }

  // --- going back

  private void back(Verdict.Back why) throws InterruptedException {
    phase = Course.Phase.GOING_BACK;
    progress = progress("roll back", why.why(), false, changes.now());
    around.log(number, "going back: " + why.why());
    // Users who fail do not wait for a database.
    try {
      var unused =
          note(
              course -> course.in(Course.Phase.GOING_BACK),
              Optional.of("change.going-back"),
              why.why());
    } catch (RuntimeException e) {
      LOG.warn("change {}: that it goes back is not written down: {}", number, e.getMessage());
    }
    Duration pause = Duration.ofSeconds(1);
    boolean out = false;
    while (!isBack(why)) {
      if (isClosing()) {
        return;
      }
      out = out || takenOut();
      pause(pause);
      var unused = ordered();
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
    end(gone(why.why()));
  }

  /** It did not come to its end, whether we went back or others did. */
  private Answer.Moved gone(String why) {
    Change.Rollout rollout = change.rollout().orElseThrow();
    Course course = rollout.course().orElse(Course.begins(List.of(number)));
    return Review.wentBack(change.begun(rollout.at(course.in(Course.Phase.GOING_BACK))), why);
  }

  private boolean isBack(Verdict.Back why) throws InterruptedException {
    try {
      Versions versions = around.registry().versions(balancer);
      if (PuttingInPlace.isBack(versions, change)) {
        return true;
      }
      Rollback.RolledBack back =
          around
              .balancers()
              .rollback(
                  balancer,
                  Optional.of(base),
                  "change %d: %s".formatted(number, why.why()),
                  why.tourniquet(),
                  why.dropped(),
                  why.by());
      wentBack = Optional.of(back.applied());
      if (!back.applied().serves()) {
        waitsFor(back.applied().why());
      }
      return back.applied().serves();
    } catch (BalancerException | Problem e) {
      waitsFor(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /**
   * Files that can't be written keep the version; what the rollout gave new servers over the socket
   * it takes from them over the socket all the same.
   */
  private boolean takenOut() throws InterruptedException {
    List<ServerName> servers =
        stages.steps().get(step - 1).weights().stream()
            .filter(it -> it.share() > 0)
            .map(it -> new ServerName(it.pool(), it.server()))
            .toList();
    if (servers.isEmpty()) {
      return true;
    }
    try {
      return around
          .balancers()
          .alone(
              balancer,
              held -> {
                for (ServerName server : servers) {
                  held.driver().admin(server, Admin.MAINT);
                }
                around.log(number, "the new servers get no more requests meanwhile: " + servers);
                return true;
              });
    } catch (BalancerException | Problem e) {
      LOG.debug("change {}: {} stay in service: {}", number, servers, e.getMessage());
      return false;
    }
  }

  private void waitsFor(String why) {
    LOG.warn("change {}: it can't go back yet: {}", number, why);
    progress =
        progress(
            "roll back", "it can't go back yet, and is tried again: " + why, false, changes.now());
  }

  // --- what is written down

  private boolean note(UnaryOperator<Course> far, Optional<String> kind, String why) {
    Optional<Change> now = acts.reached(number, far, kind, Staging.name(stages, step), why);
    now.ifPresent(it -> change = it);
    return now.isPresent();
  }

  /** Waits for a database that does not answer; false if we stop, or if it is not ours any more. */
  private boolean written(UnaryOperator<Course> far, Optional<String> kind, String why)
      throws InterruptedException {
    while (true) {
      try {
        return note(far, kind, why);
      } catch (RuntimeException e) {
        if (!Database.isOutage(e)) {
          throw e;
        }
        progress =
            progress(
                "hold",
                "the database does not answer: nothing is done until it does",
                false,
                changes.now());
        pause(Duration.ofSeconds(1));
        if (isClosing()) {
          return false;
        }
      }
    }
  }

  private void end(Answer.Moved moved) throws InterruptedException {
    while (!isClosing()) {
      try {
        acts.ended(number, moved);
        return;
      } catch (RuntimeException e) {
        if (!Database.isOutage(e)) {
          throw e;
        }
        LOG.warn("change {}: how it ended is written down later: {}", number, e.getMessage());
        pause(Duration.ofSeconds(1));
      }
    }
  }

  private Progress progress(String decision, String why, boolean waits, Instant since) {
    return new Progress(
        step,
        stages.steps().size(),
        phase,
        stages.steps().get(step - 1).why(),
        decision,
        why,
        waits,
        since);
  }
}
