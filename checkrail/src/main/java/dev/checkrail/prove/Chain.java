package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import java.util.ArrayList;
import java.util.List;

/**
 * First-match lists as diagrams. Blocks of rules are built from the last to the first, which costs
 * little where rules do not overlap; blocks are then laid over each other by halves, so that a rule
 * that many others overlap with is laid over them once and not once for each rule before it.
 */
final class Chain {
  private static final int NONE = -1;

  /** A block ends when so many nodes were made for it. */
  private static final int BLOCK = 100_000;

  private Chain() {}

  /** The index of the first set that holds the request, the number of sets if none does. */
  static int of(List<Integer> guards, Diagrams diagrams) {
    int found = overlay(guards, diagrams);
    return over(found, diagrams.terminal(guards.size()), diagrams);
  }

  private static int overlay(List<Integer> guards, Diagrams diagrams) {
    List<Integer> blocks = new ArrayList<>();
    int none = diagrams.terminal(NONE);
    int block = none;
    int start = diagrams.nodes();
    for (int i = guards.size() - 1; i >= 0; i--) {
      block = diagrams.ite(guards.get(i), diagrams.terminal(i), block);
      if (diagrams.nodes() - start > BLOCK) {
        blocks.addFirst(block);
        block = none;
        start = diagrams.nodes();
      }
    }
    blocks.addFirst(block);
    while (blocks.size() > 1) {
      List<Integer> half = new ArrayList<>();
      for (int i = 0; i < blocks.size(); i += 2) {
        half.add(
            i + 1 < blocks.size()
                ? over(blocks.get(i), blocks.get(i + 1), diagrams)
                : blocks.get(i));
      }
      blocks = half;
    }
    return blocks.getFirst();
  }

  /** The first, and where it has nothing the second. */
  private static int over(int first, int second, Diagrams diagrams) {
    return diagrams.over(first, second, NONE);
  }
}
