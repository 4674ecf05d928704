package dev.checkrail.cli;

import dev.checkrail.settings.ServeOptions;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * For help and completion: the launcher starts the control plane, whose libraries no command loads.
 */
@Command(name = "serve", sortOptions = false)
final class ServeCommand extends Answering implements WithCommands {
  @Mixin private ServeOptions options = new ServeOptions();

  ServeCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(new ServeBackup(at), new ServeRestore(at));
  }

  /** Without what it does not take: it gives no answer that could be formatted. */
  @Override
  public CommandLine line() {
    CommandLine line = WithCommands.super.line();
    CommandSpec spec = line.getCommandSpec();
    CommandSpec its = CommandSpec.forAnnotatedObject(options);
    for (OptionSpec one : List.copyOf(spec.options())) {
      if (!one.usageHelp() && its.findOption(one.longestName()) == null) {
        spec.remove(one);
      }
    }
    return line;
  }

  @Override
  public Integer call() {
    throw CannotRun.usage(
        "the control plane is started by the launcher", "run bin/checkrail serve");
  }
}
