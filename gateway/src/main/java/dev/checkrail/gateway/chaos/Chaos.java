package dev.checkrail.gateway.chaos;

import dev.checkrail.gateway.acquirer.Mode;
import dev.checkrail.gateway.books.BooksReport;
import dev.checkrail.gateway.books.CheckBooks;
import dev.checkrail.gateway.load.ClientLog;
import dev.checkrail.gateway.load.Crowd;
import dev.checkrail.gateway.load.Load;
import dev.checkrail.gateway.load.LoadReport;
import dev.checkrail.gateway.load.Step;
import dev.checkrail.gateway.store.DatabaseAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Users pay while instances and acquirers are killed, the database is restarted and answers break.
 * Afterwards everything comes back, what is under way gets time to end, and the books are compared.
 */
public final class Chaos {
  private static final Duration BACK_WITHIN = Duration.ofSeconds(60);

  private final Settings settings;
  private final Stack stack;
  private final PrintWriter progress;
  private final ScheduledExecutorService later =
      Executors.newScheduledThreadPool(4, Thread.ofPlatform().daemon().factory());
  private final Map<String, Integer> done = new TreeMap<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private long begun;

  /**
   * What is done.
   *
   * @param folder for everything that is written; new or empty
   * @param programs where PostgreSQL is unpacked
   * @param every how long it is quiet, on average, between two mischiefs
   * @param reconcileWithin how long what is under way may take to end
   * @param untilVerified whether that includes the look, a minute after each reversal, whether an
   *     approval came late
   * @param serveOptions further options of the instances
   */
  public record Settings(
      Path folder,
      Path programs,
      long seed,
      int seconds,
      double usersPerSecond,
      int instances,
      Duration every,
      Duration reconcileWithin,
      boolean untilVerified,
      List<String> serveOptions) {
    public Settings {
      serveOptions = List.copyOf(serveOptions);
    }
  }

  /**
   * What came of it.
   *
   * @param done how often each kind of mischief was done
   * @param reconciled whether nothing was under way any more when the books were compared
   * @param repeated the same keys once more, before the books were compared
   * @param failures what did not come back by itself
   */
  public record Report(
      Map<String, Integer> done,
      LoadReport load,
      boolean reconciled,
      Repeated repeated,
      BooksReport books,
      List<String> failures) {
    public Report {
      done = Map.copyOf(done);
      failures = List.copyOf(failures);
    }

    /** Whether the gateway has passed. */
    public boolean passed() {
      return reconciled
          && repeated.other().isEmpty()
          && failures.isEmpty()
          && books.isClean()
          && books.underWay() == 0;
    }

    /** For people. */
    public String text() {
      StringBuilder text = new StringBuilder("What was done to it\n");
      new TreeMap<>(done)
          .forEach((what, times) -> text.append("  %-50s %d%n".formatted(what, times)));
      text.append("\nWhat users saw: ").append(load.text());
      text.append("\nWhat the books say: ").append(books.text());
      text.append(
          "The same keys once more: %d with the same answer, %d with another%n"
              .formatted(repeated.same(), repeated.other().size()));
      repeated.other().stream().limit(10).forEach(it -> text.append("  ").append(it).append('\n'));
      if (!reconciled) {
        text.append("NOT RECONCILED in the time given.\n");
      }
      failures.forEach(it -> text.append("FAILED: ").append(it).append('\n'));
      return text.append(passed() ? "PASSED\n" : "FAILED\n").toString();
    }
  }

  /**
   * The same keys once more.
   *
   * @param other whose answer is another one
   */
  public record Repeated(int same, List<String> other) {
    public Repeated {
      other = List.copyOf(other);
    }
  }

  private Chaos(Settings settings, Stack stack, PrintWriter progress) {
    this.settings = settings;
    this.stack = stack;
    this.progress = progress;
  }

  /**
   * Runs all of it. Whatever happens, also on SIGINT and SIGTERM, its processes are ended.
   *
   * @throws IOException if the stack can't be started or does not come back; that is a finding, too
   */
  public static Report run(Settings settings, PrintWriter progress)
      throws IOException, InterruptedException, SQLException {
    Stack stack =
        Stack.in(
            settings.folder(),
            settings.programs(),
            settings.instances(),
            settings.serveOptions().toArray(new String[0]));
    Thread atExit = new Thread(stack::close, "chaos-clean-up");
    Runtime.getRuntime().addShutdownHook(atExit);
    try (stack) {
      return new Chaos(settings, stack, progress).run();
    } finally {
      removeHook(atExit);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The machine is being shut down, and the hook does its work.
    }
  }

  private Report run() throws IOException, InterruptedException, SQLException {
    say(
        "starting a database, 2 acquirers and %d instances in %s",
        settings.instances(), settings.folder());
    stack.start();
    Path clientLog = settings.folder().resolve("client.jsonl");
    Load.Settings users =
        new Load.Settings(
            stack.urls(),
            Optional.empty(),
            stack.addMerchant(),
            new Crowd(
                settings.usersPerSecond(),
                settings.seconds(),
                settings.seed(),
                "chaos-" + settings.seed(),
                0.05,
                0.25),
            Optional.of(clientLog),
            Duration.ZERO);
    LoadReport load;
    try (PrintWriter loadLog =
            new PrintWriter(Files.newBufferedWriter(settings.folder().resolve("log/load.log")));
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      begun = System.nanoTime();
      later.scheduleWithFixedDelay(this::supervise, 500, 500, TimeUnit.MILLISECONDS);
      Callable<LoadReport> paying = () -> Load.run(users, loadLog);
      Future<LoadReport> paid = threads.submit(paying);
      try {
        mischief();
        load = paid.get();
      } catch (ExecutionException e) {
        throw new IOException("the load failed: " + e.getCause(), e);
      } finally {
        threads.shutdownNow();
      }
    }
    calm();
    say("waiting until nothing is under way");
    boolean reconciled =
        stack.awaitReconciled(settings.reconcileWithin(), settings.untilVerified());
    Repeated repeated = repeat(users, compare(clientLog).toldFailedButCharged());
    BooksReport books = compare(clientLog);
    return new Report(done, load, reconciled, repeated, books, List.copyOf(failures));
  }

  private BooksReport compare(Path clientLog) throws IOException, InterruptedException {
    DatabaseAddress database = stack.database();
    return CheckBooks.check(
        new CheckBooks.Settings(
            new CheckBooks.Source(database.url(), database.user(), database.password()),
            stack.journals(),
            Optional.empty(),
            Optional.of(clientLog)));
  }

  /**
   * Who was told "done" must be told so again, of the same payment; who was told "failed" and is
   * charged must be told "done" by the same key.
   */
  private Repeated repeat(Load.Settings users, List<String> toldFailedButCharged)
      throws IOException, InterruptedException {
    Map<String, Step> before = new HashMap<>();
    for (Step step : ClientLog.read(settings.folder().resolve("client.jsonl"))) {
      if (step.operation().equals("create")
          && (step.told() == Step.Told.DONE || toldFailedButCharged.contains(step.key()))) {
        before.put(step.key(), step);
      }
    }
    say("asking once more with %d keys", before.size());
    List<String> other = new ArrayList<>();
    Map<String, Step> again = Load.repeat(users, before.keySet());
    before.forEach((key, first) -> {
      Step now = again.get(key);
      if (now == null
          || now.told() != Step.Told.DONE
          || (first.payment().isPresent() && !first.payment().equals(now.payment()))) {
        other.add(key + ": " + (now == null ? "not asked" : now.attempts().getLast()));
      }
    });
    return new Repeated(before.size() - other.size(), other);
  }

  private void mischief() throws InterruptedException {
    List<Mischief> plan =
        Mischief.plan(
            settings.seed(),
            Duration.ofSeconds(settings.seconds()),
            settings.every(),
            stack.instances().size(),
            stack.acquirers().size());
    for (Mischief next : plan) {
      sleepUntil(next.at());
      say("%s", next.words());
      synchronized (done) {
        done.merge(kind(next), 1, Integer::sum);
      }
      switch (next) {
        case Mischief.KillInstance it ->
            killAndStart(stack.instances().get(it.instance()), it.downFor());
        case Mischief.KillAcquirer it ->
            killAndStart(stack.acquirers().get(it.acquirer()), it.downFor());
        case Mischief.Misbehave it -> {
          stack.control(it.acquirer(), it.mode(), it.millis(), it.share());
          after(
              it.lasts(),
              () -> {
                stack.control(it.acquirer(), Mode.NORMAL, 0, 1);
                return null;
              });
        }
        case Mischief.RestartDatabase it ->
            after(
                Duration.ZERO,
                () -> {
                  stack.restartDatabase(it.kill());
                  return null;
                });
      }
    }
    sleepUntil(Duration.ofSeconds(settings.seconds()));
  }

  private static String kind(Mischief mischief) {
    return switch (mischief) {
      case Mischief.KillInstance it -> "kill -9 of an instance";
      case Mischief.KillAcquirer it -> "kill -9 of an acquirer";
      case Mischief.Misbehave it -> "acquirer: " + it.mode().word();
      case Mischief.RestartDatabase it ->
          it.kill() ? "kill -9 of the database" : "restart of the database";
    };
  }

  /** What ends by itself, say because the database was away when it started, is started again. */
  private void supervise() {
    for (Child child : stack.children()) {
      try {
        if (child.startIfEnded()) {
          say("%s has ended by itself, started again", child.name());
          synchronized (done) {
            done.merge("start of what had ended by itself", 1, Integer::sum);
          }
        }
      } catch (IOException e) {
        failures.add(child.name() + " can't be started: " + e.getMessage());
      }
    }
  }

  private void killAndStart(Child child, Duration downFor) {
    child.kill();
    after(
        downFor,
        () -> {
          if (!child.isRunning()) {
            child.start();
          }
          return null;
        });
  }

  private void after(Duration delay, Callable<?> what) {
    later.schedule(
        () -> {
          try {
            return what.call();
          } catch (Exception e) {
            say("FAILED: %s", e);
            failures.add(e.toString());
            throw e;
          }
        },
        delay.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void sleepUntil(Duration at) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(begun + at.toNanos() - System.nanoTime());
  }

  /** Everything is back and behaves. */
  private void calm() throws IOException, InterruptedException {
    later.shutdown();
    if (!later.awaitTermination(BACK_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException("the database does not come back");
    }
    for (Child child : stack.children()) {
      if (!child.isRunning()) {
        child.start();
      }
    }
    for (Child child : stack.children()) {
      child.awaitHealthy(BACK_WITHIN);
    }
    for (int i = 0; i < stack.acquirers().size(); i++) {
      stack.control(i, Mode.NORMAL, 0, 1);
    }
  }

  private synchronized void say(String format, Object... values) {
    double seconds = begun == 0 ? 0 : (System.nanoTime() - begun) / 1e9;
    progress.printf("chaos: %6.1f s  %s%n", seconds, format.formatted(values));
    progress.flush();
  }
}
