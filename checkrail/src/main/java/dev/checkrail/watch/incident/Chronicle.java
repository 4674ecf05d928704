package dev.checkrail.watch.incident;

import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.incident.Incident.Entry;
import dev.checkrail.watch.incident.Incident.Impact;
import dev.checkrail.watch.incident.Incident.State;
import dev.checkrail.watch.incident.Incident.What;
import dev.checkrail.watch.traffic.Fit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Opens an incident when users begin to fail, writes down what happens, and ends it: after ten
 * minutes in which no more failed than usual, with no old worker holding connections and no payment
 * without a final state. A second that was not seen is not a good one. A person may close it
 * earlier; the record says who.
 *
 * <p>Confined to one thread, one per load balancer; asks no clock. {@link #memory} is what has to
 * be kept for {@link #resume} to go on after a crash: no second incident for the same harm, and the
 * answer that was published stays.
 */
public final class Chronicle {
  static final Duration QUIET = Duration.ofMinutes(10);
  private static final Duration SORTED_OUT = Duration.ofSeconds(15);
  private static final int MOST = 2_000;
  private static final int USUAL_SECONDS = 300;
  private static final int LATELY = 30;

  /** After a crash we have to look for so long before we say that nobody fails any more. */
  private static final Duration LOOKED = Duration.ofSeconds(60);

  private record Seconds(double time, long requests, long failed) {}

  private final Deque<Seconds> usual = new ArrayDeque<>();
  private Optional<Incident> current = Optional.empty();
  private double usualShare;
  private final List<Entry> timeline = new ArrayList<>();
  private int leftOut;
  private Optional<Instant> lastNote = Optional.empty();
  private Optional<Instant> goodSince = Optional.empty();
  private final Set<Cause> ruledOut = new HashSet<>();
  private final Deque<long[]> reach = new ArrayDeque<>();
  private final Deque<Seconds> lately = new ArrayDeque<>();
  private boolean quietTold;
  private Optional<Instant> closedAt = Optional.empty();
  private boolean resumed;
  private Optional<Instant> resumedAt = Optional.empty();

  /**
   * What is remembered of an incident.
   *
   * @param usualShare of requests that failed before it
   * @param ruledOut causes of which the timeline says already what became of them
   * @param quietTold whether the timeline says that nobody fails any more
   */
  public record Memory(
      Incident incident, double usualShare, Set<Cause> ruledOut, boolean quietTold) {
    public Memory {
      ruledOut = Set.copyOf(ruledOut);
    }
  }

  /** Nothing is recorded yet. */
  public Chronicle() {}

  /** Goes on with an incident that was open when the process before ended. */
  public static Chronicle resume(Memory kept) {
    Chronicle chronicle = new Chronicle();
    chronicle.current = Optional.of(kept.incident());
    chronicle.usualShare = kept.usualShare();
    chronicle.timeline.addAll(kept.incident().timeline());
    chronicle.leftOut = kept.incident().leftOut();
    chronicle.ruledOut.addAll(kept.ruledOut());
    chronicle.quietTold = kept.quietTold();
    chronicle.resumed = true;
    return chronicle;
  }

  /** What is to be kept of the incident that is open, or has just ended; empty if there is none. */
  public Optional<Memory> memory() {
    return current.map(it -> new Memory(it, usualShare, ruledOut, quietTold));
  }

  /** An incident that nobody records any more, with what a person has to add, or closed by one. */
  public static Incident noted(Incident ended, Happening note) {
    List<Entry> all = new ArrayList<>(ended.timeline());
    boolean room = all.size() < MOST;
    boolean closed = note.what() == What.CLOSED;
    if (room) {
      all.add(new Entry(note.at(), note.what(), note.who(), note.text()));
    }
    return new Incident(
        ended.id(),
        ended.balancer(),
        ended.began(),
        ended.opened(),
        closed ? State.CLOSED : ended.state(),
        ended.answer(),
        ended.aftermath(),
        ended.impact(),
        all,
        ended.lastHarm(),
        closed ? ended.ended().or(() -> Optional.of(note.at())) : ended.ended(),
        ended.leftOut() + (room ? 0 : 1));
  }

  /**
   * What is recorded after this moment.
   *
   * @param happenings what people and notifiers did since the moment before, oldest first
   * @param unknown payments without a final state; empty if that is not observed
   * @return the incident that is open, or has just ended; empty if there is none
   */
  public Optional<Incident> next(
      Moment moment, Diagnosis diagnosis, List<Happening> happenings, OptionalLong unknown) {
    if (current.isPresent() && current.get().state() != State.OPEN) {
      forget();
    }
    if (current.isEmpty()) {
      if (diagnosis.harmedSince().isEmpty() || !diagnosis.urgent() || closed(diagnosis)) {
        if (diagnosis.harmedSince().isEmpty()) {
          remember(moment);
        }
        return Optional.empty();
      }
      open(moment, diagnosis);
    }
    Incident open = current.orElseThrow();
    if (resumed && resumedAt.isEmpty()) {
      resumedAt = Optional.of(moment.at());
    }
    boolean harmed = worse(moment);
    Instant began = began(open, moment, diagnosis);
    Optional<Instant> lastHarm = harmed ? Optional.of(moment.at()) : open.lastHarm();
    write(moment, diagnosis, happenings, lastHarm);
    Impact impact = impact(open.impact(), moment, unknown);
    State state = State.OPEN;
    Optional<Instant> ended = Optional.empty();
    for (Happening one : happenings) {
      if (one.what() == What.CLOSED) {
        state = State.CLOSED;
        ended = Optional.of(one.at());
        closedAt = ended;
      }
    }
    if (state == State.OPEN && resolved(moment, diagnosis, harmed, unknown)) {
      state = State.RESOLVED;
      ended = Optional.of(moment.at());
      entry(
          moment.at(),
          What.RESOLVED,
          "checkrail",
          "success as usual for 10 minutes, no old worker"
              + (unknown.isPresent()
                  ? ", no payment without a final state"
                  : "; payments without a final state are not observed"));
    }
    Incident next =
        new Incident(
            open.id(),
            open.balancer(),
            began,
            open.opened(),
            state,
            answer(open, diagnosis),
            diagnosis.aftermath().or(open::aftermath),
            impact,
            timeline,
            lastHarm,
            ended,
            leftOut);
    current = Optional.of(next);
    return current;
  }

  /**
   * When users began to fail. It is opened before it is known that this is another matter than one
   * for a ticket that was there already.
   */
  private Instant began(Incident open, Moment moment, Diagnosis diagnosis) {
    Optional<Instant> since = diagnosis.harmedSince();
    if (open.answer().isPresent()
        || since.filter(open.began()::isBefore).isEmpty()
        || open.opened().plus(SORTED_OUT).isBefore(moment.at())) {
      return open.began();
    }
    entry(since.get(), What.HARM_BEGAN, "checkrail", "what makes this an incident begins");
    return since.get();
  }

  /** What was published first; another one only after a way back has refuted that. */
  private static Optional<Diagnosis.Published> answer(Incident open, Diagnosis diagnosis) {
    boolean refuted =
        open.aftermath()
            .filter(it -> it.result() == Diagnosis.Aftermath.Result.REFUTED)
            .filter(
                it -> diagnosis.published().filter(now -> now.at().isAfter(it.at())).isPresent())
            .isPresent();
    return refuted ? diagnosis.published() : open.answer().or(diagnosis::published);
  }

  /** The same harm goes on after a person has closed its incident: that is no other one. */
  private boolean closed(Diagnosis diagnosis) {
    return closedAt.isPresent()
        && diagnosis.harmedSince().filter(since -> since.isAfter(closedAt.get())).isEmpty();
  }

  /** What was seen since a crash is too little to say that nobody fails. */
  private boolean unsure(Moment moment) {
    return resumedAt.filter(at -> at.plus(LOOKED).isAfter(moment.at())).isPresent();
  }

  private void forget() {
    resumed = false;
    resumedAt = Optional.empty();
    current = Optional.empty();
    timeline.clear();
    leftOut = 0;
    goodSince = Optional.empty();
    ruledOut.clear();
    reach.clear();
    lately.clear();
    quietTold = false;
  }

  private void remember(Moment moment) {
    moment
        .log()
        .ifPresent(log -> {
          long requests = 0;
          long failed = 0;
          for (Moment.Flow flow : log.flows()) {
            requests += flow.ended().requests();
            failed += flow.ended().failures();
          }
          usual.addLast(new Seconds(moment.at().toEpochMilli() / 1000.0, requests, failed));
          while (usual.size() > USUAL_SECONDS) {
            usual.removeFirst();
          }
        });
    lastNote = Optional.of(moment.at());
  }

  private void open(Moment moment, Diagnosis diagnosis) {
    Instant began = diagnosis.harmedSince().orElse(moment.at());
    double since = began.toEpochMilli() / 1000.0;
    long requests = 0;
    long failed = 0;
    for (Seconds one : usual) {
      if (one.time() < since) {
        requests += one.requests();
        failed += one.failed();
      }
    }
    usualShare = (failed + 1.0) / (requests + 200.0);
    current =
        Optional.of(
            new Incident(
                moment.balancer() + "-at-" + began.getEpochSecond(),
                moment.balancer(),
                began,
                moment.at(),
                State.OPEN,
                Optional.empty(),
                Optional.empty(),
                Impact.NONE,
                List.of(),
                Optional.of(moment.at()),
                Optional.empty(),
                0));
    entry(began, What.HARM_BEGAN, "checkrail", "users begin to fail; known since " + moment.at());
  }

  private void write(
      Moment moment, Diagnosis diagnosis, List<Happening> happenings, Optional<Instant> lastHarm) {
    for (Moment.Event event : moment.events()) {
      What what =
          switch (event.what()) {
            case ROLLBACK_BEGAN -> What.WAY_BACK;
            case ROLLBACK_ENDED -> event.isVerifiedWayBack() ? What.VERIFIED : What.NOTE;
            case APPLY_BEGAN, APPLY_ENDED, RUNTIME, RELOADED_BY_OTHERS, TOLD -> What.CHANGED;
          };
      entry(event.at(), what, event.actor(), event.text());
    }
    for (Happening one : happenings) {
      entry(one.at(), one.what(), one.who(), one.text());
    }
    for (Diagnosis.Note note : diagnosis.notes()) {
      if (lastNote.isEmpty() || note.at().isAfter(lastNote.get())) {
        boolean before = current.filter(it -> note.at().isBefore(it.opened())).isPresent();
        boolean other =
            current.flatMap(Incident::answer).filter(it -> it.at().isBefore(note.at())).isPresent()
                && !refuted();
        What what =
            note.text().startsWith("published:")
                ? other || before ? What.NOTE : What.CAUSE
                : note.text().startsWith("what was published") ? What.OTHER_MIND : What.NOTE;
        entry(note.at(), what, "checkrail", note.text());
      }
    }
    lastNote = Optional.of(moment.at());
    if (diagnosis.published().isPresent()) {
      for (Ranked one : diagnosis.published().get().ranking()) {
        if (one.standing() != Ranked.Standing.STANDS && ruledOut.add(one.cause())) {
          What what = one.standing() == Ranked.Standing.RULED_OUT ? What.RULED_OUT : What.NOTE;
          entry(diagnosis.published().get().at(), what, "checkrail", one.name() + ": " + one.why());
        }
      }
    }
    if (unsure(moment)) {
      return;
    }
    // Whoever began to look in the middle of it may have learned the harm for what is usual.
    boolean asBefore =
        resumed && lastHarm.filter(at -> at.plusSeconds(LATELY).isAfter(moment.at())).isPresent();
    boolean quiet = diagnosis.harmedSince().isEmpty() && !asBefore;
    if (quiet && !quietTold) {
      entry(moment.at(), What.HARM_ENDED, "checkrail", "no more fail than usual");
    }
    quietTold = quiet;
  }

  private boolean refuted() {
    return current
        .flatMap(Incident::aftermath)
        .filter(it -> it.result() == Diagnosis.Aftermath.Result.REFUTED)
        .isPresent();
  }

  private Impact impact(Impact before, Moment moment, OptionalLong unknown) {
    if (moment.log().isEmpty()) {
      return new Impact(
          before.observed(),
          before.requests(),
          before.failed(),
          before.usualFailed(),
          before.misrouted(),
          before.clients(),
          before.worstShare(),
          unknown);
    }
    Moment.Logged log = moment.log().get();
    long requests = 0;
    long failed = 0;
    long misrouted = 0;
    for (Moment.Flow flow : log.flows()) {
      requests += flow.ended().requests();
      failed += flow.ended().failures();
      if (flow.fit() == Fit.MISROUTED || flow.unserved()) {
        misrouted += flow.ended().requests();
      }
    }
    long clients = 0;
    for (Moment.Reach one : log.clients()) {
      if (one.service().equals("*")) {
        clients += one.failed();
        reach.addLast(new long[] {one.all(), one.failed()});
      }
    }
    while (reach.size() > 10) {
      reach.removeFirst();
    }
    long all = reach.stream().mapToLong(r -> r[0]).sum();
    long hit = reach.stream().mapToLong(r -> r[1]).sum();
    return new Impact(
        before.observed() + log.seconds(),
        before.requests() + requests,
        before.failed() + failed,
        before.usualFailed() + usualShare * requests,
        before.misrouted() + misrouted,
        before.clients() + clients,
        Math.max(before.worstShare(), all < 20 ? 0 : (double) hit / all),
        unknown);
  }

  /** Whether some failed in this moment, and far more than usual in the last half minute. */
  private boolean worse(Moment moment) {
    long requests = 0;
    long failed = 0;
    for (Moment.Flow flow : moment.flows()) {
      requests += flow.ended().requests();
      failed += flow.ended().failures();
    }
    lately.addLast(new Seconds(0, requests, failed));
    while (lately.size() > LATELY) {
      lately.removeFirst();
    }
    double expected = usualShare * lately.stream().mapToLong(Seconds::requests).sum();
    long all = lately.stream().mapToLong(Seconds::failed).sum();
    return failed > 0 && all - expected > 2 + 3 * Math.sqrt(expected);
  }

  private boolean resolved(
      Moment moment, Diagnosis diagnosis, boolean harmed, OptionalLong unknown) {
    boolean seen = moment.stats().isPresent() && moment.log().isPresent();
    boolean old =
        moment.stats().map(Moment.Stats::workers).orElse(List.of()).stream()
            .filter(Snapshot.Worker::old)
            .anyMatch(worker -> worker.connections().orElse(1) > 0);
    boolean good =
        seen
            && !harmed
            && !old
            && !unsure(moment)
            && diagnosis.harmedSince().isEmpty()
            && unknown.orElse(0) == 0;
    if (!good) {
      goodSince = Optional.empty();
      return false;
    }
    if (goodSince.isEmpty()) {
      goodSince = Optional.of(moment.at());
    }
    return !goodSince.get().plus(QUIET).isAfter(moment.at());
  }

  private void entry(Instant at, What what, String who, String text) {
    if (timeline.size() >= MOST) {
      leftOut++;
      return;
    }
    if (resumed && timeline.contains(new Entry(at, what, who, text))) {
      return; // told again after a crash, because it may have been lost
    }
    int place = timeline.size();
    while (place > 0 && timeline.get(place - 1).at().isAfter(at)) {
      place--;
    }
    timeline.add(place, new Entry(at, what, who, text));
  }
}
