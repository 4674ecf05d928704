package dev.checkrail.cli;

import java.util.List;
import picocli.CommandLine;

/** A command that only has commands. */
abstract class Group extends Answering {
  Group(Surroundings at) {
    super(at);
  }

  /** Its commands, in the order of help. */
  abstract List<Answering> commands();

  /** Without one of them: help. */
  @Override
  public Integer call() {
    throw CannotRun.usage("a command is missing", "see 'checkrail " + name() + " --help'");
  }

  private String name() {
    CommandLine.Command command = getClass().getAnnotation(CommandLine.Command.class);
    return command == null ? "" : command.name();
  }

  /** Hangs its commands below it. */
  final CommandLine line() {
    CommandLine line = new CommandLine(this);
    commands().forEach(line::addSubcommand);
    return line;
  }
}
