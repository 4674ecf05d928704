package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Leftovers;
import dev.checkrail.scenarios.topology.Topology;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Entry point of {@code checkrail fault-bench}. */
public final class FaultBench {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final BenchOptions options;
  private final Path home;
  private final PrintStream out;
  private final PrintStream err;
  private volatile @Nullable Playground playground;

  FaultBench(BenchOptions options, Path home, PrintStream out, PrintStream err) {
    this.options = options;
    this.home = home;
    this.out = out;
    this.err = err;
  }

  /** Exit status: 0 all runs are there and no answer was wrong, 1 one was, 2 could not run. */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Path home = Path.of(System.getProperty("checkrail.home", ".")).toAbsolutePath().normalize();
    BenchOptions options;
    try {
      options = BenchOptions.parse(List.of(arguments), home);
    } catch (IllegalArgumentException e) {
      err.println("checkrail: " + e.getMessage() + "; see 'checkrail fault-bench --help'");
      System.exit(2);
      return;
    }
    if (options.help()) {
      out.print(BenchOptions.HELP);
      return;
    }
    FaultBench bench = new FaultBench(options, home, out, err);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(bench::end));
    int status;
    try {
      status = bench.run();
    } catch (IOException | IllegalArgumentException e) {
      err.println("checkrail: the bench could not go on: " + e.getMessage());
      status = 2;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      status = 2;
    }
    System.exit(status);
  }

  /** Runs what is to be run; prints the table. */
  int run() throws IOException, InterruptedException {
    if (options.list()) {
      list();
      return 0;
    }
    if (options.tableOnly()) {
      List<Row> all = new ArrayList<>();
      for (Path folder : options.out()) {
        all.addAll(new Rows(folder).all());
      }
      return show(all) ? 0 : 1;
    }
    Rows rows = new Rows(options.folder());
    if (!rows.all().isEmpty() && !options.resume()) {
      throw new IllegalArgumentException(
          rows.file() + " has " + rows.all().size() + " runs; --resume goes on with it");
    }
    boolean ended = runs(rows);
    boolean good = show(rows.all());
    if (!options.json()) {
      out.println(rows.file() + " has the runs.");
    }
    return good ? ended ? 0 : 2 : 1;
  }

  /** Whether there is something to be shown, and all of it is good. */
  private boolean show(List<Row> rows) {
    List<Row> all = options.table(rows);
    if (options.json()) {
      all.forEach(row -> out.println(row.json()));
    } else {
      out.println(new Table(all).text());
    }
    return all.stream().anyMatch(Row::valid) && all.stream().noneMatch(FaultBench::fails);
  }

  /** The incident that all of this is about has to be named first, others among the first two. */
  private static boolean fails(Row row) {
    return row.valid()
        && (!Score.firstTwo(row)
            || row.wrongRollbacks() > 0
            || row.scenario() == 1 && row.rank().orElse(9) > 1);
  }

  private void list() {
    for (Scenario one : Scenarios.all()) {
      out.printf(
          "%2d  %-30s %s%n",
          one.number(),
          one.name(),
          String.join(one.both().isEmpty() ? " or " : " + ", one.first()));
      out.println("      " + one.what());
    }
    Scenarios.left().forEach((number, why) -> out.printf("%2d  left out: %s%n", number, why));
  }

  /** False if a run could not be ended. */
  private boolean runs(Rows rows) throws IOException, InterruptedException {
    String commit = Commit.of(home);
    List<OneRun.Plan> plans = new ArrayList<>();
    for (long seed : options.seeds()) {
      for (double load : options.loads()) {
        for (int scenario : options.only()) {
          if (!rows.has(commit, scenario, seed, load)) {
            plans.add(
                new OneRun.Plan(commit, scenario, seed, load, options.stay(), plans.size() + 1));
          }
        }
      }
    }
    say(plans.size() + " runs at commit " + commit);
    if (plans.isEmpty()) {
      return true;
    }
    Leftovers.end(Topology.registry(home), err);
    long end = System.nanoTime() + options.atMost().toNanos();
    boolean all = true;
    try {
      for (OneRun.Plan plan : plans) {
        if (System.nanoTime() > end) {
          say("the time is over; --resume goes on");
          break;
        }
        // What went wrong in a run itself, on a busy machine, is tried once more.
        if (!one(plan, rows)) {
          all &= one(plan, rows);
        }
      }
    } finally {
      end();
    }
    return all;
  }

  /** Whether it could be run to its end, and counts. */
  private boolean one(OneRun.Plan plan, Rows rows) throws IOException, InterruptedException {
    Playground here = playground();
    say(
        String.format(
            Locale.ROOT,
            "scenario %d, %s: seed %d, %.0f users/s%s",
            plan.scenario(),
            Scenarios.of(plan.scenario()).name(),
            plan.seed(),
            plan.load(),
            plan.harmless() ? ", after a harmless change" : ""));
    OneRun run = new OneRun(home, options.folder(), here, plan, it -> say("  " + it));
    boolean clean = false;
    boolean counts = false;
    try {
      Row row = run.run();
      rows.add(row);
      counts = row.valid();
      say("  " + line(row));
      clean = run.isClean();
    } catch (IOException e) {
      say("  this run could not be ended, and does not count: " + e.getMessage());
    }
    if (!clean) {
      end();
    }
    return counts;
  }

  private static String line(Row row) {
    return String.format(
        Locale.ROOT,
        "%s: %s, truth %s; pages %d, wrong rollbacks %d; users %d, failed %d%s",
        Score.of(row),
        row.ranking().stream().limit(2).map(Row.Named::cause).toList(),
        row.truth().causes(),
        row.pages(),
        row.wrongRollbacks(),
        row.users().all(),
        row.users().failed(),
        row.valid() ? "" : " VOID " + row.remarks());
  }

  private Playground playground() throws IOException, InterruptedException {
    Playground here = playground;
    if (here == null) {
      here = Playground.start(home, it -> say("  " + it));
      playground = here;
    }
    return here;
  }

  private synchronized void end() {
    Playground here = playground;
    playground = null;
    if (here != null) {
      if (options.keep()) {
        try {
          Keep.raw(here.topology(), options.folder());
        } catch (IOException e) {
          err.println("checkrail: raw logs could not be kept: " + e.getMessage());
        }
      }
      here.close();
    }
  }

  private void say(String text) {
    (options.json() ? err : out).println(TIME.format(LocalTime.now()) + " " + text);
  }

  /** How long an answer has to stay, usually. */
  static final Duration STAY = Duration.ofSeconds(60);
}
