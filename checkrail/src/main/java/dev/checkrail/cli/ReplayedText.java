package dev.checkrail.cli;

import dev.checkrail.replay.ReplayReport;
import dev.checkrail.report.CurlLine;
import dev.checkrail.report.Replayed;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What recorded traffic shows, for people. */
final class ReplayedText {
  private static final int FEW = 20;

  private final Page page;
  private final Paint paint;
  private final int most;

  /**
   * @param verbose whether long lists are written to their end
   */
  ReplayedText(Page page, boolean verbose) {
    this.page = page;
    this.paint = page.paint();
    this.most = verbose ? Integer.MAX_VALUE : FEW;
  }

  void write(ReplayReport report, boolean two) {
    Replayed replayed = report.replayed();
    part(
        two ? "where they go then" : "where they go",
        replayed.by(),
        one -> row(one.share(), one.requests(), OutcomeText.of(one.outcome())));
    if (two) {
      moves(replayed.moves());
      part(
          "not known whether they move",
          replayed.unclear(),
          one -> row(one.share(), one.requests(), Shown.of(one.because())));
    }
    part("servers, by nominal shares", replayed.servers(), this::load);
    part(
        "rejected lines",
        replayed.rejected(),
        one ->
            "  "
                + number(one.lines())
                + "  "
                + Shown.of(one.reason())
                + "\n"
                + " ".repeat(11)
                + paint.faint("e.g. " + Shown.of(one.example())));
    end(report, two);
  }

  private void moves(List<Replayed.Move> moves) {
    part(
        "moves",
        moves,
        one ->
            row(
                    one.share(),
                    one.requests(),
                    OutcomeText.of(one.from()) + " " + paint.arrow() + " " + OutcomeText.of(one.to()))
                + "\n"
                + " ".repeat(20)
                + paint.faint("e.g. " + CurlLine.of(one.example())));
  }

  private <T> void part(String title, List<T> rows, Function<T, String> row) {
    if (rows.isEmpty()) {
      return;
    }
    page.line(paint.bold(title));
    rows.stream().limit(most).forEach(one -> row.apply(one).lines().forEach(page::line));
    if (rows.size() > most) {
      page.line("  and " + (rows.size() - most) + " more (--verbose)");
    }
    page.blank();
  }

  private static String row(double share, long requests, String text) {
    return "  "
        + String.format(Locale.ROOT, "%6.2f %%", share * 100)
        + "  "
        + number(requests)
        + "  "
        + text;
  }

  private String load(Replayed.Load load) {
    return "  "
        + load.before()
            .map(before -> String.format(Locale.ROOT, "%6.2f %% %s ", before * 100, paint.arrow()))
            .orElse("")
        + String.format(Locale.ROOT, "%6.2f %%", load.now() * 100)
        + "  "
        + Shown.of(load.pool() + "/" + load.server())
        + " "
        + paint.faint(Shown.of(load.address()));
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%7d", number);
  }

  private void end(ReplayReport report, boolean two) {
    Replayed replayed = report.replayed();
    long rejected = replayed.lines() - replayed.routed();
    String lines =
        VerdictText.plural(replayed.lines(), "line", "lines")
            + ": "
            + VerdictText.plural(replayed.routed(), "request", "requests")
            + ", "
            + rejected
            + " rejected";
    String undecided =
        replayed.undecided() == 0
            ? ""
            : ", "
                + replayed.undecided()
                + " undecided: the log does not tell all that the rules look at";
    String moved =
        !two
            ? ""
            : ", "
                + report.moved().requests()
                + (report.moved().requests() == 1 ? " moves (" : " move (")
                + OutcomeText.percent(report.moved().share())
                + ")";
    String word = replayed.undecided() > 0 ? "UNDECIDED" : "REPLAYED";
    page.line(
        (replayed.undecided() > 0 ? paint.yellow(paint.bold(word)) : paint.bold(word))
            + "  "
            + lines
            + moved
            + undecided);
  }
}
