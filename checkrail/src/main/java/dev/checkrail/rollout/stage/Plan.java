package dev.checkrail.rollout.stage;

import dev.checkrail.report.Difference;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The steps of a change on one load balancer, in order; the last one puts the candidate itself in
 * place.
 *
 * @param staged servers that get their requests little by little
 * @param said what is not staged and why, one sentence each, for author and approvers
 */
public record Plan(List<Step> steps, List<Staged> staged, List<String> said) {
  public Plan {
    steps = List.copyOf(steps);
    staged = List.copyOf(staged);
    said = List.copyOf(said);
  }

  /** One step, after which is observed. */
  public sealed interface Step {
    /** What it does, in words. */
    String why();
  }

  /**
   * Files are put in place by a reload.
   *
   * @param texts all configuration files by path, in load order, one {@code char} per byte
   * @param last whether it is the candidate itself
   */
  public record Put(Map<String, String> texts, boolean last, String why) implements Step {
    public Put {
      texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
    }
  }

  /**
   * Weights of servers that are in the file are set over the socket, and servers that it has
   * disabled made ready: first the weight, then the state, so that none of them gets more.
   */
  public record Raise(List<Weight> weights, String why) implements Step {
    public Raise {
      weights = List.copyOf(weights);
    }
  }

  /**
   * A weight that is set.
   *
   * @param share of the pool's requests that the server gets then, with nothing down
   */
  public record Weight(String pool, String server, int weight, double share) {}

  /**
   * A server that is staged.
   *
   * @param address by which it is compared
   * @param weight its final one
   */
  public record Staged(String pool, String server, String address, int weight) {}

  /** Whether more than one step is taken. */
  public boolean inSteps() {
    return steps.size() > 1;
  }

  /** The files of the first step: what is in place before any new server gets a request. */
  public Put first() {
    return (Put) steps.getFirst();
  }

  /**
   * What no step can soften: all that the first file changes by itself.
   *
   * @param first how the approved configuration and the {@linkplain #first first file} differ
   */
  public static Optional<String> atOnce(Difference first) {
    if (first.equal()) {
      return Optional.empty();
    }
    int regions = first.regions().size();
    int settings = first.settings().size();
    StringBuilder text = new StringBuilder();
    if (regions > 0) {
      text.append(regions)
          .append(regions == 1 ? " set of requests moves" : " sets of requests move");
    }
    if (settings > 0) {
      text.append(regions > 0 ? " and " : "")
          .append(settings)
          .append(settings == 1 ? " setting changes" : " settings change");
    }
    return Optional.of(
        text
            + " with the first reload, for all requests at once: on a single load balancer a route"
            + " is all or nothing");
  }
}
