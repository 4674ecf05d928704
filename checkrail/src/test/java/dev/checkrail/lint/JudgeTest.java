package dev.checkrail.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final LocalDate TODAY = LocalDate.of(2024, 8, 18);
  private static final Finding UNCHECKED =
      finding(RuleId.POOL_NO_HEALTH_CHECK, "backend be_static / server s1", "nobody checks s1");

  @Test
  void policySetsSeverities() {
    Policy policy = policy("rules: { pool/no-health-check: error }");

    assertThat(Judge.judge(List.of(UNCHECKED), policy, TODAY))
        .extracting(Finding::severity)
        .containsExactly(Severity.ERROR);
  }

  @Test
  void ruleThatIsOffFindsNothing() {
    Policy policy = policy("rules: { pool/no-health-check: \"off\" }");

    assertThat(Judge.judge(List.of(UNCHECKED), policy, TODAY)).isEmpty();
  }

  @Test
  void suppressionOfAPoolCoversItsServersUntilItsLastDay() {
    Policy policy =
        policy(
            """
            suppressions:
              - { rule: pool/no-health-check, at: "backend be_static", reason: "object store", owner: team-web, until: 2024-08-18 }
            """);

    Finding today = Judge.judge(List.of(UNCHECKED), policy, TODAY).getFirst();
    Finding tomorrow = Judge.judge(List.of(UNCHECKED), policy, TODAY.plusDays(1)).getFirst();

    assertThat(today.counts()).isFalse();
    assertThat(today.suppression().orElseThrow().reason()).isEqualTo("object store");
    assertThat(tomorrow.counts()).isTrue();
  }

  @Test
  void suppressionOfAnotherPoolCoversNothing() {
    Policy policy =
        policy(
            """
            suppressions:
              - { rule: pool/no-health-check, at: "backend be_stat", reason: "none", owner: team-web }
            """);

    assertThat(Judge.judge(List.of(UNCHECKED), policy, TODAY)).allMatch(Finding::counts);
  }

  @Test
  void contractsAreSuppressedForRequestsOnly() {
    Finding contract =
        finding(RuleId.CONTRACT_INCAPABLE_SERVER, "backend be_pay / server rep-1", "can't serve");
    Policy policy =
        policy(
            """
            services: { reports: [{ path: /reports/** }] }
            suppressions:
              - { rule: contract/incapable-server, at: "backend be_pay", reason: "beta", owner: lb, requests: reports }
            """);

    assertThat(Judge.judge(List.of(contract), policy, TODAY)).allMatch(Finding::counts);
    assertThat(Judge.judge(List.of(contract), policy, TODAY, (finding, suppression) -> true))
        .noneMatch(Finding::counts);
  }

  @Test
  void whatTheApprovedFileHasIsLive() {
    Finding moved =
        Finding.of(
            UNCHECKED.rule(),
            Stage.LINT,
            UNCHECKED.subject(),
            new Span("new.cfg", 99, 1, 0),
            "nobody checks s1");

    assertThat(Judge.markLive(List.of(moved), List.of(UNCHECKED))).allMatch(Finding::live);
  }

  @Test
  void secondFaultInOnePlaceCounts() {
    Finding first = finding(RuleId.ACL_SAME_NAME_OR, "frontend fe / acl a", "looks at src");
    Finding second = finding(RuleId.ACL_SAME_NAME_OR, "frontend fe / acl a", "looks at path");

    assertThat(Judge.markLive(List.of(second, first), List.of(first)))
        .extracting(Finding::live)
        .containsExactly(false, true);
  }

  @Test
  void worseFaultInOnePlaceCounts() {
    Finding round =
        finding(RuleId.TIME_NO_UNIT, "backend be / timeout server", "5000")
            .withSeverity(Severity.NOTICE);
    Finding seconds = finding(RuleId.TIME_NO_UNIT, "backend be / timeout server", "30");

    assertThat(Judge.markLive(List.of(seconds), List.of(round))).noneMatch(Finding::live);
    assertThat(Judge.markLive(List.of(round), List.of(seconds))).allMatch(Finding::live);
  }

  @Test
  void findingThatOnlyPartlyWasThereCounts() {
    assertThat(Judge.markLive(List.of(UNCHECKED), List.of(UNCHECKED), (was, is) -> false))
        .noneMatch(Finding::live);
  }

  private static Finding finding(RuleId rule, String subject, String message) {
    return Finding.of(rule, Stage.LINT, subject, new Span("haproxy.cfg", 7, 1, 0), message);
  }

  private static Policy policy(String text) {
    PolicyReader.Reading reading =
        PolicyReader.read(
            SourceFile.of("checkrail.yaml", "version: 1\n" + text),
            Map.of(),
            Arrays.stream(RuleId.values()).map(RuleId::id).toList());
    assertThat(reading.problems()).isEmpty();
    return reading.policy();
  }
}
