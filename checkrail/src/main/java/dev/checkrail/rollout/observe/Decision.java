package dev.checkrail.rollout.observe;

/**
 * What to do now.
 *
 * @param why one sentence for people, with figures
 */
public record Decision(Act act, String why) {
  /** What can be done. */
  public enum Act {
    /** The next step may be taken. */
    PROMOTE,
    /** Wait; nothing is known well enough. */
    HOLD,
    /** Back to the version before; stays so. */
    ROLL_BACK
  }
}
