package dev.checkrail.serve;

import dev.checkrail.watch.oncall.Page;
import java.util.List;

/**
 * Who was told, for Prometheus: a page that nobody takes is to be seen without Checkrail's help.
 * Counters begin at 0 with this process.
 */
final class OnCallFigures {
  private final OnCall onCall;

  OnCallFigures(OnCall onCall) {
    this.onCall = onCall;
  }

  void show(Exposition out) {
    List<Page> open = onCall.view().pages().stream().filter(Page::open).toList();
    String pages = "Pages that are not over";
    out.gauge("checkrail_pages", pages, open.size(), "state", "open");
    out.gauge(
        "checkrail_pages",
        pages,
        open.stream().filter(Page::waiting).count(),
        "state",
        "not acknowledged");
    out.gauge(
        "checkrail_pages",
        pages,
        open.stream().filter(page -> page.progress().told().isEmpty()).count(),
        "state",
        "told nobody");
    onCall.tallies().forEach((name, tally) -> notifier(out, name, tally));
  }

  private static void notifier(Exposition out, String name, Sending.Tally tally) {
    String results = "Deliveries by what became of them; given up: not taken for a day";
    String family = "checkrail_notifier_deliveries_total";
    out.counter(family, results, tally.taken(), "notifier", name, "result", "taken");
    out.counter(family, results, tally.gaveUp(), "notifier", name, "result", "given up");
    out.counter(family, results, tally.dropped(), "notifier", name, "result", "not needed");
    out.counter(
        "checkrail_notifier_failed_tries_total",
        "Tries that were not taken",
        tally.failed(),
        "notifier",
        name);
    String waiting = "Deliveries that were not taken yet; pages wake somebody up";
    out.gauge(
        "checkrail_notifier_waiting",
        waiting,
        tally.pagesWaiting(),
        "notifier",
        name,
        "what",
        "pages");
    out.gauge(
        "checkrail_notifier_waiting",
        waiting,
        tally.waiting() - tally.pagesWaiting(),
        "notifier",
        name,
        "what",
        "others");
    out.gauge(
        "checkrail_notifier_oldest_page_seconds",
        "For how long the oldest page waits that was not taken",
        tally.oldestPage(),
        "notifier",
        name);
  }
}
