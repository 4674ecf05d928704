package dev.checkrail.prove.set;

import java.util.List;

/** The parts of a parsed regular expression. */
sealed interface Syntax {
  /** One byte of the set; one bit of text that always matches is an empty {@link Sequence}. */
  record Bytes(ByteSet set) implements Syntax {}

  record Sequence(List<Syntax> parts) implements Syntax {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  record Choice(List<Syntax> ways) implements Syntax {
    public Choice {
      ways = List.copyOf(ways);
    }
  }

  /** {@code most} is -1 for no limit. */
  record Repeat(Syntax body, int least, int most, boolean lazy) implements Syntax {}

  /** A capturing group, numbered from 1. */
  record Capture(int number, Syntax body) implements Syntax {}

  /** Tried once, never re-entered: {@code (?>…)}, possessive quantifiers. */
  record Atomic(Syntax body) implements Syntax {}

  /** A condition on the place, without consuming. */
  record Place(Where where) implements Syntax {}

  enum Where {
    /** {@code \A}, {@code ^}. */
    START,
    /**
     * {@code ^} in multi-line mode: at the start, or after a line feed that is not the last byte.
     */
    LINE_START,
    /** {@code \z}. */
    END,
    /** {@code \Z}, {@code $}: at the end, or before a line feed that is the last byte. */
    END_OR_LAST_LINE_FEED,
    /** {@code $} in multi-line mode. */
    LINE_END,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY
  }
}
