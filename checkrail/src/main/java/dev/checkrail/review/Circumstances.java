package dev.checkrail.review;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is so while somebody asks. Each sentence is for people and complete by itself.
 *
 * @param live digest of the configuration that is live, or of the policy that is approved, as the
 *     change is of one or the other
 * @param policy digest of the policy that is approved
 * @param frozen why nothing is rolled out now: a freeze window
 * @param busy why nothing else is rolled out now: another change is
 * @param waits why rollouts wait for a person
 * @param incident whether an incident of this load balancer is open
 * @param roles of those who agreed, by account, as they are now; who is gone has none
 */
public record Circumstances(
    Instant at,
    String live,
    String policy,
    Optional<String> frozen,
    Optional<String> busy,
    Optional<String> waits,
    boolean incident,
    Map<String, List<String>> roles) {
  public Circumstances {
    roles = Map.copyOf(roles);
  }
}
