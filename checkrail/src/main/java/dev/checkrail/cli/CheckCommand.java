package dev.checkrail.cli;

import dev.checkrail.path.Path;
import dev.checkrail.path.Terms;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Judges one configuration. */
@Command(
    name = "check",
    description = "Reads, lints and proves one configuration.",
    footer = {
      "",
      "Example: checkrail check /etc/haproxy/haproxy.cfg",
      "Exit status: 0 pass, 1 blocked, 2 could not run, 3 undecided."
    })
final class CheckCommand extends Answering {
  @Mixin private OneConfig config = new OneConfig();
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private JudgeOptions judge = new JudgeOptions();

  CheckCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Inputs inputs = new Inputs(at, options, config.name());
    return walk(inputs, config, judge, Terms.Rehearsing.WITHOUT, Path::check);
  }
}
