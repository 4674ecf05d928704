package dev.checkrail.path;

import dev.checkrail.policy.Policy;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Verdict;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The terms on which a configuration or a change is judged.
 *
 * @param policy what people want of it
 * @param today the day (UTC) for which suppressions must hold
 * @param measure which findings block
 * @param moves the requests that are meant to move
 * @param accepted changed settings that are meant
 * @param rehearsing whether the real binary is asked
 * @param haproxy the binary; empty looks for it in the path
 * @param caveat what the edge wants to be said with the verdict
 */
public record Terms(
    Policy policy,
    LocalDate today,
    Verdict.Measure measure,
    Moves moves,
    List<Accepted> accepted,
    Rehearsing rehearsing,
    Optional<Path> haproxy,
    Optional<String> caveat) {
  public Terms {
    accepted = List.copyOf(accepted);
  }

  /**
   * Requests that are meant to move.
   *
   * @param all every request
   * @param services those of these services
   */
  public record Moves(boolean all, Set<String> services) {
    public Moves {
      services = Set.copyOf(services);
    }

    /** As the prover takes them: names of services, {@code all} for every request. */
    Set<String> words() {
      Set<String> words = new LinkedHashSet<>(services);
      if (all) {
        words.add("all");
      }
      return words;
    }

    /** None are. */
    public static Moves none() {
      return new Moves(false, Set.of());
    }
  }

  /**
   * A changed setting that is meant.
   *
   * @param section the beginning of its subject, in whole segments; empty accepts the rule
   *     everywhere
   */
  public record Accepted(RuleId rule, Optional<String> section) {
    /** Whether it speaks of this finding. */
    boolean covers(Finding finding) {
      return finding.rule() == rule
          && section
              .map(at -> finding.subject().equals(at) || finding.subject().startsWith(at + " / "))
              .orElse(true);
    }
  }

  /** Whether and how the real binary is asked. */
  public enum Rehearsing {
    /** The binary is left alone. */
    NEVER,
    /** Not rehearsed; HAProxy's own check only if the binary is there. */
    WITHOUT,
    /** HAProxy's own check and the rehearsal; without the binary nothing can be said. */
    REQUIRED
  }
}
