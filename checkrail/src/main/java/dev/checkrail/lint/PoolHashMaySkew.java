package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.function.Consumer;

/** {@code pool/hash-may-skew}: a key of the request decides which server gets it. */
final class PoolHashMaySkew implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      Pool.Balance balance = pool.balance();
      if (balance.keyed() && EachServer.active(pool).size() > 1) {
        found.accept(
            Scene.finding(
                RuleId.POOL_HASH_MAY_SKEW,
                scene.subject(pool),
                balance.span(),
                "\"balance "
                    + balance.algorithm()
                    + "\" sends all requests of one key to one server: "
                    + (balance.algorithm().equals("source")
                        ? "clients behind one proxy or CDN address all meet the same one"
                        : "a key that most requests share, or lack, loads one server with them"),
                "balance by roundrobin or leastconn, or bound the load with hash-balance-factor"));
      }
    }
  }
}
