package dev.checkrail.lint;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/** {@code time/missing}: without these time-outs a connection may be held for ever. */
final class TimeMissing implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Frontend frontend : scene.configuration().frontends()) {
      if (!frontend.listeners().isEmpty()
          && Scene.setting(frontend.settings(), "timeout client").isEmpty()) {
        found.accept(
            Scene.finding(
                RuleId.TIME_MISSING,
                scene.subject(frontend) + " / timeout client",
                frontend.span(),
                "no timeout client: a client that goes away without a word holds its connection for"
                    + " ever",
                "set timeout client, in a defaults section for all"));
      }
    }
    for (Pool pool : scene.configuration().pools()) {
      for (String name : List.of("timeout connect", "timeout server")) {
        if (!pool.servers().isEmpty() && Scene.setting(pool.settings(), name).isEmpty()) {
          found.accept(
              Scene.finding(
                  RuleId.TIME_MISSING,
                  scene.subject(pool) + " / " + name,
                  pool.span(),
                  "no "
                      + name
                      + ": a request to a server that hangs waits for ever and holds its connection",
                  "set " + name + ", in a defaults section for all"));
        }
      }
    }
  }
}
