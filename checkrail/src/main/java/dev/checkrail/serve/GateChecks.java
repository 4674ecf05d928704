package dev.checkrail.serve;

import dev.checkrail.change.Checks;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.model.Configuration;
import dev.checkrail.path.DifferenceReport;
import dev.checkrail.path.Path;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Watch;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.Target;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.replay.Captures;
import dev.checkrail.replay.Replay;
import dev.checkrail.replay.ReplayReport;
import dev.checkrail.report.Stage;
import dev.checkrail.report.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;

/** The path as those below it may ask it, under one load balancer's policy. */
final class GateChecks implements Checks {
  /** A deep expression needs stack; only what is used of it is ever taken. */
  private static final long STACK = 512L << 20;

  private final Policy policy;
  private final Map<String, String> environment;
  private final java.nio.file.Path workingDirectory;
  private final java.nio.file.Path haproxy;
  private final InstantSource clock;
  private final LongSupplier nanos;

  /**
   * For one load balancer.
   *
   * @param environment the variables that its configuration sees
   * @param haproxy its program
   */
  GateChecks(
      Policy policy,
      Map<String, String> environment,
      java.nio.file.Path workingDirectory,
      java.nio.file.Path haproxy,
      InstantSource clock,
      LongSupplier nanos) {
    this.policy = policy;
    this.environment = Map.copyOf(environment);
    this.workingDirectory = workingDirectory;
    this.haproxy = haproxy;
    this.clock = clock;
    this.nanos = nanos;
  }

  @Override
  public Answer diff(ConfigurationSet from, ConfigurationSet to) throws InterruptedException {
    DifferenceReport report =
        deeply(() ->
            path()
                .diff(
                    subject("approved", from),
                    subject("running", to),
                    terms(List.of(), Terms.Rehearsing.WITHOUT)));
    return new Answer(report.difference(), report.undecided(), refused(report));
  }

  private static List<String> refused(DifferenceReport report) {
    return report.refused().stream().map(dev.checkrail.source.Problem::message).toList();
  }

  @Override
  public Verdict gate(ConfigurationSet from, ConfigurationSet to, List<String> moves)
      throws InterruptedException {
    return judged(from, to, moves, Terms.Rehearsing.REQUIRED, (Stage stage) -> {}).verdict();
  }

  /**
   * The gate with all that it found.
   *
   * @param told how far it is
   */
  PathReport judged(
      ConfigurationSet from,
      ConfigurationSet to,
      List<String> moves,
      Terms.Rehearsing rehearsing,
      Watch.Told told)
      throws InterruptedException {
    mustBeServices(policy, moves);
    return deeply(() ->
        new Path(new Watch(clock, nanos, told))
            .gate(subject("approved", from), subject("candidate", to), terms(moves, rehearsing)));
  }

  /** A configuration as it is read. */
  ReadReport read(ConfigurationSet set) {
    Subject subject = subject("configuration", set);
    return Read.haproxy(subject.files(), subject.paths(), subject.target());
  }

  static void mustBeServices(Policy policy, List<String> moves) {
    for (String service : moves) {
      if (!service.equals("all")
          && policy.services().stream().noneMatch(it -> it.name().equals(service))) {
        throw Problem.refused("the policy has no service " + service + " (moves)");
      }
    }
  }

  /** One configuration by itself, without a rehearsal; HAProxy's own check if it is installed. */
  Verdict check(ConfigurationSet set) throws InterruptedException {
    return deeply(() ->
            path().check(subject("approved", set), terms(List.of(), Terms.Rehearsing.WITHOUT)))
        .verdict();
  }

  /** By itself: what it differs in, and what was so when it was approved, was judged then. */
  @Override
  public Verdict wayBack(ConfigurationSet live, ConfigurationSet target)
      throws InterruptedException {
    return deeply(() ->
            path()
                .gate(
                    subject("approved", target),
                    subject("target", target),
                    terms(List.of("all"), Terms.Rehearsing.REQUIRED)))
        .verdict();
  }

  /**
   * Recorded traffic through both, as if what is proposed had been live.
   *
   * @param patience after which it is given up
   * @return empty if it took too long
   */
  Optional<ReplayReport> replayed(
      ConfigurationSet from, ConfigurationSet to, List<KeptRecords.Slot> sample, Duration patience)
      throws InterruptedException {
    long end = nanos.getAsLong() + patience.toNanos();
    return deeply(() -> {
      Configuration old = configuration(subject("approved", from));
      Configuration candidate = configuration(subject("candidate", to));
      return Replay.kept(
          Prove.sorter(old, candidate, policy),
          Captures.of(old),
          sample,
          () -> nanos.getAsLong() - end > 0 || Thread.currentThread().isInterrupted());
    });
  }

  private static Configuration configuration(Subject subject) {
    return Read.haproxy(subject.files(), subject.paths(), subject.target()).configuration();
  }

  private Path path() {
    return new Path(new Watch(clock, nanos, (Stage stage) -> {}));
  }

  private Terms terms(List<String> moves, Terms.Rehearsing rehearsing) {
    return new Terms(
        policy,
        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC),
        Verdict.Measure.usual(),
        new Terms.Moves(
            moves.contains("all"),
            Set.copyOf(moves.stream().filter(it -> !it.equals("all")).toList())),
        List.of(),
        rehearsing,
        Optional.of(haproxy),
        Optional.empty());
  }

  private Subject subject(String name, ConfigurationSet set) {
    Map<String, String> variables = new LinkedHashMap<>(policy.target().environment());
    variables.putAll(environment);
    Target usual = Target.debian12(variables);
    List<String> features = policy.target().features();
    return new Subject(
        name,
        set.files(),
        set.mainPaths(),
        new HaproxyTarget(
            new Target(
                policy.target().version().orElse(usual.version()),
                features.isEmpty() ? usual.features() : Set.copyOf(features),
                usual.tlsLibrary(),
                variables),
            Optional.empty(),
            Optional.of(workingDirectory.toString())));
  }

  /** A question of the path. */
  private interface Question<T> {
    T ask() throws SandboxException;
  }

  private static <T> T deeply(Question<T> question) throws InterruptedException {
    FutureTask<T> task = new FutureTask<>(question::ask);
    Thread thread = new Thread(null, task, "path", STACK);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get();
    } catch (InterruptedException e) {
      thread.interrupt(); // nobody waits for it any more
      throw e;
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      if (cause instanceof SandboxException) {
        throw Problem.down("the gate could not run: " + cause.getMessage());
      }
      if (cause instanceof RuntimeException bug) {
        throw bug;
      }
      throw new IllegalStateException("the gate failed", cause);
    }
  }
}
