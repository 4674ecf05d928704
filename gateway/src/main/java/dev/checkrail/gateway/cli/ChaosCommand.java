package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.chaos.Chaos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chaos}: breaks a stack of its own under load, then compares the books. */
@Command(
    name = "chaos",
    description = {
      "Breaks a stack of its own under load, then compares the books.",
      "Starts a database, two acquirers and some instances, sends users, and meanwhile kills",
      "instances and acquirers with -9, restarts and kills the database, and makes acquirers slow,",
      "fail, time out after charging and answer by half. Then everything comes back, what is under",
      "way gets time to end, and check-books counts. All on loopback, in one folder; its processes",
      "end with it, also on ^C."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway chaos --seconds 300 --seed 1",
      "  payment-gateway chaos --seconds 60 --seed 7 --users-per-second 40 --keep --folder"
          + " /tmp/chaos",
      "",
      "Exit status: 0 nothing lost, nothing charged twice, everything ended; 1 not so; 2 could not"
          + " run."
    })
final class ChaosCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long users come (${DEFAULT-VALUE}).")
  private int seconds = 300;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed does the same at the same times (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--users-per-second",
      paramLabel = "R",
      description = "How many users come, on average (${DEFAULT-VALUE}).")
  private double rate = 20;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description = "How many of the gateway (${DEFAULT-VALUE}).")
  private int instances = 3;

  @Option(
      names = "--every",
      paramLabel = "S",
      description = "Seconds between two mischiefs, on average (${DEFAULT-VALUE}).")
  private double every = 3;

  @Option(
      names = "--reconcile-within",
      paramLabel = "S",
      description = "How long what is under way may take to end (${DEFAULT-VALUE}).")
  private int reconcileWithin = 300;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "For books, logs and the database; new or empty (a temporary one).")
  private @Nullable Path folder;

  @Option(names = "--keep", description = "Keeps the folder if all is well, too.")
  private boolean keep;

  ChaosCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (seconds < 1 || instances < 1 || instances > 9 || !(rate > 0) || !(every > 0)) {
      return terminal.refuse(
          "--seconds, --users-per-second and --every are above 0, --instances is 1 to 9");
    }
    try {
      Path place = place();
      Chaos.Report report =
          Chaos.run(
              new Chaos.Settings(
                  place,
                  Programs.folder(),
                  seed,
                  seconds,
                  rate,
                  instances,
                  Duration.ofMillis((long) (every * 1000)),
                  Duration.ofSeconds(reconcileWithin),
                  true,
                  List.of()),
              terminal.err());
      terminal.out().print(report.text());
      terminal.out().flush();
      if (report.passed() && !keep) {
        delete(place);
      } else {
        terminal.err().println("chaos: books, logs and the database are in " + place);
      }
      return report.passed() ? 0 : 1;
    } catch (IOException | SQLException e) {
      return terminal.refuse("chaos: " + e.getMessage());
    }
  }

  private Path place() throws IOException {
    if (folder == null) {
      return Files.createTempDirectory("payment-gateway-chaos-");
    }
    Files.createDirectories(folder);
    try (Stream<Path> inside = Files.list(folder)) {
      if (inside.findAny().isPresent()) {
        throw new IOException(folder + " is not empty");
      }
    }
    return folder;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
