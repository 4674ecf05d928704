package dev.checkrail.scenarios.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Rows as a table in Markdown: what came of each scenario, beside what two stupid rules say. */
final class Table {
  private static final String HEAD =
      """
      | # | scenario | true cause | runs | detection | first answer | stayed | truth first | \
      in first two | pages | wrong rollbacks | last change | first alert |
      |---|---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  private final List<Row> rows;
  private final int invalid;

  /** Of those rows whose run went as it should. */
  Table(List<Row> rows) {
    this.rows =
        rows.stream().filter(Row::valid).sorted(Comparator.comparingInt(Row::scenario)).toList();
    this.invalid = rows.size() - this.rows.size();
  }

  String text() {
    StringBuilder text = new StringBuilder(HEAD);
    Map<Integer, List<Row>> byScenario = new TreeMap<>();
    rows.forEach(
        row -> byScenario.computeIfAbsent(row.scenario(), it -> new ArrayList<>()).add(row));
    byScenario.forEach((number, own) -> {
      Truth truth = own.getFirst().truth();
      text.append(
          line(
              Integer.toString(number),
              truth.name(),
              truth.wanted() == Truth.Wanted.CAUSE
                  ? String.join(" + ", truth.both().isEmpty() ? truth.first() : truth.both())
                  : String.join(" / ", truth.first()) + ", no page",
              own));
    });
    text.append(line("", "all", "", rows));
    text.append('\n').append(sums());
    if (invalid > 0) {
      text.append('\n')
          .append(invalid)
          .append(" runs are left out: something of the run itself went wrong (see `remarks`).\n");
    }
    text.append('\n').append(classes());
    return text.toString();
  }

  private static String line(String number, String name, String cause, List<Row> own) {
    List<Row> answered = own.stream().filter(it -> it.answered().isPresent()).toList();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %d | %s | %s | %d/%d%s | %d/%d | %d/%d | %s | %d | %d/%d | %d/%d |%n",
        number,
        name,
        cause,
        own.size(),
        seconds(own, it -> it.detected().orElse(Double.NaN)),
        seconds(own, it -> it.answered().orElse(Double.NaN)),
        count(answered, Row::stayed),
        answered.size(),
        watched(answered),
        count(own, it -> Score.of(it) == Score.RIGHT),
        own.size(),
        count(own, Score::firstTwo),
        own.size(),
        pages(own),
        own.stream().mapToLong(Row::wrongRollbacks).sum(),
        count(own, Score::lastChangeIsRight),
        own.size(),
        count(own, Score::firstAlertIsRight),
        own.size());
  }

  /** For how long it was looked, if that was less than a minute. */
  private static String watched(List<Row> answered) {
    double least = answered.stream().mapToDouble(Row::watched).min().orElse(60);
    return least > 59 ? "" : String.format(Locale.ROOT, " (%.0f s)", least);
  }

  private static String pages(List<Row> own) {
    long pages = own.stream().mapToLong(Row::pages).sum();
    return own.size() <= 1
        ? Long.toString(pages)
        : String.format(Locale.ROOT, "%d in %d", pages, own.size());
  }

  private String sums() {
    long right = count(rows, it -> Score.of(it) == Score.RIGHT);
    long two = count(rows, Score::firstTwo);
    long none = count(rows, it -> Score.of(it) == Score.NO_ANSWER);
    List<Row> quiet =
        rows.stream().filter(it -> it.truth().wanted() != Truth.Wanted.CAUSE).toList();
    return String.format(
        Locale.ROOT,
        """
        %d runs at %s: the true cause first in %d (95 %%: %s), among the first two in %d (95 %%: %s), \
        no answer in %d; wrong rollbacks: %d; pages where nobody is to be woken: %d in %d runs, \
        something named where nothing was wrong: %d. \
        Always the last change: %d. The alert that fired first: %d.
        """,
        rows.size(),
        rows.stream().map(Row::commit).distinct().collect(Collectors.joining(", ")),
        right,
        Wilson.of(right, rows.size()).text(),
        two,
        Wilson.of(two, rows.size()).text(),
        none,
        rows.stream().mapToLong(Row::wrongRollbacks).sum(),
        quiet.stream().mapToLong(Row::pages).sum(),
        quiet.size(),
        count(rows, Score::namedForNothing),
        count(rows, Score::lastChangeIsRight),
        count(rows, Score::firstAlertIsRight));
  }

  /** A run with two causes counts in both classes. */
  private String classes() {
    StringBuilder text =
        new StringBuilder("| cause | runs | truth first | 95 % | last change | first alert |\n");
    text.append("|---|---|---|---|---|---|\n");
    TreeSet<String> causes = new TreeSet<>();
    rows.forEach(row -> causes.addAll(row.truth().causes()));
    for (String cause : causes) {
      List<Row> own = rows.stream().filter(it -> it.truth().causes().contains(cause)).toList();
      long right = count(own, it -> Score.of(it) == Score.RIGHT);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d | %s | %d | %d |%n",
              cause,
              own.size(),
              right,
              Wilson.of(right, own.size()).text(),
              count(own, Score::lastChangeIsRight),
              count(own, Score::firstAlertIsRight)));
    }
    return text.toString();
  }

  /** Median, and the worst of several. */
  private static String seconds(List<Row> own, ToDoubleFunction<Row> of) {
    double[] sorted =
        own.stream().mapToDouble(of).filter(it -> !Double.isNaN(it)).sorted().toArray();
    if (sorted.length == 0) {
      return "–";
    }
    OptionalDouble worst =
        sorted.length > 1 ? OptionalDouble.of(sorted[sorted.length - 1]) : OptionalDouble.empty();
    String median = String.format(Locale.ROOT, "%.1f s", sorted[sorted.length / 2]);
    return worst.isEmpty()
        ? median
        : median + String.format(Locale.ROOT, " (%.1f)", worst.getAsDouble());
  }

  private static long count(List<Row> own, Predicate<Row> which) {
    return own.stream().filter(which).count();
  }
}
