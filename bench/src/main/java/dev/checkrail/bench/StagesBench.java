package dev.checkrail.bench;

import dev.checkrail.lint.Lint;
import dev.checkrail.lint.LintReport;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.ProveReport;
import dev.checkrail.read.ReadReport;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long the stages take, by the number of rules. Each stage is measured by itself in an own
 * process: the first pass of it is what a command pays (`-bm ss -wi 0 -i 1 -f N`), later ones are
 * what a long-running process would pay (`-bm avgt`).
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class StagesBench {
  /** Rules in the frontend. */
  @Param({"1000", "2000", "5000", "10000"})
  public int rules;

  private Map<String, String> texts = Map.of();
  private ReadReport old = Inputs.read(2, false);
  private ReadReport candidate = old;

  @Setup
  public void read() {
    texts = BigConfiguration.texts(rules, false);
    old = Inputs.read(texts);
    candidate = Inputs.read(rules, true);
  }

  @Benchmark
  public LintReport readAndLint() {
    ReadReport report = Inputs.read(texts);
    return Lint.lint(report.tree(), report.configuration(), Policy.none());
  }

  @Benchmark
  public ProveReport prove() {
    return Prove.prove(old.configuration(), Policy.none());
  }

  @Benchmark
  public DiffReport diff() {
    return Prove.diff(old.configuration(), candidate.configuration(), Policy.none(), Set.of());
  }
}
