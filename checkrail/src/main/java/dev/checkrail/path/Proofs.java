package dev.checkrail.path;

import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.ProveReport;
import dev.checkrail.prove.SettingChange;
import dev.checkrail.prove.Undecided;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.ConfigFile;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.report.Difference;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the prover's reports mean for the verdict. */
final class Proofs {
  /**
   * Questions that people rely on: if one stays open there is no verdict. Lints say nothing then.
   */
  private static final Set<RuleId> RELIED_ON =
      EnumSet.of(
          RuleId.CONTRACT_INCAPABLE_SERVER,
          RuleId.CONTRACT_UNKNOWN_SERVER,
          RuleId.INVARIANT_VIOLATED,
          RuleId.FLOOR_TOO_FEW_SERVERS,
          RuleId.TEST_FAILED,
          RuleId.ROUTE_NO_DEFAULT,
          RuleId.DIFF_UNDECLARED_MOVE);

  private Proofs() {}

  static Found of(ProveReport report, HaproxyTree tree) {
    return Found.of(report.findings()).undecided(open(report.undecided(), tree));
  }

  static Found of(DiffReport report, HaproxyTree tree) {
    return Found.of(report.findings()).undecided(open(report.undecided(), tree));
  }

  private static List<Found.Open> open(List<Undecided> undecided, HaproxyTree tree) {
    return undecided.stream()
        .filter(one -> RELIED_ON.contains(one.rule()))
        .map(one ->
            new Found.Open(
                one.rule(),
                one.subject(),
                one.because(),
                one.lines().stream().map(span -> text(span, tree)).toList()))
        .toList();
  }

  private static String text(Span span, HaproxyTree tree) {
    return tree.files().stream()
        .map(ConfigFile::source)
        .filter(file -> file.path().equals(span.file()) && span.line() <= file.lineCount())
        .findFirst()
        .map(file -> file.line(span.line()).strip())
        .orElse("");
  }

  static DifferenceReport report(DiffReport report, Sides<ReadReport> read) {
    return new DifferenceReport(
        difference(report),
        report.undecided().stream().map(one -> one.subject() + ": " + one.because()).toList(),
        Stream.concat(read.old().stream(), Stream.of(read.candidate()))
            .flatMap(one -> one.problems().stream())
            .filter(problem -> problem.severity() == Severity.ERROR)
            .toList());
  }

  static Difference difference(DiffReport report) {
    return new Difference(
        report.equal(),
        report.regions().stream()
            .map(one ->
                new Difference.Region(
                    one.listener(),
                    one.requests(),
                    one.from(),
                    one.to(),
                    one.witness(),
                    one.declared()))
            .toList(),
        report.settings().stream().map(Proofs::setting).toList());
  }

  private static Difference.Setting setting(SettingChange change) {
    return new Difference.Setting(
        change.rule(),
        change.subject() + ": " + change.what(),
        change.from(),
        change.to(),
        change.span().orElse(Span.startOf("configuration")));
  }
}
