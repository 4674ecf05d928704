package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A listener's program as diagrams: from requests to the rule that decides, and from requests to
 * what becomes of them.
 *
 * <p>{@link #deciding} has the index of the frontend's entry as leaf. {@link #result} has the index
 * in {@link #leaves}.
 */
final class Dispatch {
  /**
   * One way that requests can go.
   *
   * @param ending what becomes of them; never {@link Ending.ToPool}
   * @param pool the pool they came through
   * @param entry the pool's decision, else the frontend's
   */
  record Leaf(Ending ending, Optional<Program.PoolProgram> pool, Program.Entry entry) {}

  final Program program;
  final List<Leaf> leaves = new ArrayList<>();
  final int deciding;
  final int result;
  private final int followed;
  private final Universe universe;
  private final Map<String, Diagrams.Regions> lazyRegions = new HashMap<>();

  Dispatch(Program program, Universe universe) {
    this.program = program;
    this.universe = universe;
    this.deciding = firstMatch(program.entries());
    int known = build();
    this.followed = leaves.size();
    this.result =
        unfollowed(
            universe.unclear(),
            "tests on one of several header values are too many to be combined",
            unfollowed(
                universe.encode(program.unclear()),
                "a converter may have no value for one of several",
                known));
  }

  /**
   * Why the way of requests through the rules is not followed, if some of these leaves say no more
   * than that; empty if each says what the rules do.
   */
  Optional<Blame> unfollowedIn(Collection<Integer> indices) {
    return indices.stream()
        .filter(leaf -> leaf >= followed)
        .map(leaf -> ((Ending.Unclear) leaves.get(leaf).ending()).blame())
        .findFirst();
  }

  /** How many leaves say what the rules do; those whose way is not followed come behind them. */
  int followed() {
    return followed;
  }

  /** Requests of which too little is known, on top of all others. */
  private int unfollowed(int requests, String reason, int node) {
    if (requests == Diagrams.FALSE) {
      return node;
    }
    Blame blame =
        new Blame(program.frontend().span(), "frontend " + program.frontend().name(), reason);
    leaves.add(new Leaf(new Ending.Unclear(blame), Optional.empty(), program.entries().getLast()));
    return universe.diagrams.ite(requests, universe.diagrams.terminal(leaves.size() - 1), node);
  }

  /**
   * From requests to the index of the first entry whose guard holds; the last one takes the rest.
   */
  private int firstMatch(List<Program.Entry> entries) {
    List<Integer> guards = new ArrayList<>();
    for (Program.Entry entry : entries.subList(0, entries.size() - 1)) {
      guards.add(universe.encode(entry.guard()));
    }
    return Chain.of(guards, universe.diagrams);
  }

  private int build() {
    Diagrams diagrams = universe.diagrams;
    // Leaves of pools: for a pool with rules of its own a diagram, else one leaf.
    Map<String, Integer> simple = new HashMap<>();
    Map<String, Integer> withRules = new LinkedHashMap<>();
    for (Program.PoolProgram pool : program.pools().values()) {
      int first = leaves.size();
      for (Program.Entry entry : pool.entries()) {
        leaves.add(new Leaf(entry.ending(), Optional.of(pool), entry));
      }
      if (pool.entries().size() == 1) {
        simple.put(pool.pool().name(), first);
      } else {
        int own = firstMatch(pool.entries());
        withRules.put(pool.pool().name(), diagrams.map(own, i -> first + i));
      }
    }
    int[] leafOf = new int[program.entries().size()];
    Map<String, Integer> markers = new HashMap<>();
    for (int i = 0; i < leafOf.length; i++) {
      Program.Entry entry = program.entries().get(i);
      if (entry.ending() instanceof Ending.ToPool to) {
        Integer one = simple.get(to.pool().name());
        leafOf[i] =
            one != null
                ? one
                : markers.computeIfAbsent(
                    to.pool().name(),
                    name -> {
                      leaves.add(new Leaf(entry.ending(), Optional.empty(), entry));
                      return leaves.size() - 1;
                    });
      } else {
        leafOf[i] = leaves.size();
        leaves.add(new Leaf(entry.ending(), Optional.empty(), entry));
      }
    }
    int node = diagrams.map(deciding, i -> leafOf[i]);
    if (withRules.isEmpty()) {
      return node;
    }
    Diagrams.Regions regions = diagrams.regions(node);
    int routed = node;
    for (Map.Entry<String, Integer> pool : withRules.entrySet()) {
      Integer marker = markers.get(pool.getKey());
      if (marker != null) {
        routed = diagrams.ite(regions.of(marker), pool.getValue(), routed);
      }
    }
    return routed;
  }

  /** The requests that take this way. */
  int region(int leaf) {
    return lazyRegions.computeIfAbsent("result", r -> universe.diagrams.regions(result)).of(leaf);
  }

  /** The requests that this entry of the frontend decides. */
  int decided(int entry) {
    return lazyRegions
        .computeIfAbsent("deciding", r -> universe.diagrams.regions(deciding))
        .of(entry);
  }

  /** The entries of the frontend that decide requests of a set, in order. */
  List<Program.Entry> decidingIn(int set) {
    int marked = universe.diagrams.ite(set, deciding, universe.diagrams.terminal(-1));
    List<Program.Entry> found = new ArrayList<>();
    for (int entry : universe.diagrams.leaves(marked)) {
      if (entry >= 0) {
        found.add(program.entries().get(entry));
      }
    }
    return found;
  }
}
