package dev.checkrail.path;

import dev.checkrail.prove.ProveReport;
import dev.checkrail.read.ReadReport;
import dev.checkrail.rehearse.SandboxException;

/** The path of a configuration, and of a change: the stages in their order. */
public record Path(Watch watch) {

  /** Judges one configuration by itself. */
  public PathReport check(Subject subject, Terms terms) throws SandboxException {
    try (Stages stages = new Stages(watch, terms, Sides.one(subject))) {
      Sides<ReadReport> read = stages.read();
      stages.askHaproxy(read);
      stages.lint(read);
      stages.prove(read);
      return stages.end(read);
    }
  }

  /** Judges a change: what is live already does not count. */
  public PathReport gate(Subject old, Subject candidate, Terms terms) throws SandboxException {
    try (Stages stages = new Stages(watch, terms, Sides.of(old, candidate))) {
      Sides<ReadReport> read = stages.read();
      stages.askHaproxy(read);
      stages.lint(read);
      ProveReport proof = stages.prove(read);
      stages.diff(read);
      stages.rehearse(read, proof);
      return stages.end(read);
    }
  }

  /** Runs people's own tests only. */
  public PathReport test(Subject subject, Terms terms) throws SandboxException {
    try (Stages stages = new Stages(watch, terms, Sides.one(subject))) {
      return stages.end(stages.test(stages.read()));
    }
  }

  /** Asks the real binary only. */
  public PathReport rehearse(Subject subject, Terms terms) throws SandboxException {
    try (Stages stages = new Stages(watch, terms, Sides.one(subject))) {
      Sides<ReadReport> read = stages.read();
      stages.askHaproxy(read);
      stages.rehearse(read, stages.prove(read));
      return stages.end(read);
    }
  }

  /** What a change does, without judging it. */
  public DifferenceReport diff(Subject old, Subject candidate, Terms terms)
      throws SandboxException {
    try (Stages stages = new Stages(watch, terms, Sides.of(old, candidate))) {
      Sides<ReadReport> read = stages.read();
      return Proofs.report(stages.diff(read), read);
    }
  }
}
