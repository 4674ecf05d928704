package dev.checkrail.cli;

import java.util.List;
import picocli.CommandLine;

/** A command with commands below it. */
interface WithCommands {
  /** Its commands, in the order of help. */
  List<Answering> commands();

  /** Hangs its commands below it. */
  default CommandLine line() {
    CommandLine line = new CommandLine(this);
    commands().forEach(line::addSubcommand);
    return line;
  }
}
