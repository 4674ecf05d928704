package dev.checkrail.cli;

import dev.checkrail.path.Path;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Terms;
import dev.checkrail.report.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks the real binary. */
@Command(
    name = "rehearse",
    description = "Runs the real HAProxy in a sandbox: every kind of route, then faults.",
    footer = {
      "",
      "Example: checkrail rehearse haproxy.cfg",
      "Exit status: 0 pass, 1 blocked, 2 could not run, 3 undecided."
    })
final class RehearseCommand extends Answering {
  @Mixin private OneConfig config = new OneConfig();
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private JudgeOptions judge = new JudgeOptions();

  RehearseCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Inputs inputs = new Inputs(at, options, config.name());
    return walk(inputs, config, judge, Terms.Rehearsing.REQUIRED, Path::rehearse);
  }

  @Override
  String json(PathReport report) {
    return report.rehearsal().map(Json.line()::rehearsal).orElseGet(() -> super.json(report));
  }

  @Override
  void before(PathReport report, Page page) {
    report.rehearsal().ifPresent(it -> new RehearsalText(page, output.verbose()).write(it));
    page.blank();
  }
}
