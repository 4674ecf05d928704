package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code pool/name-at-start}: a server's name must resolve for HAProxy to start, and is not looked
 * up again.
 */
final class PoolNameAtStart implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> named = pool.servers().stream().filter(Server::resolvedAtStart).toList();
      EachServer.report(
          scene,
          pool,
          named,
          pool.servers().size(),
          RuleId.POOL_NAME_AT_START,
          who ->
              who
                  + " is given by name, looked up once at the start: without an answer from DNS"
                  + " HAProxy does not start or reload, and later changes of the record go unnoticed",
          "add resolvers, and init-addr last,libc,none",
          found);
    }
  }
}
