package dev.checkrail.cli;

import picocli.CommandLine;

/** A command that only has commands. */
abstract class Group extends Answering implements WithCommands {
  Group(Surroundings at) {
    super(at);
  }

  /** Without one of them: help. */
  @Override
  public Integer call() {
    throw CannotRun.usage("a command is missing", "see 'checkrail " + name() + " --help'");
  }

  private String name() {
    CommandLine.Command command = getClass().getAnnotation(CommandLine.Command.class);
    return command == null ? "" : command.name();
  }
}
