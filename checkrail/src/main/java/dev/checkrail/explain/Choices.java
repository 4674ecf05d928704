package dev.checkrail.explain;

import dev.checkrail.report.TraceStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * What one run of the interpreter could not know. A run is given a script of answers; at the first
 * question beyond it the run takes answer 0 and goes on, and the question is on record, so that
 * {@link Exploration} can run again with the other answers.
 */
final class Choices {

  /**
   * A question that was met.
   *
   * @param why why it is a question
   * @param weights probability of each answer; empty if nothing is known but that there are two
   * @param steps length of the trace when it was met
   */
  record Point(String why, List<Double> weights, int steps) {
    Point {
      weights = List.copyOf(weights);
    }

    int answers() {
      return weights.isEmpty() ? 2 : weights.size();
    }
  }

  private final List<Integer> script;
  private final List<TraceStep> trace;
  private final List<Point> met = new ArrayList<>();
  private final Map<String, Boolean> answered = new HashMap<>();
  private final List<List<Long>> draws = new ArrayList<>();

  Choices(List<Integer> script, List<TraceStep> trace) {
    this.script = List.copyOf(script);
    this.trace = trace;
  }

  List<Point> met() {
    return Collections.unmodifiableList(met);
  }

  /** A question with two answers; the same question gets the same answer. */
  boolean unknown(String question, String why) {
    Boolean known = answered.get(question);
    if (known == null) {
      known = next(new Point(why, List.of(), trace.size())) == 1;
      answered.put(question, known);
    }
    return known;
  }

  /** A number from 0 to {@code bound - 1}. */
  int draw(int bound) {
    List<Long> values = new ArrayList<>(bound);
    for (long i = 0; i < bound; i++) {
      values.add(i);
    }
    draws.add(values);
    return draws.size() - 1;
  }

  /** What a draw can still be. */
  List<Long> left(int draw) {
    return Collections.unmodifiableList(draws.get(draw));
  }

  /**
   * Whether a draw has a property, decided by chance among what it can still be.
   *
   * @return the answer, and its probability if it was not certain
   */
  Decision decide(int draw, LongPredicate property) {
    List<Long> values = draws.get(draw);
    List<Long> with = values.stream().filter(property::test).toList();
    if (with.isEmpty() || with.size() == values.size()) {
      return new Decision(!with.isEmpty(), Optional.empty());
    }
    double share = (double) with.size() / values.size();
    boolean holds = next(new Point("chance", List.of(1 - share, share), trace.size())) == 1;
    draws.set(draw, holds ? with : values.stream().filter(v -> !property.test(v)).toList());
    return new Decision(holds, Optional.of(share));
  }

  /** An answer that chance gave. */
  record Decision(boolean holds, Optional<Double> share) {}

  /** Fixes a draw to one of the values that it can still have. */
  long settle(int draw) {
    List<Long> values = draws.get(draw);
    if (values.size() > 1) {
      List<Double> even = Collections.nCopies(values.size(), 1.0 / values.size());
      long value = values.get(next(new Point("chance", even, trace.size())));
      draws.set(draw, List.of(value));
    }
    return draws.get(draw).getFirst();
  }

  private int next(Point point) {
    met.add(point);
    return met.size() <= script.size() ? script.get(met.size() - 1) : 0;
  }
}
