package dev.checkrail.path;

import java.util.Optional;
import java.util.function.Function;

/** The same of one configuration, or of both of a change. */
record Sides<T>(Optional<T> old, T candidate) {

  static <T> Sides<T> one(T candidate) {
    return new Sides<>(Optional.empty(), candidate);
  }

  static <T> Sides<T> of(T old, T candidate) {
    return new Sides<>(Optional.of(old), candidate);
  }

  <R> Sides<R> map(Function<T, R> work) {
    return new Sides<>(old.map(work), work.apply(candidate));
  }
}
