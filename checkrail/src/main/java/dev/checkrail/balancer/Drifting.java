package dev.checkrail.balancer;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was seen when it was looked for drift the last time.
 *
 * @param lookedAt when; empty as long as there was no whole look
 * @param found what drifts, the first thousand of it
 * @param more how much more drifts
 * @param notCompared what could not be looked at, a sentence each
 * @param unreachable why nobody could be asked; empty if the load balancer answers
 * @param paused why this is older than it should be: an act of ours is under way, say
 */
public record Drifting(
    Optional<Instant> lookedAt,
    List<Since> found,
    int more,
    List<String> notCompared,
    Optional<String> unreachable,
    Optional<String> paused) {
  /** Before the first look. */
  public static final Drifting UNKNOWN =
      new Drifting(Optional.empty(), List.of(), 0, List.of(), Optional.empty(), Optional.empty());

  public Drifting {
    found = List.copyOf(found);
    notCompared = List.copyOf(notCompared);
  }

  /**
   * One thing that drifts.
   *
   * @param since when it was seen first
   */
  public record Since(Drift.Found found, Instant since) {}

  /** The same, and why the last look failed. */
  public Drifting failed(String why) {
    return paused(why);
  }

  Drifting paused(String why) {
    return new Drifting(lookedAt, found, more, notCompared, unreachable, Optional.of(why));
  }
}
