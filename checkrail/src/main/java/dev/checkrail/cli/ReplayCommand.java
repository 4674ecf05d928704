package dev.checkrail.cli;

import dev.checkrail.model.Configuration;
import dev.checkrail.path.Subject;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Sorter;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.replay.Captures;
import dev.checkrail.replay.Replay;
import dev.checkrail.replay.ReplayReport;
import dev.checkrail.report.Json;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs recorded traffic through what was proved. */
@Command(
    name = "replay",
    description =
        "Recorded traffic through one or two configurations: how much goes where, what moves."
            + " Nothing is sent.",
    footer = {
      "",
      "Example: checkrail replay approved.cfg candidate.cfg --log /var/log/haproxy.log",
      "Exit status: 0 answered, 2 could not run, 3 a request is undecided."
    })
final class ReplayCommand extends Answering {
  @Mixin private OneOrTwoConfigs configs = new OneOrTwoConfigs();

  @Option(
      names = "--log",
      paramLabel = "FILE",
      required = true,
      description =
          "A log of CONFIG's load balancer (see docs/logs.md); - for standard input. Can be"
              + " repeated.")
  private List<String> logs = new ArrayList<>();

  @Mixin private ConfigOptions options = new ConfigOptions();

  ReplayCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    if (logs.stream().filter("-"::equals).count() > 1) {
      throw CannotRun.usage("standard input can be read once only", "write --log - once");
    }
    Inputs inputs = new Inputs(at, options, configs.old());
    Policy policy = inputs.policy();
    Configuration old = configuration(inputs.subject(configs.old(), configs.rootOld()));
    Optional<Configuration> candidate =
        configs.candidate().map(it -> configuration(inputs.subject(it, configs.rootNew())));
    logs.forEach(this::mustBeReadable);
    Sorter sorter =
        candidate
            .map(now -> Prove.sorter(old, now, policy))
            .orElseGet(() -> Prove.sorter(old, policy));
    ReplayReport report;
    try (LogPieces pieces = new LogPieces(new Replay(sorter, Captures.of(old)))) {
      for (String log : logs) {
        read(log, pieces);
      }
      report = pieces.end();
    }
    sayPolicy(inputs);
    if (output.json()) {
      at.out().println(Json.line().replayed(report.replayed()));
    } else {
      new ReplayedText(page(), output.verbose()).write(report, candidate.isPresent());
    }
    if (report.replayed().routed() == 0) {
      say(
          "no line is a request that came to "
              + Shown.of(configs.old())
              + "; is it the log of its load balancer?");
    }
    return report.replayed().undecided() > 0 ? Verdict.Kind.UNDECIDED.exit() : 0;
  }

  private Configuration configuration(Subject subject) {
    ReadReport read = Read.haproxy(subject.files(), subject.paths(), subject.target());
    List<Problem> errors =
        read.problems().stream().filter(p -> p.severity() == Severity.ERROR).toList();
    if (!errors.isEmpty()) {
      say(
          VerdictText.plural(errors.size(), "error", "errors")
              + " in "
              + Shown.of(subject.name())
              + ", the answer may not hold: "
              + Shown.of(errors.getFirst().toString()));
    }
    return read.configuration();
  }

  private void mustBeReadable(String log) {
    if (log.equals("-")) {
      return;
    }
    boolean readable;
    try {
      readable = Files.isReadable(at.resolve(log)) && !Files.isDirectory(at.resolve(log));
    } catch (InvalidPathException e) {
      readable = false;
    }
    if (!readable) {
      throw unreadable(log);
    }
  }

  private void read(String log, LogPieces pieces) {
    try (InputStream in = log.equals("-") ? at.in() : Files.newInputStream(at.resolve(log))) {
      pieces.read(in);
    } catch (IOException e) {
      throw unreadable(log);
    }
  }

  private static CannotRun unreadable(String log) {
    return CannotRun.because(
        "cli/log", log, "the log " + log + " can't be read", "name a readable file, or - ");
  }
}
