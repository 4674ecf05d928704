package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects findings, and what could not be decided. */
final class Answers {
  private final Work work;
  final List<Finding> findings = new ArrayList<>();
  final List<Undecided> undecided = new ArrayList<>();

  /** Makes a finding from a request that shows it. */
  interface FromWitness {
    Finding of(Request witness);
  }

  Answers(Work work) {
    this.work = work;
  }

  void add(Finding finding) {
    findings.add(finding);
  }

  /**
   * Judges a set of bad requests: some are bad whatever is unknown, or some may be.
   *
   * @return whether there is a finding
   */
  boolean decide(int bad, Dispatch dispatch, RuleId rule, String subject, FromWitness finding) {
    int some = work.universe.byChance(bad);
    if (some == Diagrams.FALSE) {
      return false;
    }
    int certain = work.universe.certainly(some);
    if (certain != Diagrams.FALSE) {
      findings.add(finding.of(work.witness(certain, dispatch)));
      return true;
    }
    List<Formula.Unknown> unknowns = work.universe.unknownsOf(some);
    List<Span> lines = unknowns.stream().map(Formula.Unknown::span).distinct().sorted().toList();
    Formula.Unknown first = unknowns.getFirst();
    undecided.add(
        new Undecided(
            rule,
            subject,
            "it depends on \"" + first.text() + "\" (" + first.span() + "): " + first.reason(),
            lines,
            Optional.of(work.witness(work.universe.possibly(some), dispatch))));
    return false;
  }
}
