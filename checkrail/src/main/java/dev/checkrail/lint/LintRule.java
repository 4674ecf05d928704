package dev.checkrail.lint;

import dev.checkrail.report.Finding;
import java.util.function.Consumer;

/**
 * One rule of the catalogue. A rule reports each case once, says in one sentence what happens to
 * which requests, and stays silent where it cannot tell. Its page in {@code docs/rules/} gives the
 * exact definition.
 */
interface LintRule {
  /** Looks a configuration over. Linear in its size. */
  void look(Scene scene, Consumer<Finding> found);
}
