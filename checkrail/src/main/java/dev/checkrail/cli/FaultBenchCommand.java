package dev.checkrail.cli;

import picocli.CommandLine.Command;

/** Only listed here: the launcher starts the bench, which is not part of the product. */
@Command(
    name = "fault-bench",
    description = "Injects real faults on this machine and counts right and wrong diagnoses.",
    footer = {"", "Example: checkrail fault-bench --only 1,9,16 --seeds 1 --loads 60"})
final class FaultBenchCommand extends Answering {
  FaultBenchCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    throw CannotRun.usage(
        "the fault bench is started by the launcher",
        "run bin/checkrail fault-bench in a clone of Checkrail");
  }
}
