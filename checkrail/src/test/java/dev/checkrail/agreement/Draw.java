package dev.checkrail.agreement;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Seeded choices. */
final class Draw {
  private final Random random;

  Draw(long seed) {
    this.random = new Random(seed);
  }

  /** True with this chance. */
  boolean chance(double p) {
    return random.nextDouble() < p;
  }

  /** From low to high, both included. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  @SafeVarargs
  final <T> T of(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** One of several ways to go on, all equally likely. */
  @SafeVarargs
  final String way(Supplier<String>... ways) {
    return ways[random.nextInt(ways.length)].get();
  }

  /** Some of the choices, between low and high of them, in any order, perhaps the same twice. */
  <T> List<T> some(int low, int high, List<T> choices) {
    List<T> drawn = new ArrayList<>();
    for (int n = between(low, high); n > 0; n--) {
      drawn.add(of(choices));
    }
    return drawn;
  }
}
