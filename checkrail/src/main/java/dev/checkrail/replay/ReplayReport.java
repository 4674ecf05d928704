package dev.checkrail.replay;

import dev.checkrail.report.Replayed;
import java.util.List;

/**
 * What recorded traffic shows.
 *
 * @param replayed the answer
 * @param moved the part that fares differently in the second configuration
 * @param shifted the same, each request by the part of it that others serve: a fourth server beside
 *     three gets a quarter of what moves. Its requests are all that were looked at
 * @param unclear the part of which nobody can tell whether it moves
 * @param services those whose requests move, the largest part first. Requests of several services
 *     count for each of them
 */
public record ReplayReport(
    Replayed replayed, Part moved, Part shifted, Part unclear, List<ServicePart> services) {
  public ReplayReport {
    services = List.copyOf(services);
  }

  /**
   * A part of the traffic.
   *
   * @param requests of those that were looked at
   * @param share of all; if these are a sample, what each stands for is taken into account
   * @param low if these are a sample: with 95 % certainty the share in all traffic is not below
   *     this; else the share
   * @param high nor above this
   */
  public record Part(long requests, double share, double low, double high) {}

  /**
   * Moves of a service of the policy.
   *
   * @param moved in all requests
   * @param shifted in its own requests, each by the part of it that others serve
   */
  public record ServicePart(String service, Part moved, Part shifted) {}
}
