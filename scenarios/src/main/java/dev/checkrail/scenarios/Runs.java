package dev.checkrail.scenarios;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Several runs, one after the other, with one seed each; what failed is in the table, too. */
final class Runs {
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

  /** Whether all of them were as they should be. */
  boolean run() throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long seed = first.seed() + i;
      teller.say("\n=== run %d of %d, seed %d\n".formatted(i + 1, runs, seed));
      try {
        Result result = new Demo(home, teller, first.next(seed)).run();
        results.add(result);
        lines.add(line(seed, result));
        if (json) {
          teller.say(result.json());
        }
      } catch (IOException e) {
        lines.add("| %d | could not run: %s |".formatted(seed, e.getMessage()));
      }
    }
    teller.say("");
    teller.say(
        "| seed | blocked | alert | first failure | cause | last failure | verified | failed users"
            + " | of | as it should |");
    teller.say("|---|---|---|---|---|---|---|---|---|---|");
    lines.forEach(teller::say);
    teller.say(
        "| median | %s | %s | %s | %s | %s | %s | %s | | %d of %d |"
            .formatted(
                middle(results, r -> Optional.of(r.blockedSeconds())),
                middle(results, Result::alert),
                middle(results, Result::firstFailure),
                middle(results, Result::cause),
                middle(results, Result::lastFailure),
                middle(results, Result::verified),
                middle(results, r -> Optional.of((double) r.users().hit())),
                results.stream().filter(Result::ok).count(),
                runs));
    teller.say(
        "| worst | %s | %s | | %s | %s | %s | %s | | |"
            .formatted(
                worst(results, r -> Optional.of(r.blockedSeconds())),
                worst(results, Result::alert),
                worst(results, Result::cause),
                worst(results, Result::lastFailure),
                worst(results, Result::verified),
                worst(results, r -> Optional.of((double) r.users().hit()))));
    return results.size() == runs && results.stream().allMatch(Result::ok);
  }

  private static String line(long seed, Result result) {
    return "| %d | %s | %s | %s | %s | %s | %s | %d | %d | %s |"
        .formatted(
            seed,
            text(Optional.of(result.blockedSeconds())),
            text(result.alert()),
            text(result.firstFailure()),
            text(result.cause()),
            text(result.lastFailure()),
            text(result.verified()),
            result.users().hit(),
            result.users().all(),
            result.ok() ? "yes" : "no: " + String.join("; ", result.missed()));
  }

  private static String text(Optional<Double> value) {
    return value.map(it -> String.format(Locale.ROOT, "%.2f", it)).orElse("never");
  }

  /** What never happened is worse than any number. */
  private static List<Double> sorted(List<Result> results, Function<Result, Optional<Double>> of) {
    return results.stream().map(it -> of.apply(it).orElse(Double.MAX_VALUE)).sorted().toList();
  }

  private static String middle(List<Result> results, Function<Result, Optional<Double>> of) {
    List<Double> all = sorted(results, of);
    return all.isEmpty() ? "" : shown(all.get(all.size() / 2));
  }

  private static String worst(List<Result> results, Function<Result, Optional<Double>> of) {
    List<Double> all = sorted(results, of);
    return all.isEmpty() ? "" : shown(all.getLast());
  }

  private static String shown(double value) {
    return value == Double.MAX_VALUE ? "never" : String.format(Locale.ROOT, "%.2f", value);
  }
}
