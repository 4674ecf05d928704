package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Versions;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.logs.CapturedHeaders;
import dev.checkrail.logs.Counts;
import dev.checkrail.logs.Intake;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.LogSource;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.watch.Rollups;
import dev.checkrail.watch.Series;
import dev.checkrail.watch.collect.Collector;
import dev.checkrail.watch.collect.ProbePlan;
import dev.checkrail.watch.collect.Probes;
import dev.checkrail.watch.collect.Recording;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.collect.Totals;
import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.traffic.Approved;
import dev.checkrail.watch.traffic.Limits;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Row;
import dev.checkrail.watch.traffic.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that watches one owned load balancer, on threads of its own: {@code collect NAME} looks at it
 * each second and writes series and minutes, {@code probe NAME} asks servers, {@code plan NAME}
 * finds out what is to be probed and what routes requests are to take, and the intake of the log
 * has its own. None of them holds up another, nor who acts on the load balancer. Safe for many
 * threads.
 */
final class Watched implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watched.class);

  /** For each command of the look each second. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration PLANNING = Duration.ofSeconds(2);

  /** A plan is made anew after so long even if nothing seems to have changed. */
  private static final Duration STALE = Duration.ofMinutes(1);

  /** A minute is rolled up so many seconds after its end: records of a log come a little late. */
  private static final int SETTLED = 10;

  private final Registry registry;
  private final Rollups rollups;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Series series;
  private final Recording recording;
  private final Totals totals = new Totals();
  private final Traffic traffic;
  private final KeptRecords sample;
  private final RecordFiles recordFiles;
  private final Collector collector;
  private final Probes probes;
  private final List<Consumer<List<LogRecord>>> taps = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService planner;
  private volatile Registry.Entry entry;
  private volatile Optional<Intake> intake = Optional.empty();
  private volatile String logTrouble = "";
  private volatile Optional<Meant> meant = Optional.empty();
  private volatile CapturedHeaders captured = CapturedHeaders.UNKNOWN;
  // Confined to the collector's thread.
  private long rolledUp;
  private long routed;
  // Confined to the planner's thread.
  private Basis planned = new Basis(0, Set.of(), "", Optional.empty());
  private long plannedAt;
  private Judged judged = new Judged("", Optional.empty());
  private boolean warned;
  private long recordsWritten;

  /** What a plan was made of. */
  private record Basis(long worker, Set<String> servers, String live, Optional<String> policy) {
    Basis {
      servers = Set.copyOf(servers);
    }
  }

  /** By what requests are judged. */
  private record Judged(String live, Optional<String> policy) {}

  /** What the approved version and the policy mean. */
  record Meant(
      String digest, Configuration configuration, Policy policy, Expectations expectations) {}

  Watched(
      Registry.Entry entry,
      Registry registry,
      Rollups rollups,
      InstantSource clock,
      LongSupplier nanos) {
    this.entry = entry;
    this.registry = registry;
    this.rollups = rollups;
    this.clock = clock;
    this.nanos = nanos;
    String name = entry.name();
    this.series = new Series(name);
    this.recording = new Recording(series);
    this.traffic = new Traffic(clock, Limits.standard());
    this.sample = new KeptRecords(KeptRecords.Limits.standard(), name.hashCode(), clock);
    this.recordFiles = new RecordFiles(registry.records(name));
    this.sample.restore(recordFiles.read());
    this.rolledUp = Math.floorDiv(clock.instant().getEpochSecond(), 60L) - 1;
    this.collector =
        new Collector(
            name, () -> new HaproxyDriver(installation(), PATIENCE), clock, nanos, this::seen);
    this.probes = new Probes(name, Probes.Pace.usual(), clock, nanos, recording::probed);
    this.planner =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("plan " + name).factory());
  }

  void start() {
    collector.start();
    probes.start();
    var unused =
        planner.scheduleWithFixedDelay(this::plan, 200, PLANNING.toMillis(), TimeUnit.MILLISECONDS);
  }

  String name() {
    return entry.name();
  }

  Registry.Entry entry() {
    return entry;
  }

  /** Another policy counts from now on. */
  void policy(Registry.Entry changed) {
    entry = new Registry.Entry(entry.name(), entry.installation(), changed.policy(), entry.log());
    planner.execute(this::plan);
  }

  /** As it is remembered now: new files may use other variables, or have another stats socket. */
  private Installation installation() {
    try {
      return registry.entry(entry.name()).orElse(entry).installation();
    } catch (BalancerException e) {
      return entry.installation();
    }
  }

  /** What is wanted of it; empty until the approved version was read. */
  Optional<Meant> meant() {
    return meant;
  }

  /** What was seen last. */
  Snapshot latest() {
    return collector.latest();
  }

  Collector collector() {
    return collector;
  }

  Series series() {
    return series;
  }

  Totals totals() {
    return totals;
  }

  Probes probes() {
    return probes;
  }

  /** What the log tells; nothing comes without a source. */
  Traffic traffic() {
    return traffic;
  }

  /** Of the records, those that are kept for a replay. */
  KeptRecords sample() {
    return sample;
  }

  /** As it was written; empty if there is no source of a log: routes and users are not observed. */
  Optional<String> log() {
    return entry.log();
  }

  /** What was taken in of the log; empty if there is no source, or it can't be opened. */
  Optional<Counts> logCounts() {
    return intake.map(Intake::counts);
  }

  /** Why the source of the log can't be opened; "" if it can. */
  String logTrouble() {
    return logTrouble;
  }

  // --- as it comes, on the intake's thread

  private void logged(List<LogRecord> records) {
    traffic.add(records);
    sample.add(records);
    taps.forEach(tap -> tap.accept(records));
  }

  /** Hands on what is logged from now on, until it is closed; who takes it must not wait. */
  Tap tap(Consumer<List<LogRecord>> taker) {
    taps.add(taker);
    return () -> taps.remove(taker);
  }

  /** Closing it ends it. */
  interface Tap extends AutoCloseable {
    @Override
    void close();
  }

  // --- each second, on the collector's thread

  private void seen(Snapshot snapshot) {
    recording.snapshot(snapshot);
    totals.add(snapshot);
    if (intake.isPresent()) {
      routes();
    }
    long second = snapshot.at().getEpochSecond();
    long ended = Math.floorDiv(second - SETTLED, 60L) - 1;
    if (ended < rolledUp - 1) {
      rolledUp = ended; // the clock was set back
    }
    for (long minute = Math.max(rolledUp + 1, ended - 5); minute <= ended; minute++) {
      rollups.write(series.minute(minute));
    }
    rolledUp = Math.max(rolledUp, ended);
  }

  /** What the log told of each second that is complete by now, by route. */
  private void routes() {
    long settled = traffic.settled();
    if (settled < routed - 1) {
      routed = settled - 1; // the clock was set back
    }
    for (long second = Math.max(routed + 1, settled - 10); second <= settled; second++) {
      Map<String, double[]> sums = new TreeMap<>();
      for (Row row : traffic.snapshot(second).rows()) {
        Route route = row.route();
        String name =
            "route %s %s %s".formatted(route.frontend(), route.service(), route.approved());
        double[] sum = sums.computeIfAbsent(name, it -> new double[2]);
        sum[0] += row.requests();
        sum[1] += row.failures();
      }
      for (Map.Entry<String, double[]> sum : sums.entrySet()) {
        var requests = series.put(sum.getKey() + " requests", second, sum.getValue()[0]);
        var failures = series.put(sum.getKey() + " failures", second, sum.getValue()[1]);
      }
    }
    routed = Math.max(routed, settled);
  }

  // --- now and then, on the planner's thread

  private void plan() {
    try {
      openLog();
      keepRecords();
      Versions versions = registry.versions(name());
      Optional<String> live = versions.live();
      Map<ServerName, String> addresses = new HashMap<>();
      long worker = 0;
      if (collector.latest() instanceof Snapshot.Seen seen) {
        worker = seen.current().pid();
        seen.servers().forEach(server -> addresses.put(server.name(), server.address()));
      }
      Basis basis =
          new Basis(
              worker,
              addresses.entrySet().stream()
                  .map(one -> one.getKey() + " " + one.getValue())
                  .collect(Collectors.toSet()),
              live.orElse(""),
              entry.policy());
      long now = nanos.getAsLong();
      if (!basis.equals(planned) || now - plannedAt > STALE.toNanos()) {
        plan(versions, live, addresses, basis.policy());
        planned = basis;
        plannedAt = now;
      }
      warned = false;
    } catch (BalancerException | RuntimeException e) {
      if (!warned) {
        LOG.warn("lb {}: what to probe could not be found out: {}", name(), e.getMessage());
      }
      warned = true;
    }
  }

  private void plan(
      Versions versions,
      Optional<String> live,
      Map<ServerName, String> addresses,
      Optional<String> wanted)
      throws BalancerException {
    Installation at = installation();
    Policy policy = Registry.policy(wanted, at.environment());
    try (Driver driver = new HaproxyDriver(at, PATIENCE)) {
      // What was loaded last is asked for, approved or not.
      ConfigurationSet onDisk = driver.onDisk();
      Configuration disk = driver.meaning(onDisk);
      probes.plan(ProbePlan.of(disk, policy, addresses, onDisk));
      Optional<ConfigurationSet> approved =
          live.isPresent() ? versions.load(live.get()) : Optional.empty();
      nameCaptured(
          approved.isPresent()
              ? Approved.captured(driver.meaning(approved.get())).agreedBy(Approved.captured(disk))
              : CapturedHeaders.UNKNOWN);
      Judged by = new Judged(live.orElse(""), wanted);
      if (approved.isPresent() && !judged.equals(by)) {
        Configuration meaning = driver.meaning(approved.get());
        meant =
            Optional.of(new Meant(live.get(), meaning, policy, Expectations.of(policy, meaning)));
        traffic.judgeBy(new Approved(Prove.regions(meaning, policy), meaning, policy));
        judged = by;
      }
    }
  }

  /**
   * A name that is wrong shows a secret. So what is approved and what is there have to agree on it,
   * and as long as old workers write lines, too, what was so before.
   */
  private void nameCaptured(CapturedHeaders now) {
    boolean alone =
        collector.latest() instanceof Snapshot.Seen seen
            && seen.workers().stream().noneMatch(Snapshot.Worker::old);
    captured = alone ? now : captured.agreedBy(now);
  }

  /** Each minute: a kill costs the sample no more than that. */
  private void keepRecords() {
    long minute = Math.floorDiv(clock.instant().getEpochSecond(), 60L);
    if (minute != recordsWritten) {
      recordsWritten = minute;
      writeRecords();
    }
  }

  private void writeRecords() {
    try {
      recordFiles.write(sample.slots());
    } catch (BalancerException e) {
      LOG.warn("lb {}: records of its log are not kept: {}", name(), e.getMessage());
    }
  }

  private void openLog() {
    if (intake.isPresent() || entry.log().isEmpty()) {
      return;
    }
    Optional<LogSource> source = LogOption.read(entry.log().get());
    if (source.isEmpty()) {
      return;
    }
    try {
      intake =
          Optional.of(
              Intake.open(
                  source.get(),
                  new LineReader(ZoneId.systemDefault(), () -> captured, probes.own()),
                  this::logged,
                  name()));
      logTrouble = "";
    } catch (IOException e) {
      String trouble = String.valueOf(e.getMessage());
      if (!trouble.equals(logTrouble)) {
        LOG.warn("lb {}: no log: {}", name(), trouble);
      }
      logTrouble = trouble;
    }
  }

  /** Ends all of it; the minute that is under way is rolled up as far as it was seen. */
  @Override
  public void close() {
    planner.shutdownNow();
    probes.close();
    collector.close();
    try {
      if (!planner.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("lb {}: planning does not end", name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    intake.ifPresent(Intake::close);
    writeRecords();
    long minute = Math.floorDiv(clock.instant().getEpochSecond(), 60L);
    for (long one = Math.max(rolledUp + 1, minute - 5); one <= minute; one++) {
      rollups.write(series.minute(one));
    }
  }
}
