package dev.checkrail.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Entry point of the {@code checkrail} command: parses arguments, runs one command, exits. */
@Command(
    name = "checkrail",
    description = "Gates changes of load balancer configurations.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main implements Runnable {

  /** Exit statuses: 0 pass, 1 blocked, 2 could not run, 3 undecided. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"checkrail " + Objects.requireNonNullElse(version, "(unpackaged)")};
    }
  }
}
