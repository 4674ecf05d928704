package dev.checkrail.gateway.store;

import java.util.Locale;

/** What the reconciler does next about an attempt. */
public enum NextStep {
  /** Ask the acquirer by our reference. */
  INQUIRE,
  /** Reverse by our reference; from here on only the reversal ends the attempt. */
  REVERSE,
  /** After a reversal: ask once more whether an approval came late. */
  VERIFY,
  /** Void the late approval. */
  VOID;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static NextStep of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
