package dev.checkrail.balancer;

/**
 * Told of each step of an apply or a rollback, after it is done and on the disk. Fast; must not
 * throw.
 */
@FunctionalInterface
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (step, text) -> {};

  /** The steps, in their order; some come several times, some not at all. */
  enum Step {
    KEPT,
    INTENDED,
    FILE_SWITCHED,
    SWITCHED,
    CHECKED,
    RELOAD_INTENDED,
    RELOAD_ORDERED,
    SERVES,
    STATE_SAID_AGAIN,
    RECORDED,
    PUT_BACK,
    DONE
  }

  /** A step was done. */
  void reached(Step step, String text);
}
