package dev.checkrail.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.checkrail.model.Match.Network;
import dev.checkrail.policy.PolicyReader.Reading;
import dev.checkrail.policy.RequestSet.Clause;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyReaderTest {
  private static final List<String> RULES =
      List.of(
          "time/order",
          "pool/no-health-check",
          "contract/incapable-server",
          "diff/undeclared-move");

  /** The example of the contract, word for word. */
  static final String EXAMPLE =
      """
      version: 1
      target: { version: 2.6.12, environment: { PAY1_PORT: "9101" } }
      services:                              # named sets of requests
        payments:
          - path: /v1/payments/**            # optional: hosts, methods, headers, from
            methods: [GET, POST]
          - path: /v1/refunds/**
        web:
          - path: /**
            except: [payments]               # minus other services
      inventory:
        - { name: pay-1, address: "127.0.0.1:${PAY1_PORT}", serves: [payments], capabilities: "http://127.0.0.1:${PAY1_PORT}/capabilities" }
        - { name: web-1, address: "127.0.0.1:9301", serves: [web] }
      retry: { payments: never }             # never | safe-by-key
      invariants:
        - name: payments reach payment servers only
          requests: payments
          must: { reach: [be_pay] }
      floors:
        payments: { servers: 2 }
      tests:
        - { request: "POST http://pay.example.com/v1/payments", expect: { reach: be_pay } }
      owners: { be_pay: team-payments, lb: team-devops }
      rules: { preset: recommended, time/order: error }
      probe: { payments: safe }
      signals: { database: { url: "http://127.0.0.1:9101/metrics", query: "db_pool_waiting", above: 0 } }
      review: { approvers: 1, freeze: [] }
      suppressions:
        - { rule: pool/no-health-check, at: "backend be_static", reason: "object store", owner: team-web, until: 2027-01-31 }
      """;

  @Test
  void theExampleOfTheContractIsReadWhole() {
    Reading reading = read(EXAMPLE);

    assertThat(reading.problems()).isEmpty();
    Policy policy = reading.policy();
    assertThat(policy.target().version()).contains("2.6.12");
    assertThat(policy.services())
        .extracting(Policy.Service::name)
        .containsExactly("payments", "web");
    Clause first = (Clause) policy.services().getFirst().requests().parts().getFirst();
    assertThat(first.paths()).containsExactly(PathGlob.of("/v1/payments/**"));
    assertThat(first.methods()).containsExactly("GET", "POST");
    assertThat(first.from().isAny()).isTrue();
    Clause web = (Clause) policy.service("web").orElseThrow().requests().parts().getFirst();
    assertThat(web.except()).extracting(RequestSet.Named::service).containsExactly("payments");
    assertThat(policy.server("127.0.0.1:9101").orElseThrow().capabilities())
        .contains("http://127.0.0.1:9101/capabilities");
    assertThat(policy.retryOf("payments")).contains(Policy.Retrying.NEVER);
    assertThat(policy.invariants().getFirst().must())
        .isInstanceOfSatisfying(
            Must.Reach.class,
            reach ->
                assertThat(reach.pools()).extracting(Must.Name::text).containsExactly("be_pay"));
    assertThat(policy.floors().getFirst().servers()).isEqualTo(2);
    assertThat(policy.tests().getFirst().request().method()).isEqualTo("POST");
    assertThat(policy.tests().getFirst().expect())
        .isInstanceOfSatisfying(
            Must.All.class, all -> assertThat(all.of()).contains(new Must.Always()));
    assertThat(policy.owners()).containsEntry("lb", "team-devops");
    assertThat(policy.severities().of("time/order", Severity.WARNING)).contains(Severity.ERROR);
    assertThat(policy.signals().getFirst().above()).isZero();
    assertThat(policy.suppressions().getFirst().until()).contains(LocalDate.of(2027, 1, 31));
  }

  @Test
  void statusesThatSayNotKnownYetAreOfAService() {
    Policy policy =
        read("""
        version: 1
        services: { payments: { path: /v1/** }, refunds: { path: /v2/** } }
        pending: { payments: [202, 206], refunds: 202 }
        """)
            .policy();

    assertThat(policy.isPending("payments", 206)).isTrue();
    assertThat(policy.isPending("refunds", 202)).isTrue();
    assertThat(policy.isPending("refunds", 206)).isFalse();
    assertThat(policy.isPending("web", 202)).isFalse();
  }

  /** Else a policy could hide failures. */
  @Test
  void whatFailsCanNotBeCalledPending() {
    assertThat(
            read("{ version: 1, services: { a: { path: / } }, pending: { a: [202, 504] } }")
                .problems())
        .extracting(Object::toString)
        .containsExactly(
            "checkrail.yaml:1:65: error: a status that says \"not known yet\" has to be a whole number"
                + " from 200 to 299, not \"504\" (policy/wrong-type)");
  }

  @Test
  void everyConditionOfASetIsRead() {
    Clause clause =
        clause(
            """
            version: 1
            services:
              pay:
                path: /v1/*
                hosts: [Pay.Example.com, "*.shop.example.com", "[2001:DB8::1]"]
                headers: { X-Tier: gold, X-Kind: [a, b], X-Debug: false, X-Trace: true }
                from: [10.0.0.0/8, "!10.1.2.3", "2001:db8::/32"]
                listener: ["*:443", fe_main]
                irregular: true
            """);

    assertThat(clause.hosts())
        .containsExactly(
            new HostPattern("pay.example.com", false),
            new HostPattern("shop.example.com", true),
            new HostPattern("[2001:db8::1]", false));
    assertThat(clause.headers())
        .containsExactly(
            new RequestSet.HeaderIs("x-tier", List.of("gold")),
            new RequestSet.HeaderIs("x-kind", List.of("a", "b")),
            new RequestSet.HeaderAbsent("x-debug"),
            new RequestSet.HeaderPresent("x-trace"));
    assertThat(clause.from())
        .isEqualTo(
            new RequestSet.Sources(
                List.of(new Network("10.0.0.0", 8), new Network("2001:db8::", 32)),
                List.of(new Network("10.1.2.3", 32))));
    assertThat(clause.listeners()).containsExactly("*:443", "fe_main");
    assertThat(clause.irregular()).isTrue();
  }

  @Test
  void everyDemandIsRead() {
    Policy policy =
        good(
            """
            version: 1
            services: { pay: { path: /pay/** } }
            invariants:
              - name: all of them
                requests: [pay, { hosts: a.example.com, methods: GET }]
                must: { serving: pay, respond: [403, 404], redirect: true, always: true, not: { reach: be_bad } }
            """);

    assertThat(policy.invariants().getFirst().requests().parts()).hasSize(2);
    assertThat(((Must.All) policy.invariants().getFirst().must()).of())
        .satisfiesExactly(
            must -> assertThat(must).isEqualTo(new Must.Serving("pay")),
            must -> assertThat(must).isEqualTo(new Must.Respond(List.of(403, 404))),
            must -> assertThat(must).isEqualTo(new Must.Redirect()),
            must -> assertThat(must).isEqualTo(new Must.Always()),
            must ->
                assertThat(must)
                    .isInstanceOfSatisfying(
                        Must.Not.class,
                        not -> assertThat(not.what()).isInstanceOf(Must.Reach.class)));
  }

  @Test
  void aRequestOfATestMayBeWrittenInParts() {
    Policy policy =
        good(
            """
            version: 1
            tests:
              - name: from inside
                request: { method: PUT, url: "https://a/x", headers: { A: [b, c] }, from: 10.0.0.1, listener: "*:443" }
                expect: { not: { reach: be_a } }
            """);

    RoutingTest test = policy.tests().getFirst();
    assertThat(test.name()).isEqualTo("from inside");
    assertThat(test.request().headers()).isEqualTo(Map.of("A", List.of("b", "c")));
    assertThat(test.request().from()).contains("10.0.0.1");
    assertThat(test.expect())
        .isInstanceOfSatisfying(
            Must.Not.class, not -> assertThat(not.what()).isInstanceOf(Must.Reach.class));
  }

  @Test
  void everyProblemIsToldAtItsPlaceWithTheNearestWord() {
    assertThat(
            problems(
                """
                version: 2
                targt: {}
                services:
                  pay:
                    - pth: /v1
                      methods: [get]
                      from: 10.0.0.0/33
                  web: { path: v1, except: [pya] }
                  web: { path: /a*b }
                inventory:
                  - { name: p, address: "127.0.0.1:${NOWHERE}", serves: pay }
                  - { address: nowhere, serves: [] }
                retry: { pay: sometimes }
                invariants: [{ name: x, requests: pays, must: { reach: [] } }]
                floors: { pay: { servers: 0 } }
                rules: { preset: recomended, time/ordr: error, time/order: fatal }
                suppressions:
                  - { rule: diff/undeclared-move, at: a, reason: b, owner: c, until: 2027-02-30 }
                  - { rule: time/order, at: a }
                """))
        .containsExactly(
            "checkrail.yaml:1:10: error: version has to be 1, not \"2\" (policy/wrong-type)",
            "checkrail.yaml:2:1: error: the key \"targt\" is not known (policy/unknown-key) - did you mean \"target\"?",
            "checkrail.yaml:5:7: error: the key \"pth\" is not known (policy/unknown-key) - did you mean \"path\"?",
            "checkrail.yaml:6:17: error: methods are case-sensitive (policy/bad-method) - write GET",
            "checkrail.yaml:7:13: error: \"10.0.0.0/33\" is no address or network (policy/bad-network) - write it like 10.0.0.0/8, 192.0.2.7, 2001:db8::/32 or \"!10.0.0.0/8\"",
            "checkrail.yaml:8:16: error: a path begins with /: \"v1\" (policy/bad-path)",
            "checkrail.yaml:8:29: error: the service \"pya\" is not known (policy/unknown-service) - did you mean \"pay\"?",
            "checkrail.yaml:9:3: error: \"web\" is here a second time; the first is in line 8 (policy/duplicate-key)",
            "checkrail.yaml:11:25: error: the variable NOWHERE is not defined and has no default (policy/bad-variable) - define it under target: { environment: … }, with --env, or write ${NAME-default}",
            "checkrail.yaml:12:5: error: a server of the inventory needs \"name\" (policy/missing-key)",
            "checkrail.yaml:12:16: error: a server's address is address:port, [IPv6]:port or the path of a socket, not \"nowhere\" (policy/bad-address)",
            "checkrail.yaml:13:15: error: retry \"sometimes\" is not known (policy/unknown-word) - known: never, safe-by-key",
            "checkrail.yaml:14:35: error: the service \"pays\" is not known (policy/unknown-service) - did you mean \"pay\"?",
            "checkrail.yaml:14:56: error: reach names no pool (policy/wrong-type) - to forbid that it is sent on, say not: { always: true }",
            "checkrail.yaml:15:27: error: servers has to be a whole number from 1 to 10000, not \"0\" (policy/wrong-type)",
            "checkrail.yaml:16:18: error: preset \"recomended\" is not known (policy/unknown-word) - did you mean \"recommended\"?",
            "checkrail.yaml:16:30: error: the rule \"time/ordr\" is not known (policy/unknown-rule) - did you mean \"time/order\"?",
            "checkrail.yaml:16:60: error: the severity \"fatal\" is not known (policy/unknown-word) - known: off, notice, warning, error",
            "checkrail.yaml:18:5: error: a suppression of diff/undeclared-move needs \"requests\" (policy/missing-key) - say for which requests: a service or an inline set",
            "checkrail.yaml:18:70: error: \"2027-02-30\" is no date (policy/bad-date) - write it like 2027-01-31; the day is included, in UTC",
            "checkrail.yaml:19:5: error: a suppression needs \"reason\" (policy/missing-key)",
            "checkrail.yaml:19:5: error: a suppression needs \"owner\" (policy/missing-key)");
  }

  @Test
  void aPolicyWithAnErrorIsNoPolicy() {
    assertThat(read("version: 1\nservices: { pay: { path: /a } }\nx: 1\n"))
        .satisfies(reading -> assertThat(reading.ok()).isFalse())
        .satisfies(reading -> assertThat(reading.policy()).isEqualTo(Policy.none()));
  }

  @Test
  void servicesDefinedByThemselvesAreACircle() {
    assertThat(
            problems(
                """
                version: 1
                services:
                  a: { path: /a, except: [b] }
                  b: { path: /b, except: [c] }
                  c: [{ path: /c }, a]
                  d: { path: /d, except: [a, d] }
                """))
        .containsExactly(
            "checkrail.yaml:3:3: error: the service is defined by itself: a -> b -> c -> a (policy/circle)",
            "checkrail.yaml:6:3: error: the service is defined by itself: d -> d (policy/circle)");
  }

  @Test
  void oneAddressHasOneEntry() {
    assertThat(
            problems(
                """
                version: 1
                inventory:
                  - { name: a, address: "h:1", serves: [] }
                  - { name: a, address: "h:1", serves: [] }
                """))
        .containsExactly(
            "checkrail.yaml:4:5: error: the name \"a\" is in the inventory a second time; the first is in line 3 (policy/duplicate-name)",
            "checkrail.yaml:4:5: error: the address h:1 is in the inventory a second time; the first is in line 3 (policy/duplicate-name)");
  }

  @Test
  void variablesOfTheCommandLineWin() {
    String text =
        """
        version: 1
        target: { environment: { PORT: 1 } }
        inventory: [{ name: a, address: "h:${PORT}", serves: [] }, { name: b, address: "h:${OTHER-7}", serves: [] }]
        """;
    Reading reading =
        PolicyReader.read(SourceFile.of("checkrail.yaml", text), Map.of("PORT", "9"), RULES);

    assertThat(reading.policy().inventory())
        .extracting(Policy.InventoryEntry::address)
        .containsExactly("h:9", "h:7");
  }

  @Test
  void columnsCountBytesAndTextKeepsItsBytes() {
    assertThat(problems("version: 1\nowners: { \"bü\": x, \"ü\": [], }\n"))
        .containsExactly(
            "checkrail.yaml:2:27: error: an owner has to be a text, not a list (policy/wrong-type)");
    assertThat(good("version: 1\nowners: { be: Jürgen }\n").owners().get("be"))
        .isEqualTo(
            new String("Jürgen".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#",
        "42",
        "[]",
        "version: 1\n---\nversion: 1",
        "version: [",
        "\t",
        "a: &a *a",
        "\"",
        "version: 1\nservices: &s { pay: *s }",
        "version: 1\ninvariants: [{ name: n, requests: { path: /a }, must: &m { not: *m } }]",
        "%YAML 9.9\n---\nversion: 1",
        "version: !!java/x 1",
        "? [a]\n: b",
        "version: 1\n<<: { a: b }",
        "\u0000",
        "version: 1\nrules: ~",
        "version: 1\ntests: [~, 1, [], {}]",
        "&a",
        "!<",
        "%",
      })
  void badFilesAreProblemsNeverCrashes(String text) {
    assertThat(read(text).problems()).isNotEmpty();
  }

  @Test
  void bytesThatAreNoTextAreAProblemAtTheirPlace() {
    byte[] bytes = "version: 1\nx: \u00FF".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(
            PolicyReader.read(SourceFile.of("checkrail.yaml", bytes), Map.of(), RULES).problems())
        .extracting(problem -> problem.span().toString())
        .containsExactly("checkrail.yaml:2:4");
  }

  @Test
  void hostileFilesAreRefusedInTime() {
    StringBuilder laughs = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 30; i++) {
      laughs.append("a").append(i).append(": &a").append(i).append(" [");
      laughs.append(("*a" + (i - 1) + ",").repeat(10)).append("]\n");
    }
    StringBuilder chain = new StringBuilder("version: 1\nservices:\n");
    for (int i = 0; i < 20_000; i++) {
      chain.append(" s").append(i).append(": { except: s").append(i + 1).append(" }\n");
    }
    chain.append(" s20000: s0\n");
    for (String text :
        List.of(
            "[".repeat(500_000),
            "{a: ".repeat(200_000),
            "- ".repeat(500_000),
            laughs.toString(),
            chain.toString(),
            "a".repeat(2_000_000),
            "x: 1\n".repeat(200_000))) {
      assertTimeout(Duration.ofSeconds(60), () -> assertThat(read(text).problems()).isNotEmpty());
    }
  }

  @Test
  void suppressionsHoldUntilTheEndOfTheirLastDay() {
    Policy policy = good(EXAMPLE);
    LocalDate last = LocalDate.of(2027, 1, 31);

    assertThat(policy.suppressions("pool/no-health-check", "backend be_static", last)).hasSize(1);
    assertThat(policy.suppressions("pool/no-health-check", "backend be_static / server s1", last))
        .hasSize(1);
    assertThat(policy.suppressions("pool/no-health-check", "backend be_static2", last)).isEmpty();
    assertThat(policy.suppressions("time/order", "backend be_static", last)).isEmpty();
    assertThat(policy.suppressions("pool/no-health-check", "backend be_static", last.plusDays(1)))
        .isEmpty();
    assertThat(policy.expired(last)).isEmpty();
    assertThat(policy.expired(last.plusDays(1)))
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.severity()).isEqualTo(Severity.NOTICE);
          assertThat(problem.span().line()).isEqualTo(29);
        });
  }

  @Test
  void presetsMoveSeverities() {
    Severities strict = severities("{ preset: strict, time/order: off }");
    Severities critical = severities("{ preset: critical-only, time/order: notice }");

    assertThat(strict.of("a", Severity.WARNING)).contains(Severity.ERROR);
    assertThat(strict.of("a", Severity.NOTICE)).contains(Severity.NOTICE);
    assertThat(strict.of("time/order", Severity.ERROR)).isEmpty();
    assertThat(critical.of("a", Severity.ERROR)).contains(Severity.ERROR);
    assertThat(critical.of("a", Severity.WARNING)).isEmpty();
    assertThat(critical.of("time/order", Severity.ERROR)).contains(Severity.NOTICE);
  }

  @Test
  void globsTakeWholeSegments() {
    assertThat(PathGlob.of("/v1/payments/**"))
        .matches(glob -> glob.matches("/v1/payments"))
        .matches(glob -> glob.matches("/v1/payments/"))
        .matches(glob -> glob.matches("/v1/payments/7/capture"))
        .matches(glob -> !glob.matches("/v1/paymentsX"))
        .matches(glob -> !glob.matches("/V1/payments"));
    assertThat(PathGlob.of("/**/x"))
        .matches(glob -> glob.matches("/x"))
        .matches(glob -> glob.matches("/a//x"))
        .matches(glob -> !glob.matches("/x/"));
    assertThat(PathGlob.of("/a/*/c"))
        .matches(glob -> glob.matches("/a/b/c"))
        .matches(glob -> !glob.matches("/a//c"))
        .matches(glob -> !glob.matches("/a/b/b/c"));
    assertThat(PathGlob.of("/")).matches(glob -> glob.matches("/") && !glob.matches("//"));
    assertThat(PathGlob.of("/**")).matches(glob -> glob.matches("/") && glob.matches("//a"));
  }

  @Test
  void hostsAreComparedWithoutCasePortAndOneDot() {
    HostPattern exact = new HostPattern("pay.example.com", false);
    HostPattern under = new HostPattern("example.com", true);

    assertThat(
            List.of(
                "pay.example.com",
                "PAY.example.COM:443",
                "pay.example.com.",
                "pay.example.com.:80"))
        .allMatch(exact::matches)
        .allMatch(under::matches);
    assertThat(List.of("pay.example.com..", "pay.example.com:x", "xpay.example.com", ""))
        .noneMatch(exact::matches);
    assertThat(List.of("example.com", ".example.com", "badexample.com")).noneMatch(under::matches);
    assertThat(new HostPattern("[::1]", false).matches("[::1]:80")).isTrue();
  }

  private static Severities severities(String rules) {
    return good("version: 1\nrules: " + rules + "\n").severities();
  }

  private static Clause clause(String text) {
    return (Clause) good(text).services().getFirst().requests().parts().getFirst();
  }

  private static Policy good(String text) {
    Reading reading = read(text);
    assertThat(reading.problems()).isEmpty();
    return reading.policy();
  }

  private static List<String> problems(String text) {
    return read(text).problems().stream()
        .map(problem -> problem + problem.fix().map(fix -> " - " + fix).orElse(""))
        .toList();
  }

  private static Reading read(String text) {
    return PolicyReader.read(SourceFile.of("checkrail.yaml", text), Map.of(), RULES);
  }
}
