package dev.checkrail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.Schemas;
import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.json.JsonMapper;

/** The schema that editors use and the reader say the same of a file's shape. */
class PolicySchemaTest {

  @Test
  void theExampleOfTheContractFits() {
    assertThat(Schemas.complaints("policy", json(PolicyReaderTest.EXAMPLE))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version: 1",
        "{ version: 1, services: { a: { path: [/a, /b/**], headers: { X: true, Y: [1] } }, b: [a, { except: a, from: [\"!10.0.0.0/8\"], irregular: true }] } }",
        "{ version: 1, services: { a: { hosts: x } }, invariants: [{ name: n, requests: [a, { methods: GET }], must: { not: { reach: b }, respond: 403 } }] }",
        "{ version: 1, tests: [{ request: { url: \"http://a/\", headers: { A: [b] } }, expect: { redirect: true } }] }",
        "{ version: 1, services: { a: { hosts: x } }, suppressions: [{ rule: diff/undeclared-move, at: a, reason: b, owner: c, requests: a }] }",
        "{ version: 1, services: { a: { hosts: x }, b: { hosts: y } }, pending: { a: [202, 206], b: 202 } }",
        "{ version: 1, target: { features: [OPENSSL], environment: { A: 1, B: ~ } }, review: { approvers: 2 } }",
      })
  void bothAccept(String policy) {
    assertThat(Schemas.complaints("policy", json(policy))).isEmpty();
    assertThat(read(policy).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{ version: 2 }",
        "{ version: 1, servces: {} }",
        "{ version: 1, services: { a: { pth: /a } } }",
        "{ version: 1, services: { a: [] } }",
        "{ version: 1, services: { a: { path: a } } }",
        "{ version: 1, inventory: [{ name: a, serves: [] }] }",
        "{ version: 1, rules: { preset: none } }",
        "{ version: 1, rules: { time/order: fatal } }",
        "{ version: 1, invariants: [{ name: n, requests: { path: /a }, must: {} }] }",
        "{ version: 1, invariants: [{ name: n, requests: { path: /a }, must: { always: false } }] }",
        "{ version: 1, services: { a: { hosts: x } }, floors: { a: { servers: 0 } } }",
        "{ version: 1, services: { a: { hosts: x } }, pending: { a: 503 } }",
        "{ version: 1, services: { a: { hosts: x } }, pending: { a: [\"202\"] } }",
        "{ version: 1, suppressions: [{ rule: diff/undeclared-move, at: a, reason: b, owner: c }] }",
        "{ version: 1, suppressions: [{ rule: time/order, at: a, owner: c }] }",
      })
  void bothRefuse(String policy) {
    assertThat(Schemas.complaints("policy", json(policy))).isNotEmpty();
    assertThat(read(policy).problems()).isNotEmpty();
  }

  private static PolicyReader.Reading read(String policy) {
    return PolicyReader.read(
        SourceFile.of("checkrail.yaml", policy),
        Map.of(),
        List.of("time/order", "diff/undeclared-move"));
  }

  private static String json(String yaml) {
    Object value = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return new JsonMapper().writeValueAsString(value);
  }
}
