package dev.checkrail.cli;

import picocli.CommandLine.Command;

/** Only listed here: the launcher starts the control plane, whose libraries no command loads. */
@Command(
    name = "serve",
    description = "Runs the control plane: owns load balancers, keeps the journal, answers HTTP.",
    footer = {"", "Example: checkrail serve --listen 127.0.0.1:8460 --data /var/lib/checkrail"})
final class ServeCommand extends Answering {
  ServeCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    throw CannotRun.usage(
        "the control plane is started by the launcher", "run bin/checkrail serve");
  }
}
