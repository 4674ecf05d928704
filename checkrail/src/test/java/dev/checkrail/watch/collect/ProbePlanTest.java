package dev.checkrail.watch.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import dev.checkrail.watch.collect.ProbeTarget.Kind;
import dev.checkrail.watch.collect.ProbeTarget.Proxy;
import dev.checkrail.watch.collect.ProbeTarget.Statuses;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What may be sent to what is live, and what may not. */
class ProbePlanTest {
  private static final String CONFIG =
      """
      defaults
        mode http
      frontend fe
        bind *:8080
        bind 10.0.0.5:8443 ssl crt /tls/a.pem
        default_backend be_pay
      backend be_pay
        option httpchk
        http-check send meth GET uri /ready ver HTTP/1.1 hdr Host pay.example.com
        http-check expect status 200
        server pay-1 127.0.0.1:9101 check
      """;

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - hosts: [pay.example.com]
            path: /v1/payments/**
      inventory:
        - { name: pay-1, address: "127.0.0.1:9101", serves: [payments], capabilities: "http://127.0.0.1:9101/capabilities" }
      """;

  private static final ConfigurationSet NO_FILES = new ConfigurationSet(List.of(), List.of());

  private static Configuration read(String text) {
    return Read.haproxy(
            Files.of(Map.of("fe.cfg", text)), List.of("fe.cfg"), HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static Policy policy(String text) {
    PolicyReader.Reading reading =
        PolicyReader.read(
            SourceFile.of("checkrail.yaml", text),
            Map.of(),
            Arrays.stream(RuleId.values()).map(RuleId::id).toList());
    assertThat(reading.problems()).isEmpty();
    return reading.policy();
  }

  private static ProbePlan plan(String config, String policy) {
    return ProbePlan.of(read(config), policy(policy), Map.of(), NO_FILES);
  }

  private static Stream<ProbeTarget> of(ProbePlan plan, Kind kind) {
    return plan.targets().stream().filter(target -> target.kind() == kind);
  }

  private static ProbeTarget one(ProbePlan plan, Kind kind) {
    return of(plan, kind).findFirst().orElseThrow();
  }

  private static String left(ProbePlan plan, Kind kind) {
    return String.join(
        "; ",
        plan.left().stream().filter(one -> one.kind() == kind).map(ProbePlan.Left::why).toList());
  }

  @Test
  void eachServerIsDialledCheckedAskedWhatItServesAndForSomethingHarmlessAndAllThroughTheFront() {
    ProbePlan plan = plan(CONFIG, POLICY);
    assertThat(plan.left()).isEmpty();
    assertThat(plan.targets())
        .extracting(target ->
            "%s %s:%d %s %s"
                .formatted(
                    target.kind(),
                    target.host(),
                    target.port(),
                    target.tls() ? "TLS" : "plain",
                    target.ask().map(Object::toString).orElse("-")))
        .containsExactly(
            "TCP 127.0.0.1:9101 plain -",
            "CHECK 127.0.0.1:9101 plain GET pay.example.com/ready",
            "CAPABILITIES 127.0.0.1:9101 plain GET 127.0.0.1:9101/capabilities",
            "SAFE 127.0.0.1:9101 plain GET pay.example.com/v1/payments",
            "OUTSIDE 127.0.0.1:8080 plain GET pay.example.com/v1/payments",
            "OUTSIDE 10.0.0.5:8443 TLS GET pay.example.com/v1/payments");
    assertThat(one(plan, Kind.CHECK).good()).containsExactly(new Statuses(200, 200));
    assertThat(plan.targets())
        .allSatisfy(target -> target.ask().ifPresent(ask -> assertThat(ask.headers()).isEmpty()));
  }

  @Test
  void aServiceThatTakesOnlyPostsIsNotProbedUnlessThePolicyCallsItSafe() {
    String posts = POLICY.replace("payments/**", "payments/**\n      methods: [POST]");
    ProbePlan plan = plan(CONFIG, posts);
    assertThat(of(plan, Kind.SAFE)).isEmpty();
    assertThat(of(plan, Kind.OUTSIDE)).isEmpty();
    assertThat(left(plan, Kind.SAFE))
        .isEqualTo(
            "nothing of payments may be sent: it takes no GET, and the policy does not call it"
                + " safe");

    ProbePlan safe = plan(CONFIG, posts + "probe: { payments: safe }\n");
    assertThat(one(safe, Kind.SAFE).ask().orElseThrow())
        .hasToString("POST pay.example.com/v1/payments");
  }

  @Test
  void aServiceWithACredentialIsNotProbedUnlessThePolicyCallsItSafe() {
    String keyed =
        POLICY.replace("payments/**", "payments/**\n      headers: { x-api-key: test-1 }");
    ProbePlan plan = plan(CONFIG, keyed);
    assertThat(of(plan, Kind.SAFE)).isEmpty();
    assertThat(left(plan, Kind.SAFE)).contains("it wants the credential x-api-key");

    ProbePlan safe = plan(CONFIG, keyed + "probe: { payments: safe }\n");
    assertThat(one(safe, Kind.SAFE).ask().orElseThrow().headers())
        .containsExactly(Map.entry("x-api-key", "test-1"));
  }

  private static final String KEYED =
      POLICY.replace(
              "payments/**",
              "payments/**\n      headers: { x-api-key: test-1, accept: a/b, x-trace: true }")
          + "probe: { payments: safe }\n";

  private static String tls(String how) {
    return CONFIG.replace("127.0.0.1:9101 check", "127.0.0.1:9101 check ssl " + how);
  }

  @Test
  void aCredentialIsOnlySaidToWhomACertificateProves() {
    for (String how : List.of("verify none", "verify required ca-file ca.pem", "")) {
      ProbePlan plan = plan(tls(how), KEYED);
      ProbeTarget safe = one(plan, Kind.SAFE);
      assertThat(safe.proof()).isEmpty();
      assertThat(safe.withheld()).containsExactly("x-api-key");
      assertThat(safe.ask().orElseThrow().headers())
          .isEqualTo(Map.of("accept", "a/b", "x-trace", "checkrail-probe"));
    }
    ConfigurationSet files = files(Map.of("/tls/ca.pem", PEM + PEM, "/tls/a.pem", PEM + KEY));
    ProbePlan plan =
        ProbePlan.of(
            read(tls("verify required ca-file /tls/ca.pem sni str(pay.internal)")),
            policy(KEYED),
            Map.of(),
            files);
    ProbeTarget safe = one(plan, Kind.SAFE);
    assertThat(safe.withheld()).isEmpty();
    assertThat(safe.ask().orElseThrow().headers()).containsEntry("x-api-key", "test-1");
    Proof proof = safe.proof().orElseThrow();
    assertThat(proof.certificates()).containsExactly(PEM, PEM);
    assertThat(proof.said()).contains("pay.internal");
    assertThat(proof.checked()).contains("pay.internal");
    assertThat(one(plan, Kind.CHECK).proof().orElseThrow().said())
        .as("a check has a name of its own")
        .isEmpty();
  }

  @Test
  void aListenerIsProvenByItsOwnCertificateAndElseIsNotToldACredential() {
    ProbePlan unproven = plan(CONFIG, KEYED);
    assertThat(of(unproven, Kind.OUTSIDE)).extracting(ProbeTarget::tls).containsExactly(false);
    assertThat(left(unproven, Kind.OUTSIDE))
        .isEqualTo("it wants x-api-key, which is not said to whom no certificate proves");

    ConfigurationSet files = files(Map.of("/tls/a.pem", KEY + PEM + "issuer\n" + PEM));
    ProbePlan proven = ProbePlan.of(read(CONFIG), policy(KEYED), Map.of(), files);
    ProbeTarget secure = of(proven, Kind.OUTSIDE).filter(ProbeTarget::tls).findFirst().get();
    assertThat(secure.proof().orElseThrow().certificates()).containsExactly(PEM);
    assertThat(secure.proof().orElseThrow().by()).isEqualTo("/tls/a.pem");
    assertThat(secure.ask().orElseThrow().headers()).containsEntry("x-api-key", "test-1");
    assertThat(proven.toString()).doesNotContain("PRIVATE");
  }

  private static final String PEM =
      "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";
  private static final String KEY =
      "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n";

  private static ConfigurationSet files(Map<String, String> texts) {
    return new ConfigurationSet(
        List.of(),
        texts.entrySet().stream()
            .map(one ->
                ConfigurationSet.Item.of(
                    one.getKey(), one.getValue().getBytes(StandardCharsets.US_ASCII)))
            .toList());
  }

  @Test
  void whatThePolicyForbidsIsLeftOut() {
    ProbePlan plan = plan(CONFIG, POLICY + "probe: { payments: none }\n");
    assertThat(of(plan, Kind.SAFE)).isEmpty();
    assertThat(of(plan, Kind.OUTSIDE)).isEmpty();
    assertThat(left(plan, Kind.SAFE)).isEqualTo("the policy allows no probe of payments");
    assertThat(of(plan, Kind.TCP)).hasSize(1);
  }

  @Test
  void aRequestLiesOutsideOfWhatIsExcepted() {
    ProbePlan plan =
        plan(
            CONFIG,
            """
            version: 1
            services:
              root:
                - path: /
              web:
                - path: /**
                  except: [root]
            inventory:
              - { name: pay-1, address: "127.0.0.1:9101", serves: [web] }
            """);
    assertThat(one(plan, Kind.SAFE).ask().orElseThrow())
        .hasToString("GET probe.invalid/checkrail-probe");
  }

  @Test
  void aServerInTwoPoolsIsAskedOnceForBoth() {
    ProbePlan plan = plan(CONFIG + "backend other\n  server again 127.0.0.1:9101\n", POLICY);
    assertThat(one(plan, Kind.TCP).servers())
        .containsExactly(new ServerName("be_pay", "pay-1"), new ServerName("other", "again"));
    assertThat(of(plan, Kind.TCP)).hasSize(1);
    assertThat(of(plan, Kind.SAFE)).hasSize(1);
  }

  @Test
  void theAddressThatTheWorkerHasWinsOverTheFiles() {
    ProbePlan plan =
        ProbePlan.of(
            read(CONFIG.replace("127.0.0.1:9101", "pay-1.internal:9101")),
            policy(POLICY),
            Map.of(new ServerName("be_pay", "pay-1"), "10.1.1.7:9101"),
            NO_FILES);
    assertThat(one(plan, Kind.TCP).host()).isEqualTo("10.1.1.7");
    ProbePlan unknown = plan(CONFIG.replace("127.0.0.1:9101", "pay-1.internal:9101"), POLICY);
    assertThat(of(unknown, Kind.TCP)).isEmpty();
    assertThat(left(unknown, Kind.TCP)).contains("no address of it is known");
  }

  @Test
  void withoutAPolicyTheChecksAndTheFrontAreAsked() {
    ProbePlan plan = ProbePlan.of(read(CONFIG), Policy.none(), Map.of(), NO_FILES);
    assertThat(plan.targets())
        .extracting(ProbeTarget::kind)
        .containsExactly(Kind.TCP, Kind.CHECK, Kind.OUTSIDE, Kind.OUTSIDE);
    assertThat(left(plan, Kind.SAFE)).isEqualTo("the policy's inventory does not name it");
  }

  @Test
  void aProxyHeaderIsSaidFirstToThoseWhoWaitForOne() {
    ProbePlan plan =
        plan(
            CONFIG
                .replace("bind *:8080", "bind *:8080 accept-proxy")
                .replace(":9101 check", ":9101 check send-proxy-v2"),
            POLICY);
    assertThat(one(plan, Kind.OUTSIDE).proxy()).isEqualTo(Proxy.TEXT);
    assertThat(one(plan, Kind.SAFE).proxy()).isEqualTo(Proxy.BINARY);
    assertThat(one(plan, Kind.CHECK).proxy()).isEqualTo(Proxy.BINARY);
  }

  @Test
  void checksThatCarryMoreThanAGetAreNotSent() {
    for (String step :
        List.of(
            "http-check send meth POST uri /ready",
            "http-check send meth GET uri /ready hdr Authorization abc",
            "http-check send meth GET uri /ready body x",
            "http-check send meth GET uri-lf /%[rand]",
            "http-check connect port 99\n  http-check send meth GET uri /ready",
            "http-check expect string ok")) {
      ProbePlan plan =
          plan(
              CONFIG
                  .replace(
                      "http-check send meth GET uri /ready ver HTTP/1.1 hdr Host pay.example.com",
                      step)
                  .replace("http-check expect status 200", ""),
              POLICY);
      assertThat(of(plan, Kind.CHECK)).as(step).isEmpty();
      assertThat(left(plan, Kind.CHECK)).as(step).startsWith("its check");
    }
  }

  @Test
  void theOldFormOfACheckIsUnderstood() {
    ProbePlan plan =
        plan(
            CONFIG
                .replace("option httpchk", "option httpchk HEAD /alive")
                .replaceAll("(?m)^ *http-check.*$", ""),
            POLICY);
    assertThat(one(plan, Kind.CHECK).ask().orElseThrow()).hasToString("HEAD 127.0.0.1:9101/alive");
    assertThat(one(plan, Kind.CHECK).good()).containsExactly(new Statuses(200, 399));
  }

  @Test
  void moreThanTheBoundIsNotProbedAndSaid() {
    StringBuilder many = new StringBuilder(CONFIG);
    for (int i = 1; i <= 600; i++) {
      many.append("  server s").append(i).append(" 127.0.0.1:").append(10000 + i).append('\n');
    }
    ProbePlan plan = plan(many.toString(), POLICY);
    assertThat(plan.targets()).hasSize(ProbePlan.MOST);
    assertThat(left(plan, Kind.TCP)).contains("more than 512 are not probed");
  }
}
