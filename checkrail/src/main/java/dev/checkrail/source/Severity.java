package dev.checkrail.source;

import java.util.Locale;

/** How serious a statement about a configuration is, mildest first. */
public enum Severity {
  /** Worth knowing; never blocks by default. */
  NOTICE,
  /** Probably a mistake or a risk; blocks only where people ask for it. */
  WARNING,
  /** Requests fail, go astray or may do so; blocks by default. */
  ERROR;

  /**
   * The lower-case word used in policies, reports and JSON: {@code notice}, {@code warning}, {@code
   * error}.
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
