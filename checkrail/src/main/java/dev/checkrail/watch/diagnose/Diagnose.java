package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.diagnose.Diagnosis.Aftermath;
import dev.checkrail.watch.diagnose.Diagnosis.FirstAct;
import dev.checkrail.watch.diagnose.Diagnosis.Note;
import dev.checkrail.watch.diagnose.Diagnosis.Published;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads moments one after the other, and says since when users are harmed and why.
 *
 * <p>Each second all causes are weighed anew against all that was seen since the harm began; an
 * answer is published as soon as one cause is {@link #LIKELY} for {@link #STEADY} seconds in a row,
 * and then stays: what is thought later goes into the notes. Only an answer to what was a matter
 * for a ticket is given anew when users fail. Looking each second is paid for by the steps that
 * must be climbed: the harm itself by a CUSUM ({@link History}), a cause by ten times the weight of
 * all others together.
 *
 * <p>Remembers four minutes. Confined to one thread, one per load balancer; asks no clock, so that
 * the same moments give the same diagnoses.
 */
public final class Diagnose {
  static final double LIKELY = 0.9;
  static final int STEADY = 2;

  /**
   * The same before servers are blamed for slow answers while nobody failed: one that was just
   * started is cold at first.
   */
  private static final int COLD = 5;

  private static final Duration ACTS = Duration.ofMinutes(15);
  private static final int MOST_ACTS = 64;
  private static final int MOST_NOTES = 100;
  private static final double SCOPE_PATIENCE = 6;
  private static final double LATE = 20;
  private static final double PARTLY = 14;

  /** So many seconds a pool and those who ask it are looked at, which of them it is. */
  private static final double STORM = 8;

  private static final double SETTLED = 9;

  /** Seconds without anybody who waits. */
  private static final double PASSED = 2;

  /** Seconds without harm after a way back, before harm is another matter. */
  private static final int ENDED = 10;

  /** Seconds without harm before a change, so that what began with it is another matter. */
  private static final int QUIET = 8;

  /** The same where some had to wait and nobody failed: that may be nothing but a bad moment. */
  private static final int MOMENT = 4;

  /** Seconds after a way back until what it brought surely serves. */
  private static final double RELOADED = 4;

  private static final double NOBODY = 0.15;

  /** Share of a service's answers that have no final state before that is a matter for now. */
  private static final double PENDING = 0.1;

  /**
   * Share of a service's answers that are slow, and none fails, before that is a matter for now.
   */
  private static final double SLOW = 0.1;

  /** Share of all requests that is refused by a limit before that is a matter for now. */
  private static final double REFUSED_BY_LIMITS = 0.1;

  private final Moved moved;
  private final History history = new History();
  private final List<Act> acts = new ArrayList<>();
  private Optional<Act> there = Optional.empty();
  private final Set<ServerName> takenOut = new HashSet<>();
  private final List<Note> notes = new ArrayList<>();
  private Optional<Published> published = Optional.empty();
  private Optional<Aftermath> aftermath = Optional.empty();
  private Optional<Act> goneBack = Optional.empty();
  private boolean settled;
  private int calm;

  /** Seconds in a row without anybody harmed, while harm is not taken for ended yet. */
  private int nobody;

  /** Changes that came when nobody had been harmed for a while. */
  private final Set<Act> inQuiet = new HashSet<>();

  /** Until then nobody was harmed, so that what was before has ended. */
  private double ended = Double.NEGATIVE_INFINITY;

  /** Since then a way back had taken effect, seconds since 1970. */
  private double cleanSince = Double.NEGATIVE_INFINITY;

  private boolean acting;
  private Optional<Instant> acted = Optional.empty();
  private double rateBefore;

  /** Services that the published change harmed; none if it is something else. */
  private Set<String> harmed = Set.of();

  private String candidate = "";
  private int steady;
  private double known;
  private boolean urgent;
  private boolean ticketed;
  private int blindSeconds;
  private int otherMind;
  private String lastMind = "";
  private Set<String> knownStreams = Set.of();

  public Diagnose(Moved moved) {
    this.moved = moved;
  }

  /** What is known after this moment. */
  public Diagnosis next(Moment moment) {
    Tick tick = new Tick(moment);
    Optional<Double> before = history.harmedSince();
    Set<Act> remembered = Set.copyOf(acts);
    remember(moment, tick);
    List<Act> done = acts.stream().filter(act -> !remembered.contains(act)).toList();
    if (!done.isEmpty() && before.isPresent()) {
      Set<String> seen = new HashSet<>(knownStreams);
      seen.addAll(history.alarmed());
      knownStreams = Set.copyOf(seen);
      if (nobody >= QUIET) {
        inQuiet.addAll(done);
      }
    }
    history.add(tick, published.isPresent());
    Instant at = moment.at();
    FirstAct first = firstAct(tick);
    if (before.isPresent() && history.harmedSince().isEmpty()) {
      note(
          at,
          history.resigned()
              ? "it was never seen otherwise: what is usual is learned from it now"
              : "the harm has ended");
      close();
    }
    if (history.blind()) {
      blindSeconds++;
      return blind(at, tick, first);
    }
    if (blindSeconds > 0) {
      blindSeconds = 0;
      if (published.map(p -> p.first().cause() == Cause.OBSERVER).orElse(false)) {
        note(at, "it is seen again");
        close();
      }
    }
    Optional<Double> began = history.harmedSince();
    if (began.isEmpty()) {
      return quiet(at, tick, first);
    }
    if (before.isPresent() && anotherBegan(tick)) {
      note(
          at,
          "something else began, beside "
              + published.map(said -> said.first().name()).orElse("what is not explained yet"));
      close();
      before = Optional.empty();
      began = history.harmedSince();
    }
    if (before.isEmpty()) {
      known = tick.time;
      note(at, "users are harmed: " + String.join("; ", history.alarmed()));
    }
    return weighed(at, tick, began.get(), first);
  }

  /**
   * What changed in the last quarter of an hour, oldest first: what each did has to be found out.
   */
  public List<Act> acts() {
    return List.copyOf(acts);
  }

  /** What says that users are harmed, in words of the product. */
  List<String> alarmed() {
    return history.alarmed();
  }

  /**
   * Whether harm began that is another matter than what was seen before. Beside a matter for a
   * ticket: any that began somewhere else. Else only what began somewhere else after the load
   * balancer was changed, which what was thought until then could not weigh: by somebody who told
   * nobody, or by whomever if until then it was a matter for a ticket or nobody was harmed any
   * more. A way back is no such change.
   */
  private boolean anotherBegan(Tick tick) {
    boolean ticket = published.map(said -> !said.urgent()).orElse(ticketed || !urgent);
    boolean answered = published.isPresent() || ticketed;
    if (answered && ticket && history.another(knownStreams, tick.time - 8)) {
      return true;
    }
    // What was published soon after a change was weighed before it was known what that did.
    Instant since =
        published
            .map(said -> said.at().minusMillis((long) (1000 * SCOPE_PATIENCE)))
            .orElseGet(() -> instant(known))
            .minusMillis(1);
    Instant from = goneBack.map(Act::at).filter(at -> at.isAfter(since)).orElse(since);
    Optional<Act> blamed = published.flatMap(said -> said.first().act());
    return acts.stream()
        .filter(act ->
            act.kind() == Act.Kind.BYPASS
                || (act.kind() == Act.Kind.APPLY && (ticket || inQuiet.contains(act))))
        .filter(act -> act.at().isAfter(from) && !blamed.equals(Optional.of(act)))
        .findFirst()
        .map(act -> seconds(act.at()))
        .map(changed ->
            history.another(knownStreams, changed - 1)
                || (answered && ticket && changed > tick.time - LATE && history.anew(changed)))
        .orElse(false);
  }

  private void close() {
    urgent = false;
    ticketed = false;
    knownStreams = Set.of();
    reopened();
    if (!settled || !endedIt()) {
      // Else what was taken back cannot do harm later either.
      goneBack = Optional.empty();
      settled = false;
    }
    aftermath = Optional.empty();
    calm = 0;
    nobody = 0;
    inQuiet.clear();
    ended = Double.NEGATIVE_INFINITY;
    otherMind = 0;
    lastMind = "";
  }

  // --- what was done

  private void remember(Moment moment, Tick tick) {
    Instant at = moment.at();
    acts.removeIf(act -> act.at().plus(ACTS).isBefore(at) && !there.equals(Optional.of(act)));
    for (Moment.Event event : moment.events()) {
      acting(event);
      switch (event.what()) {
        case APPLY_BEGAN -> act(event, Act.Kind.APPLY);
        case ROLLBACK_BEGAN -> {
          act(event, Act.Kind.ROLLBACK);
          rateBefore = harmRateOfPublished(8); // first: later, who waits now does not count
          goneBack = Optional.of(acts.getLast());
          settled = false;
          calm = 0;
        }
        case TOLD -> {
          act(event, Act.Kind.TOLD);
          takenOut(event.text(), acts.getLast().subject(), moment);
        }
        case RUNTIME -> takenOut(event.text(), event.text(), moment);
        case RELOADED_BY_OTHERS -> {
          if (!bypassed(event.at())) {
            bypass(event.at());
            // Found at our start, it may be older than what else is remembered.
            there = Optional.of(acts.getLast());
          }
        }
        case APPLY_ENDED, ROLLBACK_ENDED -> {}
      }
    }
    if (tick.replaced) {
      there = Optional.empty();
    }
    if (tick.replaced && !ours(at.minusMillis(700))) {
      bypass(at.minusMillis(700));
    }
    while (acts.size() > MOST_ACTS) {
      acts.removeFirst();
    }
  }

  private void act(Moment.Event event, Act.Kind kind) {
    acts.add(
        new Act(
            event.at(),
            kind,
            kind.name().toLowerCase(java.util.Locale.ROOT) + " at " + event.at(),
            event.digest(),
            event.about(),
            event.text()));
  }

  private void acting(Moment.Event event) {
    switch (event.what()) {
      case APPLY_BEGAN, ROLLBACK_BEGAN -> acting = true;
      case APPLY_ENDED, ROLLBACK_ENDED -> {
        acting = false;
        acted = Optional.of(event.at());
      }
      case RUNTIME, RELOADED_BY_OTHERS, TOLD -> {}
    }
  }

  /** Whether an act of ours, or a bypass that is known, explains a new worker. */
  private boolean ours(Instant at) {
    return acting
        || acted.filter(end -> !end.plusSeconds(3).isBefore(at)).isPresent()
        || acts.stream()
            .anyMatch(act ->
                act.kind().changesTheFile()
                    && Duration.between(act.at(), at).abs().compareTo(Duration.ofSeconds(15)) < 0);
  }

  /** It is known for sure that nobody of ours did it: only the same bypass is no other one. */
  private boolean bypassed(Instant at) {
    return acts.stream()
        .anyMatch(act ->
            act.kind() == Act.Kind.BYPASS
                && Duration.between(act.at(), at).abs().compareTo(Duration.ofSeconds(2)) < 0);
  }

  private void bypass(Instant at) {
    acts.add(
        new Act(
            at,
            Act.Kind.BYPASS,
            "reload by others at " + at,
            Optional.empty(),
            "",
            "another worker serves, and none of our acts explains it"));
  }

  private void takenOut(String text, String subject, Moment moment) {
    moment
        .servers()
        .map(Moment.Server::name)
        .filter(name -> text.contains(name.toString()) || Dependencies.within(subject, name))
        .forEach(takenOut::add);
  }

  // --- answers

  private Diagnosis weighed(Instant at, Tick tick, double since, FirstAct first) {
    // What had ended is no part of what began after it.
    double began = Math.max(since, ended);
    double from = began;
    if (goneBack.isPresent() && settled) {
      from = Math.max(began, Math.max(cleanSince, seconds(goneBack.get().at()) + 3));
    }
    Harm harm = new Harm(history, from, from > since ? wentBack() : Double.NEGATIVE_INFINITY);
    boolean withoutBefore = history.withoutBefore();
    List<Hypothesis> all =
        withoutBefore
            ? new WeighWithoutBefore(history, harm, moved).all(acts)
            : Weigh.all(new Case(history, began, harm, acts, moved, takenOut));
    boolean over = wentBackAndOver(tick);
    for (Hypothesis one : all) {
      direct(one, first);
      takenBack(one, tick, over);
    }
    List<Hypothesis> best = bestOfEach(all);
    if (!withoutBefore) {
      second(best, harm, began, first);
    }
    List<Ranked> ranking = ranked(best);
    urgent = urgent(harm, ranking);
    if (urgent && published.filter(said -> !said.urgent()).isPresent()) {
      note(at, published.get().first().name() + " was a matter for a ticket; users fail now");
      reopened();
      ticketed = true;
    }
    boolean unclear = unclear(ranking, harm, tick.time - began);
    nobody = harmRate(4) < NOBODY ? nobody + 1 : 0;
    if (settled && nobody > 0) {
      calm++;
      if (hasStayedCalm()) {
        if (ended < since) {
          otherMind = 0; // it was of what has ended
        }
        ended = tick.time;
      }
    } else if (published.isEmpty() && !urgent && onlyWaited(harm) && nobody >= MOMENT) {
      ended = tick.time;
    }
    publish(at, tick, harm, ranking, unclear, urgent, began);
    aftermath(at, tick);
    return new Diagnosis(
        at,
        Optional.of(instant(since)),
        harm.total,
        urgent,
        ranking,
        unclear,
        first,
        published,
        aftermath,
        notes);
  }

  /** The same request directly and through: what differs is the load balancer's. */
  private static void direct(Hypothesis one, FirstAct first) {
    if (first.throughBad().isEmpty()
        || !first.directBad().isEmpty()
        || first.directGood().isEmpty()) {
      return;
    }
    if (one.cause == Cause.LB_CHANGE || one.cause == Cause.LB_RUNTIME) {
      one.add(
          Reason.Kind.PROBE,
          0.8,
          "the same safe request is answered by each server and not through the load balancer");
    }
  }

  /** Whether a way back has just taken effect, and nobody is harmed since. */
  private boolean wentBackAndOver(Tick tick) {
    return goneBack.isPresent()
        && !settled
        && tick.time - seconds(goneBack.get().at()) >= RELOADED
        && over(harmRate(3));
  }

  /**
   * What was taken back cannot go on doing harm, but in workers that still have it; and if the harm
   * was over at once, that speaks for it.
   */
  private void takenBack(Hypothesis one, Tick tick, boolean over) {
    if (one.act.isEmpty()
        || one.cause != Cause.LB_CHANGE
        || goneBack.isEmpty()
        || one.act.get().kind() == Act.Kind.ROLLBACK
        || !one.act.get().at().isBefore(goneBack.get().at())) {
      return;
    }
    if (over) {
      one.add(Reason.Kind.TIME, 1.5, "the harm ended when it was taken back");
    }
    double since = tick.time - seconds(goneBack.get().at());
    if (settled && since > SETTLED) {
      one.add(
          Reason.Kind.TIME,
          -5,
          "it was taken back %.0f s ago, and what serves now is without it",
          since);
    }
  }

  private static List<Hypothesis> bestOfEach(List<Hypothesis> all) {
    Map<Cause, Hypothesis> best = new EnumMap<>(Cause.class);
    for (Hypothesis one : all) {
      Hypothesis other = best.get(one.cause);
      if (other == null || one.sum() > other.sum()) {
        best.put(one.cause, one);
      }
    }
    List<Hypothesis> sorted = new ArrayList<>(best.values());
    sorted.sort(
        Comparator.comparingDouble(Hypothesis::sum)
            .reversed()
            .thenComparing((Hypothesis one) -> one.cause));
    return sorted;
  }

  /** Two at once: who explains best what the first one leaves over stands beside it. */
  private void second(List<Hypothesis> best, Harm harm, double began, FirstAct first) {
    if (best.size() < 2) {
      return;
    }
    Hypothesis top = best.getFirst();
    Harm rest = harm.without(top.place);
    if (rest.total < 3 || rest.total < 0.06 * harm.total) {
      return;
    }
    double restBegan = rest.began(history, began);
    List<Hypothesis> again = Weigh.all(new Case(history, restBegan, rest, acts, moved, takenOut));
    again.removeIf(one -> one.cause == top.cause);
    again.forEach(one -> direct(one, first));
    List<Hypothesis> sorted = bestOfEach(again);
    if (!sorted.isEmpty() && sorted.getFirst().sum() > 0.5) {
      Hypothesis beside = sorted.getFirst();
      beside.explained *= rest.total / harm.total;
      beside.beside = OptionalDouble.of(1 / parts(sorted, beside.sum()));
      best.removeIf(one -> one.cause == beside.cause);
      best.add(1, beside);
    }
  }

  private static List<Ranked> ranked(List<Hypothesis> best) {
    double most = best.isEmpty() ? 0 : best.getFirst().sum();
    // Who stands beside the first is no rival of it.
    double all = parts(best.stream().filter(one -> one.beside.isEmpty()).toList(), most);
    List<Ranked> ranking = new ArrayList<>();
    for (Hypothesis one : best) {
      double probability = one.beside.orElseGet(() -> part(one, most) / all);
      Reason worst =
          one.reasons.stream()
              .filter(r -> r.kind() != Reason.Kind.PRIOR)
              .min(Comparator.comparingDouble(Reason::log10))
              .orElse(one.reasons.getFirst());
      Reason strongest =
          one.reasons.stream()
              .filter(r -> r.kind() != Reason.Kind.PRIOR)
              .max(Comparator.comparingDouble(Reason::log10))
              .orElse(one.reasons.getFirst());
      Ranked.Standing standing;
      String why;
      if (one.sum() < most - 1 && worst.log10() <= -1) {
        standing = Ranked.Standing.RULED_OUT;
        why = "ruled out because " + worst.text();
      } else if (!one.observed) {
        standing = Ranked.Standing.NOT_OBSERVED;
        why = "not observed: " + one.missing;
      } else if (one.sum() < most - 1) {
        standing = Ranked.Standing.NOT_SEEN;
        why = "nothing speaks for it that does not speak more for another";
      } else {
        standing = Ranked.Standing.STANDS;
        why = strongest.text();
      }
      ranking.add(
          new Ranked(
              one.cause,
              one.object,
              one.sum(),
              probability,
              standing,
              one.explained,
              one.act,
              one.reasons,
              why));
    }
    return ranking;
  }

  /** How likely they are together, if one with this sum counts as 1. */
  private static double parts(List<Hypothesis> all, double most) {
    return all.stream().mapToDouble(one -> part(one, most)).sum();
  }

  private static double part(Hypothesis one, double most) {
    return Math.pow(10, Math.max(-30, one.sum() - most));
  }

  private static boolean unclear(List<Ranked> ranking, Harm harm, double since) {
    if (ranking.isEmpty() || harm.total < 2.5) {
      return true;
    }
    Ranked top = ranking.getFirst();
    double needed = since > LATE ? 0.75 : LIKELY;
    // One that explains what the first leaves over is no rival.
    double rival =
        ranking.stream()
            .skip(1)
            .filter(one -> one.cause() != top.cause() && !(since > STORM && storm(top, one)))
            .filter(one -> one.explained() + top.explained() > 1.3 || one.log10() < top.log10())
            .mapToDouble(Ranked::log10)
            .max()
            .orElse(-9);
    // An answer to less than half of it is none yet, unless another one answers the rest.
    double answered =
        ranking.size() < 2 ? top.explained() : top.explained() + beside(ranking.get(1));
    if (answered < 0.5 && since < PARTLY) {
      return true;
    }
    return top.log10() < 0.8 || top.log10() - rival < Math.log10(needed / (1 - needed));
  }

  /** What stood still and who asks again: one began it, the other keeps it going. */
  private static boolean storm(Ranked one, Ranked other) {
    return Set.of(one.cause(), other.cause()).equals(Set.of(Cause.BACKEND, Cause.SURGE))
        && (one.cause() == Cause.BACKEND ? one : other).object().endsWith(Weigh.WHOLE);
  }

  private static double beside(Ranked second) {
    return second.standing() == Ranked.Standing.RULED_OUT ? 0 : second.explained();
  }

  private void publish(
      Instant at,
      Tick tick,
      Harm harm,
      List<Ranked> ranking,
      boolean unclear,
      boolean urgent,
      double began) {
    if (ranking.isEmpty()) {
      return;
    }
    Ranked top = ranking.getFirst();
    if (published.isPresent()) {
      mind(at, top, unclear);
      return;
    }
    if (unclear
        || pending(tick, began)
        || early(top, urgent, tick.time - known)
        || passed(harm, tick)) {
      candidate = "";
      steady = 0;
      return;
    }
    if (top.cause().word().equals(candidate)) {
      steady++;
    } else {
      candidate = top.cause().word();
      steady = 1;
    }
    if (steady >= (top.cause() == Cause.BACKEND && onlyWaited(harm) ? COLD : STEADY)) {
      published = Optional.of(new Published(at, urgent, ranking));
      // Whose sessions hang at a server is not known.
      harmed =
          top.cause() == Cause.LB_CHANGE
              ? services(harm, unit -> !unit.cell().service().equals(Cell.ANY))
              : Set.of();
      ticketed = false;
      knownStreams = Set.copyOf(history.alarmed());
      note(at, "published: " + top.name() + "; " + top.why() + " [" + harm.text() + "]");
    }
  }

  private static Set<String> services(Harm harm, Predicate<Harm.Unit> of) {
    return harm.units.stream()
        .filter(of)
        .map(unit -> unit.cell().service())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Who asks is known some seconds later than what became of it; and a ticket is in no hurry. */
  private static boolean early(Ranked top, boolean urgent, double since) {
    return (!urgent && since < 5) || (top.cause() == Cause.RATE_LIMIT && since < 2.5);
  }

  /** Some had to wait, nobody failed, and it is over: as when a server that was started is cold. */
  private boolean passed(Harm harm, Tick tick) {
    return onlyWaited(harm) && new Harm(history, tick.time - PASSED).of(Kind.SLOW) < 1;
  }

  private static boolean onlyWaited(Harm harm) {
    return harm.of(Kind.SLOW) >= 0.9 * harm.total;
  }

  /**
   * A change that may be it, and what it moved is not known yet; or that came in the middle of harm
   * which nobody has explained, and what began with it is not known yet.
   */
  private boolean pending(Tick tick, double began) {
    return acts.stream()
        .filter(act -> act.kind().changesTheFile())
        .filter(act -> tick.time - seconds(act.at()) < SCOPE_PATIENCE)
        .anyMatch(act -> {
          double after = seconds(act.at()) - began;
          return after < SCOPE_PATIENCE
              ? moved.by(act).isEmpty() || (ticketed && act.at().isAfter(instant(known)))
              : act.kind() != Act.Kind.ROLLBACK;
        });
  }

  private void mind(Instant at, Ranked top, boolean unclear) {
    Ranked said = published.map(Published::first).orElse(top);
    if (unclear || top.cause() == said.cause()) {
      otherMind = 0;
      return;
    }
    otherMind++;
    if (otherMind == 5 && !top.name().equals(lastMind)) {
      lastMind = top.name();
      note(
          at,
          "what was published ("
              + said.name()
              + ") stays, but "
              + top.name()
              + " is likelier now: "
              + top.why());
    }
    if (otherMind >= 5 && hasStayedCalm()) {
      note(at, "the way back had ended the harm of " + said.name() + ": this is another one");
      calm = 0;
      otherMind = 0;
      reopened();
    }
  }

  private boolean endedIt() {
    return aftermath.filter(it -> it.result() != Aftermath.Result.REFUTED).isPresent();
  }

  /** A way back has ended the harm, and for a while there was none. */
  private boolean hasStayedCalm() {
    return settled && calm >= ENDED && confirmed();
  }

  private boolean confirmed() {
    return aftermath.filter(it -> it.result() == Aftermath.Result.CONFIRMED).isPresent();
  }

  /** Harmed in each of the last seconds. */
  private double harmRate(int seconds) {
    return lately(seconds).map(harm -> harm.total).orElse(0.0) / seconds;
  }

  /**
   * The same in the services that the published change harmed, wherever their requests go now: with
   * a way back these must be well again, and others may still work off what it had brought them.
   */
  private double harmRateOfPublished(int seconds) {
    if (harmed.isEmpty()) {
      return harmRate(seconds);
    }
    return lately(seconds)
            .map(harm -> harm.in(unit -> harmed.contains(unit.cell().service())))
            .orElse(0.0)
        / seconds;
  }

  private Optional<Harm> lately(int seconds) {
    if (history.ticks.isEmpty() || history.harmedSince().isEmpty()) {
      return Optional.empty();
    }
    double now = history.ticks.getLast().time;
    return Optional.of(new Harm(history, now - seconds + 1, wentBack()));
  }

  /** When it went back, seconds since 1970; some answers were under way then. */
  private double wentBack() {
    return goneBack.map(act -> seconds(act.at()) + 1).orElse(Double.NEGATIVE_INFINITY);
  }

  private void aftermath(Instant at, Tick tick) {
    if (goneBack.isEmpty() || settled) {
      return;
    }
    double since = tick.time - seconds(goneBack.get().at());
    if (since < SETTLED) {
      return;
    }
    double rate = harmRateOfPublished(4);
    boolean held = tick.oldConnections > 0 || !tick.heldByOld.isEmpty();
    Harm left = new Harm(history, tick.time - 6);
    double old =
        left.in(unit -> tick.heldByOld.contains(unit.cell().pool() + "/" + unit.cell().server()));
    if (over(rate)) {
      cleanSince = tick.time - 4;
      settle(at, Aftermath.Result.CONFIRMED, "the harm ended with the way back");
    } else if (held && since > 12 && left.total > 0 && old > 0.7 * left.total) {
      settle(
          at,
          Aftermath.Result.CONFIRMED_BUT_OLD_WORKERS,
          "the harm went down with the way back; what is left goes through workers with the rules"
              + " before");
      reopen();
    } else if (since > 25) {
      if (rate > 0.5 * rateBefore) {
        settle(at, Aftermath.Result.REFUTED, "the harm went on after the way back");
        reopen();
      } else {
        settle(at, Aftermath.Result.CONFIRMED, "the harm went down with the way back");
      }
    }
  }

  /** Whether that is next to nothing of what it was before the way back, harmed in a second. */
  private boolean over(double rate) {
    return rate < 0.02 * Math.max(1, rateBefore) || rate < NOBODY;
  }

  private void settle(Instant at, Aftermath.Result result, String text) {
    settled = true;
    if (published.isPresent() && published.get().first().cause() != Cause.LB_CHANGE) {
      note(at, "after the way back: " + text + "; " + published.get().first().name() + " stays");
      return;
    }
    aftermath = Optional.of(new Aftermath(at, result, text));
    String named = published.map(p -> p.first().name() + ": ").orElse("");
    note(
        at,
        named + result.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + ": " + text);
  }

  private void reopen() {
    if (published.isPresent() && published.get().first().cause() != Cause.LB_CHANGE) {
      return;
    }
    reopened();
  }

  private void reopened() {
    published = Optional.empty();
    harmed = Set.of();
    candidate = "";
    steady = 0;
  }

  private static boolean urgent(Harm harm, List<Ranked> ranking) {
    if (ranking.isEmpty()) {
      return false;
    }
    Cause top = ranking.getFirst().cause();
    double business = harm.of(Kind.DECLINED);
    if (top != Cause.LB_CHANGE) {
      business += harm.of(Kind.REFUSED); // after a change it is what they had before
    }
    if (top == Cause.MERCHANT || top == Cause.ABUSE) {
      return harm.in(unit -> unit.kind().failure) > 0.3 * harm.total;
    }
    if (top == Cause.RATE_LIMIT && harm.of(Kind.LIMITED) < REFUSED_BY_LIMITS * harm.all) {
      return false; // Some who ask more often than they may are no outage.
    }
    if (onlyWaited(harm) && !manyAre(Kind.SLOW, SLOW, harm)) {
      return false; // Some had to wait.
    }
    double pending = harm.of(Kind.PENDING);
    if (pending > 0.7 * harm.total) {
      return manyAre(Kind.PENDING, PENDING, harm);
    }
    return harm.total - business > 0.3 * harm.total;
  }

  /** Whether they are a share of the requests of the services that have them. */
  private static boolean manyAre(Kind kind, double share, Harm harm) {
    Set<String> services = services(harm, unit -> unit.kind() == kind);
    double all = harm.trafficIn(cell -> services.contains(cell.service()));
    return harm.of(kind) >= share * all;
  }

  // --- nobody is harmed, or nothing is seen

  private Diagnosis quiet(Instant at, Tick tick, FirstAct first) {
    List<Ranked> ranking = new ArrayList<>();
    boolean landmine = tick.failedReloads > 0;
    if (landmine) {
      ranking.add(
          single(
              Cause.LB_RUNTIME,
              "files that would not load",
              2,
              "the last reload failed: an older worker serves, and the next start loads bad"
                  + " files"));
      if (published.isEmpty()) {
        published = Optional.of(new Published(at, false, ranking));
        note(at, "for a ticket: " + ranking.getFirst().why());
      }
    } else if (tick.blindTo(Moment.Blind.Part.LOG)) {
      ranking.add(single(Cause.OBSERVER, "log", 2, "the log is not read: users are not seen"));
    } else if (published.isPresent()) {
      published = Optional.empty();
    }
    ranking.add(single(Cause.NONE, "", landmine ? 0 : 3, "nobody is harmed"));
    return new Diagnosis(
        at, Optional.empty(), 0, false, ranking, false, first, published, aftermath, notes);
  }

  private Diagnosis blind(Instant at, Tick tick, FirstAct first) {
    boolean through = first.throughBad().isEmpty() && !first.throughGood().isEmpty();
    boolean failing = !first.throughBad().isEmpty() && first.throughGood().isEmpty();
    List<Ranked> ranking = new ArrayList<>();
    String what =
        String.join(
            "; ", tick.blind.stream().map(b -> b.part() + ": " + b.why()).distinct().toList());
    ranking.add(
        single(
            Cause.OBSERVER,
            "",
            through ? 3 : failing ? 0.3 : 1.5,
            what
                + (through
                    ? "; requests through the load balancer are answered"
                    : failing ? "; and requests through it are not answered" : "")));
    boolean unclear = failing;
    if (!unclear && blindSeconds >= STEADY + 1 && published.isEmpty()) {
      published = Optional.of(new Published(at, true, ranking));
      note(at, "published: observer; " + what);
    }
    return new Diagnosis(
        at,
        history.harmedSince().map(Diagnose::instant),
        0,
        true,
        ranking,
        unclear,
        first,
        published,
        aftermath,
        notes);
  }

  private static Ranked single(Cause cause, String object, double log10, String why) {
    return new Ranked(
        cause,
        object,
        log10,
        1,
        Ranked.Standing.STANDS,
        1,
        Optional.empty(),
        List.of(new Reason(Reason.Kind.MECHANISM, why, log10)),
        why);
  }

  private static FirstAct firstAct(Tick tick) {
    Set<String> directGood = new TreeSet<>();
    Set<String> directBad = new TreeSet<>();
    Set<String> throughGood = new TreeSet<>();
    Set<String> throughBad = new TreeSet<>();
    for (Probed probe : tick.probes) {
      if (probe.target().kind() == ProbeTarget.Kind.SAFE) {
        (probe.good() ? directGood : directBad).add(probe.target().subject());
      } else if (probe.target().kind() == ProbeTarget.Kind.OUTSIDE) {
        (probe.good() ? throughGood : throughBad).add(probe.target().subject());
      }
    }
    directGood.removeAll(directBad);
    return new FirstAct(
        List.copyOf(directGood),
        List.copyOf(directBad),
        List.copyOf(throughGood),
        List.copyOf(throughBad));
  }

  private void note(Instant at, String text) {
    notes.add(new Note(at, text));
    if (notes.size() > MOST_NOTES) {
      notes.removeFirst();
    }
  }

  /** Since 1970. */
  private static double seconds(Instant at) {
    return at.toEpochMilli() / 1000.0;
  }

  private static Instant instant(double seconds) {
    return Instant.ofEpochMilli(Math.round(seconds * 1000));
  }
}
