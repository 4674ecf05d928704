package dev.checkrail.scenarios;

import dev.checkrail.scenarios.textbook.TextbookCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Entry point of {@code checkrail demo}. */
public final class Main {
  private static final String HELP =
      """
      Usage: checkrail demo [--format text|json]
             checkrail demo --textbook [OPTIONS]
      Shows the change of 18 August 2024 being blocked, on this machine: the real commands on
      examples/payment-gateway. Installs HAProxy if it is missing and we are root.
            --format json   A line of JSON at the end.
            --textbook      The same incident without Checkrail, under Debian's Prometheus and
                            Alertmanager; see 'checkrail demo --textbook --help'.
        -h, --help          Shows this help.
      Exit status: 0 if the change was blocked as it should, 1 if not, 2 could not run.
      """;

  private Main() {}

  /** Plays the demo; exit status 0 if all went as it should, 1 if not, 2 if it could not run. */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    System.exit(run(List.of(arguments), out, err));
  }

  private static int run(List<String> arguments, PrintStream out, PrintStream err) {
    if (arguments.contains("--textbook")) {
      return textbook(arguments, out, err);
    }
    boolean json = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i).toLowerCase(Locale.ROOT);
      if (argument.equals("-h") || argument.equals("--help")) {
        out.print(HELP);
        return 0;
      }
      boolean split = argument.equals("--format") && i + 1 < arguments.size();
      String format =
          split
              ? arguments.get(++i)
              : argument.startsWith("--format=") ? argument.substring(9) : "";
      if (!format.equals("json") && !format.equals("text")) {
        err.println(
            "checkrail: demo knows no '" + arguments.get(i) + "'; see 'checkrail demo --help'");
        return 2;
      }
      json = format.equals("json");
    }
    Path home = Path.of(System.getProperty("checkrail.home", "."));
    Path example = home.resolve("examples/payment-gateway");
    if (!Files.isRegularFile(example.resolve("approved.cfg"))) {
      err.println("checkrail: " + example + " is missing; run bin/checkrail demo in a full clone");
      return 2;
    }
    try {
      new SetUp(out).run(example);
      Blocked act = new Blocked(new Product(home, out), out).play();
      if (json) {
        out.println(act.json());
      }
      return act.asExpected() ? 0 : 1;
    } catch (CannotPlay e) {
      err.println("checkrail: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("checkrail: the demo could not go on: " + e.getMessage());
      return 2;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("checkrail: interrupted");
      return 2;
    }
  }

  private static int textbook(List<String> arguments, PrintStream out, PrintStream err) {
    Path home = Path.of(System.getProperty("checkrail.home", ".")).toAbsolutePath();
    TextbookCommand command = new TextbookCommand(home, out, err);
    return command.run(
        arguments.stream().filter(it -> !it.equals("--textbook")).toList(),
        () ->
            new SetUp(out, TextbookCommand.PROGRAMS)
                .run(home.resolve("examples/payment-gateway")));
  }
}
