package dev.checkrail.cli;

import picocli.CommandLine.Command;

/** Only listed here: the launcher starts the demo, which is not part of the product. */
@Command(
    name = "demo",
    description = "Shows the change of 18 August 2024 being blocked, on this machine.",
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
