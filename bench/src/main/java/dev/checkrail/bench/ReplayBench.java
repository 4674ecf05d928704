package dev.checkrail.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.Read;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Lot;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Seen;
import dev.checkrail.prove.Sorter;
import dev.checkrail.replay.Captures;
import dev.checkrail.replay.Replay;
import dev.checkrail.replay.Told;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;

/**
 * Recorded requests through what was proved: {@code java -cp bench/target/bench.jar
 * dev.checkrail.bench.ReplayBench [THREADS]}. Each line has another path; half of them ask for what
 * some rule names.
 *
 * <ul>
 *   <li><i>model</i>: what is known of a request, at hand, to its outcome;
 *   <li><i>record</i>: a parsed record to its outcome;
 *   <li><i>line</i>: bytes of the log to a count, as the command does.
 * </ul>
 */
final class ReplayBench {
  private static final int LINES = 100_000;
  private static final int ROUNDS = 8;

  private ReplayBench() {}

  public static void main(String[] arguments) throws InterruptedException {
    int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
    for (int rules : new int[] {10, 1_000, 10_000}) {
      for (boolean host : new boolean[] {true, false}) {
        measure(rules, host, threads, false);
      }
    }
    measure(1_000, true, threads, true);
  }

  private static void measure(int rules, boolean host, int threads, boolean two)
      throws InterruptedException {
    Configuration configuration = Inputs.read(rules, false).configuration();
    long start = System.nanoTime();
    Sorter sorter =
        two
            ? Prove.sorter(configuration, Inputs.read(rules, true).configuration(), Policy.none())
            : Prove.sorter(configuration, Policy.none());
    double built = (System.nanoTime() - start) / 1e9;
    String frontend = configuration.frontends().getFirst().name();
    List<byte[]> lines = lines(rules, frontend, host);
    LineReader reader = new LineReader(ZoneOffset.UTC);
    List<LogRecord> records = new ArrayList<>();
    List<Seen> seen = new ArrayList<>();
    for (byte[] line : lines) {
      if (reader.read(line) instanceof Read.Parsed parsed) {
        records.add(parsed.record());
        seen.add(Told.by(parsed.record(), List.of()));
      }
    }
    Captures captures = Captures.of(configuration);
    String what =
        "%6d rules%s, host %s".formatted(rules, two ? ", two sides" : "", host ? "logged" : "unknown");
    long undecided =
        seen.stream().map(one -> sorter.at(one).orElseThrow()).filter(Lot::undecided).count();
    System.out.printf(
        "%s: built in %.2f s, %d of %d undecided%n", what, built, undecided, LINES);
    rate(
        what + ", model",
        threads,
        () -> {
          Sorter own = sorter.another();
          return unused -> {
            int sum = 0;
            for (Seen one : seen) {
              sum += own.at(one).orElseThrow().undecided() ? 1 : 0;
            }
            return sum;
          };
        });
    rate(
        what + ", record",
        threads,
        () -> {
          Sorter own = sorter.another();
          return unused -> {
            int sum = 0;
            for (LogRecord one : records) {
              sum += own.at(Told.by(one, List.of())).orElseThrow().undecided() ? 1 : 0;
            }
            return sum;
          };
        });
    rate(
        what + ", line",
        threads,
        () -> {
          Replay replay = new Replay(sorter.another(), captures);
          return round -> {
            for (int i = 0; i < lines.size(); i++) {
              replay.line(i, lines.get(i), 0, lines.get(i).length);
            }
            return round;
          };
        });
  }

  private interface Work {
    IntUnaryOperator own();
  }

  /**
   * Requests a second of all threads together, and of one of them for each second that it had a
   * processor: the medians of the second half of the rounds.
   */
  private static void rate(String what, int threads, Work work) throws InterruptedException {
    List<IntUnaryOperator> own = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      own.add(work.own());
    }
    List<Double> rates = new ArrayList<>();
    List<Double> each = new ArrayList<>();
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    for (int round = 0; round < ROUNDS; round++) {
      List<Thread> all = new ArrayList<>();
      int number = round;
      AtomicLong busy = new AtomicLong();
      long start = System.nanoTime();
      for (IntUnaryOperator one : own) {
        all.add(
            Thread.ofPlatform()
                .start(() -> {
                  var unused = one.applyAsInt(number);
                  busy.addAndGet(clock.getCurrentThreadCpuTime());
                }));
      }
      for (Thread one : all) {
        one.join();
      }
      rates.add(1e9 * LINES * threads / (System.nanoTime() - start));
      each.add(1e9 * LINES * threads / busy.get());
    }
    List<Double> second = rates.subList(ROUNDS / 2, ROUNDS).stream().sorted().toList();
    List<Double> cores = each.subList(ROUNDS / 2, ROUNDS).stream().sorted().toList();
    System.out.printf(
        "%s, %d threads: %,.0f requests/s (%,.0f to %,.0f); %,.0f (%,.0f to %,.0f) of one core%n",
        what,
        threads,
        second.get(second.size() / 2),
        second.getFirst(),
        second.getLast(),
        cores.get(cores.size() / 2),
        cores.getFirst(),
        cores.getLast());
  }

  private static List<byte[]> lines(int rules, String frontend, boolean host) {
    Random random = new Random(7);
    List<String> paths = BigConfiguration.paths(rules);
    List<String> hosts = BigConfiguration.hosts(rules);
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      String path = paths.get(random.nextInt(paths.size()));
      all.add(
          ("checkrail/1 1793354400000 10.9."
                  + random.nextInt(16)
                  + "."
                  + random.nextInt(256)
                  + ":4711 127.0.0.1:8080 "
                  + frontend
                  + " be_1/s1 0/0/1/20/21 200 99 ---- 1/1/1/1/0 0/0 \""
                  + i
                  + "\" - "
                  + (host ? hosts.get(random.nextInt(hosts.size())) : "-")
                  + " > < \""
                  + (random.nextInt(5) == 0 ? "POST " : "GET ")
                  + (i % 2 == 0 ? path + "/" + i : "/other/" + i)
                  + "?q="
                  + random.nextInt()
                  + " HTTP/1.1\"")
              .getBytes(US_ASCII));
    }
    return all;
  }
}
