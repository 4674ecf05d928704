package dev.checkrail.model;

import java.util.List;
import java.util.Optional;

/**
 * One load-balancer configuration, everything inherited and expanded.
 *
 * @param dialect {@code haproxy}; later {@code nginx}, {@code envoy}
 * @param frontends in file order
 * @param pools in file order; a HAProxy {@code listen} section is a frontend and a pool of one name
 * @param files all other files that the configuration refers to, in order of use
 * @param settings process-wide settings ({@code maxconn}, …) with their places
 * @param unmodelled every directive that is not modelled, in file order; those that can act on
 *     requests also stand in the rule set or pool where they act
 * @param coverage how many directives are modelled
 */
public record Configuration(
    String dialect,
    List<Frontend> frontends,
    List<Pool> pools,
    List<ReferencedFile> files,
    List<Setting> settings,
    List<Unmodelled> unmodelled,
    Coverage coverage) {
  public Configuration {
    frontends = List.copyOf(frontends);
    pools = List.copyOf(pools);
    files = List.copyOf(files);
    settings = List.copyOf(settings);
    unmodelled = List.copyOf(unmodelled);
  }

  /** The pool of this name. */
  public Optional<Pool> pool(String name) {
    return pools.stream().filter(pool -> pool.name().equals(name)).findFirst();
  }
}
