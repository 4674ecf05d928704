package dev.checkrail.cli;

import dev.checkrail.report.CurlLine;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.StageResult;
import java.util.List;

/** What the real binary said, for people. */
final class RehearsalText {
  private final Page page;
  private final Paint paint;
  private final boolean verbose;

  RehearsalText(Page page, boolean verbose) {
    this.page = page;
    this.paint = page.paint();
    this.verbose = verbose;
  }

  void write(Rehearsal rehearsal) {
    for (Rehearsal.Disagreement one : rehearsal.disagreed()) {
      page.verbatim(0, "try:    ", CurlLine.of(one.request()));
      page.verbatim(0, "model:  ", OutcomeText.of(one.model()));
      page.verbatim(0, "HAProxy:", OutcomeText.of(one.binary()));
    }
    for (Rehearsal.Fault fault : rehearsal.faults()) {
      if (verbose || fault.status() != StageResult.Status.SKIPPED) {
        page.line(
            paint.mark(fault.status())
                + " "
                + Shown.of(fault.fault())
                + paint.faint("  " + Shown.of(why(fault))));
      }
    }
    if (verbose) {
      rehearsal.notRehearsed().forEach(it -> page.prose(2, "not rehearsed: " + Shown.of(it)));
    }
  }

  /** All of it where it went wrong, else its first clause. */
  private String why(Rehearsal.Fault fault) {
    int more = fault.why().indexOf("; ");
    return verbose || more < 0 || fault.status() == StageResult.Status.BLOCKED
        ? fault.why()
        : fault.why().substring(0, more);
  }

  /** One line. */
  String summary(Rehearsal rehearsal) {
    List<Rehearsal.Fault> faults = rehearsal.faults();
    long skipped = faults.stream().filter(it -> it.status() == StageResult.Status.SKIPPED).count();
    long survived = faults.stream().filter(it -> it.status() == StageResult.Status.PASS).count();
    int compared = rehearsal.agreed() + rehearsal.disagreed().size();
    StringBuilder text = new StringBuilder();
    boolean loopback = rehearsal.sandbox() == Rehearsal.Sandbox.LOOPBACK;
    text.append(loopback ? "HAProxy, on the loopback device: " : "HAProxy: ")
        .append(rehearsal.agreed())
        .append(" of ")
        .append(VerdictText.plural(compared, "request", "requests"))
        .append(" ended as the model says");
    if (compared < rehearsal.sent()) {
      text.append(" (of ").append(rehearsal.sent() - compared).append(" more it says nothing)");
    }
    text.append("; ")
        .append(survived)
        .append(" of ")
        .append(VerdictText.plural(faults.size() - skipped, "fault", "faults"))
        .append(" survived");
    if (skipped > 0) {
      text.append(", ").append(VerdictText.plural(skipped, "fault", "faults")).append(" skipped");
    }
    if (!rehearsal.notRehearsed().isEmpty()) {
      text.append("; ").append(rehearsal.notRehearsed().size()).append(" not rehearsed");
      text.append(verbose ? "" : " (listed with --verbose)");
    }
    return text.toString();
  }
}
