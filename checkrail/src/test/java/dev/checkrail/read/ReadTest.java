package dev.checkrail.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.MapTable;
import dev.checkrail.model.Match;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.model.Template;
import dev.checkrail.source.Files;
import dev.checkrail.source.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReadTest {
  private static final String DEFAULTS =
      """
      defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5000
      """;

  private static ReadReport read(String text) {
    return read(text, Map.of());
  }

  private static ReadReport read(String text, Map<String, String> others) {
    Map<String, String> files = new HashMap<>(others);
    files.put("lb.cfg", text);
    return Read.haproxy(
        Files.of(files), List.of("lb.cfg"), HaproxyTarget.debian12(Map.of("PORT", "9101")));
  }

  private static Frontend frontend(String lines) {
    return configuration("frontend fe\n    bind :80\n" + lines).frontends().getFirst();
  }

  private static Configuration configuration(String text) {
    return read(DEFAULTS
            + text
            + "\nbackend a\n    server s 10.0.0.1:80\nbackend b\n    server s 10.0.0.2:80\n")
        .configuration();
  }

  private static Rule rule(Frontend frontend, RuleSet.Phase phase) {
    return rules(frontend, phase).getFirst();
  }

  private static List<Rule> rules(Frontend frontend, RuleSet.Phase phase) {
    return frontend.rules().stream()
        .filter(set -> set.phase() == phase)
        .findFirst()
        .map(RuleSet::rules)
        .orElse(List.of());
  }

  private static Condition.Test test(String criterion) {
    return (Condition.Test)
        rule(frontend("    use_backend a if { " + criterion + " }"), RuleSet.Phase.SWITCH).when();
  }

  private static Action request(String action) {
    return rule(frontend("    http-request " + action), RuleSet.Phase.REQUEST).then();
  }

  // --- conditions

  @Test
  void linesOfOneAclAreAlternatives() {
    Rule rule =
        rule(
            frontend(
                """
                    acl is_pay path_beg /v1/payments
                    use_backend a if is_pay
                    acl is_pay hdr(host) -i pay.example.com
                """),
            RuleSet.Phase.SWITCH);
    Condition.Named named = (Condition.Named) rule.when();
    assertThat(named.name()).isEqualTo("is_pay");
    assertThat(((Condition.Any) named.definition()).parts())
        .extracting(part -> ((Condition.Test) part).text())
        .containsExactly(
            "acl is_pay path_beg /v1/payments", "acl is_pay hdr(host) -i pay.example.com");
    assertThat(rule.then()).isEqualTo(new Action.Route("a"));
    assertThat(rule.text()).isEqualTo("use_backend a if is_pay");
  }

  @Test
  void headersAreNamedInLowerCaseAndMayNameAnOccurrence() {
    assertThat(test("hdr(X-Forwarded-For,-1) x").sample().fetch())
        .isEqualTo(new Fetch.Header("x-forwarded-for", Fetch.Splitting.COMMA, -1));
    assertThat(test("req.fhdr(User-Agent) -m sub curl").sample().fetch())
        .isEqualTo(new Fetch.Header("user-agent", Fetch.Splitting.LINE, 0));
  }

  @Test
  void matchesFollowTheTypeOfTheSample() {
    assertThat(test("hdr_cnt(host) 1").match()).isEqualTo(new Match.Numbers(List.of(range(1, 1))));
    assertThat(test("src 10.0.0.0/8").match())
        .isEqualTo(new Match.Addresses(List.of(new Match.Network("10.0.0.0", 8))));
    assertThat(test("ssl_fc").match()).isEqualTo(new Match.True());
    assertThat(test("req.hdr(x) -m found").match()).isEqualTo(new Match.Found());
    assertThat(test("path_len gt 5").match())
        .isEqualTo(
            new Match.Length(List.of(new Match.Range(OptionalLong.of(6), OptionalLong.empty()))));
    assertThat(test("path_dir -i v1").match())
        .isEqualTo(new Match.Text(Match.Kind.PATH_SEGMENT, List.of("v1"), true));
  }

  @Test
  void textsAreCastWhereNumbersOrAddressesAreCompared() {
    assertThat(test("url_param(a) -m int 5").sample().converters())
        .containsExactly(new Converter.ToNumber());
    assertThat(test("hdr(x-real-ip) -m ip 10.0.0.1").sample().converters())
        .containsExactly(new Converter.ToAddress());
    assertThat(test("hdr_ip(x-real-ip) 10.0.0.1").sample().converters())
        .containsExactly(new Converter.ToAddress(true));
    assertThat(test("dst_port -m str 80").sample().converters())
        .containsExactly(new Converter.ToText());
  }

  /** HAProxy compares well-known methods by number, so folding the case does not reach them. */
  @Test
  void methodIgnoringCaseDoesNotMatchAKnownMethodInLowerCase() {
    Condition condition =
        rule(frontend("    use_backend a if { method -i get }"), RuleSet.Phase.SWITCH).when();
    Condition.All all = (Condition.All) condition;
    assertThat(all.parts().get(1)).isInstanceOf(Condition.Not.class);
  }

  @Test
  void predefinedAclsHoldWhatTheManualSays() {
    Condition.Named named =
        (Condition.Named)
            rule(frontend("    use_backend a if METH_GET"), RuleSet.Phase.SWITCH).when();
    assertThat(((Condition.Test) named.definition()).match())
        .isEqualTo(new Match.Text(Match.Kind.EXACT, List.of("GET", "HEAD"), false));
  }

  @Test
  void aclThatIsNotDeclaredIsAnError() {
    assertThat(
            errors(read(DEFAULTS + "frontend fe\n    bind :80\n    http-request deny if nobody\n")))
        .containsExactly(
            "lb.cfg:8:26: error: there is no ACL 'nobody' in this section (read/refused-by-haproxy)");
  }

  // --- files

  @Test
  void listsAndMapsAreRead() {
    ReadReport report =
        read(
            DEFAULTS
                + """
                frontend fe
                    bind :80
                    http-request deny if { path -f blocked.lst }
                    use_backend %[req.hdr(host),lower,map(hosts.map,a)]
                backend a
                    server s 10.0.0.1:80
                """,
            Map.of(
                "blocked.lst", "# comment\n/admin\n\n  /debug\n",
                "hosts.map", "shop.example.com  a  \nbare\n"));
    assertThat(report.problems()).isEmpty();
    Frontend frontend = report.configuration().frontends().getFirst();
    Condition.Test denied = (Condition.Test) rule(frontend, RuleSet.Phase.REQUEST).when();
    assertThat(denied.match())
        .isEqualTo(new Match.Text(Match.Kind.EXACT, List.of("/admin", "/debug"), false));
    Action.RouteByName route = (Action.RouteByName) rule(frontend, RuleSet.Phase.SWITCH).then();
    Template.Part.Expression part = (Template.Part.Expression) route.name().parts().getFirst();
    Converter.Map map = (Converter.Map) part.sample().converters().get(1);
    assertThat(map.otherwise()).contains("a");
    assertThat(map.table().kind()).isEqualTo(MapTable.Kind.EXACT);
    assertThat(map.table().entries())
        .extracting(entry -> entry.key() + "=" + entry.value())
        .containsExactly("shop.example.com=a", "bare=");
    assertThat(report.configuration().files())
        .extracting(ReferencedFile::use, file -> file.entries().orElse(-1))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("frontend fe / http-request / list", 2),
            org.assertj.core.groups.Tuple.tuple("frontend fe / use_backend / map", 2));
  }

  @Test
  void missingMapIsAnErrorAndAMissingCertificateANotice() {
    ReadReport report =
        read(
            DEFAULTS
                + """
                frontend fe
                    bind :443 ssl crt site.pem
                    use_backend %[path,map_beg(routes.map)]
                """);
    assertThat(report.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "lb.cfg:7:23: notice: the certificate site.pem is not here; it must be where HAProxy"
                + " runs (file/missing)",
            "lb.cfg:8:32: error: the map routes.map is missing; HAProxy won't start"
                + " (file/missing)");
  }

  /** What use_backend %[…] alone names is loaded when the folder of default-path is left again. */
  @Test
  void mapOfADynamicUseBackendStartsAtTheWorkingDirectory() {
    String text =
        "global\n    default-path origin /etc/lb\n"
            + DEFAULTS
            + """
            frontend fe
                bind :80
                http-request deny if { path -f deny.lst }
                use_backend %[path,map_beg(routes.map)]
            """;
    assertThat(read(text, Map.of("/etc/lb/deny.lst", "/x\n", "routes.map", "/ a\n")).problems())
        .isEmpty();
  }

  @Test
  void listThatRulesChangeIsUnknown() {
    Frontend frontend =
        read(
                DEFAULTS
                    + """
                    frontend fe
                        bind :80
                        http-request add-acl(blocked.lst) %[src] if { path /block }
                        http-request deny if { src -f blocked.lst }
                    """,
                Map.of("blocked.lst", "10.0.0.1\n"))
            .configuration()
            .frontends()
            .getFirst();
    assertThat(rules(frontend, RuleSet.Phase.REQUEST).get(1).when())
        .isInstanceOf(Condition.Unknown.class);
  }

  // --- actions

  @Test
  void actionsAreLowered() {
    assertThat(request("deny")).isEqualTo(respond(Action.Respond.Kind.DENY, 403, true));
    assertThat(request("deny deny_status 429"))
        .isEqualTo(respond(Action.Respond.Kind.DENY, 429, true));
    assertThat(request("return status 200 content-type text/plain string ok if TRUE"))
        .isEqualTo(new Action.Respond(Action.Respond.Kind.RETURN, 200, Optional.of("ok"), false));
    assertThat(request("set-header X-A b"))
        .isEqualTo(new Action.SetHeader("x-a", Template.of("b")));
    assertThat(request("replace-path /a/(.*) /\\1"))
        .isEqualTo(new Action.ReplaceTarget(Action.Part.PATH, "/a/(.*)", Template.of("/\\1")));
    assertThat(request("del-header x- -m beg"))
        .isEqualTo(new Action.DeleteHeader(Match.Kind.PREFIX, "x-"));
    assertThat(request("disable-l7-retry")).isEqualTo(new Action.DisableRetry());
    assertThat(request("silent-drop")).isEqualTo(new Action.Drop(true));
    assertThat(((Action.Unknown) request("set-src hdr(x)")).effects())
        .containsExactly(Action.Effect.REWRITE);
  }

  /** An answer with a status of its own is built from its arguments, not from error files. */
  @Test
  void denyWithStatusDoesNotUseErrorFiles() {
    assertThat(request("deny status 404"))
        .isEqualTo(new Action.Respond(Action.Respond.Kind.DENY, 404, Optional.of(""), false));
  }

  @Test
  void plainRedirectIsNoFormatString() {
    Action.Redirect redirect =
        (Action.Redirect)
            rule(frontend("    redirect location /%[path] code 301"), RuleSet.Phase.REDIRECT)
                .then();
    assertThat(redirect.to().parts()).containsExactly(new Template.Part.Literal("/%[path]"));
    assertThat(redirect.status()).isEqualTo(301);
  }

  @Test
  void monitorAnswersBeforeAndStatisticsAfterTheRules() {
    Frontend frontend =
        frontend(
            """
                http-request deny if { path /x }
                monitor-uri /up
                monitor fail if { nbsrv(a) lt 1 }
                stats uri /stats
                default_backend a
            """);
    assertThat(frontend.rules())
        .extracting(RuleSet::phase)
        .containsExactly(
            RuleSet.Phase.MONITOR,
            RuleSet.Phase.REQUEST,
            RuleSet.Phase.STATISTICS,
            RuleSet.Phase.DEFAULT);
    assertThat(rules(frontend, RuleSet.Phase.MONITOR))
        .extracting(rule -> ((Action.Respond) rule.then()).status())
        .containsExactly(503, 200);
  }

  // --- sections

  @Test
  void settingsAreInheritedAndNormalised() {
    Configuration configuration =
        configuration("frontend fe\n    bind :80\n    timeout client 1m\n");
    assertThat(setting(configuration.frontends().getFirst().settings(), "timeout client"))
        .isEqualTo("60000ms");
    Pool pool = configuration.pool("a").orElseThrow();
    assertThat(setting(pool.settings(), "timeout server")).isEqualTo("5000ms");
    assertThat(pool.settings()).extracting(Setting::name).doesNotContain("timeout client");
  }

  @Test
  void rulesOfNamedDefaultsComeFirstAndSeeTheirOwnAcls() {
    Configuration configuration =
        read("""
        defaults d
            mode http
            acl bad path /bad
            http-request deny if bad
        frontend fe from d
            bind :80
            http-request set-path /x
        """)
            .configuration();
    assertThat(rules(configuration.frontends().getFirst(), RuleSet.Phase.REQUEST))
        .extracting(rule -> rule.then().getClass().getSimpleName())
        .containsExactly("Respond", "SetTarget");
  }

  @Test
  void listenIsAFrontendAndAPool() {
    Configuration configuration =
        configuration(
            "listen web\n    bind 127.0.0.1:8080-8081,[::1]:80 ssl alpn h2\n    server s 10.0.0.9:80\n");
    Frontend frontend = configuration.frontends().getFirst();
    assertThat(frontend.listeners())
        .extracting(Listener::key)
        .containsExactly("127.0.0.1:8080", "127.0.0.1:8081", "[::1]:80");
    assertThat(rule(frontend, RuleSet.Phase.DEFAULT).then()).isEqualTo(new Action.RouteHere("web"));
    assertThat(configuration.pool("web").orElseThrow().mode()).isEqualTo(Mode.HTTP);
  }

  @Test
  void serversTakeDefaultServerLinesBeforeThem() {
    Pool pool =
        configuration(
                """
                backend pay
                    balance uri whole
                    option httpchk GET /health
                    option redispatch
                    retries 2
                    retry-on all-retryable-errors
                    default-server check inter 2s weight 10
                    server p1 127.0.0.1:"${PORT}"
                    server p2 pay.example.com:80 weight 0 backup disabled no-check maxconn 5
                    server-template t 1-2 10.0.0.3:80 resolvers dns init-addr none
                """)
            .pool("pay")
            .orElseThrow();
    Server first = pool.servers().getFirst();
    assertThat(first.key()).isEqualTo("127.0.0.1:9101");
    assertThat(first.weight()).isEqualTo(10);
    assertThat(first.check().orElseThrow().intervalMillis()).isEqualTo(2000);
    Server second = pool.servers().get(1);
    assertThat(second.resolvedAtStart()).isTrue();
    assertThat(second.active()).isFalse();
    assertThat(second.check()).isEmpty();
    assertThat(second.maxConnections()).hasValue(5);
    assertThat(pool.servers()).extracting(Server::name).containsExactly("p1", "p2", "t1", "t2");
    assertThat(pool.balance().keyed()).isTrue();
    assertThat(pool.healthCheck().path()).contains("/health");
    assertThat(pool.retry().on()).containsExactly("all-retryable-errors");
    assertThat(pool.retry().redispatch()).isTrue();
  }

  @Test
  void poolThatDoesNotExistIsAnErrorAtItsName() {
    assertThat(errors(read(DEFAULTS + "frontend fe\n    bind :80\n    default_backend nope\n")))
        .containsExactly(
            "lb.cfg:8:21: error: there is no backend 'nope'; HAProxy refuses to start"
                + " (route/unknown-pool)");
  }

  @Test
  void filterThatMayRewriteStandsBeforeAllRules() {
    Frontend frontend =
        frontend(
            """
                http-request deny if { path /x }
                filter spoe engine e config spoe.cfg
            """);
    assertThat(rules(frontend, RuleSet.Phase.REQUEST).getFirst().then())
        .isInstanceOf(Action.Unknown.class);
  }

  @Test
  void variableThatAConverterSetsIsUnknown() {
    Configuration configuration =
        configuration(
            """
            frontend fe
                bind :80
                http-request set-var(txn.known) path
                http-request deny if { path,set-var(txn.seen) -m beg /x }
                use_backend a if { var(txn.seen) -m found }
                use_backend b if { var(txn.known) -m str /b }
            """);
    assertThat(rules(configuration.frontends().getFirst(), RuleSet.Phase.SWITCH))
        .extracting(
            rule -> ((Condition.Test) rule.when()).sample().fetch().getClass().getSimpleName())
        .containsExactly("Unknown", "Variable");
    assertThat(configuration.unmodelled()).hasSize(2);
    assertThat(configuration.coverage().unmodelled()).isEqualTo(2);
  }

  @Test
  void ownCheckTakesTheInheritedStepsOutOfForce() {
    Configuration configuration =
        read("""
        defaults
            mode http
            option httpchk GET /default
            http-check expect status 201
        backend own
            option httpchk GET /own
        backend inherited
        """)
            .configuration();
    assertThat(configuration.pool("own").orElseThrow().healthCheck().steps()).hasSize(1);
    assertThat(configuration.pool("inherited").orElseThrow().healthCheck().steps()).hasSize(2);
    assertThat(configuration.pool("own").orElseThrow().healthCheck().path()).contains("/own");
  }

  @Test
  void whatAReloadWouldChangeIsAProblem() {
    ReadReport report =
        read(
            DEFAULTS
                + """
                frontend fe
                    bind :80
                .if defined(HAPROXY_MWORKER)
                    http-request deny
                .endif
                """);
    assertThat(report.problems())
        .extracting(Problem::code)
        .containsExactly("read/differs-after-reload");
  }

  @Test
  void secretsAppearNowhere() {
    ReadReport report =
        read(
            DEFAULTS
                + """
                userlist u
                    user joe insecure-password hunter2
                frontend fe
                    bind :80
                    stats enable
                    stats auth admin:hunter2
                    http-request set-header Authorization "Basic hunter2"
                    http-request set-header X-Api-Key hunter2 if { req.hdr(x-token) hunter2 } { path /a }
                    http-request lua.check hunter
                    default_backend a
                backend a
                    option httpchk
                    http-check send hdr Authorization "Bearer hunter2"
                    server s 10.0.0.1:80 check
                """);
    Configuration configuration = report.configuration();
    StringBuilder shown = new StringBuilder();
    report.problems().forEach(shown::append);
    shown.append(configuration.unmodelled());
    for (Frontend frontend : configuration.frontends()) {
      shown.append(frontend.settings());
      frontend.rules().forEach(set -> set.rules().forEach(rule -> shown.append(rule.text())));
    }
    for (Pool pool : configuration.pools()) {
      shown.append(pool.settings()).append(pool.healthCheck());
    }
    assertThat(shown.toString()).doesNotContain("hunter2").contains("path /a");
  }

  private static List<String> errors(ReadReport report) {
    return report.problems().stream()
        .filter(problem -> problem.severity() == dev.checkrail.source.Severity.ERROR)
        .map(Problem::toString)
        .toList();
  }

  private static Action respond(Action.Respond.Kind kind, int status, boolean errorFiles) {
    return new Action.Respond(kind, status, Optional.empty(), errorFiles);
  }

  private static Match.Range range(long low, long high) {
    return new Match.Range(OptionalLong.of(low), OptionalLong.of(high));
  }

  private static String setting(List<Setting> settings, String name) {
    return settings.stream()
        .filter(setting -> setting.name().equals(name))
        .map(Setting::value)
        .findFirst()
        .orElse("");
  }
}
