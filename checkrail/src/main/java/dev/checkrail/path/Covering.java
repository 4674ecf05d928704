package dev.checkrail.path;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.RequestSet;
import dev.checkrail.policy.Suppression;
import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.ProveReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether all requests of a finding lie in the set that a suppression names. The prover is asked
 * again, with a policy that demands nothing for that set: if the finding is gone, they do; if it is
 * still there, or cannot be decided, they don't.
 */
final class Covering {
  /** No service can be called like this: a policy's names have no line breaks. */
  private static final String SET = "\nsuppressed";

  private final Configuration configuration;
  private final Optional<Configuration> old;
  private final Policy policy;
  private final Set<String> moves;

  Covering(
      Configuration configuration, Optional<Configuration> old, Policy policy, Set<String> moves) {
    this.configuration = configuration;
    this.old = old;
    this.policy = policy;
    this.moves = moves;
  }

  boolean covers(Finding finding, Suppression suppression) {
    if (suppression.requests().isEmpty()) {
      return false;
    }
    RequestSet set = suppression.requests().get();
    return switch (finding.rule()) {
      case CONTRACT_INCAPABLE_SERVER, CONTRACT_UNKNOWN_SERVER, INVARIANT_VIOLATED ->
          isGone(finding, Prove.prove(configuration, without(set, finding)));
      case DIFF_UNDECLARED_MOVE -> old.isPresent() && isGone(finding, moved(old.get(), set));
      default -> false;
    };
  }

  private static boolean isGone(Finding finding, ProveReport report) {
    return report.findings().stream().noneMatch(it -> same(finding, it.rule(), it.subject()))
        && report.undecided().stream().noneMatch(it -> same(finding, it.rule(), it.subject()));
  }

  /** A server that was unknown is known now, and may turn out to be incapable. */
  private static boolean same(Finding finding, RuleId rule, String subject) {
    boolean contract = finding.rule() == RuleId.CONTRACT_UNKNOWN_SERVER;
    return finding.subject().equals(subject)
        && (finding.rule() == rule || (contract && rule == RuleId.CONTRACT_INCAPABLE_SERVER));
  }

  private DiffReport moved(Configuration before, RequestSet set) {
    Set<String> announced = new LinkedHashSet<>(moves);
    announced.add(SET);
    return Prove.diff(
        before, configuration, with(set, policy.inventory(), policy.invariants()), announced);
  }

  private static boolean isGone(Finding finding, DiffReport report) {
    return report.undecided().isEmpty()
        && report.findings().stream()
            .noneMatch(it -> it.rule() == finding.rule() && it.subject().equals(finding.subject()));
  }

  /** The policy with every server serving the set, and no invariant speaking of it. */
  private Policy without(RequestSet set, Finding finding) {
    List<Policy.InventoryEntry> inventory = new ArrayList<>();
    for (Policy.InventoryEntry entry : policy.inventory()) {
      List<String> serves = new ArrayList<>(entry.serves());
      serves.add(SET);
      inventory.add(
          new Policy.InventoryEntry(
              entry.name(), entry.address(), serves, entry.capabilities(), entry.span()));
    }
    if (finding.rule() == RuleId.CONTRACT_UNKNOWN_SERVER) {
      unknown(finding)
          .filter(address -> policy.server(address).isEmpty())
          .ifPresent(address ->
              inventory.add(
                  new Policy.InventoryEntry(
                      finding.subject(), address, List.of(SET), Optional.empty(), set.span())));
    }
    List<Policy.Invariant> invariants =
        policy.invariants().stream()
            .map(it ->
                new Policy.Invariant(
                    it.name(),
                    new RequestSet(less(it.requests()), it.requests().span()),
                    it.must(),
                    it.irregular(),
                    it.span()))
            .toList();
    return with(set, inventory, invariants);
  }

  private Optional<String> unknown(Finding finding) {
    for (Pool pool : configuration.pools()) {
      for (Server server : pool.servers()) {
        if (finding.subject().equals("backend " + pool.name() + " / server " + server.name())) {
          return Optional.of(server.key());
        }
      }
    }
    return Optional.empty();
  }

  /** The parts of a set, services spelled out, each less the suppressed one. */
  private List<RequestSet.Part> less(RequestSet set) {
    List<RequestSet.Part> parts = new ArrayList<>();
    for (RequestSet.Part part : set.parts()) {
      switch (part) {
        case RequestSet.Named named ->
            policy
                .service(named.service())
                .ifPresent(service -> parts.addAll(less(service.requests())));
        case RequestSet.Clause clause -> {
          List<RequestSet.Named> except = new ArrayList<>(clause.except());
          except.add(new RequestSet.Named(SET, clause.span()));
          parts.add(
              new RequestSet.Clause(
                  clause.paths(),
                  clause.hosts(),
                  clause.methods(),
                  clause.headers(),
                  clause.from(),
                  clause.listeners(),
                  except,
                  clause.irregular(),
                  clause.span()));
        }
      }
    }
    return parts;
  }

  private Policy with(
      RequestSet set, List<Policy.InventoryEntry> inventory, List<Policy.Invariant> invariants) {
    List<Policy.Service> services = new ArrayList<>(policy.services());
    services.add(new Policy.Service(SET, set, set.span()));
    return new Policy(
        policy.target(),
        services,
        inventory,
        policy.retry(),
        invariants,
        policy.floors(),
        List.of(),
        policy.owners(),
        policy.severities(),
        policy.probe(),
        policy.pending(),
        policy.signals(),
        policy.review(),
        List.of());
  }
}
