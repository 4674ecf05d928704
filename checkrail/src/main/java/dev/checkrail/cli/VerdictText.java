package dev.checkrail.cli;

import dev.checkrail.model.Coverage;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.path.PathReport;
import dev.checkrail.report.CurlLine;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Shortlist;
import dev.checkrail.report.Stage;
import dev.checkrail.report.StageResult;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The answer of {@code check} and {@code gate} for people. */
final class VerdictText {
  /** So many findings of a kind are shown. */
  private static final int MOST = 50;

  private static final int MOST_VERBOSE = 1000;

  private final Page page;
  private final Paint paint;
  private final Verdict.Measure measure;
  private final boolean verbose;

  VerdictText(Page page, Verdict.Measure measure, boolean verbose) {
    this.page = page;
    this.paint = page.paint();
    this.measure = measure;
    this.verbose = verbose;
  }

  /** Findings, then what the model does not know, then the stages and the verdict. */
  void write(PathReport report, String subject) {
    List<Finding> findings = new ArrayList<>(report.verdict().findings());
    findings.sort(
        Comparator.comparing((Finding one) -> !measure.blocks(one))
            .thenComparing(Finding::severity, Comparator.reverseOrder()));
    Shortlist shown =
        Shortlist.of(
            findings.stream().filter(this::isShown).toList(), verbose ? MOST_VERBOSE : MOST);
    Map<String, List<Finding>> alike = new LinkedHashMap<>();
    for (Finding finding : shown.findings()) {
      alike
          .computeIfAbsent(
              finding.rule() + "\n" + finding.span() + "\n" + finding.message(),
              key -> new ArrayList<>())
          .add(finding);
    }
    alike.values().forEach(this::findings);
    shown
        .more()
        .forEach((kind, count) ->
            page.line(
                paint.of(kind.severity(), "and " + count + " more")
                    + " "
                    + paint.bold(kind.rule().id())
                    + (verbose ? "" : paint.faint(" (listed with --verbose)"))));
    rest(findings.stream().filter(one -> !isShown(one)).toList());
    unmodelled(report.verdict().unmodelled(), report.coverage());
    report.rehearsal().ifPresent(it -> page.line(new RehearsalText(page, verbose).summary(it)));
    stages(report.verdict().stages());
    verdict(report, subject);
  }

  /** Notices are many and mild; what does not count is for those who ask. */
  private boolean isShown(Finding finding) {
    return verbose
        || measure.blocks(finding)
        || (finding.counts() && finding.severity() != Severity.NOTICE);
  }

  /** Findings that say the same of several objects, e.g. of two listeners, are told once. */
  private void findings(List<Finding> alike) {
    Finding finding = alike.getFirst();
    String severity = finding.severity().word();
    String marks =
        (finding.live() ? paint.faint(" (live already)") : "")
            + finding
                .suppression()
                .map(why -> paint.faint(" (suppressed: " + Shown.of(why.reason()) + ")"))
                .orElse("");
    page.line(
        paint.of(finding.severity(), severity)
            + " ".repeat(8 - severity.length())
            + paint.bold(finding.rule().id())
            + "  "
            + paint.plain(Shown.of(finding.subject()))
            + marks);
    page.verbatim(8, "at:  ", Shown.place(finding.span()));
    page.prose(8, Shown.of(finding.message()));
    alike.stream()
        .skip(1)
        .filter(it -> !it.subject().equals(finding.subject()))
        .forEach(it -> page.verbatim(8, "also:", Shown.of(it.subject())));
    finding.witness().ifPresent(it -> page.verbatim(8, "try: ", CurlLine.of(it)));
    finding.fix().ifPresent(it -> page.labelled(8, "mend:", Shown.of(it)));
    page.blank();
  }

  private void rest(List<Finding> hidden) {
    if (hidden.isEmpty()) {
      return;
    }
    List<String> parts = new ArrayList<>();
    count(parts, hidden.stream().filter(Finding::live).count(), "live already");
    count(
        parts,
        hidden.stream().filter(it -> !it.live() && it.suppression().isPresent()).count(),
        "suppressed");
    count(parts, hidden.stream().filter(Finding::counts).count(), "notices");
    page.line(paint.faint("not shown: " + String.join(", ", parts) + " (listed with --verbose)"));
  }

  private static void count(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(
          count
              + " "
              + (count == 1 && what.endsWith("s") ? what.substring(0, what.length() - 1) : what));
    }
  }

  private void unmodelled(List<Unmodelled> lines, Coverage coverage) {
    int unknown = coverage.unmodelled();
    int understood = coverage.total() - unknown;
    String text =
        "model: "
            + understood
            + " of "
            + coverage.total()
            + " lines understood"
            + (coverage.response() == 0
                ? ""
                : " (" + coverage.response() + " of them response rules, compared as text)")
            + (unknown == 0
                ? ""
                : ", " + unknown + " unmodelled" + (verbose ? ":" : " (listed with --verbose)"));
    page.line(text);
    if (verbose) {
      for (Unmodelled line : lines.subList(0, Math.min(MOST_VERBOSE, lines.size()))) {
        page.prose(
            2,
            Shown.place(line.span())
                + "  "
                + Shown.of(line.text())
                + ": "
                + Shown.of(line.reason()));
      }
      if (lines.size() > MOST_VERBOSE) {
        page.line("  and " + (lines.size() - MOST_VERBOSE) + " more");
      }
    }
  }

  private void stages(List<StageResult> stages) {
    page.line(
        "stages: "
            + stages.stream()
                .map(stage ->
                    paint.mark(stage.status())
                        + " "
                        + stage.stage().word()
                        + (stage.status() == StageResult.Status.SKIPPED
                            ? ""
                            : paint.faint(" " + seconds(stage.seconds()))))
                .collect(Collectors.joining("  ")));
    for (StageResult stage : stages) {
      // The rehearsal has a line of its own.
      if (stage.status() != StageResult.Status.SKIPPED && stage.stage() != Stage.REHEARSE) {
        stage.why().ifPresent(why -> page.prose(2, stage.stage().word() + ": " + Shown.of(why)));
      }
    }
  }

  static String seconds(double seconds) {
    return seconds < 0.0995
        ? String.format(Locale.ROOT, "%.0f ms", seconds * 1000)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  private void verdict(PathReport report, String subject) {
    Verdict verdict = report.verdict();
    List<Finding> blocking = verdict.findings().stream().filter(measure::blocks).toList();
    long warnings =
        verdict.findings().stream()
            .filter(it -> it.counts() && it.severity() == Severity.WARNING && !measure.blocks(it))
            .count();
    String word =
        switch (verdict.kind()) {
          case PASS -> paint.green(paint.bold("PASS"));
          case BLOCKED -> paint.red(paint.bold("BLOCKED"));
          case UNDECIDED -> paint.yellow(paint.bold("UNDECIDED"));
          case ERROR -> paint.red(paint.bold("ERROR"));
        };
    List<String> parts = new ArrayList<>();
    parts.add(Shown.of(subject));
    if (!blocking.isEmpty()) {
      parts.add(
          plural(blocking.size(), "finding blocks", "findings block")
              + " ("
              + rules(blocking)
              + ")");
    }
    if (verdict.kind() == Verdict.Kind.UNDECIDED) {
      parts.add("the answer hangs on lines that are not modelled");
    }
    if (warnings > 0) {
      parts.add(plural(warnings, "warning", "warnings"));
    }
    report.notices().forEach(notice -> parts.add(Shown.of(notice)));
    page.line(word + "  " + String.join(paint.dot(), parts));
  }

  static String rules(List<Finding> findings) {
    return findings.stream()
        .map(it -> it.rule().id())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  static String plural(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
