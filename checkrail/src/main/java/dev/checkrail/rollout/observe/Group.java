package dev.checkrail.rollout.observe;

/**
 * Requests and how many of them failed, by the one table of what counts as failure.
 *
 * @param failed at most {@code requests}
 */
public record Group(long requests, long failed) {
  /** None. */
  public static final Group NONE = new Group(0, 0);

  public Group {
    if (failed < 0 || failed > requests) {
      throw new IllegalArgumentException(failed + " of " + requests + " failed");
    }
  }

  /** Both together. */
  public Group and(Group other) {
    return new Group(requests + other.requests, failed + other.failed);
  }

  double share() {
    return requests == 0 ? 0 : (double) failed / requests;
  }
}
