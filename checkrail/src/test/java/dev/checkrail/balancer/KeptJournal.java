package dev.checkrail.balancer;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A journal in memory; can be made to fail. */
public final class KeptJournal implements Journal {
  private final List<JournalEntry.Stored> entries = new ArrayList<>();
  public boolean down;

  @Override
  public JournalEntry.Stored append(JournalEntry entry) {
    if (down) {
      throw new JournalUnavailable("the database is down", new IllegalStateException());
    }
    JournalEntry.Stored stored =
        new JournalEntry.Stored(entries.size() + 1L, entry, "0".repeat(64), "0".repeat(64));
    entries.add(stored);
    return stored;
  }

  @Override
  public List<JournalEntry.Stored> after(long number, int limit) {
    return entries.stream().filter(one -> one.number() > number).limit(limit).toList();
  }

  @Override
  public Optional<JournalEntry.Stored> head() {
    return entries.isEmpty() ? Optional.empty() : Optional.of(entries.getLast());
  }

  public List<String> kinds() {
    return entries.stream().map(one -> one.entry().kind()).toList();
  }
}
