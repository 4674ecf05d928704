package dev.checkrail.lint;

import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Setting;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code pool/shallow-check}: an HTTP pool whose check is a mere connection, or the default {@code
 * OPTIONS /} with no word on what is expected.
 */
final class PoolShallowCheck implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      boolean checked =
          pool.servers().stream()
              .anyMatch(server -> server.check().isPresent() && !server.check().get().agent());
      if (pool.mode() == Mode.HTTP && checked && shallow(pool.healthCheck())) {
        found.accept(
            Scene.finding(
                RuleId.POOL_SHALLOW_CHECK,
                scene.subject(pool),
                pool.healthCheck().span(),
                "the health check only finds out whether a server answers at all: one whose"
                    + " application is broken keeps its share of requests",
                "ask a page that tells whether the application can serve: option httpchk, http-check"
                    + " send meth GET uri /ready, http-check expect status 200"));
      }
    }
  }

  private static boolean shallow(Pool.HealthCheck check) {
    return switch (check.kind()) {
      case NONE -> true;
      case HTTP -> {
        List<Setting> steps = check.steps();
        yield steps.size() == 1
            && (steps.getFirst().value().isBlank()
                || steps.getFirst().value().equals("on")
                || steps.getFirst().value().equals("httpchk"));
      }
      case TCP_SCRIPT, OTHER -> false;
    };
  }
}
