package dev.checkrail.path;

import dev.checkrail.lint.Judge;
import dev.checkrail.model.Configuration;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Stage;
import dev.checkrail.report.StageResult;
import dev.checkrail.report.StageResult.Status;
import dev.checkrail.report.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One walk along the path: takes the time of each stage, keeps what it found, judges at the end.
 */
final class Walk {
  private final Terms terms;
  private final Watch watch;
  private final List<Finding> old = new ArrayList<>();
  private final List<Finding> candidate = new ArrayList<>();
  private final List<StageResult> results = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();
  private BiPredicate<Finding, Finding> contains = (was, is) -> true;

  Walk(Terms terms, Watch watch) {
    this.terms = terms;
    this.watch = watch;
    terms.caveat().ifPresent(notices::add);
  }

  /** Runs a stage on each side. */
  <T, R> Sides<R> each(
      Stage stage, Sides<T> sides, Function<T, R> work, BiFunction<T, R, Found> found) {
    long start = begin(stage);
    Sides<R> done = sides.map(work);
    note(stage, sides.with(done, found), since(start));
    return done;
  }

  /** Runs a stage that looks at the whole change, or at the new configuration only. */
  <R> R once(Stage stage, Supplier<R> work, Function<R, Found> found) {
    long start = begin(stage);
    R done = work.get();
    note(stage, Sides.one(found.apply(done)), since(start));
    return done;
  }

  /** More findings of a stage that has a result already. */
  void also(List<Finding> findings) {
    candidate.addAll(findings);
  }

  /** How findings of the old configuration are compared with those of the new one. */
  void comparing(BiPredicate<Finding, Finding> containing) {
    contains = containing;
  }

  void notice(String text) {
    notices.add(text);
  }

  long now() {
    return watch.nanos().getAsLong();
  }

  long begin(Stage stage) {
    watch.told().begun(stage);
    return now();
  }

  double since(long start) {
    return (now() - start) / 1e9;
  }

  /** A stage that was asked otherwise. */
  void note(Stage stage, List<Finding> live, Found found, double seconds) {
    note(stage, new Sides<>(Optional.of(Found.of(live)), found), seconds);
  }

  private void note(Stage stage, Sides<Found> said, double seconds) {
    said.old().ifPresent(found -> old.addAll(found.findings()));
    Found found = said.candidate();
    candidate.addAll(found.findings());
    List<Found.Open> known = said.old().map(Found::open).orElse(List.of());
    List<Found.Open> open =
        found.open().stream()
            .filter(one -> terms.measure().strict() || known.stream().noneMatch(one::same))
            .toList();
    Status status =
        found.skipped().isPresent()
            ? Status.SKIPPED
            : open.isEmpty() ? Status.PASS : Status.UNDECIDED;
    Optional<String> why = found.skipped().or(() -> why(open)).or(found::remark);
    results.add(new StageResult(stage, status, seconds, why));
    found.skipped().ifPresent(text -> notice(stage.word() + " skipped: " + text));
  }

  private static Optional<String> why(List<Found.Open> open) {
    String more = open.size() > 1 ? " (and " + (open.size() - 1) + " more)" : "";
    return open.stream().findFirst().map(one -> one.subject() + ": " + one.because() + more);
  }

  /** Says so if it is blocked by what was found so far. */
  void soFar(Sides<ReadReport> sides) {
    List<String> blocking =
        judged(sides).stream()
            .filter(terms.measure()::blocks)
            .map(it -> it.rule().id())
            .distinct()
            .toList();
    if (!blocking.isEmpty()) {
      watch.told().blocked(blocking);
    }
  }

  PathReport end(Sides<ReadReport> sides) {
    ReadReport read = sides.candidate();
    results.sort(Comparator.comparing(StageResult::stage));
    Verdict verdict =
        Verdict.of(judged(sides), read.configuration().unmodelled(), results, terms.measure());
    return new PathReport(
        verdict, read.configuration().coverage(), Optional.empty(), Optional.empty(), notices);
  }

  private List<Finding> judged(Sides<ReadReport> sides) {
    ReadReport read = sides.candidate();
    Optional<Configuration> before = sides.old().map(ReadReport::configuration);
    List<Finding> was =
        before.map(it -> judge(old, covering(it, Optional.empty()))).orElse(List.of());
    List<Finding> judged = judge(candidate, covering(read.configuration(), before));
    return Judge.markLive(judged, was, contains).stream().map(this::accept).toList();
  }

  private List<Finding> judge(List<Finding> findings, Covering covering) {
    return Judge.judge(findings, terms.policy(), terms.today(), covering::covers);
  }

  private Covering covering(Configuration configuration, Optional<Configuration> before) {
    return new Covering(configuration, before, terms.policy(), terms.moves().words());
  }

  private Finding accept(Finding finding) {
    boolean accepted = terms.accepted().stream().anyMatch(one -> one.covers(finding));
    return accepted
        ? finding.suppressedBy(
            new Finding.Suppressed("accepted with this change", "--accept", Optional.empty()))
        : finding;
  }
}
