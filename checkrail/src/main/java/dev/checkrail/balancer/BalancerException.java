package dev.checkrail.balancer;

/** A running load balancer could not be asked, or refused. The message says what to do next. */
public final class BalancerException extends Exception {
  private static final long serialVersionUID = 1;

  /** What went wrong, for those who act on it. */
  public enum Kind {
    /** There is no such socket, or nobody listens on it: the process does not run. */
    GONE,
    /** The socket or a file may not be opened by this user. */
    NO_RIGHTS,
    /** The socket answers, but its level does not allow this command. */
    LEVEL,
    /** It did not answer in time. */
    TIMEOUT,
    /** It answered that it will not: no such server, no such map. */
    REFUSED,
    /** It answered something that can't be understood. */
    UNINTELLIGIBLE,
    /** It was not set up for this: no master socket, no marker. */
    UNSUPPORTED,
    /** A file could not be read or written. */
    FILES,
    /** A kept version is not what it was when it was kept. */
    DAMAGED,
    /** Another process of ours is acting on this load balancer. */
    BUSY
  }

  private final Kind kind;

  /** Without a cause. */
  public BalancerException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** With a cause. */
  public BalancerException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }
}
