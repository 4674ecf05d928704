package dev.checkrail.path;

import dev.checkrail.prove.DiffReport;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Stage;
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
    Stages stages = new Stages(walk, terms, Sides.one(subject));
    Sides<ReadReport> read = stages.read();
    stages.lint(read);
    stages.prove(read);
    return walk.end(read.candidate());
  }

  /** Judges a change: what is live already does not count. */
  public PathReport gate(Subject old, Subject candidate, Terms terms) {
    Walk walk = new Walk(terms, nanos, begun);
    Stages stages = new Stages(walk, terms, Sides.of(old, candidate));
    Sides<ReadReport> read = stages.read();
    stages.lint(read);
    stages.prove(read);
    DiffReport diff = stages.diff(read);
    return walk.end(read.candidate()).with(Proofs.difference(diff));
  }

  /** What a change does, without judging it. */
  public DiffReport diff(Subject old, Subject candidate, Terms terms) {
    Walk walk = new Walk(terms, nanos, begun);
    Stages stages = new Stages(walk, terms, Sides.of(old, candidate));
    return stages.diff(stages.read());
  }
}
