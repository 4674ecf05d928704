package dev.checkrail.path;

import dev.checkrail.lint.Lint;
import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Stage;
import java.util.LinkedHashSet;
import java.util.Set;

/** How each stage is asked: of every side, or of the change. */
final class Stages {
  private static final String ALL = "all";

  private final Walk walk;
  private final Terms terms;
  private final Sides<Subject> subjects;

  Stages(Walk walk, Terms terms, Sides<Subject> subjects) {
    this.walk = walk;
    this.terms = terms;
    this.subjects = subjects;
  }

  Sides<ReadReport> read() {
    return walk.each(
        Stage.READ,
        subjects,
        it -> Read.haproxy(it.files(), it.paths(), it.target()),
        (subject, report) -> Found.of(ReadFindings.of(report)));
  }

  void lint(Sides<ReadReport> read) {
    walk.each(
        Stage.LINT,
        read,
        it -> Lint.lint(it.tree(), it.configuration(), terms.policy()),
        (report, lint) -> Found.of(lint.findings()));
    read.old()
        .map(old -> Lint.change(old.configuration(), read.candidate().configuration()))
        .ifPresent(change -> walk.also(change.findings()));
  }

  void prove(Sides<ReadReport> read) {
    walk.each(
        Stage.PROVE,
        read,
        it -> Prove.prove(it.configuration(), terms.policy()),
        (report, proof) -> Proofs.of(proof, report.tree()));
  }

  DiffReport diff(Sides<ReadReport> read) {
    Set<String> moves = new LinkedHashSet<>(terms.moves().services());
    if (terms.moves().all()) {
      moves.add(ALL);
    }
    ReadReport now = read.candidate();
    ReadReport old = read.old().orElse(now);
    return walk.once(
        Stage.DIFF,
        () -> Prove.diff(old.configuration(), now.configuration(), terms.policy(), moves),
        diff -> Proofs.of(diff, now.tree()));
  }
}
