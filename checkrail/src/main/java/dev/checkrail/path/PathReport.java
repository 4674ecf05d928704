package dev.checkrail.path;

import dev.checkrail.model.Coverage;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What the path found.
 *
 * @param verdict the judgement, with all findings and how each stage ended
 * @param coverage how much of the configuration (the new one) the model understands
 * @param difference what the change does, if there is an old configuration
 * @param rehearsal what the real binary said, if it was asked
 * @param notices what belongs into the verdict line besides: what was skipped, what the answer does
 *     not cover
 */
public record PathReport(
    Verdict verdict,
    Coverage coverage,
    Optional<Difference> difference,
    Optional<Rehearsal> rehearsal,
    List<String> notices) {
  public PathReport {
    notices = List.copyOf(notices);
  }

  PathReport with(Difference change) {
    return new PathReport(verdict, coverage, Optional.of(change), rehearsal, notices);
  }

  PathReport with(Rehearsal said) {
    return new PathReport(verdict, coverage, difference, Optional.of(said), notices);
  }
}
