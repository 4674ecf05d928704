package dev.checkrail.change;

import java.util.List;
import java.util.Optional;

/** Where it is written down what was done: append only. Safe for use by several threads. */
public interface Journal {
  /**
   * Writes an entry. When this returns, the entry survives a crash.
   *
   * @throws JournalUnavailable if it could not be written; who is about to act must not act then,
   *     unless the act brings a load balancer back to an approved version
   */
  JournalEntry.Stored append(JournalEntry entry);

  /** Entries with a number above this one, in order, at most so many. */
  List<JournalEntry.Stored> after(long number, int limit);

  /** The last entry. */
  Optional<JournalEntry.Stored> head();

  /** The journal can't be written or read now: the database is down, the disk is full. */
  final class JournalUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says why, in one sentence without secrets. */
    public JournalUnavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
