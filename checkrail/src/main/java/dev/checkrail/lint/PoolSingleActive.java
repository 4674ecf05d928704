package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/** {@code pool/single-active}: one server takes all requests and none would take its place. */
final class PoolSingleActive implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> active = EachServer.active(pool);
      long addresses = active.stream().map(Server::key).distinct().count();
      boolean several =
          active.size() > 1 && active.getFirst().span().equals(active.getLast().span());
      if (addresses == 1 && !several && EachServer.usable(pool).size() == active.size()) {
        found.accept(
            Scene.finding(
                RuleId.POOL_SINGLE_ACTIVE,
                scene.subject(pool),
                active.getFirst().span(),
                "only "
                    + active.getFirst().key()
                    + " serves this pool: while it is down or restarts, all its requests fail",
                "add a second server, or one with \"backup\""));
      }
    }
  }
}
