package dev.checkrail.explain;

import dev.checkrail.report.Outcome;
import dev.checkrail.report.TraceStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs the interpreter again and again, once for each way that its open questions can be answered,
 * and puts the outcomes together: equal ones are one; chance is a split; else undecided. Bounded: a
 * tree with more than {@value #RUNS} ways is undecided.
 */
final class Exploration {
  static final int RUNS = 1024;

  /** What one run comes to. */
  record Way(Outcome outcome, List<TraceStep> trace, List<Choices.Point> met) {
    Way {
      trace = List.copyOf(trace);
      met = List.copyOf(met);
    }
  }

  private final Function<List<Integer>, Way> run;
  private int runs;

  Exploration(Function<List<Integer>, Way> run) {
    this.run = run;
  }

  Way explore() {
    return explore(List.of());
  }

  private Way explore(List<Integer> script) {
    if (++runs > RUNS) {
      return new Way(
          new Outcome.Undecided("more than " + RUNS + " combinations of what is not known"),
          List.of(),
          List.of());
    }
    Way way = run.apply(script);
    if (way.met().size() <= script.size()) {
      return way;
    }
    Choices.Point point = way.met().get(script.size());
    List<Way> ways = new ArrayList<>();
    for (int answer = 0; answer < point.answers(); answer++) {
      List<Integer> longer = new ArrayList<>(script);
      longer.add(answer);
      ways.add(explore(longer));
      if (runs > RUNS) {
        return ways.getLast();
      }
    }
    return point.weights().isEmpty() ? either(point, ways) : split(point, ways);
  }

  private static Way either(Choices.Point point, List<Way> ways) {
    Way first = ways.getFirst();
    if (ways.stream().allMatch(way -> way.outcome().equals(first.outcome()))) {
      return longest(ways);
    }
    int known = Math.min(point.steps() + 1, first.trace().size());
    List<TraceStep> trace = new ArrayList<>(first.trace().subList(0, known));
    if (known > point.steps()) {
      TraceStep last = trace.removeLast();
      trace.add(new TraceStep(last.span(), last.rule(), false, "not known: " + point.why()));
    }
    return new Way(new Outcome.Undecided(point.why()), trace, first.met());
  }

  private static Way split(Choices.Point point, List<Way> ways) {
    Map<Outcome, Double> shares = new LinkedHashMap<>();
    for (int i = 0; i < ways.size(); i++) {
      double share = point.weights().get(i);
      switch (ways.get(i).outcome()) {
        case Outcome.Splits inner ->
            inner
                .of()
                .forEach(part -> shares.merge(part.outcome(), share * part.share(), Double::sum));
        case Outcome.Undecided undecided -> {
          return ways.get(i);
        }
        case Outcome other -> shares.merge(other, share, Double::sum);
      }
    }
    Way longest = longest(ways);
    if (shares.size() == 1) {
      return new Way(shares.keySet().iterator().next(), longest.trace(), longest.met());
    }
    List<Outcome.Part> parts =
        shares.entrySet().stream()
            .map(entry -> new Outcome.Part(round(entry.getValue()), entry.getKey()))
            .sorted(
                Comparator.comparingDouble(Outcome.Part::share)
                    .reversed()
                    .thenComparing(part -> part.outcome().toString()))
            .toList();
    return new Way(new Outcome.Splits(parts), longest.trace(), longest.met());
  }

  /** Sums of products of decimal fractions come out as people write them. */
  private static double round(double share) {
    return Math.rint(share * 1e12) / 1e12;
  }

  private static Way longest(List<Way> ways) {
    Way longest = ways.getFirst();
    for (Way way : ways) {
      if (way.trace().size() > longest.trace().size()) {
        longest = way;
      }
    }
    return longest;
  }
}
