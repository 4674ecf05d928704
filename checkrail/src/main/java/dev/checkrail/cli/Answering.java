package dev.checkrail.cli;

import dev.checkrail.path.Path;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Watch;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.report.Evidence;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Json;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands have in common: where they write, and how. */
abstract class Answering implements Callable<Integer> {
  private static final int USUAL_WIDTH = 100;
  private static final String WITHOUT = "or go without it: gate --without-rehearsal, check";
  private static final String INSTALL =
      "install it, name it with --haproxy PATH, or use gate --without-rehearsal";

  final Surroundings at;

  @Mixin final OutputOptions output = new OutputOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  Answering(Surroundings at) {
    this.at = at;
  }

  final boolean helpWanted() {
    return help;
  }

  Page page() {
    int columns =
        at.variable("COLUMNS")
            .filter(it -> it.matches("[0-9]{2,4}"))
            .map(Integer::parseInt)
            .orElse(USUAL_WIDTH);
    int width = at.outIsTerminal() ? columns : USUAL_WIDTH;
    return new Page(at.out(), new Paint(output.colour(at), at.unicode()), width);
  }

  void say(String sentence) {
    at.err().println("checkrail: " + sentence);
  }

  /**
   * Says which policy holds: with the answer for people, beside it for machines. Only once there is
   * an answer; what could not run has one line to say, and that is not it.
   */
  final void sayPolicy(Inputs inputs) {
    if (output.json()) {
      sayPolicyBeside(inputs);
    } else {
      page().line(page().paint().faint(policy(inputs)));
      sayPolicyNotices(inputs);
    }
  }

  /** The same where the answer is for machines in any case. */
  final void sayPolicyBeside(Inputs inputs) {
    say(policy(inputs));
    sayPolicyNotices(inputs);
  }

  private static String policy(Inputs inputs) {
    return "policy: " + inputs.policyPath().map(Shown::of).orElse("none");
  }

  private void sayPolicyNotices(Inputs inputs) {
    for (Problem notice : inputs.policyNotices()) {
      say(Shown.of(notice.toString()));
    }
  }

  /** A way along the path. */
  @FunctionalInterface
  interface Walking {
    PathReport along(Path path) throws SandboxException;
  }

  Watch watch(Progress progress) {
    return new Watch(at.clock(), at.nanos(), progress::begun);
  }

  private static CannotRun without(SandboxException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "the sandbox can't be used");
    return e.kind() == SandboxException.Kind.HAPROXY_MISSING
        ? CannotRun.because("cli/haproxy-missing", "haproxy", message, INSTALL)
        : CannotRun.because("cli/sandbox", "haproxy", message, WITHOUT);
  }

  /** What a command shows to people before the findings. */
  void before(PathReport report, Page page) {}

  /** The answer for machines. */
  String json(PathReport report) {
    return Json.line().verdict(report.verdict());
  }

  /** A way of one configuration along the path. */
  @FunctionalInterface
  interface WalkingAlone {
    PathReport along(Path path, Subject subject, Terms terms) throws SandboxException;
  }

  /** Walks the path with one configuration and shows what it found. */
  final int walk(
      Inputs inputs,
      OneConfig config,
      JudgeOptions judge,
      Terms.Rehearsing rehearsing,
      WalkingAlone walking) {
    Subject subject = config.subject(inputs);
    Terms terms = inputs.terms(judge, Terms.Moves.none(), List.of(), rehearsing);
    return walk(
        inputs,
        judge,
        config.name(),
        path -> walking.along(path, subject, terms),
        seen -> seen.withInputs("new", subject.files().asked()));
  }

  /**
   * Walks the path and shows what it found.
   *
   * @param name of the configuration that is judged
   * @param withInputs adds the files of the configurations to the evidence
   */
  final int walk(
      Inputs inputs,
      JudgeOptions judge,
      String name,
      Walking walking,
      UnaryOperator<Evidence> withInputs) {
    Optional<EvidenceFolder> folder = judge.evidence().map(it -> new EvidenceFolder(at, it));
    PathReport report;
    try (Progress progress = Progress.on(at)) {
      report = walking.along(new Path(watch(progress)));
    } catch (SandboxException e) {
      throw without(e);
    }
    sayPolicy(inputs);
    Verdict verdict = report.verdict();
    folder.ifPresent(it ->
        it.write(
            evidence(
                report,
                withInputs.apply(Evidence.empty()).withInputs("policy", inputs.policyAsked()))));
    if (output.json()) {
      at.out().println(json(report));
      report.notices().forEach(notice -> say(Shown.of(notice)));
      closing(verdict, judge.measure());
    } else {
      Page page = page();
      before(report, page);
      new VerdictText(page, judge.measure(), output.verbose()).write(report, name);
    }
    return verdict.exit();
  }

  private static Evidence evidence(PathReport report, Evidence inputs) {
    Evidence all = inputs.with("verdict.json", Json.indented().verdict(report.verdict()) + "\n");
    if (report.difference().isPresent()) {
      all = all.with("diff.json", Json.indented().difference(report.difference().get()) + "\n");
    }
    if (report.rehearsal().isPresent()) {
      all = all.with("rehearse.json", Json.indented().rehearsal(report.rehearsal().get()) + "\n");
    }
    return all;
  }

  private void closing(Verdict verdict, Verdict.Measure measure) {
    List<Finding> blocking = verdict.findings().stream().filter(measure::blocks).toList();
    switch (verdict.kind()) {
      case PASS -> {}
      case BLOCKED ->
          say(
              "blocked by "
                  + VerdictText.plural(blocking.size(), "finding", "findings")
                  + " ("
                  + VerdictText.rules(blocking)
                  + "); each says how to mend it");
      case UNDECIDED ->
          say("undecided: the answer depends on lines that are not modelled (see \"unmodelled\")");
      case ERROR -> say("could not run");
    }
  }
}
