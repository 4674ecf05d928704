package dev.checkrail.watch.diagnose;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that changed at the load balancer or near it, and may have done harm.
 *
 * @param at when
 * @param id by which it is known again
 * @param digest of the files it brought, where that is known
 * @param subject what it is about, if it says so: {@code pay-*}, a server, a path; else ""
 * @param text for people
 */
public record Act(
    Instant at, Kind kind, String id, Optional<String> digest, String subject, String text) {
  /** What kind. */
  public enum Kind {
    /** A change of ours. */
    APPLY,
    /** The way back to an approved version. */
    ROLLBACK,
    /** Files or workers that changed, and none of our acts explains it. */
    BYPASS,
    /** Something else changed, as people or programs told. */
    TOLD;

    /** Whether it changed what the load balancer was told to do. */
    public boolean changesTheFile() {
      return this != TOLD;
    }
  }
}
