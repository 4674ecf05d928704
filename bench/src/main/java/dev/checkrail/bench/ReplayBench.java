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
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.replay.Captures;
import dev.checkrail.replay.Replay;
import dev.checkrail.replay.Told;
import dev.checkrail.source.Files;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    for (int rules : new int[] {10, 1_000, 10_000}) {
      Configuration plain = plain(rules);
      measure(
          "%6d plain rules".formatted(rules),
          plain,
          Prove.sorter(plain, Policy.none()),
          plainLines(rules),
          threads);
    }
  }

  private static void measure(int rules, boolean host, int threads, boolean two)
      throws InterruptedException {
    Configuration configuration = Inputs.read(rules, false).configuration();
    Sorter sorter =
        two
            ? Prove.sorter(configuration, Inputs.read(rules, true).configuration(), Policy.none())
            : Prove.sorter(configuration, Policy.none());
    String frontend = configuration.frontends().getFirst().name();
    measure(
        "%6d rules%s, host %s"
            .formatted(rules, two ? ", two sides" : "", host ? "logged" : "unknown"),
        configuration,
        sorter,
        lines(rules, frontend, host),
        threads);
  }

  /** Routes by Host and path, as most are: the log tells all that they look at. */
  private static Configuration plain(int rules) {
    StringBuilder text =
        new StringBuilder(
            """
            defaults
              mode http
              timeout connect 1s
              timeout client 5s
              timeout server 5s
            backend be_none
              server s 127.0.0.1:9000
            frontend fe
              bind 127.0.0.1:8080
              default_backend be_none
            """);
    for (int i = 0; i < rules; i++) {
      text.append("  use_backend be_")
          .append(i % 10)
          .append(" if { hdr(host) -i h")
          .append(i / 10)
          .append(".example.com } { path_beg /p")
          .append(i % 10)
          .append("/ }\n");
    }
    for (int i = 0; i < 10; i++) {
      text.append("backend be_")
          .append(i)
          .append("\n  server s 127.0.0.1:")
          .append(9001 + i)
          .append('\n');
    }
    return dev.checkrail.read.Read.haproxy(
            Files.of(Map.of("haproxy.cfg", text.toString())),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static List<byte[]> plainLines(int rules) {
    Random random = new Random(7);
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      all.add(
          line(
              i,
              "fe",
              "h" + random.nextInt(1 + rules / 10) + ".example.com",
              "GET /p" + random.nextInt(12) + "/" + i + "?q=" + random.nextInt(),
              random));
    }
    return all;
  }

  private static void measure(
      String what, Configuration configuration, Sorter sorter, List<byte[]> lines, int threads)
      throws InterruptedException {
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
    long undecided =
        seen.stream().map(one -> sorter.at(one).orElseThrow()).filter(Lot::undecided).count();
    System.out.printf("%s: %d of %d undecided%n", what, undecided, LINES);
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
          line(
              i,
              frontend,
              host ? hosts.get(random.nextInt(hosts.size())) : "-",
              (random.nextInt(5) == 0 ? "POST " : "GET ")
                  + (i % 2 == 0 ? path + "/" + i : "/other/" + i)
                  + "?q="
                  + random.nextInt(),
              random));
    }
    return all;
  }

  private static byte[] line(int i, String frontend, String host, String request, Random random) {
    return ("checkrail/1 1793354400000 10.9."
            + random.nextInt(16)
            + "."
            + random.nextInt(256)
            + ":4711 127.0.0.1:8080 "
            + frontend
            + " be_1/s1 0/0/1/20/21 200 99 ---- 1/1/1/1/0 0/0 \""
            + i
            + "\" - "
            + host
            + " > < \""
            + request
            + " HTTP/1.1\"")
        .getBytes(US_ASCII);
  }
}
