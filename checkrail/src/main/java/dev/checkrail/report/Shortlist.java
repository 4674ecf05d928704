package dev.checkrail.report;

import dev.checkrail.source.Severity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first findings of each kind: nobody reads the same of ten thousand servers. Each kind stays
 * in the list, and how many more there are is told.
 *
 * @param findings in their order
 * @param more of each kind that was cut, how many are left out
 */
public record Shortlist(List<Finding> findings, Map<Kind, Integer> more) {
  public Shortlist {
    findings = List.copyOf(findings);
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  /** Findings that say the same of different objects. */
  public record Kind(RuleId rule, Severity severity, boolean counts) {
    static Kind of(Finding finding) {
      return new Kind(finding.rule(), finding.severity(), finding.counts());
    }
  }

  /**
   * Cuts.
   *
   * @param most so many of each kind stay
   */
  public static Shortlist of(List<Finding> all, int most) {
    Map<Kind, Integer> seen = new LinkedHashMap<>();
    List<Finding> kept = new ArrayList<>();
    for (Finding finding : all) {
      if (seen.merge(Kind.of(finding), 1, Integer::sum) <= most) {
        kept.add(finding);
      }
    }
    seen.values().removeIf(count -> count <= most);
    seen.replaceAll((kind, count) -> count - most);
    return new Shortlist(kept, seen);
  }
}
