package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.acquirer.Acquirer;
import dev.checkrail.gateway.acquirer.Mode;
import dev.checkrail.gateway.acquirer.TestCard;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code acquirer}: one simulated acquirer, until it is killed. */
@Command(
    name = "acquirer",
    description = {
      "Runs a simulated acquirer on loopback until it is killed.",
      "What it has answered is on the disk: kill -9 at any time loses nothing that anybody was"
          + " told."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway acquirer --name acq-a --port 9101 --data /tmp/acq-a",
      "  curl -H \"Authorization: Bearer $(cat /tmp/acq-a/control.token)\" \\",
      "       -d '{\"mode\": \"timeout-but-charged\", \"share\": 0.1}'"
          + " http://127.0.0.1:9101/control",
      "  curl -H \"Authorization: Bearer $(cat /tmp/acq-a/control.token)\""
          + " http://127.0.0.1:9101/books",
      "  payment-gateway acquirer --cards      the test card numbers, and the modes",
      "",
      "Exit status: 2 if it could not start."
    })
final class AcquirerCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What it calls itself (${DEFAULT-VALUE}).")
  private String name = "acq-a";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Its port; 0 takes a free one (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Where its books are kept. Made if missing.")
  private @Nullable Path data;

  @Option(
      names = "--control-token-file",
      paramLabel = "FILE",
      description = "Holds the token for /control and /books (DIR/control.token). Made if missing.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of its draws which requests a mode hits (${DEFAULT-VALUE}).")
  private long seed = 1;

  // "help": nothing else is required with it.
  @Option(
      names = "--cards",
      help = true,
      description = "Prints the test card numbers and the modes, then exits.")
  private boolean cards;

  AcquirerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (cards) {
      print(terminal.out());
      return 0;
    }
    Path folder = Objects.requireNonNull(data);
    Path token = tokenFile == null ? folder.resolve("control.token") : tokenFile;
    try {
      Acquirer acquirer =
          Acquirer.start(
              new Acquirer.Settings(name, port, folder, TokenFile.readOrMake(token), seed),
              InstantSource.system());
      terminal
          .out()
          .println("acquirer " + name + " listens on http://127.0.0.1:" + acquirer.port());
    } catch (IOException e) {
      return terminal.refuse("acquirer " + name + " can't start: " + e.getMessage());
    }
    new CountDownLatch(1)
        .await(); // a signal ends it; there is nothing to finish, all is on the disk
    return 0;
  }

  private static void print(PrintWriter out) {
    for (TestCard card : TestCard.values()) {
      String what =
          card.declineCode()
              .map(code -> "declined: " + code)
              .orElseGet(() -> behaviour(card.mode()));
      out.printf("%-16s  %s%n", card.number(), what);
    }
    out.println("any other number  approved");
    out.println();
    out.println("Modes, set by POST /control:");
    for (Mode mode : Mode.values()) {
      out.printf("  %-20s %s%n", mode.word(), mode.description());
    }
    out.flush();
  }

  private static String behaviour(Mode mode) {
    return mode == Mode.NORMAL ? "approved" : mode.word() + ": " + mode.description();
  }
}
