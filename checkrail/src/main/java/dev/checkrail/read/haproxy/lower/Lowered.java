package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Configuration;
import dev.checkrail.source.Problem;
import java.util.List;

/**
 * What becomes of a tree.
 *
 * @param configuration the model; always there, also for configurations that HAProxy refuses
 * @param problems what is wrong with the meaning, in order of discovery
 */
public record Lowered(Configuration configuration, List<Problem> problems) {
  public Lowered {
    problems = List.copyOf(problems);
  }
}
