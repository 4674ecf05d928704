package dev.checkrail.lint;

import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code pool/no-maxconn}: nothing limits how many requests a server of an HTTP pool gets at a
 * time.
 */
final class PoolNoMaxconn implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> usable = EachServer.usable(pool);
      List<Server> unlimited =
          usable.stream()
              .filter(server ->
                  server.maxConnections().isEmpty() || server.maxConnections().getAsInt() == 0)
              .toList();
      if (pool.mode() == Mode.HTTP) {
        EachServer.report(
            scene,
            pool,
            unlimited,
            usable.size(),
            RuleId.POOL_NO_MAXCONN,
            who ->
                who
                    + " gets any number of requests at a time: in a burst, or while others are down,"
                    + " it may be overrun instead of a queue forming here",
            "set maxconn to what the server was measured to bear",
            found);
      }
    }
  }
}
