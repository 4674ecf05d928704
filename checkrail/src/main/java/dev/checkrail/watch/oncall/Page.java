package dev.checkrail.watch.oncall;

import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.detect.Detection;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A call to the people of one chain, for all alerts of a load balancer that are theirs: they are
 * woken up once, and one acknowledgement is enough.
 *
 * @param id for ever
 * @param chain whose steps are taken
 * @param owner whom it is for, by the policy; "" if nobody owns it
 * @param opened when
 * @param alerts what it is about, by id, the first one first
 * @param progress how far it is
 * @param acknowledged by whom
 * @param resolved when all of its alerts were over
 * @param incident that it belongs to
 * @param cause that was published meanwhile
 */
public record Page(
    String id,
    String balancer,
    String chain,
    String owner,
    Instant opened,
    Map<String, Alert> alerts,
    Progress progress,
    Optional<Acknowledged> acknowledged,
    Optional<Instant> resolved,
    Optional<String> incident,
    Optional<Evidence> cause) {
  public Page {
    alerts = Collections.unmodifiableMap(new LinkedHashMap<>(alerts));
  }

  /**
   * How far a page is.
   *
   * @param step the step that was taken last, from 0; -1: nobody was told yet
   * @param since when it was taken
   * @param told notifiers that were told of it
   * @param sent how many deliveries were made
   */
  public record Progress(int step, Instant since, Set<String> told, int sent) {
    public Progress {
      told = Collections.unmodifiableSet(new TreeSet<>(told));
    }
  }

  /** Somebody takes care. */
  public record Acknowledged(String by, Instant at) {}

  /** Whether it is not over. */
  public boolean open() {
    return resolved.isEmpty();
  }

  /** Whether it goes on telling people. */
  public boolean waiting() {
    return open() && acknowledged.isEmpty();
  }

  /** The one that stands for all: open before closed, loudest, oldest. */
  public Alert main() {
    return main(alerts.values());
  }

  static Alert main(Collection<Alert> alerts) {
    return alerts.stream()
        .min(
            Comparator.comparing((Alert one) -> !one.open())
                .thenComparing(Alert::level, Comparator.<Detection.Level>reverseOrder())
                .thenComparing(Alert::opened)
                .thenComparing(Alert::id))
        .orElseThrow();
  }
}
