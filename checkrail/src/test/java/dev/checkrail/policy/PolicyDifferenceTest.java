package dev.checkrail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What another policy gives up, in words. */
class PolicyDifferenceTest {
  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      inventory:
        - { name: pay-1, address: "127.0.0.1:9101", serves: [payments] }
        - { name: web-1, address: "127.0.0.1:9301", serves: [web] }
      retry: { payments: never }
      invariants:
        - name: payments stay put
          requests: payments
          must: { reach: [be_pay] }
      floors: { payments: { servers: 2 } }
      tests:
        - { request: "POST http://pay.example.com/v1/payments", expect: { reach: be_pay } }
      owners: { lb: team-devops }
      rules: { preset: recommended, time/order: error }
      review: { approvers: 2, freeze: ["Fri 16:00..Mon 08:00 Europe/Vienna"] }
      """;

  private static Policy read(String text) {
    PolicyReader.Reading reading =
        PolicyReader.read(
            SourceFile.of("checkrail.yaml", text.getBytes(StandardCharsets.UTF_8)),
            Map.of(),
            List.of("time/order", "pool/no-health-check"));
    assertThat(reading.problems()).isEmpty();
    return reading.policy();
  }

  private static PolicyDifference to(String other) {
    return PolicyDifference.between(read(POLICY), read(other));
  }

  @Test
  void thatItIsWrittenOtherwiseIsNoDifference() {
    assertThat(to("# a comment\n\n" + POLICY.replace("{ reach: [be_pay] }", "{reach: [ be_pay ]}")))
        .returns(true, PolicyDifference::isEmpty);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          servers: 2 }             | servers: 1 }             | of the servers of payments 1 have to remain, not 2
          floors: { payments: { servers: 2 } } | floors: {}   | of the servers of payments 0 have to remain, not 2
          retry: { payments: never } | retry: {}              | requests of payments may be sent a second time
          serves: [web]            | serves: [web, payments]  | the server web-1 (127.0.0.1:9301) may get payments
          time/order: error        | time/order: 'off'          | the rule time/order is off, not error
          preset: recommended      | preset: critical-only    | rules are taken as critical-only, not as recommended
          approvers: 2             | approvers: 1             | who has to agree: 1, not 2
          """)
  void whatIsDemandedLessIsSaid(String from, String to, String sentence) {
    assertThat(to(POLICY.replace(from, to)).loosens()).contains(sentence);
    assertThat(PolicyDifference.between(read(POLICY.replace(from, to)), read(POLICY)).tightens())
        .as("the other way it is more")
        .isNotEmpty();
  }

  @Test
  void whatIsGoneIsNamed() {
    PolicyDifference none = PolicyDifference.between(read(POLICY), Policy.none());
    assertThat(none.loosens())
        .contains(
            "the service payments is gone",
            "there is no inventory: what servers may get is not checked any more",
            "the invariant \"payments stay put\" is gone",
            "the freeze window \"Fri 16:00..Mon 08:00 Europe/Vienna\" is gone");
    assertThat(none.loosens()).anyMatch(it -> it.startsWith("the test "));
    assertThat(PolicyDifference.between(Policy.none(), read(POLICY)).loosens()).isEmpty();
  }

  @Test
  void anotherServerMayBeUsedFromNowOn() {
    assertThat(
            to(POLICY.replace(
                    "retry:",
                    "  - { name: pay-2, address: \"127.0.0.1:9102\", serves: [payments] }\nretry:"))
                .loosens())
        .containsExactly("the server pay-2 (127.0.0.1:9102) may be used for payments");
  }

  @Test
  void whatIsSuppressedIsLoosened() {
    PolicyDifference difference =
        to(
            POLICY
                + "suppressions: [{ rule: pool/no-health-check, at: backend be_static, reason: x,"
                + " owner: web, until: 2027-01-31 }]\n");
    assertThat(difference.loosens())
        .containsExactly(
            "findings of pool/no-health-check at \"backend be_static\" do not count until"
                + " 2027-01-31");
    assertThat(difference.tightens()).isEmpty();
  }

  @Test
  void whereMoreAndLessCanNotBeToldApartItIsOtherwise() {
    assertThat(to(POLICY.replace("- path: /v1/payments/**", "- path: /v2/payments/**")).otherwise())
        .containsExactly("the service payments means other requests");
    assertThat(to(POLICY.replace("reach: [be_pay]", "reach: [be_pay, be_web]")).otherwise())
        .containsExactly("the invariant \"payments stay put\" is another one");
  }
}
