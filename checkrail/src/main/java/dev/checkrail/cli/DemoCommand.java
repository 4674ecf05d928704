package dev.checkrail.cli;

import picocli.CommandLine.Command;

/** Only listed here: the launcher starts the demo, which is not part of the product. */
@Command(
    name = "demo",
    description = "The outage of 18 August 2024 on this machine: blocked, seen, undone.",
    footer = {"", "Example: checkrail demo"})
final class DemoCommand extends Answering {
  DemoCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    throw CannotRun.usage(
        "the demo is started by the launcher", "run bin/checkrail demo in a clone of Checkrail");
  }
}
