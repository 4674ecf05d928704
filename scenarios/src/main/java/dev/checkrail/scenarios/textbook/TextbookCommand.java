package dev.checkrail.scenarios.textbook;

import dev.checkrail.scenarios.topology.Folders;
import dev.checkrail.scenarios.topology.Leftovers;
import dev.checkrail.scenarios.topology.Staging;
import dev.checkrail.scenarios.topology.Topology;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code checkrail demo --textbook}. */
public final class TextbookCommand {
  /** Programs that are needed beside the demo's, and the Debian packages that bring them. */
  public static final Map<String, String> PROGRAMS = Programs.WANTED;

  private static final String HELP =
      """
      Usage: checkrail demo --textbook [OPTIONS]
      The incident of 18 August 2024, on the demo's topology, without Checkrail: watched by Debian's
      Prometheus, Alertmanager and blackbox exporter, with the usual rules at the usual settings, and
      beside them by a second pair with the quickest ones. Nobody acts on what they say. It takes
      about eight minutes. Installs what is missing if we are root; services stay switched off.
            --seed N            Names, ports, shares and times (1).
            --users N           Users who come to buy, a second (60).
            --before SECONDS    How long nothing is wrong before (170).
            --minutes N         How long is watched at most (10); it ends earlier once both have told
                                of the burn rate of the error budget.
            --keep DIR          Keeps all raw files there.
            --format json       A line of JSON at the end.
        -h, --help              Shows this help.
      Exit status: 0 it was measured, 2 it could not be.
      """;

  private final Path home;
  private final PrintStream out;
  private final PrintStream err;
  private long seed = 1;
  private double users = 60;
  private long before = Play.QUIET.toSeconds();
  private long minutes = 10;
  private Optional<Path> keep = Optional.empty();
  private boolean json;

  public TextbookCommand(Path home, PrintStream out, PrintStream err) {
    this.home = home;
    this.out = out;
    this.err = err;
  }

  /** Brings the programs. */
  public interface SetUp {
    /** Throws if the machine lacks something that can't be brought; the message says what to do. */
    void run() throws Exception;
  }

  /** Plays it; returns the exit status. */
  public int run(List<String> arguments, SetUp setUp) {
    try {
      if (!parse(new ArrayDeque<>(arguments))) {
        out.print(HELP);
        return 0;
      }
    } catch (IllegalArgumentException e) {
      err.println("checkrail: " + e.getMessage() + "; see 'checkrail demo --textbook --help'");
      return 2;
    }
    try {
      setUp.run();
      Leftovers.end(Topology.registry(home), out);
      Play play =
          new Play(
              home,
              Staging.of(seed, users),
              Duration.ofSeconds(before),
              Duration.ofMinutes(minutes),
              out);
      Play.Played played = play.play();
      played.report().print(out);
      if (keep.isPresent()) {
        keep(played, keep.get());
      }
      Folders.delete(played.folder());
      if (json) {
        out.println(played.report().json(seed));
      }
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("checkrail: interrupted");
      return 2;
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      String message = e.getMessage();
      err.println("checkrail: " + (message == null ? e.toString() : message));
      return 2;
    }
  }

  /** Raw logs, and what each monitoring was configured with. */
  private void keep(Play.Played played, Path to) throws IOException {
    for (String part : List.of("raw", "log", "edge", "textbook", "fast")) {
      Path from = played.folder().resolve(part);
      Files.createDirectories(to.resolve(part));
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(
              file,
              to.resolve(part).resolve(file.getFileName()),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    Files.writeString(to.resolve("textbook.json"), played.report().json(seed) + "\n");
    out.println("Raw files are in " + to);
  }

  private boolean parse(Deque<String> arguments) {
    while (!arguments.isEmpty()) {
      String argument = arguments.removeFirst();
      int equal = argument.indexOf('=');
      if (argument.startsWith("--") && equal > 0) {
        arguments.addFirst(argument.substring(equal + 1));
        argument = argument.substring(0, equal);
      }
      switch (argument) {
        case "-h", "--help" -> {
          return false;
        }
        case "--keep" -> keep = Optional.of(Path.of(value(argument, arguments)).toAbsolutePath());
        case "--seed" -> seed = number(argument, arguments, 0, Long.MAX_VALUE);
        case "--users" -> users = number(argument, arguments, 1, 500);
        case "--before" -> before = number(argument, arguments, 30, 3600);
        case "--minutes" -> minutes = number(argument, arguments, 1, 60);
        case "--format" -> {
          String format = value(argument, arguments);
          if (!format.equals("json") && !format.equals("text")) {
            throw new IllegalArgumentException("--format is text or json, not '" + format + "'");
          }
          json = format.equals("json");
        }
        default ->
            throw new IllegalArgumentException("demo --textbook knows no '" + argument + "'");
      }
    }
    return true;
  }

  private static String value(String option, Deque<String> arguments) {
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return arguments.removeFirst();
  }

  private static long number(String option, Deque<String> arguments, long least, long most) {
    String text = value(option, arguments);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        option + " wants a whole number from " + least + " to " + most + ", not '" + text + "'");
  }
}
