package dev.checkrail.scenarios;

import dev.checkrail.scenarios.textbook.TextbookCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Entry point of {@code checkrail demo}. */
public final class Main {
  private static final String HELP =
      """
      Usage: checkrail demo [--seed N] [--variant a|b|c] [--blind [visitor]] [--runs N]
                            [--keep DIR] [--act-1] [--format text|json]
             checkrail demo --textbook [OPTIONS]
      The outage of 18 August 2024, on this machine. Act 1: the change is proposed, and blocked. Act 2:
      it is put in place behind our back, while users pay; it is seen, named and undone. About four
      minutes. Installs HAProxy if it is missing and we are root.
            --seed N        Draws names, ports, shares and times; 1 has those of the postmortem. Default: 1.
            --variant a     A second line of an ACL sends 40 % of the users to the reports server (default).
            --variant b     The reports server stands in the payments pool with 40 % of the weight, sticky.
            --variant c     As a, and its health check shares its workers: intermittent.
            --blind         A fault that nobody here knows; first the diagnosis, then the truth.
            --blind visitor You break something yourself.
            --runs N        N runs with seeds from --seed on; then medians and worst.
            --keep DIR      Keeps all raw files there; scenarios/recount --drill counts them again.
            --act-1         Only whether 'checkrail gate' blocks that change, with no system around it.
            --textbook      The same incident without Checkrail, under Debian's Prometheus and
                            Alertmanager; see 'checkrail demo --textbook --help'.
            --format json   A line of JSON at the end (with --runs one for each, and their sums).
        -h, --help          Shows this help.
      Exit status: 0 all went as it should, 1 not, 2 could not run. See docs/drill.md.
      """;

  private Main() {}

  /** What was asked for on the command line. */
  private record Asked(
      long seed,
      Variant variant,
      boolean blind,
      boolean visitor,
      int runs,
      Optional<Path> keep,
      boolean firstOnly,
      boolean json,
      boolean help) {}

  /** Plays the demo; exit status 0 if all went as it should, 1 if not, 2 if it could not run. */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    System.exit(run(List.of(arguments), out, err));
  }

  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    if (arguments.contains("--textbook")) {
      return textbook(arguments, out, err);
    }
    Asked asked;
    try {
      asked = asked(arguments);
    } catch (IllegalArgumentException e) {
      err.println("checkrail: " + e.getMessage() + "; see 'checkrail demo --help'");
      return 2;
    }
    if (asked.help()) {
      out.print(HELP);
      return 0;
    }
    Path home = Path.of(System.getProperty("checkrail.home", ".")).toAbsolutePath().normalize();
    Path example = home.resolve("examples/payment-gateway");
    if (!Files.isRegularFile(example.resolve("approved.cfg"))) {
      err.println("checkrail: " + example + " is missing; run bin/checkrail demo in a full clone");
      return 2;
    }
    try {
      new SetUp(out).run(example);
      return play(asked, home, out);
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
    Path home = Path.of(System.getProperty("checkrail.home", ".")).toAbsolutePath().normalize();
    return new TextbookCommand(home, out, err)
        .run(
            arguments.stream().filter(it -> !it.equals("--textbook")).toList(),
            () ->
                new SetUp(out, TextbookCommand.PROGRAMS)
                    .run(home.resolve("examples/payment-gateway")));
  }

  private static Asked asked(List<String> arguments) {
    long seed = 1;
    Variant variant = Variant.A;
    boolean blind = false;
    boolean visitor = false;
    int runs = 1;
    Optional<Path> keep = Optional.empty();
    boolean firstOnly = false;
    boolean json = false;
    boolean help = false;
    List<String> words = new ArrayList<>();
    for (String argument : arguments) {
      int equal = argument.startsWith("--") ? argument.indexOf('=') : -1;
      words.add(equal < 0 ? argument : argument.substring(0, equal));
      if (equal >= 0) {
        words.add(argument.substring(equal + 1));
      }
    }
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "-h", "--help" -> help = true;
        case "--act-1" -> firstOnly = true;
        case "--blind" -> {
          blind = true;
          if (i + 1 < words.size() && words.get(i + 1).equals("visitor")) {
            visitor = true;
            i++;
          }
        }
        case "--seed", "--variant", "--runs", "--keep", "--format" -> {
          if (i + 1 == words.size()) {
            throw new IllegalArgumentException("demo: " + word + " needs a value");
          }
          String value = words.get(++i);
          switch (word) {
            case "--seed" -> seed = number(word, value, Long.MAX_VALUE / 10_000);
            case "--runs" -> runs = (int) number(word, value, 1000);
            case "--keep" -> keep = Optional.of(Path.of(value).toAbsolutePath());
            case "--variant" -> {
              if (!value.toLowerCase(Locale.ROOT).matches("[abc]")) {
                throw new IllegalArgumentException("demo: --variant is a, b or c, not " + value);
              }
              variant = Variant.valueOf(value.toUpperCase(Locale.ROOT));
            }
            default -> {
              if (!value.equals("json") && !value.equals("text")) {
                throw new IllegalArgumentException("demo: --format is text or json, not " + value);
              }
              json = value.equals("json");
            }
          }
        }
        default -> throw new IllegalArgumentException("demo knows no '" + word + "'");
      }
    }
    return new Asked(seed, variant, blind, visitor, runs, keep, firstOnly, json, help);
  }

  private static long number(String option, String value, long most) {
    if (!value.matches("[0-9]{1,15}")
        || Long.parseLong(value) < 1
        || Long.parseLong(value) > most) {
      throw new IllegalArgumentException("demo: " + option + " is a number from 1, not " + value);
    }
    return Long.parseLong(value);
  }

  private static int play(Asked asked, Path home, PrintStream out)
      throws IOException, InterruptedException {
    boolean terminal = System.console() != null && System.console().isTerminal();
    Teller teller = new Teller(out, terminal && System.getenv("NO_COLOR") == null);
    if (asked.firstOnly()) {
      Blocked act = new Blocked(new Product(home, out), out).play();
      if (asked.json()) {
        out.println(act.json());
      }
      return act.asExpected() ? 0 : 1;
    }
    if (asked.blind()) {
      var line = new Blind(home, teller, asked.seed(), asked.visitor()).run();
      if (asked.json()) {
        out.println(line);
      }
      return line.path("ok").asBoolean() ? 0 : 1;
    }
    Demo.Settings settings = new Demo.Settings(asked.seed(), asked.variant(), asked.keep());
    if (asked.runs() > 1) {
      return new Runs(home, teller, settings, asked.runs(), asked.json()).run() ? 0 : 1;
    }
    Result result = new Demo(home, teller, settings).run();
    if (asked.json()) {
      out.println(result.json());
    }
    return result.ok() ? 0 : 1;
  }
}
