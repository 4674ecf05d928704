package dev.checkrail.prove;

import java.util.Optional;

/**
 * A function from value to value, given both ways: applied to one value, and as pre-image of a set
 * of values. Steps are compared by value: equal steps on equal terms are equal terms.
 */
sealed interface Step permits Pick, Conversion, Piece, Replaced {

  /** What a step makes of a value. */
  record Result(boolean known, Optional<Value> value) {
    static final Result NOTHING = new Result(true, Optional.empty());
    static final Result UNKNOWN = new Result(false, Optional.empty());

    static Result of(Value value) {
      return new Result(true, Optional.of(value));
    }

    static Result text(String text) {
      return of(new Value.Text(text));
    }
  }

  /** What comes out; nothing for "no value"; unknown if this step is not modelled. */
  Result apply(Value input);

  /**
   * The values that this step takes into the set.
   *
   * @throws Inexact if that set cannot be given
   */
  Values before(Values after);
}
