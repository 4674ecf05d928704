package dev.checkrail.watch.traffic;

/** Whether a request went where the approved rules send it. */
public enum Fit {
  /** There, and the log is enough to know that it is the only way. */
  RIGHT,
  /** One of the ways that are left, because the log does not have all that the rules look at. */
  POSSIBLE,
  /** To a pool to which the approved rules cannot send it, whatever the log does not have. */
  MISROUTED,
  /** The load balancer answered it, and the approved rules cannot but send it on. */
  TURNED_AWAY,
  /** The approved rules depend on a line that is not modelled. */
  UNDECIDED,
  /** At a frontend that the approved configuration does not have. */
  STRANGE_FRONTEND,
  /** It was no request, or it ended before a rule could decide. */
  NOT_ROUTED,
  /** There is no approved configuration to judge by. */
  NOT_JUDGED;

  /** Whether the approved rules are known to be broken. */
  public boolean wrong() {
    return this == MISROUTED || this == TURNED_AWAY || this == STRANGE_FRONTEND;
  }
}
