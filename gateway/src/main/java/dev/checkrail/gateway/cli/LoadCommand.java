package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.load.ClosedLoop;
import dev.checkrail.gateway.load.Crowd;
import dev.checkrail.gateway.load.Load;
import dev.checkrail.gateway.load.LoadReport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code load}: users who pay. */
@Command(
    name = "load",
    description = {
      "Sends users who pay: an open loop with Poisson arrivals; with --concurrency a closed loop,",
      "which measures how much the gateway can do instead of what users meet.",
      "One user is one purchase with one Idempotency-Key, has 8 s of patience per attempt and"
          + " tries",
      "once more after 0.5 to 1.5 s. Latencies count from the moment at which a user came."
          + " Progress",
      "goes to stderr. SIGTERM: nobody comes any more; it ends when the last one has his answer."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway load --url http://127.0.0.1:8080 --users-per-second 60 --seconds 30 \\",
      "      --seed 1 --key-file merchant.key",
      "  payment-gateway load --url http://127.0.0.1:8081 --url http://127.0.0.1:8082 \\",
      "      --users-per-second 100 --seconds 60 --key-file merchant.key --awkward 0.05 \\",
      "      --further 0.2 --client-log client.jsonl --settle 60 --format json",
      "  payment-gateway load --url http://127.0.0.1:8080 --concurrency 32 --seconds 10 \\",
      "      --warm-up 5 --key-file merchant.key",
      "",
      "Exit status: 0 everybody paid or was declined by his bank, 1 somebody failed, 2 could not"
          + " run."
    })
final class LoadCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--url",
      required = true,
      paramLabel = "URL",
      description = "Where the gateway is; several are used in turn.")
  private List<URI> urls = List.of();

  @Option(
      names = "--users-per-second",
      paramLabel = "R",
      description = "How many users come, on average.")
  private double rate;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = {
        "Instead of --users-per-second: so many at a time, each on a connection of its own that is"
            + " kept,",
        "the next one when the one before is answered. No retries; takes one --url, --seconds,"
            + " --seed,",
        "--run, --awkward and --format."
      })
  private int concurrency;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "With --concurrency: seconds before those that count (${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(
      names = "--seconds",
      required = true,
      paramLabel = "S",
      description = "How long users come.")
  private double seconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed sends the same users, amounts and times (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--key-file",
      required = true,
      paramLabel = "FILE",
      description = "Holds the merchant's API key.")
  private @Nullable Path keyFile;

  @Option(
      names = "--host-header",
      paramLabel = "HOST",
      description = "Sent instead of the URL's own host.")
  private @Nullable String hostHeader;

  @Option(
      names = "--second-host",
      paramLabel = "HOST=SHARE",
      description = "So many users (0 to 1) ask for this host instead.")
  private Map<String, Double> secondHost = Map.of();

  @Option(
      names = "--client-log",
      paramLabel = "FILE",
      description = "Appends a JSON line for each thing asked for. No card numbers.")
  private @Nullable Path clientLog;

  @Option(
      names = "--run",
      paramLabel = "NAME",
      description = "Begins the keys (by default the time): the same name and seed replay a run.")
  private @Nullable String run;

  @Option(
      names = "--awkward",
      paramLabel = "SHARE",
      description =
          "Users whose card declines, is slow or breaks the acquirer's answer (${DEFAULT-VALUE}).")
  private double awkward;

  @Option(
      names = "--further",
      paramLabel = "SHARE",
      description = "Users with further steps: capture in parts, refund, void (${DEFAULT-VALUE}).")
  private double further;

  @Option(
      names = "--settle",
      paramLabel = "S",
      description =
          "Afterwards looks up, for at most so many seconds, who was told \"failed\" but is charged"
              + " (${DEFAULT-VALUE}: does not).")
  private int settle;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      description = "Of the result on stdout (${DEFAULT-VALUE}).")
  private Format format = Format.text;

  LoadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  enum Format {
    text,
    json
  }

  @Override
  public Integer call() throws InterruptedException {
    AtomicBoolean enough = new AtomicBoolean();
    CountDownLatch done = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  enough.set(true);
                  awaitQuietly(done);
                }));
    try {
      return load(enough);
    } finally {
      done.countDown();
    }
  }

  /** Those who are under way get their answers; a second signal ends it all the same. */
  private static void awaitQuietly(CountDownLatch done) {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int load(AtomicBoolean enough) throws InterruptedException {
    try {
      for (URI url : urls) {
        if (!"http".equals(url.getScheme()) || url.getHost() == null) {
          return terminal.refuse("--url " + url + " is not of the form http://HOST:PORT");
        }
      }
      String key = Files.readString(Objects.requireNonNull(keyFile)).strip();
      if (!key.matches("[!-~]{1,200}")) {
        return terminal.refuse(keyFile + " should hold an API key and nothing else");
      }
      String name = run == null ? "load-" + System.currentTimeMillis() : run;
      if ((concurrency > 0) == (rate > 0)) {
        return terminal.refuse("give either --users-per-second or --concurrency");
      }
      if (concurrency > 0) {
        return saturate(key, name);
      }
      LoadReport report =
          Load.run(
              new Load.Settings(
                  urls,
                  Optional.ofNullable(hostHeader),
                  key,
                  new Crowd(rate, seconds, seed, name, awkward, further),
                  Optional.ofNullable(clientLog),
                  Duration.ofSeconds(settle),
                  secondHost.entrySet().stream()
                      .map(it -> new Load.SecondHost(it.getKey(), it.getValue()))
                      .findFirst()),
              terminal.err(),
              enough::get);
      terminal.out().print(format == Format.json ? report.json() + "\n" : report.text());
      terminal.out().flush();
      return report.allServed() ? 0 : 1;
    } catch (IllegalArgumentException e) {
      return terminal.refuse(Objects.requireNonNullElse(e.getMessage(), "bad arguments"));
    } catch (IOException e) {
      return terminal.refuse("can't read or write " + e.getMessage());
    }
  }

  private int saturate(String key, String name) throws InterruptedException {
    if (urls.size() > 1
        || hostHeader != null
        || clientLog != null
        || further > 0
        || settle > 0
        || !secondHost.isEmpty()) {
      return terminal.refuse(
          "--concurrency takes one --url, and no --host-header, --second-host, --client-log,"
              + " --further, --settle");
    }
    ClosedLoop.Report report =
        ClosedLoop.run(
            new ClosedLoop.Settings(
                urls.getFirst(),
                key,
                new Crowd(1, seconds, seed, name, awkward, 0),
                concurrency,
                warmUp));
    terminal.out().print(format == Format.json ? report.json() + "\n" : report.text());
    terminal.out().flush();
    return report.allPaid() ? 0 : 1;
  }
}
