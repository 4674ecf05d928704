package dev.checkrail.balancer;

import java.util.List;
import java.util.Optional;

/**
 * What became of an apply, a rollback or a recovery.
 *
 * @param digest the version that was to be live
 * @param truth what serves, if a reload was ordered
 * @param why a sentence or more for people; HAProxy's own words if it refused
 * @param preflight what a reload would lose, if that was looked at
 * @param notes what else is worth knowing
 */
public record Applied(
    Outcome outcome,
    String digest,
    Optional<Truth> truth,
    String why,
    Optional<Preflight> preflight,
    List<String> notes) {
  public Applied {
    notes = List.copyOf(notes);
  }

  /** How it ended. */
  public enum Outcome {
    /** The new worker serves the version; see the truth for old ones. */
    SERVES,
    /** Stopped before anything was touched: nobody approved the version. */
    NOT_APPROVED,
    /** Stopped before: what is on the disk or runs is not what was approved. */
    DRIFTED,
    /** Stopped before: a reload would lose what is in memory, and nobody chose. */
    LOSES_STATE,
    /** Stopped before: HAProxy's own check refuses the files. */
    REFUSED_BY_CHECK,
    /** Files were changed by somebody else while we worked; ours were put back where possible. */
    CHANGED_UNDERNEATH,
    /** A file could not be written, the disk is full for example; the files of before are back. */
    NOT_WRITTEN,
    /** The reload failed; traffic was untouched and the files of before are back. */
    RELOAD_FAILED,
    /** A worker serves that was started with something else: somebody else reloaded. */
    OTHER_SERVES,
    /** It does not answer any more; the files of before are back. */
    GONE,
    /** A recovery found nothing to do. */
    NOTHING
  }

  /** Whether new connections meet the wanted version. */
  public boolean serves() {
    return outcome == Outcome.SERVES;
  }
}
