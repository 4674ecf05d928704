package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that somebody is to know: what, since when, which requests, which change came before,
 * who owns it, what to do.
 *
 * @param identity what it is for as long as it is remembered
 * @param state how it is, by the latest looks
 * @param telling who has to know of it
 */
public record Alert(Identity identity, State state, Telling telling) {

  /**
   * What it is; load balancer, detection and subject make one alert of all that is seen.
   *
   * @param id of this alert for ever; the same alert may close and open again within minutes
   * @param balancer where
   * @param subject which unit: {@code be_pay/pay-2}, {@code payments at fe}
   * @param owner team by the policy; "" if there is none
   */
  public record Identity(
      String id, String balancer, Detection detection, String subject, String owner) {}

  /**
   * How it is.
   *
   * @param level the loudest since it opened
   * @param what a sentence or two with figures, the latest
   * @param scope which requests and parts
   * @param since when it began, by evidence
   * @param opened when we knew
   * @param seen when it was seen last
   * @param absent seconds for which it was looked for and not seen
   * @param closed when it was over; empty as long as it is open
   * @param openings how often it opened
   * @param change what was done last before it began, or shortly after; not said to be its cause
   */
  public record State(
      Level level,
      String what,
      Sign.Scope scope,
      Instant since,
      Instant opened,
      Instant seen,
      double absent,
      Optional<Instant> closed,
      int openings,
      Optional<Moment.Event> change) {

    private static State opened(Sign sign, Instant at, int openings) {
      return new State(
          sign.level(),
          sign.text(),
          sign.scope(),
          sign.since(),
          at,
          at,
          0,
          Optional.empty(),
          openings,
          Optional.empty());
    }

    private State seenAgain(Sign sign, Instant at) {
      Level loudest = level.compareTo(sign.level()) < 0 ? sign.level() : level;
      return new State(
          loudest, sign.text(), sign.scope(), since, opened, at, 0, closed, openings, change);
    }

    private State absentFor(double seconds, Optional<Instant> over) {
      return new State(level, what, scope, since, opened, seen, seconds, over, openings, change);
    }

    private State after(Moment.Event event) {
      return new State(
          level, what, scope, since, opened, seen, absent, closed, openings, Optional.of(event));
    }
  }

  /**
   * Who has to know of it.
   *
   * @param group id of the first alert of those that belong together
   * @param inhibitedBy id of an alert that explains it
   * @param silencedBy id of a silence
   * @param told how loudly somebody was told since it opened; empty: nobody was
   */
  public record Telling(
      String group,
      Optional<String> inhibitedBy,
      Optional<String> silencedBy,
      Optional<Level> told) {

    private static Telling nobody(String group) {
      return new Telling(group, Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  static Alert first(Identity identity, Sign sign, Instant at, String group) {
    return new Alert(identity, State.opened(sign, at, 1), Telling.nobody(group));
  }

  /** {@link Identity#id}. */
  public String id() {
    return identity.id();
  }

  /** {@link Identity#balancer}. */
  public String balancer() {
    return identity.balancer();
  }

  /** {@link Identity#detection}. */
  public Detection detection() {
    return identity.detection();
  }

  /** {@link Identity#subject}. */
  public String subject() {
    return identity.subject();
  }

  /** {@link Identity#owner}. */
  public String owner() {
    return identity.owner();
  }

  /** The page that says what to do. */
  public String runbook() {
    return detection().runbook();
  }

  /** {@link State#level}. */
  public Level level() {
    return state.level();
  }

  /** {@link State#what}. */
  public String what() {
    return state.what();
  }

  /** {@link State#scope}. */
  public Sign.Scope scope() {
    return state.scope();
  }

  /** {@link State#since}. */
  public Instant since() {
    return state.since();
  }

  /** {@link State#opened}. */
  public Instant opened() {
    return state.opened();
  }

  /** {@link State#seen}. */
  public Instant seen() {
    return state.seen();
  }

  /** {@link State#absent}. */
  public double absent() {
    return state.absent();
  }

  /** {@link State#closed}. */
  public Optional<Instant> closed() {
    return state.closed();
  }

  /** Whether it is not over. */
  public boolean open() {
    return state.closed().isEmpty();
  }

  /** {@link State#openings}. */
  public int openings() {
    return state.openings();
  }

  /** {@link State#change}. */
  public Optional<Moment.Event> change() {
    return state.change();
  }

  /** {@link Telling#group}. */
  public String group() {
    return telling.group();
  }

  /** {@link Telling#inhibitedBy}. */
  public Optional<String> inhibitedBy() {
    return telling.inhibitedBy();
  }

  /** {@link Telling#silencedBy}. */
  public Optional<String> silencedBy() {
    return telling.silencedBy();
  }

  /** {@link Telling#told}. */
  public Optional<Level> told() {
    return telling.told();
  }

  Alert seenAgain(Sign sign, Instant at) {
    return is(state.seenAgain(sign, at));
  }

  Alert reopened(Sign sign, Instant at, String joins) {
    return new Alert(identity, State.opened(sign, at, state.openings() + 1), Telling.nobody(joins));
  }

  Alert missing(double seconds) {
    return is(state.absentFor(state.absent() + seconds, state.closed()));
  }

  Alert closed(Instant at) {
    return is(state.absentFor(state.absent(), Optional.of(at)));
  }

  Alert after(Moment.Event event) {
    return is(state.after(event));
  }

  Alert held(Optional<String> inhibited, Optional<String> silenced) {
    return new Alert(
        identity, state, new Telling(telling.group(), inhibited, silenced, telling.told()));
  }

  Alert told(Level now) {
    return new Alert(
        identity,
        state,
        new Telling(
            telling.group(), telling.inhibitedBy(), telling.silencedBy(), Optional.of(now)));
  }

  private Alert is(State now) {
    return new Alert(identity, now, telling);
  }
}
