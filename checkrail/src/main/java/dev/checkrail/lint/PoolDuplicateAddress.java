package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** {@code pool/duplicate-address}: two servers of a pool have the same address and port. */
final class PoolDuplicateAddress implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      Map<String, Server> known = new HashMap<>();
      for (Server server : EachServer.usable(pool)) {
        Server first = known.putIfAbsent(server.key(), server);
        // The servers of one server-template line share a name that stands for several addresses.
        if (first != null && !first.span().equals(server.span())) {
          found.accept(
              Scene.finding(
                  RuleId.POOL_DUPLICATE_ADDRESS,
                  scene.subject(pool, server),
                  server.span(),
                  "servers "
                      + first.name()
                      + " and "
                      + server.name()
                      + " are both "
                      + server.key()
                      + ": it gets the requests of two, and the pool has one server less than it"
                      + " seems",
                  "correct the address, or remove one of the two"));
        }
      }
    }
  }
}
