package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * {@code pool/address-in-two-pools}: two pools that otherwise have different servers share one
 * address. Pools that share several are one fleet with two kinds of settings, which is common.
 * Silent on servers of the policy's inventory: there the contract decides.
 */
final class PoolAddressInTwoPools implements LintRule {

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    Set<String> inventory =
        scene.policy().inventory().stream()
            .map(entry -> entry.address())
            .collect(Collectors.toSet());
    Map<String, Set<String>> addresses = new HashMap<>();
    Map<String, String> first = new HashMap<>();
    for (Pool pool : scene.configuration().pools()) {
      // By name: the hash of a whole pool costs as much as the pool is large.
      Map<String, Server> shared = new LinkedHashMap<>();
      Set<String> fleets = new HashSet<>();
      addresses.put(pool.name(), addresses(pool));
      for (Server server : pool.servers()) {
        String other = first.putIfAbsent(server.key(), pool.name());
        boolean fixed = !server.portOffset() && server.port() != 0 && !server.disabled();
        if (other != null
            && !other.equals(pool.name())
            && fixed
            && shared.put(other, server) != null) {
          fleets.add(other);
        }
      }
      shared.forEach((other, server) -> {
        boolean same = Objects.equals(addresses.get(pool.name()), addresses.get(other));
        if (!same && !fleets.contains(other) && !inventory.contains(server.key())) {
          found.accept(finding(scene, pool, other, server));
        }
      });
    }
  }

  private static Finding finding(Scene scene, Pool pool, String other, Server server) {
    return Scene.finding(
        RuleId.POOL_ADDRESS_IN_TWO_POOLS,
        scene.subject(pool, server),
        server.span(),
        server.key()
            + " serves "
            + pool.name()
            + " and "
            + other
            + ", whose other servers differ: one of the two may send it requests that it cannot"
            + " serve",
        "correct the address, or name the server and what it serves in the policy's inventory");
  }

  private static Set<String> addresses(Pool pool) {
    return pool.servers().stream().map(Server::key).collect(Collectors.toSet());
  }
}
