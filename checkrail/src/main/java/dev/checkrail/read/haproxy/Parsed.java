package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import java.util.List;
import java.util.Optional;

/**
 * What became of parsing a piece of text.
 *
 * @param value the result; absent if the text can't be understood, which is then among the problems
 * @param problems everything wrong with the text, in order; may hold warnings beside a value
 */
public record Parsed<T>(Optional<T> value, List<Problem> problems) {
  public Parsed {
    problems = List.copyOf(problems);
  }

  static <T> Parsed<T> of(T value) {
    return new Parsed<>(Optional.of(value), List.of());
  }

  static <T> Parsed<T> of(T value, List<Problem> problems) {
    return new Parsed<>(Optional.of(value), problems);
  }

  static <T> Parsed<T> failed(List<Problem> problems) {
    return new Parsed<>(Optional.empty(), problems);
  }

  static <T> Parsed<T> failed(Problem problem) {
    return new Parsed<>(Optional.empty(), List.of(problem));
  }
}
