package dev.checkrail.scenarios.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What the command line says.
 *
 * @param only scenarios, by number
 * @param out where runs are kept; several only to be read
 * @param atMost no run is begun later than that
 * @param stay for how long is looked whether an answer stays
 */
record BenchOptions(
    boolean help,
    boolean list,
    boolean tableOnly,
    List<Integer> only,
    List<Long> seeds,
    List<Double> loads,
    List<Path> out,
    boolean resume,
    boolean json,
    boolean keep,
    Duration atMost,
    Duration stay) {
  static final String HELP =
      """
      Usage: checkrail fault-bench [--only N,N…] [--seeds N,N…] [--loads R,R…] [--out FOLDER]
                                   [--resume] [--minutes M] [--format text|json]
      Injects real faults into the whole system on this machine, one after the other, and writes
      down what the control plane says of each. The process that injects is not told by anybody
      what was answered, and opens the sealed truth only when the answer is stored.
            --only N,…      Scenarios by their numbers; default: all that can be injected.
            --seeds N,…     Default: 1,2. In odd ones a harmless change goes before the faults that
                            are not the load balancer's.
            --loads R,…     Users per second. Default: 60,8.
            --out FOLDER    Where the runs are kept, one line of JSON each. Default:
                            .checkrail/fault-bench
            --resume        Goes on with that folder: what it has of this commit is not run again.
            --minutes M     Begins no run later than that.
            --stay S        For how long is looked whether an answer stays. Default: 60.
            --keep-logs     Keeps the raw logs of everything.
            --table         Runs nothing; prints the table of what is there. Then --out may be given
                            several times: the table is of all of them together.
            --list          Runs nothing; says what the scenarios are, and which are left out.
            --format json   The runs as lines of JSON instead of the table.
        -h, --help          Shows this help.
      Examples:
        checkrail fault-bench --only 1,9,16 --seeds 1 --loads 60
            three runs, about five minutes
        checkrail fault-bench --out /tmp/bench --resume --minutes 30
            goes on with the whole bench for half an hour
        checkrail fault-bench --out /tmp/bench --table
        checkrail fault-bench --out /tmp/bench-1 --out /tmp/bench-2 --table
            what two clones of the same commit measured, side by side on this machine
      Exit status: 0 the true cause was among the first two in all runs and no rollback was wrong,
      1 it was not, 2 could not run.
      """;

  BenchOptions {
    only = List.copyOf(only);
    seeds = List.copyOf(seeds);
    loads = List.copyOf(loads);
    out = List.copyOf(out);
  }

  /**
   * Reads arguments.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static BenchOptions parse(List<String> arguments, Path home) {
    boolean help = false;
    boolean list = false;
    boolean table = false;
    boolean resume = false;
    boolean json = false;
    boolean keep = false;
    List<Integer> only = new ArrayList<>(Scenarios.all().stream().map(Scenario::number).toList());
    List<Long> seeds = List.of(1L, 2L);
    List<Double> loads = List.of(60.0, 8.0);
    List<Path> out = new ArrayList<>();
    double minutes = 1_000_000;
    double stay = FaultBench.STAY.toSeconds();
    List<String> words = new ArrayList<>();
    for (String argument : arguments) {
      int is = argument.startsWith("--") ? argument.indexOf('=') : -1;
      words.add(is < 0 ? argument : argument.substring(0, is));
      if (is >= 0) {
        words.add(argument.substring(is + 1));
      }
    }
    for (Iterator<String> it = words.iterator(); it.hasNext(); ) {
      String word = it.next();
      switch (word) {
        case "-h", "--help" -> help = true;
        case "--list" -> list = true;
        case "--table" -> table = true;
        case "--resume" -> resume = true;
        case "--keep-logs" -> keep = true;
        case "--only" -> only = numbers(word, it).stream().map(Double::intValue).toList();
        case "--seeds" -> seeds = numbers(word, it).stream().map(Double::longValue).toList();
        case "--loads" -> loads = numbers(word, it);
        case "--out" -> out.add(Path.of(value(word, it)).toAbsolutePath().normalize());
        case "--minutes" -> minutes = numbers(word, it).getFirst();
        case "--stay" -> stay = numbers(word, it).getFirst();
        case "--format" -> {
          String format = value(word, it);
          if (!format.equals("json") && !format.equals("text")) {
            throw new IllegalArgumentException("--format is text or json");
          }
          json = format.equals("json");
        }
        default -> throw new IllegalArgumentException("fault-bench knows no '" + word + "'");
      }
    }
    if (out.isEmpty()) {
      out.add(home.resolve(".checkrail/fault-bench"));
    }
    if (out.size() > 1 && !table) {
      throw new IllegalArgumentException("several --out are for --table only");
    }
    only.forEach(Scenarios::of);
    if (loads.stream().anyMatch(it -> it <= 0 || it > 1000)) {
      throw new IllegalArgumentException("--loads: above 0, at most 1000 users per second");
    }
    return new BenchOptions(
        help,
        list,
        table,
        only,
        seeds,
        loads,
        out,
        resume,
        json,
        keep,
        Duration.ofMillis((long) (60_000 * minutes)),
        Duration.ofMillis((long) (1000 * stay)));
  }

  /** Where the runs of this bench are kept. */
  Path folder() {
    return out.getFirst();
  }

  /** Rows that are to be shown. */
  List<Row> table(List<Row> rows) {
    return rows.stream().filter(row -> only.contains(row.scenario())).toList();
  }

  private static String value(String word, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(word + " wants a value");
    }
    return rest.next();
  }

  private static List<Double> numbers(String word, Iterator<String> rest) {
    List<Double> numbers = new ArrayList<>();
    for (String one : value(word, rest).split(",", -1)) {
      if (!one.matches("[0-9]{1,9}(\\.[0-9]{1,3})?")) {
        throw new IllegalArgumentException(word + ": '" + one + "' is not a number");
      }
      numbers.add(Double.parseDouble(one));
    }
    return numbers;
  }
}
