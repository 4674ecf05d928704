package dev.checkrail.path;

import dev.checkrail.lint.Lint;
import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.ProveReport;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.rehearse.NativeReport;
import dev.checkrail.rehearse.Original;
import dev.checkrail.rehearse.Rehearse;
import dev.checkrail.rehearse.RehearseReport;
import dev.checkrail.rehearse.RehearseSettings;
import dev.checkrail.rehearse.Rehearsed;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.report.StageResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;

/** How each stage is asked: of every side, or of the change. */
final class Stages implements AutoCloseable {
  private final Walk walk;
  private final Terms terms;
  private final Sides<Subject> subjects;
  private final RehearseSettings settings;
  private final Optional<Binary> binary;
  private Optional<FutureTask<Binary.Checked>> asking = Optional.empty();
  private Optional<DiffReport> diff = Optional.empty();
  private Optional<Rehearsal> rehearsal = Optional.empty();

  Stages(Watch watch, Terms terms, Sides<Subject> subjects) {
    this.walk = new Walk(terms, watch);
    this.terms = terms;
    this.subjects = subjects;
    RehearseSettings usual = RehearseSettings.standard();
    this.settings =
        new RehearseSettings(usual.requests(), usual.faults(), watch.clock(), usual.progress());
    this.binary =
        terms.rehearsing() == Terms.Rehearsing.NEVER
            ? Optional.empty()
            : Optional.of(Binary.open(terms.haproxy()));
  }

  Sides<ReadReport> read() {
    return walk.each(
        Stage.READ,
        subjects,
        it -> Read.haproxy(it.files(), it.paths(), it.target()),
        (subject, report) -> Found.of(ReadFindings.of(report)));
  }

  /** Begins; the answer is waited for when it is needed. */
  void askHaproxy(Sides<ReadReport> read) {
    asking =
        binary.map(
            it -> it.check(original(read.candidate(), subjects.candidate()), settings, walk::now));
  }

  void lint(Sides<ReadReport> read) {
    walk.each(
        Stage.LINT,
        read,
        it -> Lint.lint(it.tree(), it.configuration(), terms.policy()),
        (report, lint) -> Found.of(lint.findings()));
    read.old()
        .map(old -> Lint.change(old.configuration(), read.candidate().configuration()))
        .ifPresent(change -> walk.also(change.findings()));
  }

  ProveReport prove(Sides<ReadReport> read) {
    return walk.each(
            Stage.PROVE,
            read,
            it -> Prove.prove(it.configuration(), terms.policy()),
            (report, proof) -> Proofs.of(proof, report.tree()))
        .candidate();
  }

  Sides<ReadReport> test(Sides<ReadReport> read) {
    walk.each(
        Stage.PROVE,
        read,
        it -> Prove.prove(it.configuration(), terms.policy()),
        (report, proof) -> Proofs.of(proof, report.tree()).only(RuleId.TEST_FAILED));
    return read;
  }

  DiffReport diff(Sides<ReadReport> read) {
    Set<String> moves = terms.moves().words();
    ReadReport now = read.candidate();
    ReadReport old = read.old().orElse(now);
    DiffReport report =
        walk.once(
            Stage.DIFF,
            () -> Prove.diff(old.configuration(), now.configuration(), terms.policy(), moves),
            it -> Proofs.of(it, now.tree()));
    diff = Optional.of(report);
    walk.comparing(new Live(read.map(ReadReport::configuration), terms.policy(), report)::contains);
    return report;
  }

  void rehearse(Sides<ReadReport> read, ProveReport proof) throws SandboxException {
    if (terms.rehearsing() != Terms.Rehearsing.REQUIRED || binary.isEmpty()) {
      walk.once(Stage.REHEARSE, () -> "as asked (--without-rehearsal)", Found::skipped);
      return;
    }
    walk.soFar(read);
    Sandbox sandbox = binary.get().sandbox();
    if (!heard().report().accepted()) {
      walk.once(Stage.REHEARSE, () -> "HAProxy refuses the configuration", Found::skipped);
      return;
    }
    long start = walk.begin(Stage.REHEARSE);
    List<Rehearsed> requests = requests(read.candidate(), proof);
    RehearseReport report =
        Rehearse.rehearse(
            original(read.candidate(), subjects.candidate()),
            requests,
            terms.policy(),
            sandbox,
            settings);
    rehearsal = Optional.of(report.rehearsal());
    if (report.rehearsal().sandbox() == Rehearsal.Sandbox.LOOPBACK) {
      walk.notice("rehearsed on the loopback device, for this machine allows no network namespace");
    }
    long skipped = skipped(report);
    if (skipped > 0) {
      walk.notice(skipped + (skipped == 1 ? " fault skipped" : " faults skipped"));
    }
    List<Finding> live = List.of();
    // A fault that the approved configuration does not survive either is no fault of the change.
    if (read.old().isPresent() && faulty(report)) {
      live =
          Rehearse.rehearse(
                  original(read.old().get(), subjects.old().orElseThrow()),
                  // The candidate's outcomes are not the approved one's.
                  requests.stream().map(it -> Rehearsed.of(it.request())).toList(),
                  terms.policy(),
                  sandbox,
                  settings)
              .findings();
    }
    walk.note(
        Stage.REHEARSE,
        live,
        Found.of(report.findings()).remarking(left(report)),
        walk.since(start));
  }

  private static boolean faulty(RehearseReport report) {
    return report.findings().stream().anyMatch(it -> it.rule() == RuleId.REHEARSE_FAULT);
  }

  private static long skipped(RehearseReport report) {
    return report.rehearsal().faults().stream()
        .filter(it -> it.status() == StageResult.Status.SKIPPED)
        .count();
  }

  private static Optional<String> left(RehearseReport report) {
    int not = report.rehearsal().notRehearsed().size();
    long skipped = skipped(report);
    return skipped + not == 0
        ? Optional.empty()
        : Optional.of("not rehearsed: " + not + ", faults skipped: " + skipped);
  }

  /** What the proofs showed, and every way through the rules. */
  private List<Rehearsed> requests(ReadReport read, ProveReport proof) {
    Map<Request, Rehearsed> all = new LinkedHashMap<>();
    proof
        .findings()
        .forEach(it -> it.witness().ifPresent(one -> all.putIfAbsent(one, Rehearsed.of(one))));
    diff.ifPresent(it ->
        it.regions()
            .forEach(region -> all.putIfAbsent(region.witness(), Rehearsed.of(region.witness()))));
    Prove.cover(read.configuration())
        .forEach(it -> all.putIfAbsent(it.request(), Rehearsed.of(it.request(), it.outcome())));
    return List.copyOf(all.values());
  }

  private static Original original(ReadReport read, Subject subject) {
    return new Original(read, subject.files(), subject.target());
  }

  private Binary.Checked heard() throws SandboxException {
    return Binary.wait(asking.orElseThrow());
  }

  /** Judges. */
  PathReport end(Sides<ReadReport> read) throws SandboxException {
    if (asking.isPresent()) {
      hear(read);
    }
    PathReport report = walk.end(read);
    if (diff.isPresent()) {
      report = report.with(Proofs.difference(diff.get()));
    }
    return rehearsal.isPresent() ? report.with(rehearsal.get()) : report;
  }

  private void hear(Sides<ReadReport> read) throws SandboxException {
    try {
      Binary.Checked heard = heard();
      NativeReport report = heard.report();
      Sandbox sandbox = binary.orElseThrow().sandbox();
      Versions.caveat(sandbox.haproxyVersion()).ifPresent(walk::notice);
      List<Finding> live = List.of();
      if (!report.accepted() && read.old().isPresent()) {
        FutureTask<Binary.Checked> old =
            binary
                .get()
                .check(
                    original(read.old().get(), subjects.old().orElseThrow()), settings, walk::now);
        live = Binary.wait(old).report().findings();
      }
      walk.note(Stage.NATIVE, live, Found.of(report.findings()), heard.seconds());
    } catch (SandboxException e) {
      if (terms.rehearsing() == Terms.Rehearsing.REQUIRED) {
        throw e;
      }
      walk.note(Stage.NATIVE, List.of(), Found.skipped(why(e)), 0);
    }
  }

  private static String why(SandboxException e) {
    return Objects.requireNonNullElse(e.getMessage(), "the sandbox can't be used");
  }

  @Override
  public void close() throws SandboxException {
    if (binary.isPresent()) {
      binary.get().close();
    }
  }
}
