package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.policy.Policy;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Under which policy a load balancer's changes are judged. A policy is a change of its own: it
 * touches neither the load balancer's files nor its approved version, and that version has to pass
 * under it. While it is judged nobody acts on the load balancer, so no change is judged under the
 * one before.
 */
final class PolicyApproval {
  private final Balancers balancers;
  private final InstantSource clock;

  PolicyApproval(Balancers balancers, InstantSource clock) {
    this.balancers = balancers;
    this.clock = clock;
  }

  /**
   * What is approved.
   *
   * @param all each that ever was, the latest first
   */
  record Known(Optional<ApprovedPolicies.Approved> current, List<ApprovedPolicies.Approved> all) {
    Known {
      all = List.copyOf(all);
    }
  }

  /**
   * What became of one.
   *
   * @param was the digest of the one before; empty if there was none
   * @param verdict on the approved version under it; empty if it was approved already
   * @param approved whether it counts now
   */
  record Decided(
      String digest, Optional<String> was, Optional<Verdict> verdict, boolean approved) {}

  Known known(String name) throws BalancerException, InterruptedException {
    return balancers.look(
        name, held -> new Known(held.policies().current(), held.policies().all()));
  }

  /**
   * What is to count.
   *
   * @param force although the approved version does not pass
   * @param how for the journal: how it came to that
   * @param details for the journal
   */
  record Order(String text, boolean force, String actor, String how, Map<String, String> details) {
    Order {
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /** Judges the approved version under another policy, and lets that count if it passes. */
  Decided decide(String name, Order order) throws BalancerException, InterruptedException {
    return balancers.alone(
        name,
        held -> {
          String text = order.text();
          String digest = ApprovedPolicies.digest(text);
          Optional<ApprovedPolicies.Approved> before = held.policies().current();
          Optional<String> was = before.map(ApprovedPolicies.Approved::digest);
          if (before
              .filter(it -> it.digest().equals(digest) && it.approval().isPresent())
              .isPresent()) {
            return new Decided(digest, was, Optional.empty(), true);
          }
          Policy policy =
              Registry.policy(Optional.of(text), held.entry().installation().environment());
          Verdict verdict = held.checks(policy).check(live(held.versions()));
          boolean passed = verdict.kind() == Verdict.Kind.PASS;
          Map<String, String> details = new LinkedHashMap<>(order.details());
          details.put("verdict", verdict.kind().word());
          String rules = blocking(verdict);
          if (!rules.isEmpty()) {
            details.put("rules", rules);
          }
          if (!passed && !order.force()) {
            details.put("digest", digest);
            was.ifPresent(it -> details.put("was", it));
            held.write(order.actor(), "policy.held-back", details);
            return new Decided(digest, was, Optional.of(verdict), false);
          }
          details.put("forced", Boolean.toString(!passed));
          approve(
              held,
              text,
              order.actor(),
              clock.instant(),
              order.how()
                  + (passed
                      ? ": the approved version passes"
                      : ", forced, " + verdict.kind().word() + ": " + rules),
              details);
          return new Decided(digest, was, Optional.of(verdict), true);
        });
  }

  /** The version that is live. */
  static ConfigurationSet live(Versions versions) throws BalancerException {
    String live =
        versions
            .live()
            .orElseThrow(() -> Problem.conflict("no-version", "no version was ever approved here"));
    return versions
        .load(live)
        .orElseThrow(() -> Problem.missing("the live version is not kept here"));
  }

  /** It counts from here on; written down before, so that none counts of which nobody knows. */
  static void approve(
      Balancers.Held held,
      String text,
      String actor,
      Instant at,
      String why,
      Map<String, String> more)
      throws BalancerException {
    ApprovedPolicies policies = held.policies();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("digest", ApprovedPolicies.digest(text));
    policies.current().ifPresent(it -> details.put("was", it.digest()));
    details.putAll(more);
    details.put("why", why);
    held.write(actor, "policy.approved", details);
    policies.approve(text, at, actor, why);
  }

  /** The rules that block, each once. */
  static String blocking(Verdict verdict) {
    return String.join(
        " ",
        verdict.findings().stream()
            .filter(Verdict.Measure.usual()::blocks)
            .map((Finding finding) -> finding.rule().id())
            .distinct()
            .toList());
  }
}
