package dev.checkrail.path;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.Prove;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the requests of a finding in the new configuration are among those of the same finding in
 * the old one. Findings on rules and on retries are asked for their requests on both sides. For the
 * others the comparison of the two is exact enough: a request that is in none of its regions fares
 * as before, so that what is bad about it was bad before. Where a region could have added requests
 * to a finding, the answer is no; rather too few findings are called live than one too many.
 */
final class Live {
  private final Sides<Configuration> sides;
  private final Policy policy;
  private final DiffReport diff;
  private Optional<Set<Prove.Question>> contained = Optional.empty();

  Live(Sides<Configuration> sides, Policy policy, DiffReport diff) {
    this.sides = sides;
    this.policy = policy;
    this.diff = diff;
  }

  /** Whether the old finding's requests contain the new one's; both have one rule and subject. */
  boolean contains(Finding was, Finding is) {
    if (is.stage() != Stage.PROVE) {
      return true;
    }
    String family = is.rule().id().substring(0, is.rule().id().indexOf('/') + 1);
    return switch (family) {
      case "route/" -> hasItsRequests(is);
      case "retry/" -> hasItsRequests(is) && !addsRetries(is);
      case "contract/" ->
          !unclear() && diff.regions().stream().noneMatch(region -> leadsTo(region.to(), is));
      case "invariant/", "floor/" -> !unclear() && diff.regions().isEmpty();
      default -> true; // a test is one request
    };
  }

  private boolean unclear() {
    return !diff.undecided().isEmpty();
  }

  private boolean hasItsRequests(Finding finding) {
    if (contained.isEmpty()) {
      contained = sides.old().map(old -> Prove.contained(old, sides.candidate(), policy));
    }
    Prove.Question question = new Prove.Question(finding.rule(), finding.subject());
    return contained.map(all -> all.contains(question)).orElse(false);
  }

  /** Whether the same requests are sent again after more failures, or more often. */
  private boolean addsRetries(Finding finding) {
    return diff.findings().stream()
        .anyMatch(
            it -> it.rule() == RuleId.DIFF_RETRY_ADDED && it.subject().equals(finding.subject()));
  }

  /** Whether requests that moved can have come to what the finding is about. */
  private static boolean leadsTo(Outcome to, Finding finding) {
    return switch (to) {
      case Outcome.Reaches reaches ->
          finding.subject().startsWith("backend " + reaches.pool() + " ")
              || finding.subject().equals("backend " + reaches.pool());
      case Outcome.Splits splits ->
          splits.of().stream().anyMatch(part -> leadsTo(part.outcome(), finding));
      case Outcome.Undecided undecided -> true;
      case Outcome.Responds responds -> false;
      case Outcome.Redirects redirects -> false;
      case Outcome.Drops drops -> false;
    };
  }
}
