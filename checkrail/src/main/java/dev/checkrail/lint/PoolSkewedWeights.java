package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code pool/skewed-weights}: a server's weight is a tenth of another's, or less; most often a
 * server line without {@code weight} (which means 1) among others that have one.
 */
final class PoolSkewedWeights implements LintRule {
  private static final int RATIO = 10;

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> active = EachServer.active(pool);
      if (active.size() < 2) {
        continue;
      }
      Server most = active.stream().max(Comparator.comparingInt(Server::weight)).orElseThrow();
      Server least = active.stream().min(Comparator.comparingInt(Server::weight)).orElseThrow();
      if (most.weight() >= RATIO * least.weight()) {
        found.accept(
            Scene.finding(
                RuleId.POOL_SKEWED_WEIGHTS,
                scene.subject(pool),
                least.span(),
                "weights from "
                    + least.weight()
                    + " ("
                    + least.name()
                    + ") to "
                    + most.weight()
                    + " ("
                    + most.name()
                    + "): the one gets "
                    + most.weight() / least.weight()
                    + " requests for each of the other",
                "give all servers a weight, or none; a server without one has weight 1"));
      }
    }
  }
}
