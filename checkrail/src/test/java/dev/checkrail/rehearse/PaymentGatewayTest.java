package dev.checkrail.rehearse;

import static dev.checkrail.rehearse.Rehearsing.fault;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Prove;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.StageResult.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The example, rehearsed with its policy on the real HAProxy, in either kind of sandbox. */
@ParameterizedClass
@EnumSource(
    value = SandboxSettings.Wanted.class,
    names = {"NAMESPACE", "LOOPBACK"})
class PaymentGatewayTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("basedir", "."))
          .resolve("../examples/payment-gateway")
          .normalize();

  @SuppressWarnings("NullAway.Init")
  private static Sandbox sandbox;

  @Parameter SandboxSettings.Wanted wanted = SandboxSettings.Wanted.NAMESPACE;

  @BeforeParameterizedClassInvocation
  static void open(SandboxSettings.Wanted wanted) throws SandboxException {
    sandbox = SandboxTest.openedOrSkipped(wanted);
  }

  @AfterParameterizedClassInvocation
  static void close() throws SandboxException {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "approved.cfg",
        "candidates/good-capacity.cfg",
        "candidates/payments-to-reports.cfg",
        "candidates/reports-server-in-payments-pool.cfg",
        "candidates/rewrite-first.cfg",
        "candidates/shadowed.cfg",
        "candidates/wrong-address.cfg",
        "candidates/truncated-map/haproxy.cfg"
      })
  void haproxyTakesItAndDoesWhatTheModelSays(String file) throws Exception {
    assertThat(Native.check(original(file), sandbox).findings()).isEmpty();
    RehearseReport report = rehearse(file);
    assertThat(report.rehearsal().sent()).isEqualTo(requests().size());
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(report.undecided()).isZero();
    assertThat(report.findings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"approved.cfg", "candidates/good-capacity.cfg"})
  void everyWayThroughTheRulesIsTakenByHaproxyToo(String file) throws Exception {
    Original original = original(file);
    List<Rehearsed> cover =
        Prove.cover(original.read().configuration()).stream()
            .map(one -> Rehearsed.of(one.request(), one.outcome()))
            .toList();
    RehearseReport report =
        Rehearse.rehearse(original, cover, policy(), sandbox, RehearseSettings.standard());
    assertThat(report.rehearsal().sent()).isEqualTo(cover.size()).isGreaterThan(20);
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(report.rehearsal().agreed() + report.undecided()).isEqualTo(cover.size());
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void theReportSaysWhereItRan() throws Exception {
    assertThat(rehearse("approved.cfg").rehearsal().sandbox().name()).isEqualTo(wanted.name());
  }

  @Test
  void noServerOfPaymentsIsMissedWhenItIsLost() throws Exception {
    RehearseReport report = rehearse("approved.cfg");
    assertThat(fault(report, "be_pay/pay-1 down").why())
        .isEqualTo("8 requests answered by be_pay/pay-2, be_pay/pay-3");
    assertThat(report.rehearsal().faults()).noneMatch(f -> f.status() == Status.SKIPPED);
    assertThat(report.rehearsal().notRehearsed())
        .anyMatch(text -> text.contains("approved.cfg:12 log 127.0.0.1:5514: logs are not sent"));
  }

  @Test
  void aPaymentThatIsSentTwiceBlocks() throws Exception {
    RehearseReport report = rehearse("candidates/retry-post.cfg");
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(report.findings())
        .isNotEmpty()
        .allMatch(finding -> finding.rule() == RuleId.REHEARSE_FAULT)
        .anyMatch(finding -> finding.message().contains("retry payments: never"));
  }

  static Original original(String file) throws Exception {
    return Rehearsing.read(
        Rehearsing.disk(), EXAMPLE.resolve(file).toString(), policy().target().environment());
  }

  static Policy policy() throws Exception {
    return Rehearsing.policy(Files.readString(EXAMPLE.resolve("checkrail.yaml")));
  }

  private static RehearseReport rehearse(String file) throws Exception {
    return Rehearse.rehearse(
        original(file), requests(), policy(), sandbox, RehearseSettings.standard());
  }

  private static List<Rehearsed> requests() {
    return Rehearsing.requests(
        "POST http://pay.example.com:8080/v1/payments",
        "GET http://pay.example.com/v1/payments/1 at 127.0.0.1:8080",
        "GET http://PAY-EU.example.com./v1/refunds/1 at 127.0.0.1:8080",
        "GET https://pay-eu.example.com:8443/v1/refunds sni pay-eu.example.com",
        "GET http://reports.example.com/ at 127.0.0.1:8080",
        "GET http://www.example.com/ at 127.0.0.1:8080",
        "GET http://partners.example.com/x?y at 127.0.0.1:8080",
        "GET http://unknown.example.net/ at 127.0.0.1:8080",
        "GET http://pay.example.com/other at 127.0.0.1:8080",
        "GET http://x:8404/ from 127.0.0.1",
        "GET http://x:8404/ from 10.0.0.1");
  }
}
