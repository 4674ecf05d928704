package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Configurations and what is found in them. */
class ProveTest {

  private static final String POOLS =
      """
      backend be_pay
        server pay-1 127.0.0.1:9101
        server pay-2 127.0.0.1:9102
        server pay-3 127.0.0.1:9103
      backend be_reports
        server rep-1 127.0.0.1:9201
      backend be_web
        server web-1 127.0.0.1:9301
        server web-2 127.0.0.1:9302
      """;

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - hosts: [pay.example.com]
            path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      inventory:
        - { name: pay-1, address: "127.0.0.1:9101", serves: [payments] }
        - { name: pay-2, address: "127.0.0.1:9102", serves: [payments] }
        - { name: pay-3, address: "127.0.0.1:9103", serves: [payments] }
        - { name: rep-1, address: "127.0.0.1:9201", serves: [web] }
        - { name: web-1, address: "127.0.0.1:9301", serves: [web] }
        - { name: web-2, address: "127.0.0.1:9302", serves: [web] }
      """;

  // --- which rules can fire

  @Test
  void ruleWhoseRequestsAreAllTakenBeforeIsShadowedAndTheEarlierOneIsNamed() {
    assertThat(
            proved(
                """
                use_backend be_web if { path_beg /v1/ }
                use_backend be_pay if { path_beg /v1/payments/ } { method POST }
                default_backend be_web
                """))
        .containsExactly(
            "fe.cfg:7 route/shadowed-rule frontend fe / use_backend be_pay: \"use_backend be_pay if"
                + " { path_beg /v1/payments/ } { method POST }\" never acts: all of its requests are"
                + " taken before by \"use_backend be_web if { path_beg /v1/ }\" (line 6)");
  }

  @Test
  void twoRulesCanCoverAThirdOneTogether() {
    assertThat(
            proved(
                """
                use_backend be_web if { method GET }
                use_backend be_reports if !{ method GET }
                use_backend be_pay if { path_beg /pay/ }
                default_backend be_web
                """))
        .singleElement()
        .asString()
        .contains("route/shadowed-rule", "(line 6) and", "(line 7)");
  }

  @Test
  void conditionThatContradictsItselfNeverMatches() {
    assertThat(
            proved(
                """
                use_backend be_pay if { path /a } { path /b }
                default_backend be_web
                """))
        .singleElement()
        .asString()
        .contains("route/never-matches", "no request fulfils");
  }

  @Test
  void negativeNumberIsNotZero() {
    assertThat(
            proved(
                """
                use_backend be_pay if { path /-3 /+3 } { path,field(2,/) -m int eq 0 }
                use_backend be_pay if { path /- /x } { path,field(2,/) -m int eq 0 }
                default_backend be_web
                """))
        .singleElement()
        .asString()
        .startsWith("fe.cfg:6 route/never-matches");
  }

  @Test
  void nobodyIsInAGroupWithoutCredentials() {
    assertThat(
            proved(
                """
                use_backend be_pay if { http_auth_group(staff) admin } !{ req.hdr(authorization) -m found }
                default_backend be_web
                """))
        .singleElement()
        .asString()
        .startsWith("fe.cfg:6 route/never-matches");
    assertThat(
            proved(
                """
                use_backend be_pay if { http_auth_group(staff) admin }
                default_backend be_web
                """))
        .isEmpty();
  }

  @Test
  void requestsThatNoRuleTakesAreShown() {
    assertThat(proved("use_backend be_pay if { path_beg /pay/ }\n"))
        .singleElement()
        .asString()
        .contains("route/no-default frontend fe: requests that no rule takes are answered 503");
  }

  @Test
  void rewriteThatChangesTheChoiceOfThePoolIsNamed() {
    assertThat(
            proved(
                """
                http-request set-header X-Seen yes
                http-request replace-path ^/v1/(.*) /\\1
                use_backend be_pay if { path_beg /v1/payments/ }
                default_backend be_web
                """))
        .singleElement()
        .asString()
        .contains("fe.cfg:7 route/rewrite-before-match", "replace-path");
  }

  @Test
  void hostsMissedInAnotherSpellingAreShown() {
    assertThat(
            proved(
                """
                use_backend be_pay if { hdr(host) pay.example.com }
                default_backend be_web
                """))
        .satisfiesExactly(
            finding ->
                assertThat(finding)
                    .contains("route/case-sensitive-host", "PAY.EXAMPLE.COM goes another way"),
            finding ->
                assertThat(finding).contains("route/host-with-port", "pay.example.com:8080"));
    assertThat(
            proved(
                """
                use_backend be_pay if { hdr(host),host_only pay.example.com }
                default_backend be_web
                """))
        .isEmpty();
  }

  @Test
  void redirectThatFulfilsItsOwnConditionIsALoop() {
    assertThat(
            proved(
                """
                http-request redirect location /login unless { path_beg /shop/ }
                default_backend be_web
                """))
        .singleElement()
        .asString()
        .contains("route/redirect-loop");
    assertThat(
            proved(
                """
                http-request redirect location /login unless { path_beg /shop/ } || { path /login }
                default_backend be_web
                """))
        .isEmpty();
  }

  // --- what the policy demands

  @Test
  void serverThatDoesNotServeWhatItCanGetIsFoundWithTheRuleThatSendsIt() {
    List<Finding> findings =
        Prove.prove(
                read(
                    frontend(
                        """
                        use_backend be_reports if { hdr(host),host_only pay.example.com } { method POST }
                        use_backend be_pay if { hdr(host),host_only,rtrim(.) pay.example.com } { path /v1/payments } or { hdr(host),host_only,rtrim(.) pay.example.com } { path_beg /v1/payments/ }
                        default_backend be_web
                        """)),
                policy(POLICY))
            .findings();
    assertThat(findings)
        .filteredOn(f -> f.rule() == RuleId.CONTRACT_INCAPABLE_SERVER)
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.subject()).isEqualTo("backend be_reports / server rep-1");
          assertThat(finding.span().line()).isEqualTo(6);
          assertThat(finding.witness().orElseThrow().method()).isEqualTo("POST");
          assertThat(finding.witness().orElseThrow().url())
              .isEqualTo("http://pay.example.com/v1/payments");
        });
  }

  @Test
  void whatIsNotModelledMakesTheContractUndecidedInsteadOfSafe() {
    ProveReport report =
        Prove.prove(
            read(
                frontend(
                    """
                    use_backend be_reports if { lua.odd() -m found }
                    use_backend be_pay if { hdr(host),host_only,rtrim(.) pay.example.com } { path /v1/payments } or { hdr(host),host_only,rtrim(.) pay.example.com } { path_beg /v1/payments/ }
                    default_backend be_web
                    """)),
            policy(POLICY));
    assertThat(report.findings()).noneMatch(f -> f.rule() == RuleId.CONTRACT_INCAPABLE_SERVER);
    assertThat(report.undecided())
        .anySatisfy(open -> {
          assertThat(open.rule()).isEqualTo(RuleId.CONTRACT_INCAPABLE_SERVER);
          assertThat(open.lines()).anyMatch(span -> span.line() == 6);
        });
  }

  // --- what changes

  @Test
  void equalConfigurationsAreEqualHoweverTheirRulesAreWritten() {
    DiffReport report =
        diff(
            """
            acl is_pay path_beg /pay/
            use_backend be_pay if is_pay
            default_backend be_web
            """,
            """
            use_backend be_web if !{ path -m beg /pay/ }
            default_backend be_pay
            """);
    assertThat(report.regions()).isEmpty();
    assertThat(report.undecided()).isEmpty();
  }

  @Test
  void requestsThatMoveAreToldInWordsAndShown() {
    DiffReport report =
        diff(
            """
            use_backend be_pay if { path_beg /pay/ }
            default_backend be_web
            """,
            """
            use_backend be_pay if { path_beg /pay/ } !{ method DELETE }
            default_backend be_web
            """);
    assertThat(report.regions())
        .singleElement()
        .satisfies(region -> {
          assertThat(region.requests()).isEqualTo("path under /pay/, DELETE");
          assertThat(region.witness().method()).isEqualTo("DELETE");
          assertThat(region.from()).isInstanceOf(Outcome.Reaches.class);
          assertThat(((Outcome.Reaches) region.to()).pool()).isEqualTo("be_web");
        });
    assertThat(report.findings())
        .extracting(Finding::rule)
        .containsExactly(RuleId.DIFF_UNDECLARED_MOVE);
  }

  @Test
  void unknownLinesOfEqualTextAtTheSamePlaceAreTheSame() {
    String rules =
        """
        use_backend be_reports if { lua.odd() -m found }
        default_backend be_web
        """;
    assertThat(diff(rules, rules).undecided()).isEmpty();
    assertThat(diff(rules, "http-request deny if { path /x }\n" + rules).undecided()).isNotEmpty();
  }

  @Test
  void unknownActionOfEqualTextForTheSameRequestsIsTheSameWhateverElseChanges() {
    String rules =
        """
        http-request use-service lua.odd if { path_beg /odd/ }
        default_backend be_web
        """;
    DiffReport report = diff(rules, "use_backend be_pay if { path_beg /pay/ }\n" + rules);
    assertThat(report.undecided()).isEmpty();
    assertThat(report.regions())
        .singleElement()
        .satisfies(region -> assertThat(region.requests()).isEqualTo("path under /pay/"));
  }

  @Test
  void chanceIsComparedByItsShares() {
    DiffReport report =
        diff(
            """
            use_backend be_pay if { rand(100) lt 10 }
            default_backend be_web
            """,
            """
            use_backend be_pay if { rand(100) lt 30 }
            default_backend be_web
            """);
    assertThat(report.regions())
        .singleElement()
        .satisfies(region -> assertThat(region.to()).isInstanceOf(Outcome.Splits.class));
  }

  // --- routing with the diagrams

  @Test
  void routesByRewrittenPathsMapsAndLists() {
    Router router =
        Prove.router(
            read(
                frontend(
                    """
                    http-request set-var(txn.p) req.hdr(X-Pool),lower
                    http-request set-path /new%[path]
                    use_backend be_%[var(txn.p)] if { var(txn.p) -m found }
                    use_backend be_pay if { path_beg /new/pay }
                    default_backend be_web
                    """)));
    assertThat(router.route(Request.of("GET", "http://a.example:8080/pay")))
        .get()
        .isInstanceOfSatisfying(
            Outcome.Reaches.class,
            reaches -> {
              assertThat(reaches.pool()).isEqualTo("be_pay");
              assertThat(reaches.path()).contains("/new/pay");
            });
    Request listed =
        new Request(
            "GET",
            "http://a.example:8080/pay",
            Map.of("X-Pool", List.of("x, y", "REPORTS")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(router.route(listed))
        .get()
        .isInstanceOfSatisfying(
            Outcome.Reaches.class, reaches -> assertThat(reaches.pool()).isEqualTo("be_reports"));
  }

  @Test
  void coverTakesEveryWay() {
    List<CoverRequest> cover =
        Prove.cover(
            read(
                frontend(
                    """
                    http-request deny if { path /secret } or { method TRACE }
                    use_backend be_pay if { path_beg /pay/ }
                    default_backend be_web
                    """)));
    assertThat(cover.stream().map(c -> c.decidingRule().line()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(6, 7, 8);
    assertThat(cover).anyMatch(c -> c.request().method().equals("TRACE"));
    assertThat(cover).anyMatch(c -> c.request().url().endsWith("/secret"));
  }

  // --- words of this test

  private static List<String> proved(String rules) {
    return Prove.prove(read(frontend(rules)), Policy.none()).findings().stream()
        .map(f ->
            f.span().file()
                + ":"
                + f.span().line()
                + " "
                + f.rule().id()
                + " "
                + f.subject()
                + ": "
                + f.message())
        .toList();
  }

  private static DiffReport diff(String old, String now) {
    return Prove.diff(read(frontend(old)), read(frontend(now)), Policy.none(), Set.of());
  }

  /** The first rule stands in line 6. */
  private static String frontend(String rules) {
    return """
    defaults
      mode http

    frontend fe
      bind 127.0.0.1:8080
    """
        + rules
        + POOLS;
  }

  private static Configuration read(String text) {
    return Read.haproxy(
            Files.of(Map.of("fe.cfg", text)), List.of("fe.cfg"), HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static Policy policy(String text) {
    return PolicyReader.read(
            SourceFile.of("checkrail.yaml", text),
            Map.of(),
            Arrays.stream(RuleId.values()).map(RuleId::id).toList())
        .policy();
  }
}
