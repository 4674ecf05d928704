package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Matter;
import dev.checkrail.change.Stages;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Watch;
import dev.checkrail.policy.Policy;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Evidence;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Json;
import dev.checkrail.report.Stage;
import dev.checkrail.report.StageResult;
import dev.checkrail.report.Verdict;
import dev.checkrail.review.Seal;
import dev.checkrail.review.Weigh;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.store.ChangeTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Judges proposed changes in the background, one after the other; urgent ones have a thread of
 * their own, so that the fix during an incident does not wait for a rehearsal. A check that could
 * not run is tried again after a minute. Safe for many threads; asking never waits.
 */
final class ChangeChecks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeChecks.class);
  private static final long AGAIN = Duration.ofMinutes(1).toNanos();
  private static final Difference NONE = new Difference(true, List.of(), List.of());

  private final Changes changes;
  private final Changes.Around around;
  private final Staging staging;
  private final PolicyChanges policies;
  private final LongSupplier nanos;
  private final ExecutorService usual = thread("check of changes");
  private final ExecutorService urgent = thread("check of urgent changes");

  // Guarded by this.
  private final Set<Long> wanted = new HashSet<>();
  private final Map<Long, Progress> running = new HashMap<>();
  private final Map<Long, Failed> failed = new HashMap<>();

  /**
   * A check that could not run.
   *
   * @param at elapsed time
   */
  private record Failed(String why, long at) {}

  /**
   * How far a check is.
   *
   * @param stage that runs; empty if none does
   * @param blocked rules by which it is blocked already, while longer stages run
   * @param failed why the last try could not run
   */
  record Progress(Optional<Stage> stage, List<String> blocked, Optional<String> failed) {
    private static final Progress NONE =
        new Progress(Optional.empty(), List.of(), Optional.empty());

    Progress {
      blocked = List.copyOf(blocked);
    }
  }

  ChangeChecks(Changes changes, Changes.Around around, PolicyChanges policies, LongSupplier nanos) {
    this.changes = changes;
    this.around = around;
    this.staging = new Staging(around.balancers());
    this.policies = policies;
    this.nanos = nanos;
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  synchronized Progress progress(long number) {
    Progress now = running.getOrDefault(number, Progress.NONE);
    return new Progress(
        now.stage(), now.blocked(), Optional.ofNullable(failed.get(number)).map(Failed::why));
  }

  /** Sees to it that one is checked; one that could not be is not tried at once. */
  synchronized void want(Change change) {
    long number = change.number();
    Failed before = failed.get(number);
    if (before != null && nanos.getAsLong() - before.at() < AGAIN) {
      return;
    }
    if (wanted.add(number)) {
      try {
        (change.urgent() ? urgent : usual).execute(() -> check(number));
      } catch (RejectedExecutionException e) {
        LOG.debug("no more changes are checked");
      }
    }
  }

  /** The same, although it could not run a moment ago. */
  synchronized void again(Change change) {
    failed.remove(change.number());
    want(change);
  }

  private void check(long number) {
    Optional<Failed> trouble = Optional.empty();
    try {
      ChangeTable.Row row = changes.row(number);
      Change change = row.change();
      if (change.state() == ChangeState.PROPOSED
          && changes.review(change).stale(change).isEmpty()) {
        switch (change.matter().kind()) {
          case CONFIGURATION -> judge(row);
          case POLICY -> {
            PolicyChanges.Judged judged = policies.judge(change, proposal(change), changes.now());
            keep(row, List.of(), judged.evidence(), judged.checked());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (BalancerException | RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      LOG.warn("change {} could not be checked: {}", number, why);
      if (!(e instanceof BalancerException) && !(e instanceof Problem)) {
        LOG.debug("why", e);
      }
      trouble = Optional.of(new Failed(why, nanos.getAsLong()));
    }
    synchronized (this) {
      wanted.remove(number);
      running.remove(number);
      failed.remove(number);
      trouble.ifPresent(it -> failed.put(number, it));
    }
  }

  private Watch.Told told(long number) {
    return new Watch.Told() {
      @Override
      public void begun(Stage stage) {
        now(number, before -> new Progress(Optional.of(stage), before.blocked(), Optional.empty()));
      }

      @Override
      public void blocked(List<String> by) {
        now(number, before -> new Progress(before.stage(), by, Optional.empty()));
      }
    };
  }

  private synchronized void now(long number, UnaryOperator<Progress> next) {
    running.put(number, next.apply(running.getOrDefault(number, Progress.NONE)));
  }

  private void judge(ChangeTable.Row row) throws BalancerException, InterruptedException {
    Change change = row.change();
    Matter matter = change.matter();
    String balancer = matter.balancer();
    Policy policy = changes.policy(balancer);
    Balancers.Judged judged =
        around
            .balancers()
            .judge(
                balancer,
                matter.base(),
                matter.candidate(),
                matter.moves(),
                change.urgent() ? Terms.Rehearsing.WITHOUT : Terms.Rehearsing.REQUIRED,
                told(change.number()));
    PathReport report = judged.report();
    RecordedTraffic.Found traffic = traffic(change, judged);
    Optional<String> wayBack = wayBack(change);
    boolean rehearsed =
        report.verdict().stages().stream()
            .anyMatch(it ->
                it.stage() == Stage.REHEARSE
                    && (it.status() == StageResult.Status.PASS
                        || it.status() == StageResult.Status.BLOCKED));
    Change.Weight weight =
        Weigh.weigh(
            new Weigh.Found(
                report.verdict(),
                report.difference().orElse(NONE),
                traffic.recorded(),
                services(policy),
                rehearsed,
                wayBack));
    Stages stages = staging.of(change, policy, judged);
    Evidence evidence =
        evidence(change, judged, traffic.json())
            .with("rollout.json", Wire.text(Wire.redacted(ChangeJson.stages(stages))) + "\n");
    keep(
        row,
        stages.between(),
        evidence,
        new Change.Checked(
            changes.now(),
            report.verdict().kind(),
            rehearsed,
            blocking(report.verdict()),
            weight,
            wayBack,
            Optional.of(stages)));
  }

  private void keep(
      ChangeTable.Row row, List<String> steps, Evidence evidence, Change.Checked checked)
      throws BalancerException {
    Matter judged = row.change().matter().with(steps, Seal.digest(evidence));
    if (!changes.checked(row, judged, checked, texts(evidence))) {
      LOG.debug("change {} is another one by now", row.change().number());
    }
  }

  /** What moves no request is not looked for in the log. */
  private RecordedTraffic.Found traffic(Change change, Balancers.Judged judged)
      throws BalancerException, InterruptedException {
    return judged.report().difference().orElse(NONE).regions().isEmpty()
        ? new RecordedTraffic.Found(
            new Weigh.Recorded.Nothing("no request moves"), Optional.empty())
        : new RecordedTraffic(around.balancers(), around.recorded())
            .movedBy(change, judged.from(), judged.to());
  }

  /** As it was tried lately, or tried now; there is no time for that in the fast lane. */
  private Optional<String> wayBack(Change change) throws BalancerException, InterruptedException {
    String balancer = change.matter().balancer();
    String base = change.matter().base();
    var known = around.waysBack().to(balancer, base);
    if (known.green()) {
      return Optional.empty();
    }
    if (change.urgent()) {
      return Optional.of(known.why());
    }
    String why = WaysBack.why(around.balancers().wayBack(balancer, base));
    return Optional.of(why).filter(it -> !it.isEmpty());
  }

  private static List<String> blocking(Verdict verdict) {
    return switch (verdict.kind()) {
      case PASS -> List.of();
      case BLOCKED, ERROR ->
          verdict.findings().stream()
              .filter(Verdict.Measure.usual()::blocks)
              .map((Finding it) -> it.rule().id())
              .distinct()
              .limit(20)
              .toList();
      case UNDECIDED ->
          verdict.stages().stream()
              .filter(it -> it.status() == StageResult.Status.UNDECIDED)
              .map(it ->
                  it.stage().word()
                      + it.why()
                          .map(why -> ": " + dev.checkrail.logs.RedactedText.of(why))
                          .orElse(""))
              .toList();
    };
  }

  private static Map<String, List<String>> services(Policy policy) {
    Map<String, List<String>> services = new LinkedHashMap<>();
    policy.inventory().forEach(it -> services.put(it.address(), it.serves()));
    return services;
  }

  // --- evidence

  private static Evidence evidence(
      Change change, Balancers.Judged judged, Optional<String> traffic) {
    PathReport report = judged.report();
    Evidence all =
        proposal(change).with("verdict.json", redacted(Json.line().verdict(report.verdict())));
    if (report.difference().isPresent()) {
      all = all.with("diff.json", redacted(Json.line().difference(report.difference().get())));
    }
    if (report.rehearsal().isPresent()) {
      all = all.with("rehearse.json", redacted(Json.line().rehearsal(report.rehearsal().get())));
    }
    if (traffic.isPresent()) {
      all = all.with("traffic.json", traffic.get());
    }
    return all.withInputs("old", lookups(judged.from())).withInputs("new", lookups(judged.to()));
  }

  /** What was proposed. */
  private static Evidence proposal(Change change) {
    ObjectNode proposal = Wire.object();
    proposal.put("number", change.number());
    proposal.put("balancer", change.matter().balancer());
    proposal.put("kind", change.matter().kind().word());
    proposal.put("author", change.author());
    proposal.put("why", change.why());
    proposal.put("proposed_at", change.proposed().toString());
    proposal.put("urgent", change.urgent());
    proposal.put("base", change.matter().base());
    proposal.put("candidate", change.matter().candidate());
    proposal.put("policy", change.matter().policy());
    proposal.set("moves", Wire.texts(change.matter().moves()));
    return Evidence.empty().with("change.json", Wire.text(Wire.redacted(proposal)) + "\n");
  }

  static String redacted(String json) {
    return Wire.text(Wire.redacted(Wire.own(json))) + "\n";
  }

  static List<Lookup> lookups(ConfigurationSet set) {
    return set.items().stream()
        .<Lookup>map(item ->
            item.content().isPresent()
                ? new Lookup.Found(item.content().get())
                : new Lookup.Absent(item.path()))
        .toList();
  }

  private static Map<String, String> texts(Evidence evidence) {
    Map<String, String> texts = new LinkedHashMap<>();
    evidence.files().forEach(it -> texts.put(it.name(), it.text()));
    return texts;
  }

  @Override
  public void close() {
    usual.shutdownNow();
    urgent.shutdownNow();
    try {
      if (!usual.awaitTermination(10, TimeUnit.SECONDS)
          || !urgent.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("a check of a change does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
