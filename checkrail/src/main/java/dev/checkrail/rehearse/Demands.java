package dev.checkrail.rehearse;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.policy.Must;
import dev.checkrail.policy.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a policy demands of a request while something is broken. */
final class Demands {
  /** A second one of these may do a second thing (RFC 9110, section 9.2.2). */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  private final Policy policy;
  private final Membership membership;
  private final Map<Passage, List<String>> services = new HashMap<>();

  Demands(Policy policy) {
    this.policy = policy;
    this.membership = new Membership(policy);
  }

  /** The services that a request belongs to. */
  List<String> services(Passage passage) {
    return services.computeIfAbsent(
        passage, p -> membership.services(p.request(), p.frontend().name(), p.listener().key()));
  }

  /** Why it must be answered although a server is lost; empty if nobody asks for it. */
  Optional<String> floor(Passage passage) {
    return policy.floors().stream()
        .filter(floor -> services(passage).contains(floor.service()))
        .findFirst()
        .map(floor -> "service " + floor.service() + " has a floor of " + floor.servers());
  }

  /** The invariant by which it must always be sent to a server. */
  Optional<String> always(Passage passage) {
    return policy.invariants().stream()
        .filter(one -> asks(one.must()))
        .filter(one ->
            membership.holds(
                one.requests(),
                passage.request(),
                passage.frontend().name(),
                passage.listener().key()))
        .findFirst()
        .map(one -> "invariant \"" + one.name() + "\" says always");
  }

  private static boolean asks(Must must) {
    return switch (must) {
      case Must.Always always -> true;
      case Must.All all -> all.of().stream().anyMatch(Demands::asks);
      case Must.Reach reach -> false;
      case Must.Serving serving -> false;
      case Must.Respond respond -> false;
      case Must.Redirect redirect -> false;
      case Must.Not not -> false;
    };
  }

  /** Whether doing it twice can do harm, and the service whose policy forbids it. */
  Optional<String> neverTwice(Passage passage) {
    if (isIdempotent(passage)) {
      return Optional.empty();
    }
    return services(passage).stream()
        .filter(
            service -> policy.retryOf(service).filter(r -> r == Policy.Retrying.NEVER).isPresent())
        .findFirst();
  }

  /** Whether a second one changes nothing that the first did not. */
  static boolean isIdempotent(Passage passage) {
    return IDEMPOTENT.contains(passage.request().method());
  }

  /** Whether a server is known to serve the request; everything may be served without inventory. */
  boolean capable(Passage passage, Server server) {
    return policy.inventory().isEmpty()
        || policy
            .server(server.key())
            .filter(entry -> services(passage).stream().anyMatch(entry.serves()::contains))
            .isPresent();
  }

  /** What a server serves, for messages. */
  String serves(Server server) {
    return policy
        .server(server.key())
        .map(entry ->
            entry.serves().isEmpty()
                ? "serves nothing"
                : "serves " + String.join(", ", entry.serves()) + " only")
        .orElse("is not in the inventory");
  }

  /** Servers of a pool that could take a request: in service, active or backup. */
  static List<Server> usable(Pool pool) {
    return pool.servers().stream()
        .filter(server -> !server.disabled() && server.weight() > 0)
        .collect(Collectors.toList());
  }
}
