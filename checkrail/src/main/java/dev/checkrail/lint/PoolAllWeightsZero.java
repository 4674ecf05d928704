package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/** {@code pool/all-weights-zero}: every server that is not disabled has weight 0. */
final class PoolAllWeightsZero implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> enabled = pool.servers().stream().filter(server -> !server.disabled()).toList();
      if (!enabled.isEmpty() && enabled.stream().allMatch(server -> server.weight() == 0)) {
        found.accept(
            Scene.finding(
                RuleId.POOL_ALL_WEIGHTS_ZERO,
                scene.subject(pool),
                enabled.getFirst().span(),
                "all servers of this pool have weight 0: every request that is sent to it fails,"
                    + " but for those of clients that are bound to a server",
                "give those that are to take requests a weight of 1 to 256"));
      }
    }
  }
}
