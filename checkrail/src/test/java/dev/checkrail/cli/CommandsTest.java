package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.Schemas;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  static final String APPROVED =
      """
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 30s

      frontend fe
          bind 127.0.0.1:8080
          acl is_pay path_beg /pay/
          use_backend be_pay if is_pay
          default_backend be_web

      backend be_pay
          option httpchk GET /ready
          server pay-1 127.0.0.1:9101 maxconn 50 check
          server pay-2 127.0.0.1:9102 maxconn 50 check

      backend be_web
          option httpchk GET /ready
          server web-1 127.0.0.1:9201 maxconn 50 check
          server web-2 127.0.0.1:9202 maxconn 50 check
      """;

  static final String MOVED =
      APPROVED.replace("use_backend be_pay if is_pay", "use_backend be_web if is_pay");

  static final String POLICY =
      """
      version: 1
      services:
        pay:
          - path: /pay/**
        web:
          - path: /**
            except: [pay]
      inventory:
        - { name: pay-1, address: "127.0.0.1:9101", serves: [pay, web] }
        - { name: pay-2, address: "127.0.0.1:9102", serves: [pay, web] }
        - { name: web-1, address: "127.0.0.1:9201", serves: [web] }
        - { name: web-2, address: "127.0.0.1:9202", serves: [web] }
      tests:
        - { request: "GET http://www.example.com/pay/1", expect: { reach: be_pay } }
      suppressions:
        - { rule: contract/incapable-server, at: "backend be_web", reason: "/pay itself", owner: web, requests: { path: /pay } }
      """;

  @TempDir Path folder;
  Run.In in;

  @BeforeEach
  void files() {
    in = new Run.In(folder);
    in.file("old.cfg", APPROVED).file("new.cfg", MOVED);
  }

  @Test
  void aConfigurationWithoutFaultsPasses() {
    Run run = in.run("check", "old.cfg");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out()).startsWith("policy: none\n").contains("PASS  old.cfg");
    assertThat(run.out()).contains("lines understood");
  }

  @Test
  void anUndeclaredMoveBlocksAndIsShownWithARequest() {
    Run run = in.run("gate", "old.cfg", "new.cfg", "--without-rehearsal");

    assertThat(run.status()).as(run.all()).isEqualTo(1);
    assertThat(run.out())
        .contains("diff/undeclared-move")
        .contains("try:  curl ")
        .contains("mend: ")
        .contains("BLOCKED  new.cfg");
  }

  @Test
  void aDeclaredMovePasses() {
    in.file("checkrail.yaml", "version: 1\nservices: { pay: [{ path: /pay/** }] }\n");

    Run run =
        in.run(
            "gate",
            "old.cfg",
            "new.cfg",
            "--without-rehearsal",
            "--moves",
            "pay",
            "--fail-on",
            "error",
            "--accept",
            "diff/balance-changed");

    assertThat(run.out()).doesNotContain("diff/undeclared-move");
  }

  @Test
  void theSameConfigurationPassesTheGate() {
    Run run = in.run("gate", "old.cfg", "old.cfg", "--without-rehearsal");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out()).contains("rehearse skipped: as asked (--without-rehearsal)");
  }

  @Test
  void theGateAsksTheRealBinary() {
    Run run = in.run("gate", "old.cfg", "old.cfg", "--format", "json");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(Schemas.complaints("verdict", run.out())).isEmpty();
    assertThat(run.out()).contains("\"stage\":\"native\",\"status\":\"pass\"");
    assertThat(run.out()).contains("\"stage\":\"rehearse\",\"status\":\"pass\"");
  }

  @Test
  void whatHaproxyRefusesIsAFindingNotAFailure() {
    in.file("bad.cfg", APPROVED.replace("timeout client 30s", "timeout client 30lightyears"));

    Run run = in.run("check", "bad.cfg");

    assertThat(run.status()).as(run.all()).isEqualTo(1);
    assertThat(run.out()).contains("read/refused-by-haproxy").contains("bad.cfg:4");
  }

  @Test
  void liveFindingsDoNotCountUnlessStrict() {
    String shadowed =
        APPROVED.replace(
            "    default_backend be_web",
            "    use_backend be_web if { path /pay/x }\n    default_backend be_web");
    in.file("a.cfg", shadowed).file("b.cfg", shadowed);

    assertThat(in.run("check", "a.cfg").out()).contains("route/shadowed-rule");
    Run usual = in.run("gate", "a.cfg", "b.cfg", "--without-rehearsal");
    Run strict = in.run("gate", "a.cfg", "b.cfg", "--without-rehearsal", "--strict");

    assertThat(usual.status()).as(usual.all()).isEqualTo(0);
    assertThat(usual.out()).contains("live already");
    assertThat(strict.status()).as(strict.all()).isEqualTo(1);
  }

  @Test
  void thePolicyBesideOldHoldsNeverThatOfNew() {
    in.file("approved/haproxy.cfg", APPROVED)
        .file("approved/checkrail.yaml", POLICY)
        .file("candidate/haproxy.cfg", MOVED)
        .file("candidate/checkrail.yaml", "version: 1\n");

    Run run =
        in.run("gate", "approved/haproxy.cfg", "candidate/haproxy.cfg", "--without-rehearsal");

    assertThat(run.out())
        .startsWith("policy: approved/checkrail.yaml\n")
        .contains("contract/incapable-server")
        .contains("test/failed");
  }

  @Test
  void aFolderIsItsConfigurationFilesInTheOrderOfTheirNames() {
    int cut = APPROVED.indexOf("backend be_pay\n    option");
    in.file("folder/10-front.cfg", APPROVED.substring(0, cut))
        .file(
            "folder/20-back.cfg",
            APPROVED
                .substring(cut)
                .replace(
                    "    option httpchk",
                    "    mode http\n    timeout connect 1s\n    timeout server 3s\n    option httpchk"))
        .file("folder/readme.txt", "no configuration");

    Run run = in.run("diff", "old.cfg", "folder", "--format", "json");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out()).contains("\"regions\":[]");
  }

  @Test
  void diffAnswersAndSaysSoByItsExitStatusIfAsked() {
    assertThat(in.run("diff", "old.cfg", "new.cfg").status()).isEqualTo(0);
    assertThat(in.run("diff", "old.cfg", "new.cfg", "--exit-code").status()).isEqualTo(1);
    assertThat(in.run("diff", "old.cfg", "old.cfg", "--exit-code").status()).isEqualTo(0);
  }

  @Test
  void diffNamesWhereRequestsCameFromAndGoTo() {
    Run text = in.run("diff", "old.cfg", "new.cfg");
    Run json = in.run("diff", "old.cfg", "new.cfg", "--format", "json");

    assertThat(text.out())
        .contains("from: be_pay (pay-1, pay-2)")
        .contains("to:   be_web (web-1, web-2)")
        .contains("DIFFERENT  1 set of requests moves");
    assertThat(Schemas.complaints("diff", json.out())).isEmpty();
  }

  @Test
  void testsOfThePolicyAreRun() {
    in.file("checkrail.yaml", POLICY);

    Run good = in.run("test", "old.cfg");
    Run bad = in.run("test", "new.cfg");

    assertThat(good.status()).as(good.all()).isEqualTo(0);
    assertThat(good.out()).contains("ok    GET http://www.example.com/pay/1");
    assertThat(bad.status()).as(bad.all()).isEqualTo(1);
    assertThat(bad.out()).contains("fail  GET http://www.example.com/pay/1");
  }

  @Test
  void rehearsalIsAnsweredInItsOwnShape() {
    Run run = in.run("rehearse", "old.cfg", "--format", "json");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(Schemas.complaints("rehearse", run.out())).isEmpty();
    assertThat(run.out()).doesNotContain("\"sent\":0");
  }

  @Test
  void explainShowsEachStepWithItsLine() {
    Run run = in.run("explain", "old.cfg", "GET http://www.example.com/pay/1");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out())
        .contains("old.cfg:10  use_backend be_pay if is_pay")
        .contains("→ be_pay (pay-1, pay-2)");
  }

  @Test
  void explainAnswersManyRequestsInTheirOrder() {
    String requests =
        """
        {"url":"http://www.example.com/pay/1"}
        not a request
        {"url":"http://www.example.com/","method":"POST"}
        """;

    Run run =
        in.run(
            java.util.Map.of(),
            requests,
            "explain",
            "old.cfg",
            "--requests",
            "-",
            "--format",
            "json");

    assertThat(run.status()).as(run.all()).isEqualTo(2);
    String[] lines = run.out().split("\n");
    assertThat(lines).hasSize(3);
    assertThat(lines[0]).contains("\"pool\":\"be_pay\"");
    assertThat(lines[1]).contains("{\"error\":\"line 2");
    assertThat(lines[2]).contains("\"pool\":\"be_web\"");
    assertThat(Schemas.complaints("explain", lines[0])).isEmpty();
  }

  @Test
  void evidenceIsWrittenOnceAndNeverOver() throws Exception {
    in.file("checkrail.yaml", POLICY);

    Run first =
        in.run("gate", "old.cfg", "new.cfg", "--without-rehearsal", "--evidence", "evidence");
    Run again =
        in.run("gate", "old.cfg", "new.cfg", "--without-rehearsal", "--evidence", "evidence");

    assertThat(first.status()).as(first.all()).isEqualTo(1);
    assertThat(folder.resolve("evidence/verdict.json")).exists();
    assertThat(folder.resolve("evidence/diff.json")).exists();
    String manifest = Files.readString(folder.resolve("evidence/manifest.json"));
    assertThat(Schemas.complaints("manifest", manifest)).isEmpty();
    assertThat(manifest).contains("old.cfg").contains("new.cfg").contains("checkrail.yaml");
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).contains("holds something already");
    assertThat(folder.toFile().list((dir, name) -> name.startsWith(".checkrail"))).isEmpty();
  }

  @Test
  void settingsThatAreMeantCanBeAccepted() {
    in.file(
        "slow.cfg",
        APPROVED.replace(
            "maxconn 50 check\n    server pay-2", "maxconn 20 check\n    server pay-2"));

    Run blocked = in.run("gate", "old.cfg", "slow.cfg", "--without-rehearsal");
    Run accepted =
        in.run(
            "gate",
            "old.cfg",
            "slow.cfg",
            "--without-rehearsal",
            "--accept",
            "diff/limit-lowered@backend be_pay");
    Run elsewhere =
        in.run(
            "gate",
            "old.cfg",
            "slow.cfg",
            "--without-rehearsal",
            "--accept",
            "diff/limit-lowered@backend be_web");

    assertThat(blocked.out()).contains("diff/limit-lowered");
    assertThat(blocked.status()).as(blocked.all()).isEqualTo(1);
    assertThat(accepted.status()).as(accepted.all()).isEqualTo(0);
    assertThat(elsewhere.status()).as(elsewhere.all()).isEqualTo(1);
  }

  @Test
  void jsonOfCheckIsAsPromised() {
    Run run = in.run("check", "old.cfg", "--format", "json");

    assertThat(Schemas.complaints("verdict", run.out())).isEmpty();
    assertThat(run.out().lines()).hasSize(1);
    assertThat(run.err()).contains("policy: none");
  }

  @Test
  void completionIsAScript() {
    Run run = in.run("completion", "bash");

    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out()).contains("complete -F").contains("--without-rehearsal");
  }

  /** The launcher starts it; what it takes is shown here, and nothing else. */
  @Test
  void serveIsShownWithItsOwnOptions() {
    String help = in.run("serve", "--help").out();
    assertThat(help)
        .contains("--listen", "--data", "--on-call", "--observe-only", "--tls-key", "first start")
        .doesNotContain("--format", "--verbose");
    assertThat(in.run("completion", "bash").out()).contains("--observe-only", "--drift-every");
  }

  @Test
  void whatJudgesAnAppliedChangeIsSaidByItsHelp() {
    assertThat(in.run("lb", "apply", "--help").out().replaceAll("\\s+", " "))
        .contains("--policy=FILE", "judged by the policy that was approved: 'lb policy NAME'");
    assertThat(in.run("lb", "policy", "--help").out()).contains("--approve=FILE", "--force");
  }

  @Test
  void helpListsWhatWorks() {
    Run run = in.run("--help");

    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out())
        .contains(
            "check", "gate", "diff", "explain", "replay", "test", "rehearse", "completion", "demo")
        .contains("serve", "login", "logout", "lb", "event", "journal", "token", "account")
        .contains("incidents", "diagnosis", "alerts", "fault-bench", "change")
        .doesNotContain("rollout");
  }

  @Test
  void whatHangsOnAnUnmodelledLineIsUndecided() {
    String unknown =
        APPROVED.replace(
            "use_backend be_pay if is_pay",
            "use_backend be_pay if is_pay !{ sc0_gpc0_rate gt 10 }");
    in.file("a.cfg", unknown).file("b.cfg", unknown.replace("gt 10", "gt 20"));
    in.file(
        "policy.yaml",
        """
        version: 1
        invariants:
          - { name: pay at pay, requests: { path: /pay/* }, must: { reach: [be_pay] } }
        """);

    Run check = in.run("check", "a.cfg", "--policy", "policy.yaml");
    Run json = in.run("check", "a.cfg", "--policy", "policy.yaml", "--format", "json");

    assertThat(check.status()).as(check.all()).isEqualTo(3);
    assertThat(check.out()).contains("1 unmodelled").contains("UNDECIDED  a.cfg");
    assertThat(Schemas.complaints("verdict", json.out())).isEmpty();
    assertThat(in.run("check", "a.cfg").status()).isEqualTo(0);
    assertThat(in.run("explain", "a.cfg", "GET http://a/pay/1").status()).isEqualTo(3);
    assertThat(in.run("diff", "a.cfg", "b.cfg").status()).isEqualTo(3);
    assertThat(in.run("gate", "a.cfg", "b.cfg", "--without-rehearsal").status()).isEqualTo(3);
    assertThat(in.run("gate", "a.cfg", "a.cfg", "--without-rehearsal").status()).isEqualTo(0);
  }

  @Test
  void aContractFindingIsSuppressedForTheNamedRequestsOnly() {
    // What begins with /pay/ goes to the payment servers; /pay itself belongs to the service, too.
    in.file("checkrail.yaml", POLICY);
    String wider = APPROVED.replace("path_beg /pay/", "path_beg /pay/a");
    in.file("wider.cfg", wider);

    Run covered = in.run("check", "old.cfg");
    Run more = in.run("check", "wider.cfg");

    assertThat(covered.status()).as(covered.all()).isEqualTo(0);
    assertThat(covered.out()).contains("2 suppressed");
    assertThat(more.status()).as(more.all()).isEqualTo(1);
    assertThat(more.out()).contains("contract/incapable-server");
  }

  @Test
  void aMoveIsSuppressedForTheNamedRequestsOnly() {
    String suppressing =
        """
        version: 1
        suppressions:
          - { rule: diff/undeclared-move, at: "listener 127.0.0.1:8080", reason: "known", owner: web, requests: { path: %s } }
        """;
    in.file("all.yaml", suppressing.formatted("/pay/**"))
        .file("part.yaml", suppressing.formatted("/pay/a/**"));

    Run all = in.run("gate", "old.cfg", "new.cfg", "--without-rehearsal", "--policy", "all.yaml");
    Run part = in.run("gate", "old.cfg", "new.cfg", "--without-rehearsal", "--policy", "part.yaml");

    assertThat(all.status()).as(all.all()).isEqualTo(0);
    assertThat(part.status()).as(part.all()).isEqualTo(1);
  }

  @Test
  void otherVersionsAreSaidToBeUnmeasured() {
    in.file("checkrail.yaml", "version: 1\ntarget: { version: 2.8.1 }\n");

    assertThat(in.run("check", "old.cfg").out())
        .contains("HAProxy 2.8.1: agreement measured on 2.6.12 only");
  }
}
