package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * {@code pool/address-in-two-pools}: an address serves two pools that otherwise have different
 * servers. Pools with the same servers differ in their settings only, which is common. Silent on
 * servers of the policy's inventory: there the contract decides.
 */
final class PoolAddressInTwoPools implements LintRule {
  private record Use(Pool pool, Set<String> addresses) {}

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    Set<String> inventory =
        scene.policy().inventory().stream()
            .map(entry -> entry.address())
            .collect(Collectors.toSet());
    Map<String, Use> first = new HashMap<>();
    for (Pool pool : scene.configuration().pools()) {
      Use use =
          new Use(
              pool, pool.servers().stream().map(Server::key).collect(Collectors.toUnmodifiableSet()));
      for (Server server : pool.servers()) {
        Use other = first.putIfAbsent(server.key(), use);
        if (other == null
            || other.pool() == pool
            || server.disabled()
            || server.portOffset()
            || server.port() == 0
            || inventory.contains(server.key())
            || other.addresses().equals(use.addresses())) {
          continue;
        }
        found.accept(
            Scene.finding(
                RuleId.POOL_ADDRESS_IN_TWO_POOLS,
                scene.subject(pool, server),
                server.span(),
                server.key()
                    + " serves "
                    + pool.name()
                    + " and "
                    + other.pool().name()
                    + ", whose other servers differ: one of the two may send it requests that it"
                    + " cannot serve",
                "correct the address, or name the server and what it serves in the policy's"
                    + " inventory"));
      }
    }
  }
}
