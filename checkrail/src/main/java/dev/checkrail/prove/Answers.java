package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Collects findings, and what could not be decided. */
final class Answers {
  private final Work work;
  private final boolean exhaustive;
  private final Set<Prove.Question> found = new HashSet<>();

  /** Of each question, by listener: the requests that its finding is about. */
  final Map<Prove.Question, Map<String, Integer>> requests = new LinkedHashMap<>();

  final List<Finding> findings = new ArrayList<>();
  final List<Undecided> undecided = new ArrayList<>();

  /** Makes a finding from a request that shows it. */
  interface FromWitness {
    Finding of(Request witness);
  }

  Answers(Work work) {
    this(work, false);
  }

  private Answers(Work work, boolean exhaustive) {
    this.work = work;
    this.exhaustive = exhaustive;
  }

  /** Makes no findings; asks on until all requests are known that each would be about. */
  static Answers exhaustive(Work work) {
    return new Answers(work, true);
  }

  /** Whether a question needs to be asked no more. */
  boolean known(RuleId rule, String subject) {
    return !exhaustive && found.contains(new Prove.Question(rule, subject));
  }

  /** Whether one place that shows it is enough. */
  boolean oneIsEnough() {
    return !exhaustive;
  }

  void add(Finding finding) {
    findings.add(finding);
  }

  /** The requests of a question of which it is known that they are bad. */
  void add(int bad, Dispatch dispatch, RuleId rule, String subject, Supplier<Finding> finding) {
    Prove.Question question = new Prove.Question(rule, subject);
    concerns(question, dispatch, bad);
    found.add(question);
    if (!exhaustive) {
      findings.add(finding.get());
    }
  }

  /** Requests that a finding is about. */
  void concerns(Prove.Question question, Dispatch dispatch, int bad) {
    requests
        .computeIfAbsent(question, q -> new LinkedHashMap<>())
        .merge(Diff.normalised(dispatch.program.listener()), bad, work.universe.diagrams::or);
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
      add(certain, dispatch, rule, subject, () -> finding.of(work.witness(certain, dispatch)));
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
