package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code pool/no-health-check}: a server that is not checked, in a pool that has another one to
 * turn to.
 */
final class PoolNoHealthCheck implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> usable = EachServer.usable(pool);
      List<Server> unchecked =
          usable.stream()
              .filter(server -> server.check().isEmpty() && server.track().isEmpty())
              .toList();
      if (usable.size() > 1) {
        EachServer.report(
            scene,
            pool,
            unchecked,
            usable.size(),
            RuleId.POOL_NO_HEALTH_CHECK,
            who ->
                who + " gets its share of requests also while it is dead, since nobody checks it",
            "add \"check\" to the server line, and an option httpchk that asks whether it can serve",
            found);
      }
    }
  }
}
