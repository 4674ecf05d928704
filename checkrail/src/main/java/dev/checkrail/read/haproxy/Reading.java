package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import java.util.List;

/**
 * What {@link ParseHaproxy} makes of a configuration's files.
 *
 * @param tree the tree; always there, and always prints back to the input
 * @param problems everything wrong with the text, in load order; an error means that HAProxy
 *     refuses the configuration
 */
public record Reading(HaproxyTree tree, List<Problem> problems) {
  public Reading {
    problems = List.copyOf(problems);
  }
}
