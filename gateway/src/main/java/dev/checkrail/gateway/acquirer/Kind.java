package dev.checkrail.gateway.acquirer;

import java.util.Locale;

/** What an entry of the books is about. */
public enum Kind {
  /** Money is reserved, or, with {@code capture}, taken at once. */
  AUTHORISE,
  /** Reserved money is taken: all or a part. */
  CAPTURE,
  /** A reservation is given up. */
  VOID,
  /** Taken money is given back: all or a part. */
  REFUND,
  /** The operation of the same reference is undone. */
  REVERSE,
  /** The reference was reversed before it arrived: it can never charge anything. */
  TOMBSTONE;

  /** As it is written in JSON. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
