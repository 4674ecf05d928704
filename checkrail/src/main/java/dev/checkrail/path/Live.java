package dev.checkrail.path;

import dev.checkrail.prove.DiffReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Stage;
import java.util.List;

/**
 * Whether the requests of a finding in the new configuration are among those of the same finding in
 * the old one. The comparison is exact: a request that is in none of its regions fares as before,
 * so that what is bad about it was bad before. Where a region could have added requests to a
 * finding, the answer is no; rather too few findings are called live than one too many.
 */
final class Live {
  private static final String CONTRACT = "contract/";

  private final List<DiffReport.Region> regions;
  private final boolean unclear;

  Live(DiffReport report) {
    this.regions = report.regions();
    this.unclear = !report.undecided().isEmpty();
  }

  /** Whether the old finding's requests contain the new one's; both have one rule and subject. */
  boolean contains(Finding was, Finding is) {
    return switch (is.rule()) {
      case TEST_FAILED -> true; // one request each
      case INVARIANT_VIOLATED, FLOOR_TOO_FEW_SERVERS, ROUTE_NO_DEFAULT ->
          regions.isEmpty() && !unclear;
      default ->
          is.stage() != Stage.PROVE
              || !is.rule().id().startsWith(CONTRACT)
              || (!unclear && regions.stream().noneMatch(region -> leadsTo(region.to(), is)));
    };
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
