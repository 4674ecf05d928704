package dev.checkrail.policy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What people want of their load balancer: all of {@code checkrail.yaml}. Every service that is
 * named somewhere in it is defined in {@link #services}; no service is, through {@code except}, a
 * part of itself.
 *
 * @param target what the configuration is read for
 * @param services named sets of requests, in file order
 * @param inventory what each server is configured to serve; the contract is checked if there is one
 * @param retry services whose requests must not be sent twice, or may be
 * @param invariants what is to be true for ever
 * @param floors servers that must remain
 * @param tests people's own routing tests
 * @param owners team by name of a pool, frontend or {@code lb}
 * @param severities how serious each rule is taken
 * @param probe what live probes may send
 * @param pending statuses that say: accepted, and the outcome is not known yet
 * @param signals where dependencies tell how they are, by name
 * @param review who has to agree, and when nothing is rolled out
 * @param suppressions findings to live with
 */
public record Policy(
    Target target,
    List<Service> services,
    List<InventoryEntry> inventory,
    List<ServiceRetry> retry,
    List<Invariant> invariants,
    List<Floor> floors,
    List<RoutingTest> tests,
    Map<String, String> owners,
    Severities severities,
    List<ServiceProbe> probe,
    List<ServicePending> pending,
    List<Signal> signals,
    Review review,
    List<Suppression> suppressions) {
  public Policy {
    services = List.copyOf(services);
    inventory = List.copyOf(inventory);
    retry = List.copyOf(retry);
    invariants = List.copyOf(invariants);
    floors = List.copyOf(floors);
    tests = List.copyOf(tests);
    owners = Collections.unmodifiableMap(new LinkedHashMap<>(owners));
    probe = List.copyOf(probe);
    pending = List.copyOf(pending);
    signals = List.copyOf(signals);
    suppressions = List.copyOf(suppressions);
  }

  /** The policy of those who have none: nothing demanded, rules as recommended. */
  public static Policy none() {
    return new Policy(
        new Target(Optional.empty(), List.of(), Map.of()),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        Severities.recommended(),
        List.of(),
        List.of(),
        List.of(),
        Review.usual(),
        List.of());
  }

  /** The service of this name. */
  public Optional<Service> service(String name) {
    return services.stream().filter(service -> service.name().equals(name)).findFirst();
  }

  /** The inventory's entry of a server by its {@code address:port}. */
  public Optional<InventoryEntry> server(String key) {
    return inventory.stream().filter(entry -> entry.address().equals(key)).findFirst();
  }

  /** Whether and how requests of a service may be sent a second time, if the policy says so. */
  public Optional<Retrying> retryOf(String service) {
    return retry.stream()
        .filter(entry -> entry.service().equals(service))
        .map(ServiceRetry::retrying)
        .findFirst();
  }

  /** Whether this status of a service says that the outcome is not known yet. */
  public boolean isPending(String service, int status) {
    return pending.stream()
        .anyMatch(entry -> entry.service().equals(service) && entry.statuses().contains(status));
  }

  /**
   * The suppressions that hold today and speak of this rule and subject, in file order. One with
   * {@code requests} covers only findings whose requests all lie in that set.
   */
  public List<Suppression> suppressions(String rule, String subject, LocalDate today) {
    return suppressions.stream()
        .filter(one -> !one.expired(today) && one.concerns(rule, subject))
        .toList();
  }

  /** A notice for each suppression that no longer holds. */
  public List<Problem> expired(LocalDate today) {
    return suppressions.stream()
        .filter(one -> one.expired(today))
        .map(one ->
            new Problem(
                "policy/suppression-expired",
                Severity.NOTICE,
                one.span(),
                "the suppression of "
                    + one.rule()
                    + " at \""
                    + one.at()
                    + "\" held until "
                    + one.until().map(LocalDate::toString).orElse("")
                    + ": its findings count again",
                Optional.of("mend what it covers and remove it, or give it a later date")))
        .toList();
  }

  /**
   * What the configuration is read for.
   *
   * @param version of the load balancer, e.g. {@code 2.6.12}
   * @param features words for {@code feature()} predicates, as {@code haproxy -vv} lists them
   * @param environment variables by name; nothing is taken from our own environment. Those of the
   *     command line are in it and win
   */
  public record Target(
      Optional<String> version, List<String> features, Map<String, String> environment) {
    public Target {
      features = List.copyOf(features);
      environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }
  }

  /** A named set of requests. */
  public record Service(String name, RequestSet requests, Span span) {}

  /**
   * What a server is configured to serve.
   *
   * @param name label of the server
   * @param address {@code address:port} with variables expanded, as {@code Server.key()}
   * @param serves names of services; a server may serve none
   * @param capabilities URL at which it says so itself; read by live commands only
   */
  public record InventoryEntry(
      String name, String address, List<String> serves, Optional<String> capabilities, Span span) {
    public InventoryEntry {
      serves = List.copyOf(serves);
    }
  }

  /** Whether a request may be sent to a server a second time. */
  public enum Retrying {
    /** {@code never}. */
    NEVER,
    /** {@code safe-by-key}: the service enforces idempotency keys. */
    SAFE_BY_KEY
  }

  /** A service and its retrying. */
  public record ServiceRetry(String service, Retrying retrying, Span span) {}

  /**
   * Something that is to be true of all requests of a set.
   *
   * @param irregular whether requests that aren't well-formed are meant, too, in all parts of the
   *     set; see {@link RequestSet.Clause}
   */
  public record Invariant(
      String name, RequestSet requests, Must must, boolean irregular, Span span) {}

  /**
   * Servers that remain with the largest (by share) {@code address:port} lost, in every region of
   * the service that reaches a server: distinct, weight above 0, not backup, not disabled, serving
   * the service.
   *
   * @param servers at least that many, 1 or more
   * @param irregular whether requests that aren't well-formed are meant, too
   */
  public record Floor(String service, int servers, boolean irregular, Span span) {}

  /** What live probes may send. */
  public enum Probing {
    /** {@code safe}: requests of the service with what the policy gives them. */
    SAFE,
    /** {@code none}: nothing. */
    NONE
  }

  /** A service and what probes may send of it. */
  public record ServiceProbe(String service, Probing probing, Span span) {}

  /**
   * With which statuses a service says that it took a request and does not know its outcome yet.
   *
   * @param statuses 200 to 299: everything else has a meaning already
   */
  public record ServicePending(String service, Set<Integer> statuses, Span span) {
    public ServicePending {
      statuses = Set.copyOf(statuses);
    }
  }

  /**
   * Where a dependency tells how it is.
   *
   * @param url metrics page; read by live commands only
   * @param query which of its values
   * @param above it is in trouble if the value is above this
   */
  public record Signal(String name, String url, String query, double above, Span span) {}

  /**
   * Who has to agree, and when nothing is rolled out.
   *
   * @param approvers how many others have to agree
   * @param highRisk how many have to agree to a change of high risk; empty: one more than usually
   * @param highRiskRoles each of these roles at least one of them must have then
   */
  public record Review(
      int approvers, OptionalInt highRisk, List<String> highRiskRoles, List<FreezeWindow> freeze) {
    public Review {
      highRiskRoles = List.copyOf(highRiskRoles);
      freeze = List.copyOf(freeze);
    }

    /** One other person, at any time. */
    public static Review usual() {
      return new Review(1, OptionalInt.empty(), List.of(), List.of());
    }
  }
}
