package dev.checkrail.serve;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.logs.RedactedText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes secrets out of what is written down, whoever writes it: an entry can't be changed any more,
 * and what it tells may be a load balancer's or a client's own words.
 */
final class RedactedJournal implements Journal {
  private final Journal journal;

  RedactedJournal(Journal journal) {
    this.journal = journal;
  }

  @Override
  public JournalEntry.Stored append(JournalEntry entry) {
    Map<String, String> details = new LinkedHashMap<>();
    entry.details().forEach((name, text) -> details.put(name, RedactedText.of(text)));
    return journal.append(
        new JournalEntry(
            entry.at(), entry.actor(), entry.kind(), RedactedText.of(entry.subject()), details));
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
