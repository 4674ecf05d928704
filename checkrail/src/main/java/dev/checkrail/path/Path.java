package dev.checkrail.path;

import dev.checkrail.lint.Lint;
import dev.checkrail.lint.LintReport;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Stage;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The path of a configuration, and of a change: the stages in their order.
 *
 * @param nanos the time, for how long each stage took
 * @param begun told when a stage begins
 */
public record Path(LongSupplier nanos, Consumer<Stage> begun) {

  /** Judges one configuration by itself. */
  public PathReport check(Subject subject, Terms terms) {
    Walk walk = new Walk(terms, nanos, begun);
    Sides<Subject> subjects = Sides.one(subject);
    Sides<ReadReport> read = walk.each(Stage.READ, subjects, Path::read, it -> Found.of(ReadFindings.of(it)));
    walk.each(Stage.LINT, read, it -> Lint.lint(it.tree(), it.configuration(), terms.policy()), Path::found);
    return walk.end(read.candidate(), Optional.empty(), Optional.empty());
  }

  /** Judges a change: what is live already does not count. */
  public PathReport gate(Subject old, Subject candidate, Terms terms) {
    Walk walk = new Walk(terms, nanos, begun);
    Sides<Subject> subjects = Sides.of(old, candidate);
    Sides<ReadReport> read = walk.each(Stage.READ, subjects, Path::read, it -> Found.of(ReadFindings.of(it)));
    walk.each(Stage.LINT, read, it -> Lint.lint(it.tree(), it.configuration(), terms.policy()), Path::found);
    return walk.end(read.candidate(), Optional.empty(), Optional.empty());
  }

  private static ReadReport read(Subject subject) {
    return Read.haproxy(subject.files(), subject.paths(), subject.target());
  }

  private static Found found(LintReport lint) {
    return Found.of(lint.findings());
  }
}
