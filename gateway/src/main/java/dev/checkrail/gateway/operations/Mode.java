package dev.checkrail.gateway.operations;

import java.util.Locale;

/** What an instance does with payments. */
public enum Mode {
  /** Configured to take them. */
  ON,
  /** Not configured for them, and says so at once: 503 with a code. */
  REFUSE,
  /**
   * Not configured for them and does not know it: a few slow workers, a few connections, and a
   * health check on a thread of its own that stays green.
   */
  ACCEPTS_BUT_CANNOT;

  /** The word of the command line and of {@code /capabilities}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
