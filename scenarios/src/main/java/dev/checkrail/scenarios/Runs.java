package dev.checkrail.scenarios;

import dev.checkrail.scenarios.bench.Commit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Several runs, one after the other, with one seed each; what failed is in the table, too. */
final class Runs {
  private static final JsonMapper JSON = new JsonMapper();

  /** What is measured of each run, by its name for machines. */
  private static final Map<String, Function<Result, Optional<Double>>> TIMES = times();

  private final Path home;
  private final Teller teller;
  private final Demo.Settings first;
  private final int runs;
  private final boolean json;

  Runs(Path home, Teller teller, Demo.Settings first, int runs, boolean json) {
    this.home = home;
    this.teller = teller;
    this.first = first;
    this.runs = runs;
    this.json = json;
  }

  /**
   * One of them.
   *
   * @param result empty if it could not be played to its end
   * @param trouble why not
   */
  record Run(long seed, Optional<Result> result, String trouble) {
    boolean ok() {
      return result.map(Result::ok).orElse(false);
    }

    ObjectNode json() {
      ObjectNode line = JSON.createObjectNode().put("seed", seed);
      if (result.isPresent()) {
        line.setAll((ObjectNode) JSON.readTree(result.get().json()));
      } else {
        line.put("ok", false).put("could_not_run", trouble);
      }
      return line;
    }
  }

  private static Map<String, Function<Result, Optional<Double>>> times() {
    Map<String, Function<Result, Optional<Double>>> times = new LinkedHashMap<>();
    times.put("blocked_s", it -> Optional.of(it.blockedSeconds()));
    times.put("alert_s", Result::alert);
    times.put("first_failure_s", Result::firstFailure);
    times.put("cause_s", Result::cause);
    times.put("last_failure_s", Result::lastFailure);
    times.put("verified_s", Result::verified);
    times.put("failed_users", it -> Optional.of((double) it.users().hit()));
    return times;
  }

  /** Whether all of them were as they should be. */
  boolean run() throws InterruptedException {
    List<Run> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long seed = first.seed() + i;
      teller.say("\n=== run %d of %d, seed %d\n".formatted(i + 1, runs, seed));
      Run run;
      try {
        run = new Run(seed, Optional.of(new Demo(home, teller, first.next(seed)).run()), "");
      } catch (IOException | RuntimeException e) {
        run = new Run(seed, Optional.empty(), String.valueOf(e.getMessage()));
        teller.say(Teller.Tone.BAD, "This run could not go on: " + run.trouble());
      }
      all.add(run);
      if (json) {
        teller.say(run.json().toString());
      }
    }
    String commit = Commit.of(home);
    teller.say("");
    teller.say(table(all, commit, first.variant()));
    if (json) {
      teller.say(summary(all, commit, first.variant()).toString());
    }
    return all.stream().allMatch(Run::ok);
  }

  /** In Markdown, as it can stand in a document. */
  static String table(List<Run> all, String commit, Variant variant) {
    List<Result> results = all.stream().flatMap(it -> it.result().stream()).toList();
    StringBuilder text = new StringBuilder();
    text.append(
        """
        Variant %s at commit %s, all runs with seeds %d to %d, what failed included: as it should be in \
        %d of %d. Seconds from the first misrouted payment.

        | seed | blocked | alert | first failure | cause | last failure | verified | gave up | of | \
        lost, twice, unknown | recounted | as it should |
        |---|---|---|---|---|---|---|---|---|---|---|---|
        | goal | ≤ 5 | ≤ 3, before the first failure | | ≤ 6, kept | ≤ 10 | ≤ 15 | | | 0, 0, 0 | equal | |
        """
            .formatted(
                variant,
                commit,
                all.getFirst().seed(),
                all.getLast().seed(),
                all.stream().filter(Run::ok).count(),
                all.size()));
    all.forEach(run -> text.append(line(run)).append('\n'));
    text.append(sum("median", results, Runs::middle)).append('\n');
    text.append(sum("worst", results, Runs::worst)).append('\n');
    return text.toString();
  }

  static ObjectNode summary(List<Run> all, String commit, Variant variant) {
    List<Result> results = all.stream().flatMap(it -> it.result().stream()).toList();
    ObjectNode node = JSON.createObjectNode();
    node.put("commit", commit).put("variant", variant.name());
    node.put("runs", all.size()).put("ok", all.stream().filter(Run::ok).count());
    ObjectNode median = node.putObject("median");
    ObjectNode worst = node.putObject("worst");
    TIMES.forEach((name, of) -> {
      put(median, name, middle(results, of));
      put(worst, name, worst(results, of));
    });
    return node;
  }

  /** Null if it never happened. */
  private static void put(ObjectNode node, String name, Optional<Double> value) {
    value.ifPresentOrElse(it -> node.put(name, it), () -> node.putNull(name));
  }

  private static String line(Run run) {
    if (run.result().isEmpty()) {
      String why = run.trouble().lines().findFirst().orElse("").replace("|", "\\|");
      return "| %d | | | | | | | | | | | no: could not be played: %s |".formatted(run.seed(), why);
    }
    Result result = run.result().get();
    return "| %d | %s | %s | %s | %s | %s | %s | %d | %d | %d, %d, %d | %s | %s |"
        .formatted(
            run.seed(),
            text(Optional.of(result.blockedSeconds())),
            text(result.alert()),
            text(result.firstFailure()),
            text(result.cause()),
            text(result.lastFailure()),
            text(result.verified()),
            result.users().hit(),
            result.users().all(),
            result.lost(),
            result.chargedTwice(),
            result.users().unknown(),
            result.recountEqual() ? "equal" : "differs",
            result.ok() ? "yes" : "no: " + String.join("; ", result.missed()));
  }

  private interface Sum {
    Optional<Double> of(List<Result> results, Function<Result, Optional<Double>> what);
  }

  private static String sum(String name, List<Result> results, Sum sum) {
    StringBuilder line = new StringBuilder("| " + name + " |");
    TIMES.forEach((what, of) -> {
      // A first failure that comes late is none that is bad.
      boolean told = !results.isEmpty() && !(name.equals("worst") && what.startsWith("first"));
      line.append(told ? " " + text(sum.of(results, of)) + " |" : " |");
    });
    return line.append(" | | | |").toString();
  }

  private static String text(Optional<Double> value) {
    return value.map(it -> String.format(Locale.ROOT, "%.2f", it)).orElse("never");
  }

  /** What never happened is worse than any number. */
  private static List<Double> sorted(List<Result> results, Function<Result, Optional<Double>> of) {
    return results.stream().map(it -> of.apply(it).orElse(Double.MAX_VALUE)).sorted().toList();
  }

  /** Of an even number of runs the worse one of the two in the middle. */
  private static Optional<Double> middle(
      List<Result> results, Function<Result, Optional<Double>> of) {
    List<Double> all = sorted(results, of);
    return all.isEmpty() ? Optional.empty() : happened(all.get(all.size() / 2));
  }

  private static Optional<Double> worst(
      List<Result> results, Function<Result, Optional<Double>> of) {
    List<Double> all = sorted(results, of);
    return all.isEmpty() ? Optional.empty() : happened(all.getLast());
  }

  private static Optional<Double> happened(double value) {
    return value == Double.MAX_VALUE ? Optional.empty() : Optional.of(value);
  }
}
