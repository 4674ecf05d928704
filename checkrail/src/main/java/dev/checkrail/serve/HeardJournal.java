package dev.checkrail.serve;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A journal that tells those who watch load balancers what was written, at once and without the
 * database. What could not be written is told, too, if it is of an act that is done all the same
 * (going back, and how an act ended). Safe for many threads.
 */
final class HeardJournal implements Journal {
  private static final int ROOM = 1_000;

  private final Journal journal;
  private final List<Ear> ears = new CopyOnWriteArrayList<>();

  /** Before another journal. */
  HeardJournal(Journal journal) {
    this.journal = journal;
  }

  /** What concerns one load balancer, from now on; the latest thousand entries at most. */
  final class Ear implements AutoCloseable {
    private final String subject;
    private final BlockingQueue<JournalEntry> heard = new ArrayBlockingQueue<>(ROOM);

    private Ear(String balancer) {
      this.subject = "lb " + balancer;
    }

    private void hear(JournalEntry entry) {
      if (entry.subject().equals(subject) || entry.kind().equals("event")) {
        while (!heard.offer(entry)) {
          heard.poll();
        }
      }
    }

    /** What was written since the last call, oldest first. */
    List<JournalEntry> next() {
      List<JournalEntry> all = new ArrayList<>();
      heard.drainTo(all);
      return all;
    }

    @Override
    public void close() {
      ears.remove(this);
    }
  }

  /** Begins to listen. */
  Ear listen(String balancer) {
    Ear ear = new Ear(balancer);
    ears.add(ear);
    return ear;
  }

  @Override
  public JournalEntry.Stored append(JournalEntry entry) {
    try {
      JournalEntry.Stored stored = journal.append(entry);
      tell(stored.entry());
      return stored;
    } catch (JournalUnavailable e) {
      if (doneAllTheSame(entry.kind())) {
        tell(entry);
      }
      throw e;
    }
  }

  private static boolean doneAllTheSame(String kind) {
    return kind.startsWith("rollback.")
        || kind.equals("apply.serves")
        || kind.equals("apply.stopped")
        || kind.equals("apply.live");
  }

  private void tell(JournalEntry entry) {
    // As the journal gives it back later, so that the same entry is known again.
    JournalEntry kept =
        new JournalEntry(
            entry.at().truncatedTo(ChronoUnit.MICROS),
            entry.actor(),
            entry.kind(),
            entry.subject(),
            entry.details());
    ears.forEach(ear -> ear.hear(kept));
  }

  @Override
  public List<JournalEntry.Stored> after(long number, int limit) {
    return journal.after(number, limit);
  }

  @Override
  public Optional<JournalEntry.Stored> head() {
    return journal.head();
  }
}
