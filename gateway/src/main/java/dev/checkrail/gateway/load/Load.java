package dev.checkrail.gateway.load;

import dev.checkrail.gateway.load.Shop.Wanted;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An open loop: users come when they come, whatever became of those before them. So a gateway that
 * is slow meets more users at once, as it would in life, and every delay is counted from the moment
 * at which the user came, not from the one at which the load got round to him.
 */
public final class Load {
  /** The metadata field that tells which purchase a payment is of. */
  static final String KEY = "load_key";

  private static final JsonMapper JSON = new JsonMapper();
  private static final int REPEATED_AT_ONCE = 16;
  private static final Duration CLOCKS_DIFFER_BY = Duration.ofMinutes(1);
  private static final long LOOKS_EVERY = 100_000_000; // nanoseconds
  private static final Duration FIRST_STEP_IN = Duration.ofMillis(200);

  private final Settings settings;
  private final Shop shop;
  private final PrintWriter progress;
  private final Optional<ClientLog> log;
  private final BooleanSupplier enough;

  private final AtomicInteger inFlight = new AtomicInteger();
  private final Histogram startedLate = new ConcurrentHistogram(3_600_000_000L, 3);
  private final Histogram paid = new ConcurrentHistogram(3_600_000_000L, 3);
  private final Histogram all = new ConcurrentHistogram(3_600_000_000L, 3);

  // Guarded by this.
  private final Map<Outcome, Long> outcomes = new HashMap<>();
  private final Map<String, Long> steps = new TreeMap<>();
  private final Map<String, Outcome> toldFailed = new HashMap<>();
  private Instant lastAnswer = Instant.EPOCH;

  /**
   * A load.
   *
   * @param urls in turn; a retry takes the next one
   * @param hostHeader sent instead of the URL's own
   * @param clientLog where each step is logged
   * @param settle how long, afterwards, those who were told "failed" are looked up; zero: not at
   *     all
   * @param secondHost whom some of the users ask for instead
   */
  public record Settings(
      List<URI> urls,
      Optional<String> hostHeader,
      String apiKey,
      Crowd crowd,
      Optional<Path> clientLog,
      Duration settle,
      Optional<SecondHost> secondHost) {
    public Settings {
      urls = List.copyOf(urls);
    }

    /** All users ask for the same host. */
    public Settings(
        List<URI> urls,
        Optional<String> hostHeader,
        String apiKey,
        Crowd crowd,
        Optional<Path> clientLog,
        Duration settle) {
      this(urls, hostHeader, apiKey, crowd, clientLog, settle, Optional.empty());
    }

    @Override
    public String toString() {
      return "Settings[" + urls + "]"; // without the API key
    }
  }

  /**
   * Another host of the same shop.
   *
   * @param share of the users who ask for it, 0 to 1; who they are is drawn by the crowd's seed
   */
  public record SecondHost(String host, double share) {
    public SecondHost {
      if (!(share >= 0 && share <= 1) || !host.matches("[!-~]{1,255}")) {
        throw new IllegalArgumentException("a second host is HOST=SHARE, SHARE from 0 to 1");
      }
    }

    boolean has(User user, long seed) {
      return new SplittableRandom(seed * 1_000_003 + user.number()).nextDouble() < share;
    }
  }

  private Load(
      Settings settings, PrintWriter progress, Optional<ClientLog> log, BooleanSupplier enough) {
    this.settings = settings;
    this.enough = enough;
    this.progress = progress;
    this.log = log;
    this.shop = new Shop(settings.urls(), settings.hostHeader(), settings.apiKey());
  }

  /**
   * Sends all users and waits for the last of them.
   *
   * @param progress a line each second
   */
  public static LoadReport run(Settings settings, PrintWriter progress)
      throws IOException, InterruptedException {
    return run(settings, progress, () -> false);
  }

  /**
   * Sends users until there are no more or it is enough, and waits for the last of them.
   *
   * @param progress a line each second
   * @param enough whether nobody is to come any more; asked ten times a second
   */
  public static LoadReport run(Settings settings, PrintWriter progress, BooleanSupplier enough)
      throws IOException, InterruptedException {
    if (settings.clientLog().isEmpty()) {
      return new Load(settings, progress, Optional.empty(), enough).run();
    }
    try (ClientLog log = ClientLog.append(settings.clientLog().get())) {
      return new Load(settings, progress, Optional.of(log), enough).run();
    }
  }

  /**
   * Asks once more, with the same keys and words, for what these users wanted at first. Only for
   * keys that the gateway knows: one that it does not know would be a new purchase.
   *
   * @return what they are told now, by key
   */
  public static Map<String, Step> repeat(Settings settings, Set<String> keys)
      throws InterruptedException {
    Shop shop = new Shop(settings.urls(), settings.hostHeader(), settings.apiKey());
    Map<String, Step> told = new ConcurrentHashMap<>();
    Semaphore atOnce = new Semaphore(REPEATED_AT_ONCE);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (User user : settings.crowd().users()) {
        if (keys.contains(user.key())) {
          atOnce.acquire();
          threads.execute(() -> {
            try {
              Step step = shop.ask(purchase(user), Instant.now(), user.pauseBeforeRetry());
              told.put(user.key(), step);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              atOnce.release();
            }
          });
        }
      }
    }
    return Map.copyOf(told);
  }

  private LoadReport run() throws InterruptedException {
    List<User> users = settings.crowd().users();
    Instant begun = Instant.now().plus(FIRST_STEP_IN);
    long origin = System.nanoTime() + FIRST_STEP_IN.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var ticker =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory())) {
      ticker.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
      for (User user : users) {
        long due = origin + user.comes().toNanos();
        for (long left = due - System.nanoTime();
            left > 0 && !enough.getAsBoolean();
            left = due - System.nanoTime()) {
          LockSupport.parkNanos(Math.min(left, LOOKS_EVERY));
          if (Thread.interrupted()) {
            threads.shutdownNow();
            throw new InterruptedException();
          }
        }
        if (enough.getAsBoolean()) {
          break;
        }
        inFlight.incrementAndGet();
        threads.execute(() -> visit(user, due, begun.plus(user.comes())));
      }
      threads.shutdown();
      threads.awaitTermination(1, TimeUnit.HOURS);
      ticker.shutdownNow();
    }
    return report(begun);
  }

  private void visit(User user, long due, Instant comes) {
    startedLate.recordValue(Math.clamp((System.nanoTime() - due) / 1000, 0, 3_600_000_000L));
    try {
      Optional<String> host =
          settings
              .secondHost()
              .filter(it -> it.has(user, settings.crowd().seed()))
              .map(SecondHost::host);
      Step purchase = shop.ask(purchase(user).at(host), comes, user.pauseBeforeRetry());
      count(purchase);
      if (purchase.told() == Step.Told.DONE && purchase.payment().isPresent()) {
        for (Wanted next : further(user, purchase.payment().get())) {
          Step step = shop.ask(next.at(host), Instant.now(), user.pauseBeforeRetry());
          log(step);
          countFurther(step);
          if (step.told() != Step.Told.DONE) {
            break;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private void log(Step step) {
    log.ifPresent(it -> it.write(step));
  }

  private void count(Step purchase) {
    log(purchase);
    Outcome outcome = Outcome.of(purchase);
    long micros = Math.clamp(Outcome.latency(purchase).toNanos() / 1000, 0, 3_600_000_000L);
    all.recordValue(micros);
    if (purchase.told() == Step.Told.DONE) {
      paid.recordValue(micros);
    }
    synchronized (this) {
      outcomes.merge(outcome, 1L, Long::sum);
      if (outcome == Outcome.TOLD_FAILED) {
        toldFailed.put(purchase.key(), outcome);
      }
      Instant end = purchase.attempts().getLast().end();
      lastAnswer = end.isAfter(lastAnswer) ? end : lastAnswer;
    }
  }

  private synchronized void countFurther(Step step) {
    String told =
        switch (step.told()) {
          case DONE -> "done";
          case DECLINED -> "declined";
          case FAILED, NOTHING -> "failed";
        };
    steps.merge(step.operation() + " " + told, 1L, Long::sum);
  }

  static Wanted purchase(User user) {
    boolean manual = user.journey() == User.Journey.SHIP || user.journey() == User.Journey.CANCEL;
    ObjectNode body = JSON.createObjectNode();
    body.put("amount", user.amount());
    body.put("currency", user.currency());
    body.put("capture", manual ? "manual" : "automatic");
    body.put("confirm", true);
    body.putObject("card")
        .put("number", user.card())
        .put("expiry_month", 12)
        .put("expiry_year", 2034)
        .put("cvc", "123");
    body.putObject("metadata").put(KEY, user.key());
    return wanted(user, "create", "/v1/payments", user.key(), user.amount(), body.toString());
  }

  private static List<Wanted> further(User user, String payment) {
    String at = "/v1/payments/" + payment;
    long part = user.amount() / 2;
    String half = JSON.createObjectNode().put("amount", part).toString();
    return switch (user.journey()) {
      case BUY -> List.of();
      case SHIP ->
          List.of(
              wanted(user, "capture", at + "/capture", user.key() + "-c1", part, half),
              wanted(
                  user,
                  "capture",
                  at + "/capture",
                  user.key() + "-c2",
                  user.amount() - part,
                  "{}"));
      case RETURN ->
          List.of(wanted(user, "refund", at + "/refunds", user.key() + "-r1", part, half));
      case CANCEL ->
          List.of(wanted(user, "void", at + "/void", user.key() + "-v", user.amount(), "{}"));
    };
  }

  private static Wanted wanted(
      User user, String operation, String path, String key, long amount, String body) {
    return new Wanted(
        user.number(), operation, path, key, amount, user.currency(), body, Optional.empty());
  }

  private synchronized void tick() {
    progress.printf(
        "load: %d in flight, %d done, %d paid, %d failed%n",
        inFlight.get(),
        outcomes.values().stream().mapToLong(Long::longValue).sum(),
        outcomes.getOrDefault(Outcome.PAID, 0L) + outcomes.getOrDefault(Outcome.PAID_LATE, 0L),
        outcomes.getOrDefault(Outcome.TOLD_FAILED, 0L));
    progress.flush();
  }

  private LoadReport report(Instant begun) throws InterruptedException {
    boolean settled = false;
    if (settings.settle().isPositive()) {
      Optional<Map<String, Outcome>> now =
          new Settle(shop, begun.minus(CLOCKS_DIFFER_BY)).settle(toldFailed, settings.settle());
      if (now.isPresent()) {
        settled = true;
        outcomes.remove(Outcome.TOLD_FAILED);
        now.get().values().forEach(it -> outcomes.merge(it, 1L, Long::sum));
      }
    }
    synchronized (this) {
      return new LoadReport(
          outcomes,
          steps,
          settled,
          Math.max(0, Duration.between(begun, lastAnswer).toMillis() / 1000.0),
          LoadReport.percentiles(paid),
          LoadReport.percentiles(all),
          startedLate.getMaxValue() / 1000.0);
    }
  }
}
