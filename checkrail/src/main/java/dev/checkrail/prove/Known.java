package dev.checkrail.prove;

import java.util.List;

/** How much is known of one field of a request that is not there any more. */
public sealed interface Known {

  /** It was exactly this; of a header, that there was one line and what was in it. */
  record Exactly(String text) implements Known {}

  /** It was this, but for the case of its letters. */
  record AnyCase(String text) implements Known {}

  /**
   * These pieces in this order, and between each two something that was taken out: any visible
   * characters. At least two.
   */
  record Pieces(List<String> pieces) implements Known {
    public Pieces {
      pieces = List.copyOf(pieces);
    }
  }

  /**
   * The last line of a header; there may have been others before it. An empty one may also mean
   * that there was none. That is what HAProxy captures.
   */
  record LastLine(String text) implements Known {}

  /** It was not there. */
  record Absent() implements Known {}

  /** Nothing is known of it. */
  record Nothing() implements Known {}
}
