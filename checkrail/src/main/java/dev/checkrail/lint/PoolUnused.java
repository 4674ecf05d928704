package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code pool/unused}: a pool with servers that no rule sends requests to. Silent if some rule
 * computes the name of a pool.
 */
final class PoolUnused implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    if (scene.routes().computed()) {
      return;
    }
    Set<String> mentioned = mentioned(scene);
    for (Pool pool : scene.configuration().pools()) {
      if (!pool.servers().isEmpty()
          && !scene.routes().named().contains(pool.name())
          && !mentioned.contains(pool.name())) {
        found.accept(
            Scene.finding(
                RuleId.POOL_UNUSED,
                scene.subject(pool),
                pool.span(),
                "no rule sends requests to this pool: its servers get none",
                "remove it, or add the use_backend rule that it was written for"));
      }
    }
  }

  /** Pools that are named for their tables, or for the state of their servers. */
  private static Set<String> mentioned(Scene scene) {
    Set<String> names = new HashSet<>();
    scene
        .tree()
        .sections()
        .flatMap(section -> section.activeDirectives())
        .forEach(directive -> collect(directive, names));
    return names;
  }

  private static void collect(Directive directive, Set<String> names) {
    boolean table = false;
    boolean track = false;
    for (Word word : directive.args()) {
      String text = word.value();
      if (table) {
        names.add(text);
      } else if (track && text.indexOf('/') > 0) {
        names.add(text.substring(0, text.indexOf('/')));
      }
      for (int open = text.indexOf('('); open >= 0; open = text.indexOf('(', open + 1)) {
        int close = text.indexOf(')', open);
        if (close > 0) {
          for (String argument : text.substring(open + 1, close).split(",", -1)) {
            int slash = argument.indexOf('/');
            names.add(slash < 0 ? argument : argument.substring(0, slash));
          }
        }
      }
      table = word.is("table");
      track = word.is("track");
    }
  }
}
