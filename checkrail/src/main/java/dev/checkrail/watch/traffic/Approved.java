package dev.checkrail.watch.traffic;

import dev.checkrail.logs.CapturedHeaders;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Region;
import dev.checkrail.prove.Regions;
import dev.checkrail.replay.Captures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What requests are judged by: the regions of the approved configuration, and what its servers
 * serve by the policy's inventory. Confined like {@link Regions}.
 */
public final class Approved {
  private record Place(String pool, String server) {}

  private final Regions regions;
  private final Policy policy;
  private final boolean inventory;
  private final Map<Place, List<String>> serves = new HashMap<>();
  private final Captures captures;

  /**
   * @param regions of this configuration and policy
   */
  public Approved(Regions regions, Configuration configuration, Policy policy) {
    this.regions = regions;
    this.policy = policy;
    this.inventory = !policy.inventory().isEmpty();
    for (Pool pool : configuration.pools()) {
      for (Server server : pool.servers()) {
        serves.put(
            new Place(pool.name(), server.name()),
            policy.server(server.key()).map(Policy.InventoryEntry::serves).orElse(List.of()));
      }
    }
    this.captures = Captures.of(configuration);
  }

  /**
   * Names of captured headers in a configuration, by which its log lines can be read. Empty for
   * frontends of which the order of slots is not known.
   */
  public static CapturedHeaders captured(Configuration configuration) {
    return Captures.of(configuration).names();
  }

  /** What the slots of a frontend hold; empty if that is not known. */
  List<Captures.Slot> captures(String frontend) {
    return captures.request(frontend);
  }

  Regions regions() {
    return regions;
  }

  /**
   * Whether an answer says that the outcome is not known yet, by the policy, in a service that the
   * request belongs to or may belong to.
   */
  boolean isPending(Region region, int status) {
    return !policy.pending().isEmpty()
        && (region.services().stream().anyMatch(service -> policy.isPending(service, status))
            || region.perhaps().stream().anyMatch(service -> policy.isPending(service, status)));
  }

  /**
   * Whether it is known that a server does not serve a request: the request belongs to services,
   * there is an inventory, and it has none of them for that server. A server that the approved
   * configuration does not have serves nothing.
   */
  boolean isUnserved(Region region, String pool, Optional<String> server) {
    if (!inventory || server.isEmpty() || region.services().isEmpty()) {
      return false;
    }
    List<String> served = serves.getOrDefault(new Place(pool, server.get()), List.of());
    return region.services().stream().noneMatch(served::contains)
        && region.perhaps().stream().noneMatch(served::contains);
  }
}
