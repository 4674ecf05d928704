package dev.checkrail.cli;

import dev.checkrail.report.Json;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Span;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of the {@code checkrail} command: parses arguments, runs one command, exits. */
@Command(
    name = "checkrail",
    description = "Gates changes of load balancer configurations.",
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Start with: checkrail demo",
      "Exit status: 0 pass, 1 blocked, 2 could not run, 3 undecided."
    })
public final class Main implements Runnable {
  /** A deep expression needs stack; only what is used of it is ever taken. */
  private static final long STACK = 512L << 20;

  private static final int CANNOT_RUN = 2;

  /** No command is called like this. */
  static final String ALL = "";

  private final Surroundings at;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  private boolean version;

  private Main(Surroundings at) {
    this.at = at;
  }

  /** Exit statuses: 0 pass, 1 blocked, 2 could not run, 3 undecided. */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    Surroundings at =
        new Surroundings(
            new FileInputStream(FileDescriptor.in),
            out,
            err,
            System.getenv(),
            Path.of(""),
            isTerminal(1),
            isTerminal(2),
            unicode(),
            InstantSource.system(),
            System::nanoTime);
    AtomicInteger status = new AtomicInteger(CANNOT_RUN);
    Thread command =
        new Thread(null, () -> status.set(run(List.of(arguments), at)), "command", STACK);
    command.start();
    command.join();
    out.flush();
    err.flush();
    System.exit(status.get());
  }

  private static PrintStream stream(FileDescriptor to) {
    return new PrintStream(
        new java.io.BufferedOutputStream(new FileOutputStream(to), 1 << 13),
        to == FileDescriptor.err,
        StandardCharsets.UTF_8);
  }

  /** Whether a file descriptor is a terminal; where that can't be seen it is none. */
  private static boolean isTerminal(int descriptor) {
    try {
      String target =
          java.nio.file.Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (java.io.IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * The launcher sets LC_ALL for itself, so it hands the user's own locale on. Where none is set,
   * as in most containers, terminals do show UTF-8.
   */
  private static boolean unicode() {
    String locale = System.getProperty("checkrail.locale", "").toUpperCase(Locale.ROOT);
    return locale.isEmpty() || locale.contains("UTF-8") || locale.contains("UTF8");
  }

  /** Runs one command and returns its exit status; never throws. */
  static int run(List<String> arguments, Surroundings at) {
    try {
      String first = arguments.isEmpty() ? ALL : arguments.getFirst();
      return line(at, first).execute(arguments.toArray(new String[0]));
    } catch (OutOfMemoryError e) {
      return internal(arguments, at, e, "out of memory; give it more: CHECKRAIL_JAVA_OPTS=-Xmx4g");
    } catch (StackOverflowError e) {
      return internal(arguments, at, e, "something is nested too deeply");
    } catch (Throwable e) {
      return internal(arguments, at, e, e.getClass().getSimpleName());
    }
  }

  private static final Map<String, Function<Surroundings, Answering>> COMMANDS = commands();

  private static Map<String, Function<Surroundings, Answering>> commands() {
    Map<String, Function<Surroundings, Answering>> all = new LinkedHashMap<>();
    all.put("check", CheckCommand::new);
    all.put("gate", GateCommand::new);
    all.put("diff", DiffCommand::new);
    all.put("explain", ExplainCommand::new);
    all.put("replay", ReplayCommand::new);
    all.put("test", TestCommand::new);
    all.put("rehearse", RehearseCommand::new);
    all.put("serve", ServeCommand::new);
    all.put("login", LoginCommand::new);
    all.put("logout", LogoutCommand::new);
    all.put("lb", LbCommand::new);
    all.put("change", ChangeCommand::new);
    all.put("watch", WatchCommand::new);
    all.put("incidents", IncidentsCommand::new);
    all.put("diagnosis", DiagnosisCommand::new);
    all.put("alerts", AlertsCommand::new);
    all.put("event", EventCommand::new);
    all.put("journal", JournalCommand::new);
    all.put("token", TokenCommand::new);
    all.put("account", AccountCommand::new);
    all.put("completion", CompletionCommand::new);
    all.put("demo", DemoCommand::new);
    all.put("fault-bench", FaultBenchCommand::new);
    return all;
  }

  private static final List<String> VERSION = List.of("-V", "--version");

  /** All commands; only the one that is asked for, for each costs some milliseconds. */
  static CommandLine line(Surroundings at, String first) {
    CommandLine line = new CommandLine(new Main(at));
    if (COMMANDS.containsKey(first)) {
      add(line, first, at);
    } else if (!VERSION.contains(first)) {
      COMMANDS.keySet().forEach(name -> add(line, name, at));
    }
    line.setOut(new PrintWriter(at.out(), true));
    line.setErr(new PrintWriter(at.err(), true));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setUsageHelpWidth(100);
    line.setUsageHelpAutoWidth(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, arguments) -> usage(e, List.of(arguments), at));
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      List<String> arguments = parsed.originalArgs();
      return e instanceof CannotRun cannot
          ? refuse(cannot.problems(), arguments, at)
          : internal(arguments, at, e, e.getClass().getSimpleName());
    });
    return line;
  }

  private static void add(CommandLine line, String name, Surroundings at) {
    Function<Surroundings, Answering> make = COMMANDS.get(name);
    if (make != null) {
      Answering command = make.apply(at);
      line.addSubcommand(name, command instanceof WithCommands parent ? parent.line() : command);
    }
  }

  @Override
  public void run() {
    line(at, ALL).usage(at.out());
  }

  private static int usage(ParameterException e, List<String> arguments, Surroundings at) {
    String message =
        Objects.requireNonNullElse(e.getMessage(), "the arguments can't be understood");
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String next = "see '" + command + " --help'";
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        next = "did you mean '" + near.getFirst() + "'? " + next;
      }
    }
    return refuse(CannotRun.usage(message, next).problems(), arguments, at);
  }

  private static int refuse(List<Problem> problems, List<String> arguments, Surroundings at) {
    if (wantsJson(arguments)) {
      at.out().println(Json.line().error(problems));
    } else {
      // All of them are the answer, as in JSON; standard error has one line.
      if (problems.size() > 1) {
        problems.forEach(problem -> at.out().println(told(problem)));
      }
    }
    at.err().println("checkrail: " + told(problems.getFirst()));
    return CANNOT_RUN;
  }

  private static String told(Problem problem) {
    boolean placed =
        !problem.code().startsWith("cli/") && !problem.message().contains(problem.span().file());
    String text = (placed ? problem.span() + ": " : "") + problem.message();
    return Shown.of(problem.fix().map(fix -> text + "; " + fix).orElse(text));
  }

  private static int internal(List<String> arguments, Surroundings at, Throwable e, String what) {
    String id = id(e);
    Problem problem =
        new Problem(
            "cli/internal-error",
            dev.checkrail.source.Severity.ERROR,
            Span.startOf("checkrail"),
            "internal error " + id + " (" + what + "): a defect of Checkrail, nothing was judged",
            java.util.Optional.of(
                "please report it with this id and what the same command says with --debug"));
    int status = refuse(List.of(problem), arguments, at);
    if (arguments.contains("--debug")) {
      e.printStackTrace(at.err());
    }
    return status;
  }

  /** The same defect has the same id. */
  private static String id(Throwable e) {
    int hash = e.getClass().getName().hashCode();
    int ours = 0;
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.checkrail.") && ours++ < 3) {
        hash = 31 * hash + (frame.getClassName() + frame.getMethodName()).hashCode();
      }
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /** Also where the arguments could not be parsed. */
  private static boolean wantsJson(List<String> arguments) {
    int format = arguments.indexOf("--format");
    return arguments.stream().anyMatch(it -> it.equalsIgnoreCase("--format=json"))
        || (format >= 0
            && format + 1 < arguments.size()
            && arguments.get(format + 1).equalsIgnoreCase("json"));
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"checkrail " + Objects.requireNonNullElse(version, "(unpackaged)")};
    }
  }
}
