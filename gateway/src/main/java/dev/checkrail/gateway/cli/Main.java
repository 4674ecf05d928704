package dev.checkrail.gateway.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Entry point of {@code payment-gateway}: parses arguments, runs one command, exits. */
@Command(
    name = "payment-gateway",
    description = "A payment gateway: nothing charged twice, nothing lost, honest about its state.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  private Main() {}

  /** Exit statuses: 0 done, 1 a check failed, 2 could not run. */
  public static void main(String[] arguments) {
    System.exit(line().execute(arguments));
  }

  /** All commands. */
  static CommandLine line() {
    CommandLine line = new CommandLine(new Main());
    Terminal terminal = Terminal.standard();
    line.addSubcommand(new ServeCommand(terminal));
    line.addSubcommand(
        new CommandLine(new MerchantsCommand(terminal))
            .addSubcommand(new MerchantsCommand.Add(terminal)));
    line.addSubcommand(new DatabaseCommand(terminal));
    line.addSubcommand(new AcquirerCommand(terminal));
    line.addSubcommand(new LoadCommand(terminal));
    line.addSubcommand(new CheckBooksCommand(terminal));
    line.addSubcommand(new ChaosCommand(terminal));
    line.addSubcommand(new DatabaseLimitCommand(terminal));
    line.setUsageHelpWidth(100); // of the commands, too
    return line;
  }

  @Override
  public void run() {
    line().usage(System.out);
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "payment-gateway " + Objects.requireNonNullElse(version, "(unpackaged)")
      };
    }
  }
}
