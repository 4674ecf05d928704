package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that somebody is to know: what, since when, which requests, which change came before,
 * who owns it, what to do.
 *
 * @param id of this alert for ever; the same alert may close and open again within minutes
 * @param balancer where
 * @param subject which unit: {@code be_pay/pay-2}, {@code payments at fe}
 * @param level the loudest since it opened
 * @param what a sentence or two with figures, the latest
 * @param since when it began, by evidence
 * @param opened when we knew
 * @param seen when it was seen last
 * @param closed when it was over; empty as long as it is open
 * @param absent seconds for which it was looked for and not seen
 * @param openings how often it opened
 * @param scope which requests and parts
 * @param change what was done last before it began, or shortly after; not said to be its cause
 * @param owner team by the policy; "" if there is none
 * @param group id of the first alert of those that belong together
 * @param inhibitedBy id of an alert that explains it
 * @param silencedBy id of a silence
 * @param told how loudly somebody was told since it opened; empty: nobody was
 */
public record Alert(
    String id,
    String balancer,
    Detection detection,
    String subject,
    Level level,
    String what,
    Instant since,
    Instant opened,
    Instant seen,
    Optional<Instant> closed,
    double absent,
    int openings,
    Sign.Scope scope,
    Optional<Moment.Event> change,
    String owner,
    String group,
    Optional<String> inhibitedBy,
    Optional<String> silencedBy,
    Optional<Level> told) {

  /** Whether it is not over. */
  public boolean open() {
    return closed.isEmpty();
  }

  /** The page that says what to do. */
  public String runbook() {
    return detection.runbook();
  }

  Alert seenAgain(Sign sign, Instant at) {
    return new Alert(
        id,
        balancer,
        detection,
        subject,
        level.compareTo(sign.level()) < 0 ? sign.level() : level,
        sign.text(),
        since,
        opened,
        at,
        closed,
        0,
        openings,
        sign.scope(),
        change,
        owner,
        group,
        inhibitedBy,
        silencedBy,
        told);
  }

  Alert reopened(Sign sign, Instant at, String joins) {
    return new Alert(
        id,
        balancer,
        detection,
        subject,
        sign.level(),
        sign.text(),
        sign.since(),
        at,
        at,
        Optional.empty(),
        0,
        openings + 1,
        sign.scope(),
        Optional.empty(),
        owner,
        joins,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  Alert missing(double seconds) {
    return new Alert(
        id,
        balancer,
        detection,
        subject,
        level,
        what,
        since,
        opened,
        seen,
        closed,
        absent + seconds,
        openings,
        scope,
        change,
        owner,
        group,
        inhibitedBy,
        silencedBy,
        told);
  }

  Alert closed(Instant at) {
    return new Alert(
        id,
        balancer,
        detection,
        subject,
        level,
        what,
        since,
        opened,
        seen,
        Optional.of(at),
        absent,
        openings,
        scope,
        change,
        owner,
        group,
        inhibitedBy,
        silencedBy,
        told);
  }

  Alert after(Moment.Event event) {
    return new Alert(
        id,
        balancer,
        detection,
        subject,
        level,
        what,
        since,
        opened,
        seen,
        closed,
        absent,
        openings,
        scope,
        Optional.of(event),
        owner,
        group,
        inhibitedBy,
        silencedBy,
        told);
  }

  Alert held(Optional<String> inhibited, Optional<String> silenced) {
    return new Alert(
        id, balancer, detection, subject, level, what, since, opened, seen, closed, absent,
        openings, scope, change, owner, group, inhibited, silenced, told);
  }

  Alert told(Level now) {
    return new Alert(
        id,
        balancer,
        detection,
        subject,
        level,
        what,
        since,
        opened,
        seen,
        closed,
        absent,
        openings,
        scope,
        change,
        owner,
        group,
        inhibitedBy,
        silencedBy,
        Optional.of(now));
  }
}
