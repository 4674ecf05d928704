package dev.checkrail.cli;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;

/** A command can't do what it was asked: exit status 2. Thrown and caught in this package only. */
final class CannotRun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  CannotRun(List<Problem> problems) {
    super(problems.getFirst().message(), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** One thing about a file, or about the arguments as a whole. */
  static CannotRun because(String code, String where, String message, String next) {
    return new CannotRun(
        List.of(
            new Problem(code, Severity.ERROR, Span.startOf(where), message, Optional.of(next))));
  }

  /** Something is wrong with the arguments. */
  static CannotRun usage(String message, String next) {
    return because("cli/usage", "arguments", message, next);
  }

  List<Problem> problems() {
    return problems;
  }
}
