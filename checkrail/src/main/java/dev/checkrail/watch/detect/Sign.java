package dev.checkrail.watch.detect;

import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a detector sees in a moment. It is given again each moment as long as it is seen.
 *
 * @param subject what is wrong: {@code be_pay/pay-2}, {@code payments at fe}; with the detection it
 *     is the identity of an alert
 * @param text a sentence or two with figures
 * @param since when it began, by evidence
 * @param scope what it is about
 */
public record Sign(
    Detection detection,
    Detection.Level level,
    String subject,
    String text,
    Instant since,
    Scope scope) {
  /**
   * Which requests and parts are meant.
   *
   * @param routes {@code payments at fe}
   * @param pools by name; the owner is asked for in their order
   * @param servers {@code be_pay/pay-2}
   */
  public record Scope(Set<String> routes, Set<String> pools, Set<String> servers) {
    /** All of the load balancer. */
    public static final Scope ALL = new Scope(Set.of(), Set.of(), Set.of());

    public Scope {
      routes = Collections.unmodifiableSet(new TreeSet<>(routes));
      pools = Collections.unmodifiableSet(new TreeSet<>(pools));
      servers = Collections.unmodifiableSet(new TreeSet<>(servers));
    }

    /** Whether both speak of something in common. */
    public boolean meets(Scope other) {
      return all()
          || other.all()
          || !Collections.disjoint(routes, other.routes)
          || !Collections.disjoint(servers, other.servers)
          || !Collections.disjoint(pools, other.pools);
    }

    private boolean all() {
      return routes.isEmpty() && pools.isEmpty() && servers.isEmpty();
    }
  }
}
