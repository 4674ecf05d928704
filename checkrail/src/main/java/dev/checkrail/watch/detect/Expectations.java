package dev.checkrail.watch.detect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.policy.Policy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What people want of a load balancer, as far as it is watched: of the approved policy and
 * configuration.
 *
 * @param owners team by name of a pool, frontend or {@code lb}
 * @param serves services that the inventory says a server serves; one that it does not know has no
 *     entry
 * @param floors how many servers must be usable
 * @param inventory whether the policy has an inventory
 */
public record Expectations(
    Map<String, String> owners,
    Map<ServerName, List<String>> serves,
    List<Floor> floors,
    boolean inventory) {
  /** Nothing is known. */
  public static final Expectations NONE = new Expectations(Map.of(), Map.of(), List.of(), false);

  public Expectations {
    owners = Collections.unmodifiableMap(new TreeMap<>(owners));
    serves = Map.copyOf(serves);
    floors = List.copyOf(floors);
  }

  /**
   * At least so many of these servers.
   *
   * @param servers those that serve the service by the inventory; two names of one address count
   *     once, by the first
   */
  public record Floor(String service, int least, Set<ServerName> servers) {
    public Floor {
      servers = Set.copyOf(servers);
    }
  }

  /** What an approved policy and configuration say. */
  public static Expectations of(Policy policy, Configuration configuration) {
    Map<ServerName, List<String>> serves = new LinkedHashMap<>();
    Map<String, Map<String, ServerName>> capable = new TreeMap<>();
    for (Pool pool : configuration.pools()) {
      for (Server server : pool.servers()) {
        ServerName name = new ServerName(pool.name(), server.name());
        policy
            .server(server.key())
            .ifPresent(entry -> {
              serves.put(name, entry.serves());
              for (String service : entry.serves()) {
                capable
                    .computeIfAbsent(service, it -> new TreeMap<>())
                    .putIfAbsent(server.key(), name);
              }
            });
      }
    }
    List<Floor> floors = new ArrayList<>();
    for (Policy.Floor floor : policy.floors()) {
      Map<String, ServerName> servers = capable.getOrDefault(floor.service(), Map.of());
      if (!servers.isEmpty()) {
        floors.add(new Floor(floor.service(), floor.servers(), Set.copyOf(servers.values())));
      }
    }
    return new Expectations(policy.owners(), serves, floors, !policy.inventory().isEmpty());
  }

  /** Who owns a pool or frontend; else who owns the load balancer; else nobody. */
  public String owner(String name) {
    String own = owners.get(name);
    return own != null ? own : owners.getOrDefault("lb", "");
  }
}
