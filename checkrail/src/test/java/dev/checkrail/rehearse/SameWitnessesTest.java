package dev.checkrail.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the proofs of the example's changes show is confirmed alike in either kind of sandbox. */
class SameWitnessesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "good-capacity.cfg",
        "payments-to-reports.cfg",
        "reports-server-in-payments-pool.cfg",
        "retry-post.cfg",
        "rewrite-first.cfg",
        "shadowed.cfg",
        "truncated-map/haproxy.cfg",
        "wrong-address.cfg"
      })
  void theLoopbackDeviceConfirmsWhatTheNamespaceDoes(String candidate) throws Exception {
    Policy policy = PaymentGatewayTest.policy();
    Original old = PaymentGatewayTest.original("approved.cfg");
    Original now = PaymentGatewayTest.original("candidates/" + candidate);
    List<Rehearsed> witnesses = witnesses(old, now, policy);
    List<RehearseReport> reports = new ArrayList<>();
    for (SandboxSettings.Wanted wanted :
        List.of(SandboxSettings.Wanted.NAMESPACE, SandboxSettings.Wanted.LOOPBACK)) {
      try (Sandbox sandbox = SandboxTest.openedOrSkipped(wanted)) {
        reports.add(
            Rehearse.rehearse(now, witnesses, policy, sandbox, RehearseSettings.standard()));
      }
    }
    RehearseReport namespace = reports.getFirst();
    RehearseReport loopback = reports.getLast();
    assertThat(loopback.rehearsal().sent()).isEqualTo(namespace.rehearsal().sent());
    assertThat(loopback.rehearsal().agreed()).isEqualTo(namespace.rehearsal().agreed());
    assertThat(loopback.rehearsal().disagreed()).isEmpty();
    assertThat(loopback.rehearsal().notRehearsed())
        .containsAll(namespace.rehearsal().notRehearsed())
        .hasSize(namespace.rehearsal().notRehearsed().size() + 1);
    assertThat(loopback.rehearsal().faults()).isEqualTo(namespace.rehearsal().faults());
    assertThat(loopback.findings()).isEqualTo(namespace.findings());
  }

  private static List<Rehearsed> witnesses(Original old, Original now, Policy policy) {
    Configuration approved = old.read().configuration();
    Configuration candidate = now.read().configuration();
    Set<Request> requests = new LinkedHashSet<>();
    Prove.prove(candidate, policy)
        .findings()
        .forEach(finding -> finding.witness().ifPresent(requests::add));
    Prove.diff(approved, candidate, policy, Set.of())
        .regions()
        .forEach(region -> requests.add(region.witness()));
    List<Rehearsed> all = new ArrayList<>();
    requests.forEach(request -> all.add(Rehearsed.of(request)));
    Prove.cover(candidate).forEach(one -> all.add(Rehearsed.of(one.request(), one.outcome())));
    return all;
  }
}
