package dev.checkrail.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The borders of the rules; the plain cases are the examples of their pages. */
class LintTest {

  // --- acl

  @Test
  void linesOfOneAclThatStandTogetherAndLookAtTheSameAreAList() {
    assertThat(
            found(
                "acl/same-name-or",
                frontend(
                    """
                    acl is_static path_beg /static
                    # pictures, too
                    acl is_static path_end .png
                    use_backend be_web if is_static
                    """)))
        .isEmpty();
  }

  @Test
  void lineApartFromTheOthersOfItsNameIsFound() {
    assertThat(
            found(
                "acl/same-name-or",
                frontend(
                    """
                    acl is_pay path_beg /pay
                    acl is_shop path_beg /shop
                    acl is_pay path_beg /shop/pay
                    use_backend be_web if is_pay or is_shop
                    """)))
        .containsExactly("warning frontend fe / acl is_pay, line 8");
  }

  @Test
  void eachLineThatLooksAtSomethingElseIsFound() {
    assertThat(
            found(
                "acl/same-name-or",
                frontend(
                    """
                    acl is_pay hdr(Host) -i pay.example.com
                    acl is_pay req.hdr(host) -i pay-eu.example.com
                    acl is_pay hdr(host),host_only -i pay-us.example.com
                    acl is_pay src 10.0.0.0/8
                    use_backend be_web if is_pay
                    """)))
        .containsExactly(
            "warning frontend fe / acl is_pay, line 8", "warning frontend fe / acl is_pay, line 9");
  }

  @Test
  void aclOfTheSameNameInAnotherSectionIsAnother() {
    assertThat(
            found(
                "acl/same-name-or",
                """
                frontend a
                    bind :80
                    acl is_pay path_beg /pay
                    http-request deny if is_pay
                frontend b
                    bind :81
                    acl is_pay hdr(host) pay.example.com
                    http-request deny if is_pay
                """))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http-request deny if is_admin",
        "http-request deny unless !is_admin",
        "use_backend be_web if { path / } or is_admin",
        "http-response set-header X-A 1 if is_admin",
        "monitor fail if is_admin"
      })
  void aclOfAConditionIsUsed(String line) {
    assertThat(found("acl/unused", frontend("acl is_admin path_beg /admin\n" + line))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdr(host) -m reg ^pay\\.example\\.com$",
        "hdr(host) -m reg ^[^.]+.*$",
        "hdr(host) -m reg ^(www|shop)\\.example\\.(com|net)$",
        "hdr(host) -m reg ^pay[.]example[.]com$",
        "hdr(host) -m reg ^pay.*com$",
        "hdr(host) pay.example.com",
        "path_reg ^/v1.0/pay$"
      })
  void dotThatIsEscapedOrMeantIsNoFault(String criterion) {
    assertThat(found("acl/unescaped-dot", frontend("http-request deny if { " + criterion + " }")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdr(host) -m reg ^pay.example\\.com$",
        "hdr_reg(host) -i ^(www|shop).example.com$|pay.example.com",
        "ssl_fc_sni -m reg pay-[0-9]+\\.example.com"
      })
  void dotThatTakesAnyCharacterOfAHost(String criterion) {
    assertThat(found("acl/unescaped-dot", frontend("http-request deny if { " + criterion + " }")))
        .hasSize(1);
  }

  // --- pool

  @Test
  void poolsAreNotCalledUnusedWhereANameIsComputed() {
    assertThat(
            found(
                "pool/unused",
                frontend("use_backend be_%[path,field(2,/)]")
                    + "backend be_x\n server x 10.0.0.1:80\n"))
        .isEmpty();
  }

  @Test
  void poolThatIsNamedForItsTableOrStateIsUsed() {
    assertThat(
            found(
                "pool/unused",
                frontend("http-request track-sc0 src table be_table")
                    + """
                    backend be_table
                        stick-table type ip size 1k expire 10s store http_req_cnt
                        server a 10.0.0.1:80
                    backend be_other
                        server b 10.0.0.2:80
                    """))
        .containsExactly("notice backend be_other, line 12");
  }

  @Test
  void poolThatAnswersByItselfNeedsNoServer() {
    assertThat(
            found(
                "pool/no-active-server",
                """
                frontend fe
                    bind :80
                    default_backend be_gone
                backend be_gone
                    http-request return status 410
                listen health
                    bind :81
                    monitor-uri /health
                """))
        .isEmpty();
  }

  @Test
  void poolWithoutServersThatARuleNames() {
    assertThat(
            found(
                "pool/no-active-server",
                """
                frontend fe
                    bind :80
                    default_backend be_web
                backend be_web
                    balance roundrobin
                """))
        .containsExactly("error backend be_web, line 6");
  }

  @Test
  void backupTakesOverForWeightZero() {
    assertThat(found("pool/all-weights-zero", pool("server a :80 weight 0", "server b :81 backup")))
        .isEmpty();
  }

  @Test
  void serversOfATemplateShareAName() {
    assertThat(
            found(
                "pool/duplicate-address",
                pool("server-template web 3 web.internal:80 init-addr none")))
        .isEmpty();
  }

  @Test
  void poolsThatShareSeveralServersAreOneFleet() {
    String twice =
        """
        backend be_api
            server a 10.0.0.1:80
            server b 10.0.0.2:80
        backend be_websocket
            timeout tunnel 1h
            server a 10.0.0.1:80
            server b 10.0.0.2:80
            server c 10.0.0.3:80
        """;
    assertThat(found("pool/address-in-two-pools", twice)).isEmpty();
    assertThat(
            found(
                "pool/address-in-two-pools",
                twice.replace("b 10.0.0.2:80\nbackend", "b 10.0.0.9:80\nbackend")))
        .containsExactly("warning backend be_websocket / server a, line 8");
  }

  @Test
  void addressThatTheInventoryKnowsIsForTheContract() {
    String text =
        """
        backend be_pay
            server pay-1 10.0.0.1:80
            server pay-2 10.0.0.2:80
        backend be_reports
            server rep-1 10.0.0.2:80
        """;
    PolicyReader.Reading policy =
        PolicyReader.read(
            SourceFile.of(
                "checkrail.yaml",
                """
                version: 1
                services: { payments: [{ path: /** }] }
                inventory: [{ name: pay-2, address: "10.0.0.2:80", serves: [payments] }]
                """),
            Map.of(),
            List.of());
    assertThat(policy.problems()).isEmpty();
    ReadReport read = read(text, Map.of());

    assertThat(found("pool/address-in-two-pools", text)).hasSize(1);
    assertThat(Lint.lint(read.tree(), read.configuration(), policy.policy()).findings())
        .extracting(Finding::rule)
        .doesNotContain(RuleId.POOL_ADDRESS_IN_TWO_POOLS);
  }

  @Test
  void whatIsTrueOfAllServersIsSaidOfThePool() {
    assertThat(found("pool/no-health-check", pool("server a 10.0.0.1:80", "server b 10.0.0.2:80")))
        .containsExactly("warning backend be, line 4");
    assertThat(
            found(
                "pool/no-health-check", pool("server a 10.0.0.1:80", "server b 10.0.0.2:80 check")))
        .containsExactly("warning backend be / server a, line 4");
  }

  @Test
  void onlyServerHasNoneToTurnToWhenItIsDown() {
    assertThat(found("pool/no-health-check", pool("server a 10.0.0.1:80"))).isEmpty();
  }

  @Test
  void trackedAndAgentCheckedServersAreWatched() {
    assertThat(
            found(
                "pool/no-health-check",
                pool(
                    "server a 10.0.0.1:80 check",
                    "server b 10.0.0.2:80 track be/a",
                    "server c 10.0.0.3:80 agent-check agent-port 9000")))
        .isEmpty();
  }

  @Test
  void forgottenWeightAmongHundreds() {
    assertThat(
            found(
                "pool/skewed-weights",
                pool(
                    "server a 10.0.0.1:80 weight 100",
                    "server b 10.0.0.2:80 weight 100",
                    "server c 10.0.0.3:80")))
        .containsExactly("warning backend be, line 6");
    assertThat(
            found(
                "pool/skewed-weights",
                pool("server a 10.0.0.1:80 weight 90", "server b 10.0.0.2:80 weight 10")))
        .isEmpty();
  }

  @Test
  void nameThatMayStayUnresolvedAtTheStart() {
    assertThat(
            found(
                "pool/name-at-start",
                pool(
                    "server a web-1.internal:80 init-addr none",
                    "server b web-2.internal:80 resolvers dns",
                    "server c 10.0.0.1:80")))
        .isEmpty();
  }

  // --- time

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout server 30",
        "timeout queue 3600",
        "default-server inter 2",
        "server x 10.0.0.9:80 check fastinter 1",
        "tcp-request inspect-delay 5",
        "stick-table type ip size 1k expire 30 store http_req_cnt",
        "stick-table type ip size 1k expire 30s store http_req_rate(10)",
        "http-request set-timeout server 30"
      })
  void secondsThatAreMilliseconds(String line) {
    assertThat(found("time/no-unit", pool(line, "server a 10.0.0.1:80")))
        .singleElement()
        .asString()
        .startsWith("error backend be / ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout server 30s",
        "timeout server 30ms",
        "timeout tunnel 0",
        "retries 3",
        "stats refresh 5",
        "cookie SRV insert maxidle 30"
      })
  void timesWithUnitAndNumbersThatAreNone(String line) {
    assertThat(found("time/no-unit", pool(line, "server a 10.0.0.1:80"))).isEmpty();
  }

  @Test
  void roundMillisecondsAreOnlyNoted() {
    assertThat(found("time/no-unit", pool("timeout server 50000", "server a 10.0.0.1:80")))
        .containsExactly("notice backend be / timeout server, line 4");
  }

  @Test
  void clientsAreComparedWithThePoolsThatTheyReach() {
    String text =
        """
        frontend quick
            bind :80
            timeout client 5s
            default_backend be_quick
        frontend slow
            bind :81
            timeout client 60s
            default_backend be_slow
        backend be_quick
            timeout server 5s
            server a 10.0.0.1:80
        backend be_slow
            timeout server 60s
            server b 10.0.0.2:80
        """;
    assertThat(found("time/order", text)).isEmpty();
    assertThat(found("time/order", text.replace("client 60s", "client 10s")))
        .containsExactly("warning backend be_slow / timeout server, line 15");
  }

  // --- reload, tls

  @Test
  void frontendThatOnlyAnswersItselfLosesNoRequestAtAReload() {
    assertThat(found("reload/drops-keepalive", "frontend st\n bind :80\n stats uri /\n")).isEmpty();
  }

  @Test
  void oldVersionOfTheProcessIsOverruledByTheLine() {
    String text =
        """
        global
            ssl-default-bind-options ssl-min-ver TLSv1.0 no-tls-tickets
        defaults
            mode http
        frontend fe
            bind :443 ssl crt a.pem
            bind :444 ssl crt a.pem ssl-min-ver TLSv1.2
            bind :445 ssl crt a.pem force-tlsv11
        """;
    assertThat(lint(text).stream().filter(f -> f.rule() == RuleId.TLS_WEAK_VERSION))
        .extracting(Finding::subject)
        .containsExactly("frontend fe / bind *:443", "frontend fe / bind *:445");
  }

  @Test
  void defaultCertificateThatIsNotForTheHostsOfTheRules() {
    String other = "bind :443 ssl crt intern.example.com.pem crt star.example.org.pem";
    String rules = "\nuse_backend be_web if { req.hdr(host) -i pay.example.org }";
    assertThat(found("tls/default-certificate", frontend(other + rules))).hasSize(1);
    assertThat(found("tls/default-certificate", frontend(other + " strict-sni" + rules))).isEmpty();
    assertThat(found("tls/default-certificate", frontend(other))).isEmpty();
    assertThat(
            found(
                "tls/default-certificate",
                frontend("bind :443 ssl crt main.pem crt b.pem" + rules)))
        .isEmpty();
  }

  // --- file

  @Test
  void mapThatWasCutInTheMiddleOfALine() {
    String full = "/v1/payments be_pay\n/v1/refunds be_pay\n/v1/payouts be_pay\n/shop be_web\n";
    assertThat(shrunk(full, full.substring(0, full.length() - 4))).hasSize(1);
    assertThat(shrunk(full, full)).isEmpty();
    assertThat(shrunk(full, full.replace("/shop be_web\n", ""))).isEmpty();
    assertThat(shrunk(full, full + "/new be_web\n")).isEmpty();
    assertThat(shrunk(full, "# empty\n")).hasSize(1);
  }

  // --- the example, and the size

  @Test
  void exampleHasNoFindingThatCounts() throws IOException {
    Path folder =
        Path.of(System.getProperty("basedir", ".")).resolve("../examples/payment-gateway");
    ReadReport read = readFolder(folder);
    PolicyReader.Reading policy =
        PolicyReader.read(
            SourceFile.of(
                "checkrail.yaml",
                java.nio.file.Files.readAllBytes(folder.resolve("checkrail.yaml"))),
            Map.of(),
            Arrays.stream(RuleId.values()).map(RuleId::id).toList());
    assertThat(policy.problems()).isEmpty();

    List<Finding> findings =
        Judge.judge(
            Lint.lint(read.tree(), read.configuration(), policy.policy()).findings(),
            policy.policy(),
            LocalDate.of(2025, 1, 1));

    assertThat(findings)
        .filteredOn(Finding::counts)
        .extracting(finding -> finding.severity().word())
        .doesNotContain("error", "warning");
  }

  @Test
  void tenThousandServersAreLintedAtOnce() {
    StringBuilder text = new StringBuilder("defaults\n mode http\n timeout client 5s\n");
    text.append("frontend fe\n bind :80\n");
    for (int i = 0; i < 15_000; i++) {
      text.append(" acl a").append(i).append(" path_beg /p").append(i).append('\n');
      text.append(" use_backend b").append(i % 1000).append(" if a").append(i).append('\n');
    }
    for (int i = 0; i < 1000; i++) {
      text.append("backend b").append(i).append("\n timeout server 30\n timeout connect 1s\n");
      for (int j = 0; j < 10; j++) {
        text.append(" server s").append(j).append(" 10.").append(i / 250).append('.');
        text.append(i % 250).append('.').append(j).append(":80 check\n");
      }
    }
    ReadReport read = read(text.toString(), Map.of());
    // A generous bound for busy machines; what it measures is that nothing is quadratic.
    assertTimeout(
        Duration.ofSeconds(60), () -> Lint.lint(read.tree(), read.configuration(), Policy.none()));
  }

  // --- words of these tests

  private static String frontend(String lines) {
    return "frontend fe\n    bind :80\n    default_backend be_web\n"
        + lines.stripTrailing().indent(4)
        + "backend be_web\n    server web-1 10.9.9.9:80 check\n";
  }

  private static String pool(String... lines) {
    return "backend be\n" + String.join("\n", lines).indent(4);
  }

  /** {@code severity subject, line n} of each finding of a rule. */
  private static List<String> found(String rule, String text) {
    return lint("defaults\n    mode http\n" + text).stream()
        .filter(finding -> finding.rule().id().equals(rule))
        .map(finding ->
            finding.severity().word() + " " + finding.subject() + ", line " + finding.span().line())
        .toList();
  }

  private static List<Finding> lint(String text) {
    ReadReport read = read(text, Map.of());
    return Lint.lint(read.tree(), read.configuration(), Policy.none()).findings();
  }

  private static List<Finding> shrunk(String old, String now) {
    String text =
        "defaults\n mode http\n"
            + frontend("use_backend %[path,map_beg(routes.map,be_web)]")
            + "backend be_pay\n    server pay-1 10.9.9.8:80 check\n";
    return Lint.change(
            read(text, Map.of("routes.map", old)).configuration(),
            read(text, Map.of("routes.map", now)).configuration())
        .findings();
  }

  private static ReadReport read(String text, Map<String, String> others) {
    Map<String, String> files = new HashMap<>(others);
    files.put("haproxy.cfg", text);
    return Read.haproxy(Files.of(files), List.of("haproxy.cfg"), HaproxyTarget.debian12(Map.of()));
  }

  private static ReadReport readFolder(Path folder) throws IOException {
    Map<String, String> files = new HashMap<>();
    for (String name : List.of("approved.cfg", "routes.map")) {
      files.put(name, java.nio.file.Files.readString(folder.resolve(name)));
    }
    return Read.haproxy(Files.of(files), List.of("approved.cfg"), HaproxyTarget.debian12(Map.of()));
  }
}
