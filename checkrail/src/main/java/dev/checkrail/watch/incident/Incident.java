package dev.checkrail.watch.incident;

import dev.checkrail.watch.diagnose.Diagnosis;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An outage as it was recorded. A value: each second makes a new one.
 *
 * @param id name of the load balancer and the second in which it began
 * @param began since when users were harmed
 * @param opened when that was known
 * @param answer what was published as its cause
 * @param aftermath what a way back showed of the cause
 * @param impact who was hit
 * @param timeline what happened, oldest first
 * @param lastHarm the last second in which more failed than usual
 * @param ended when it was resolved, or closed by a person
 * @param leftOut how much of the timeline there was no room for
 */
public record Incident(
    String id,
    String balancer,
    Instant began,
    Instant opened,
    State state,
    Optional<Diagnosis.Published> answer,
    Optional<Diagnosis.Aftermath> aftermath,
    Impact impact,
    List<Entry> timeline,
    Optional<Instant> lastHarm,
    Optional<Instant> ended,
    int leftOut) {
  public Incident {
    timeline = List.copyOf(timeline);
  }

  /** How far it is. */
  public enum State {
    OPEN,
    /** By itself: success as usual for ten minutes, no old worker, nothing unknown left. */
    RESOLVED,
    /** By a person: earlier, or who looked at it after it had ended. */
    CLOSED
  }

  /**
   * Who was hit, from the log.
   *
   * @param observed seconds of which the log was seen
   * @param requests all requests in that time
   * @param failed how many of them failed
   * @param usualFailed how many would have, as before
   * @param misrouted how many went where the approved rules do not send them, or to a server that
   *     does not serve them
   * @param clients different clients with a failure in a second, added up: no more than that many
   *     were hit
   * @param worstShare largest share of the clients of ten seconds that had a failure
   * @param unknown payments without a final state, at last; empty if not observed
   */
  public record Impact(
      long observed,
      long requests,
      long failed,
      double usualFailed,
      long misrouted,
      long clients,
      double worstShare,
      OptionalLong unknown) {
    static final Impact NONE = new Impact(0, 0, 0, 0, 0, 0, 0, OptionalLong.empty());
  }

  /** One line of the timeline. */
  public record Entry(Instant at, What what, String who, String text) {}

  /** What happened. */
  public enum What {
    HARM_BEGAN,
    CHANGED,
    ALERTED,
    ESCALATED,
    ACKNOWLEDGED,
    RULED_OUT,
    CAUSE,
    OTHER_MIND,
    WAY_BACK,
    VERIFIED,
    HARM_ENDED,
    NOTE,
    RESOLVED,
    CLOSED
  }
}
