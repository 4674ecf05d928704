package dev.checkrail.watch.diagnose;

import java.util.Optional;

/** Knows what each change did to requests: the semantic diff of the two versions. */
public interface Moved {
  /** Nothing is known of any change. */
  Moved UNKNOWN = act -> Optional.empty();

  /**
   * What an act did. For one of ours: the diff of the version before against its digest. For a
   * bypass: that of the approved version against what is on the disk and in the worker.
   *
   * @return empty if it is not known, or not yet; a {@link Scope} without parts if it did nothing
   */
  Optional<Scope> by(Act act);
}
