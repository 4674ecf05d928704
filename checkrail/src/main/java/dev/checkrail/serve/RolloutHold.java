package dev.checkrail.serve;

import dev.checkrail.change.JournalEntry;
import dev.checkrail.store.ChainedJournal;
import java.util.List;
import java.util.Optional;

/**
 * After Checkrail went back by itself nothing new is rolled out at that load balancer until a
 * person has looked: closed the incident, acknowledged it afterwards, or forced a change. It is
 * read from the journal each time, by an index, so that a restart forgets nothing. Safe for many
 * threads.
 */
final class RolloutHold {
  private static final int LATEST = 20;
  private static final int LATER = 1_000;
  private static final List<String> LOOKED = List.of("incident.closed", "page.acknowledged");

  private final ChainedJournal journal;

  RolloutHold(ChainedJournal journal) {
    this.journal = journal;
  }

  /** Why rollouts wait; empty if they don't. */
  Optional<String> of(String balancer) {
    return journal.last(LATEST, filter(balancer, "rollback.ordered")).reversed().stream()
        .filter(one -> one.entry().actor().equals("checkrail"))
        .filter(one -> !byRollout(one.entry()))
        .findFirst()
        .filter(one -> !looked(balancer, one.number()))
        .map(one ->
            ("Checkrail went back by itself at %s (journal entry %d); close its incident, or"
                    + " acknowledge its page, first")
                .formatted(one.entry().at(), one.number()));
  }

  /**
   * What a rollout takes back of its own is no reason: another change has to be approved anyway.
   */
  private static boolean byRollout(JournalEntry entry) {
    return entry.details().getOrDefault("reason", "").startsWith("change ");
  }

  private boolean looked(String balancer, long number) {
    return LOOKED.stream()
            .flatMap(kind -> journal.after(number, LATER, filter(balancer, kind)).stream())
            .anyMatch(one -> !one.entry().actor().equals("checkrail"))
        || journal.after(number, LATER, filter(balancer, "version.approved")).stream()
            .anyMatch(one -> "true".equals(one.entry().details().get("forced")));
  }

  private static ChainedJournal.Filter filter(String balancer, String kind) {
    return new ChainedJournal.Filter(
        Optional.of(kind), Optional.of("lb " + balancer), Optional.empty());
  }
}
