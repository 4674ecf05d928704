package dev.checkrail.path;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The same of one configuration, or of both of a change. */
record Sides<T>(Optional<T> old, T candidate) {

  static <T> Sides<T> one(T candidate) {
    return new Sides<>(Optional.empty(), candidate);
  }

  static <T> Sides<T> of(T old, T candidate) {
    return new Sides<>(Optional.of(old), candidate);
  }

  /** Joins each side with the same side of another. */
  <U, R> Sides<R> with(Sides<U> other, BiFunction<T, U, R> join) {
    return new Sides<>(
        old.flatMap(mine -> other.old.map(theirs -> join.apply(mine, theirs))),
        join.apply(candidate, other.candidate));
  }

  <R> Sides<R> map(Function<T, R> work) {
    return new Sides<>(old.map(work), work.apply(candidate));
  }
}
