package dev.checkrail.gateway.api;

import java.util.Optional;

/** Why a request is not carried out; becomes a {@code application/problem+json} answer. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  Refusal(Problem problem) {
    super(problem.code(), null, false, false); // thrown in the normal course of things: no trace
    this.problem = problem;
  }

  static Refusal of(Code code, String detail) {
    return new Refusal(Problem.of(code, detail));
  }

  static Refusal field(Code code, String field, String detail) {
    return new Refusal(
        new Problem(
            code.status(),
            code.word(),
            detail,
            Optional.of(field),
            Optional.empty(),
            Optional.empty(),
            code.retryAfter()));
  }

  Problem problem() {
    return problem;
  }
}
