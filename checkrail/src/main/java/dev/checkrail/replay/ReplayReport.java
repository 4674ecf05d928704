package dev.checkrail.replay;

import dev.checkrail.report.Replayed;
import java.util.List;

/**
 * What recorded traffic shows.
 *
 * @param replayed the answer
 * @param moved the part that fares differently in the second configuration
 * @param unclear the part of which nobody can tell whether it does
 * @param services the part of each service's moves in all requests; the largest first. Requests of
 *     several services count for each of them
 */
public record ReplayReport(
    Replayed replayed, Part moved, Part unclear, List<ServicePart> services) {
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

  /** Moves of a service of the policy. */
  public record ServicePart(String service, Part moved) {}
}
