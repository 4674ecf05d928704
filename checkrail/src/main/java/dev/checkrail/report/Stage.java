package dev.checkrail.report;

import java.util.Locale;

/** The stages of the path, in order. */
public enum Stage {
  READ,
  NATIVE,
  LINT,
  PROVE,
  DIFF,
  REPLAY,
  REHEARSE;

  /** The word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
