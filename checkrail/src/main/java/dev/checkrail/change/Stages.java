package dev.checkrail.change;

import java.util.List;
import java.util.Optional;

/**
 * How a change is put in place, planned when it is checked and approved with it.
 *
 * @param steps in order; the last one puts the candidate itself in place
 * @param said what is not staged and why, a sentence each
 * @param atOnce what the first file moves by itself, for all requests at once; empty if it moves
 *     nothing
 */
public record Stages(List<Step> steps, List<String> said, Optional<String> atOnce) {
  public Stages {
    steps = List.copyOf(steps);
    said = List.copyOf(said);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("the candidate is put in place by a step");
    }
  }

  /**
   * One step, after which is observed.
   *
   * @param file digest of the files that are put in place; empty: servers are told their weights
   *     over the socket
   * @param weights of new servers, as they are after it; 0 for one that is out of service still
   * @param why what it does, in words
   */
  public record Step(Optional<String> file, List<Weight> weights, String why) {
    public Step {
      weights = List.copyOf(weights);
    }

    /** The largest share of its pool's requests that a new server gets; 0 if none gets any. */
    public double share() {
      return weights.stream().mapToDouble(Weight::share).max().orElse(0);
    }
  }

  /**
   * What a new server gets.
   *
   * @param share of the pool's requests, with nothing down
   */
  public record Weight(String pool, String server, int weight, double share) {}

  /** The candidate alone. */
  public static Stages atOnce(String candidate, List<String> said, Optional<String> moves) {
    return new Stages(
        List.of(
            new Step(Optional.of(candidate), List.of(), "the candidate itself is put in place")),
        said,
        moves);
  }

  /** Digests of the files on the way to the candidate, in order. */
  public List<String> between() {
    return steps.subList(0, steps.size() - 1).stream()
        .flatMap(step -> step.file().stream())
        .toList();
  }
}
