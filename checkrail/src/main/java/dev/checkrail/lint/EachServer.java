package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Says of servers what is true of them: of the pool once if it is true of all of its servers. */
final class EachServer {
  private EachServer() {}

  /**
   * Reports servers.
   *
   * @param concerned those of {@code pool} that have the fault
   * @param of how many could have it
   * @param message takes {@code server pay-1} or {@code all 3 servers}
   */
  static void report(
      Scene scene,
      Pool pool,
      List<Server> concerned,
      int of,
      RuleId rule,
      Function<String, String> message,
      String fix,
      Consumer<Finding> found) {
    if (concerned.size() > 1 && concerned.size() == of) {
      found.accept(
          Scene.finding(
              rule,
              scene.subject(pool),
              concerned.getFirst().span(),
              message.apply("each of the " + of + " servers"),
              fix));
      return;
    }
    for (Server server : concerned) {
      found.accept(
          Scene.finding(
              rule,
              scene.subject(pool, server),
              server.span(),
              message.apply("server " + server.name()),
              fix));
    }
  }

  /** Servers that take requests, or would if others were down. */
  static List<Server> usable(Pool pool) {
    return pool.servers().stream()
        .filter(server -> !server.disabled() && server.weight() > 0)
        .toList();
  }

  /** Servers that take requests with nothing down. */
  static List<Server> active(Pool pool) {
    return pool.servers().stream().filter(Server::active).toList();
  }
}
