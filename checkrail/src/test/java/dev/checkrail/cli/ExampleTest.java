package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.Schemas;
import dev.checkrail.policy.Policy;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.rehearse.Original;
import dev.checkrail.rehearse.Rehearse;
import dev.checkrail.rehearse.RehearseReport;
import dev.checkrail.rehearse.RehearseSettings;
import dev.checkrail.rehearse.Rehearsed;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxSettings;
import dev.checkrail.report.RequestJson;
import dev.checkrail.report.RequestJson.Parsed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The example as a user gates it: every stage, the real HAProxy included. */
class ExampleTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("basedir", "."))
          .resolve("../examples/payment-gateway")
          .toAbsolutePath()
          .normalize();

  private static final Run.In in = new Run.In(EXAMPLE);

  @TempDir Path evidence;

  @BeforeAll
  static void haproxyIsThere() {
    assumeTrue(
        Stream.of("/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy")
            .anyMatch(it -> Files.isExecutable(Path.of(it))),
        "needs haproxy: apt-get install haproxy");
  }

  /** What {@code gate} says of a candidate, as a script reads it. */
  private JsonNode gate(int status, String candidate, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                "gate",
                "approved.cfg",
                "candidates/" + candidate,
                "--format",
                "json",
                "--evidence",
                evidence.resolve("seen").toString()));
    words.addAll(Arrays.asList(more));
    Run run = in.run(words.toArray(String[]::new));
    assertThat(run.status()).as(run.all()).isEqualTo(status);
    assertThat(Schemas.complaints("verdict", run.out())).isEmpty();
    return JsonMapper.shared().readTree(run.out());
  }

  /** What blocks, each rule once. */
  private static String blocking(JsonNode verdict) {
    TreeSet<String> rules = new TreeSet<>();
    for (JsonNode finding : verdict.get("findings")) {
      if (counts(finding) && finding.get("severity").asString().equals("error")) {
        rules.add(finding.get("rule").asString());
      }
    }
    return String.join(" ", rules);
  }

  private static boolean counts(JsonNode finding) {
    return !finding.has("live") && !finding.has("suppressed");
  }

  private static List<JsonNode> findings(JsonNode verdict, String rule) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode finding : verdict.get("findings")) {
      if (counts(finding) && finding.get("rule").asString().equals(rule)) {
        found.add(finding);
      }
    }
    return found;
  }

  /** The lines that the findings of a rule name, as they stand in the candidate. */
  private static List<String> lines(JsonNode verdict, String rule) throws Exception {
    List<String> lines = new ArrayList<>();
    for (JsonNode finding : findings(verdict, rule)) {
      List<String> file = Files.readAllLines(EXAMPLE.resolve(finding.get("file").asString()));
      lines.add(file.get(finding.get("line").asInt() - 1).strip());
    }
    return lines;
  }

  /** Of a candidate: all rules that block it, and the rule that names the line at fault. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          payments-to-reports.cfg            | contract/incapable-server diff/undeclared-move floor/too-few-servers invariant/violated rehearse/fault test/failed | acl/same-name-or | acl is_reports hdr(host) -i pay-eu.example.com
          reports-server-in-payments-pool.cfg| contract/incapable-server diff/undeclared-move | contract/incapable-server | server rep-1 "127.0.0.1:${REP1_PORT-9201}" weight 100 maxconn 64 check
          shadowed.cfg                       | contract/incapable-server diff/undeclared-move floor/too-few-servers invariant/violated route/shadowed-rule test/failed | route/shadowed-rule | use_backend be_pay if is_pay_host is_payment
          retry-post.cfg                     | diff/retry-added rehearse/fault retry/non-idempotent | retry/non-idempotent | retry-on conn-failure empty-response response-timeout 500 503
          rewrite-first.cfg                  | contract/incapable-server diff/undeclared-move floor/too-few-servers invariant/violated test/failed | route/rewrite-before-match | http-request replace-path ^/v1/(.*) /\\1
          wrong-address.cfg                  | contract/unknown-server diff/undeclared-move floor/too-few-servers | contract/unknown-server | server pay-3 "127.0.0.1:9130" weight 100 maxconn 64 check
          truncated-map                      | diff/undeclared-move file/shrunk | file/shrunk | http-request set-var(txn.pool) hdr(host),host_only,lower,rtrim(.),map_str(routes.map)
          """)
  void aBadCandidateIsBlockedByTheseRulesAndItsLineIsNamed(
      String candidate, String rules, String naming, String line) throws Exception {
    JsonNode verdict = gate(1, candidate);

    assertThat(blocking(verdict)).isEqualTo(rules);
    assertThat(lines(verdict, naming)).containsOnly(line);
    assertThatHaproxyDoesWhatTheModelSays();
  }

  /** The change of 18 August: the requests that show why it is blocked, sent to HAProxy. */
  @Test
  void haproxyConfirmsTheWitnessesOfTheChangeThatBrokePayments() throws Exception {
    JsonNode verdict = gate(1, "payments-to-reports.cfg");

    List<JsonNode> why = new ArrayList<>(findings(verdict, "contract/incapable-server"));
    why.addAll(findings(verdict, "diff/undeclared-move"));
    List<Rehearsed> witnesses = new ArrayList<>();
    for (JsonNode finding : why) {
      assertThat(finding.has("witness")).as(finding.toString()).isTrue();
      assertThat(RequestJson.read(finding.get("witness").toString()))
          .isInstanceOfSatisfying(
              Parsed.Good.class, it -> witnesses.add(Rehearsed.of(it.request())));
    }
    assertThat(witnesses)
        .extracting(it -> it.request().method() + " " + it.request().url())
        .contains(
            "POST http://pay-eu.example.com/v1/payments",
            "POST https://pay-eu.example.com/v1/payments");
    RehearseReport seen = rehearse("candidates/payments-to-reports.cfg", witnesses);
    assertThat(seen.rehearsal().agreed()).isEqualTo(witnesses.size());
  }

  @Test
  void aGoodCandidatePassesOnceItsMoveIsDeclared() throws Exception {
    JsonNode verdict = gate(0, "good-capacity.cfg", "--moves", "payments");

    assertThat(blocking(verdict)).isEmpty();
    assertThat(verdict.get("stages"))
        .allMatch(stage -> stage.get("status").asString().equals("pass"));
    assertThatHaproxyDoesWhatTheModelSays();
  }

  @Test
  void aGoodCandidateIsBlockedAsLongAsItsMoveIsNotDeclared() throws Exception {
    assertThat(blocking(gate(1, "good-capacity.cfg"))).isEqualTo("diff/undeclared-move");
  }

  @Test
  void theApprovedConfigurationPassesItsCheck() {
    Run run = in.run("check", "approved.cfg");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out()).endsWith("PASS  approved.cfg\n");
  }

  private void assertThatHaproxyDoesWhatTheModelSays() throws Exception {
    JsonNode rehearsal =
        JsonMapper.shared().readTree(evidence.resolve("seen/rehearse.json").toFile());
    assertThat(rehearsal.get("disagreed")).isEmpty();
    assertThat(rehearsal.get("sent").asInt()).isGreaterThan(20);
    assertThat(rehearsal.get("agreed")).isEqualTo(rehearsal.get("sent"));
  }

  private static RehearseReport rehearse(String config, List<Rehearsed> requests) throws Exception {
    dev.checkrail.source.Files files = new dev.checkrail.source.Files(new DiskFiles(EXAMPLE));
    HaproxyTarget target = HaproxyTarget.debian12(Map.of());
    Original original = new Original(Read.haproxy(files, List.of(config), target), files, target);
    try (Sandbox sandbox = Sandbox.open(SandboxSettings.standard())) {
      return Rehearse.rehearse(
          original, requests, Policy.none(), sandbox, RehearseSettings.standard());
    }
  }
}
