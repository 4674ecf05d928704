package dev.checkrail.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a script that completes words in a shell. */
@Command(
    name = "completion",
    description = "A script that completes commands and options in bash and zsh.",
    footer = {"", "Example: source <(checkrail completion bash)"})
final class CompletionCommand extends Answering {
  enum Shell {
    bash,
    zsh
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "bash|zsh",
      description = "The script is the same for both; zsh needs bashcompinit, which it loads.")
  private Shell shell = Shell.bash;

  CompletionCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    CommandLine root = Main.line(at, Main.ALL);
    if (shell == Shell.zsh) {
      at.out().println("autoload -U +X compinit && compinit -u");
      at.out().println("autoload -U +X bashcompinit && bashcompinit");
    }
    at.out().print(AutoComplete.bash("checkrail", root));
    return 0;
  }
}
