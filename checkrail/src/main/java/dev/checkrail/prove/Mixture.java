package dev.checkrail.prove;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the leaves of a diagram without chance mean: a way, or chances of several.
 *
 * @param shares by index in {@link Dispatch#leaves}; they add up to 1
 */
record Mixture(SortedMap<Integer, Double> shares) {
  Mixture {
    shares = Collections.unmodifiableSortedMap(new TreeMap<>(shares));
  }

  /**
   * A listener's result in which nothing asks for chance any more.
   *
   * @param mixtures gets what its leaves stand for
   */
  static int withoutChance(Dispatch dispatch, Universe universe, List<Mixture> mixtures) {
    Map<Mixture, Integer> index = new HashMap<>();
    return universe.diagrams.collapse(
        dispatch.result,
        universe.firstOfChance(),
        node -> {
          TreeMap<Integer, Double> shares = new TreeMap<>();
          int[] leaves = universe.diagrams.leaves(node);
          for (int leaf : leaves) {
            shares.put(
                leaf,
                leaves.length == 1
                    ? 1.0
                    : universe.measure(universe.diagrams.region(node, l -> l == leaf)));
          }
          return index.computeIfAbsent(
              new Mixture(shares),
              mixture -> {
                mixtures.add(mixture);
                return mixtures.size() - 1;
              });
        });
  }
}
