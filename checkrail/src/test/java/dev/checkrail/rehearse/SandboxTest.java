package dev.checkrail.rehearse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.rehearse.agent.Behaviour;
import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.Exchange.End;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.rehearse.agent.RawRequest.ClientKey;
import dev.checkrail.rehearse.agent.RawRequest.Tls;
import dev.checkrail.rehearse.agent.Stub;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * HAProxy itself, in namespaces; skipped by name where the machine has no HAProxy or allows none.
 */
class SandboxTest {
  private static final Endpoint LISTENER = new Endpoint("203.0.113.1", 80);
  private static final Stub FIRST = Stub.http("10.0.0.5", 8080);
  private static final Stub SECOND = Stub.http("10.0.0.6", 8080);

  private static final String DEFAULTS =
      """
      defaults
        mode http
        timeout connect 200ms
        timeout client 2s
        timeout server 200ms
      """;

  private static final String TWO_SERVERS =
      DEFAULTS
          + """
          frontend fe
            bind 203.0.113.1:80
            default_backend be
          backend be
            balance roundrobin
            server first 10.0.0.5:8080
            server second 10.0.0.6:8080
          """;

  private static final String ONE_SERVER =
      DEFAULTS
          + """
          listen one
            bind 203.0.113.1:80
            server first 10.0.0.5:8080
          """;

  @SuppressWarnings("NullAway.Init")
  private static Sandbox sandbox;

  @BeforeAll
  static void open() throws SandboxException {
    sandbox = openedOrSkipped();
  }

  static Sandbox openedOrSkipped() throws SandboxException {
    return openedOrSkipped(SandboxSettings.Wanted.NAMESPACE);
  }

  static Sandbox openedOrSkipped(SandboxSettings.Wanted wanted) throws SandboxException {
    assumeTrue(Enclosure.tool("haproxy").isPresent(), "needs haproxy: apt-get install haproxy");
    try {
      return Sandbox.open(SandboxSettings.standard().mode(wanted));
    } catch (SandboxException e) {
      assumeTrue(
          e.kind() != SandboxException.Kind.NAMESPACE_REFUSED,
          "needs a machine that allows namespaces: " + e.getMessage());
      throw e;
    }
  }

  @AfterAll
  static void close() throws SandboxException {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  // --- what arrives

  @Test
  void theServerReceivesWhatTheConfigurationMadeOfTheRequest() throws Exception {
    String configuration =
        DEFAULTS
            + """
            frontend fe
              bind 203.0.113.1:80
              http-request set-header X-From %[src]:%[dst]:%[dst_port]
              http-request replace-path /old/(.*) /new/\\1
              use_backend be if { path_beg /new }
            backend be
              server first 10.0.0.5:8080
            """;
    try (Running haproxy = start(configuration, FIRST)) {
      Exchange exchange = haproxy.exchange(get("/old/a?b=c").from("198.51.100.7"));
      assertThat(exchange.end()).isEqualTo(End.ANSWERED);
      assertThat(exchange.status()).isEqualTo(200);
      assertThat(exchange.deliveries()).hasSize(1);
      Delivery delivery = exchange.deliveries().getFirst();
      assertThat(delivery.stub()).isEqualTo(FIRST.at());
      assertThat(delivery.requestLine()).isEqualTo("GET /new/a?b=c HTTP/1.1");
      assertThat(delivery.target()).isEqualTo("/new/a?b=c");
      assertThat(delivery.header("x-from")).containsExactly("198.51.100.7:203.0.113.1:80");
    }
  }

  @Test
  void requestsAreSharedBetweenTheServers() throws Exception {
    try (Running haproxy = start(TWO_SERVERS, FIRST, SECOND)) {
      assertThat(haproxy.exchange(List.of(get("/"), get("/"), get("/"), get("/"))))
          .flatExtracting(Exchange::deliveries)
          .extracting(Delivery::stub)
          .containsExactly(FIRST.at(), SECOND.at(), FIRST.at(), SECOND.at());
    }
  }

  @Test
  void bodiesAreReadToTheirEnd() throws Exception {
    try (Running haproxy = start(ONE_SERVER, FIRST)) {
      String chunked = "4\r\nabcd\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrailer: t\r\n\r\n";
      List<Exchange> exchanges =
          haproxy.exchange(
              List.of(
                  http("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"),
                  http(
                      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked),
                  http("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")));
      assertThat(exchanges).extracting(Exchange::status).containsExactly(200, 200, 200);
      assertThat(exchanges)
          .flatExtracting(Exchange::deliveries)
          .extracting(Delivery::bodyLength)
          .containsExactly(3L, 20L, 0L);
      assertThat(exchanges.getFirst().response().orElseThrow().body()).isEqualTo("ok\n");
    }
  }

  @Test
  void aLongBodyThatIsAnsweredEarlyBlocksNothing() throws Exception {
    String configuration = ONE_SERVER.replace("server first", "http-request deny\n  server first");
    try (Running haproxy = start(configuration, FIRST)) {
      String body = "x".repeat(8_000_000);
      Exchange exchange =
          haproxy.exchange(
              http("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n" + body));
      assertThat(exchange.status()).isEqualTo(403);
      assertThat(exchange.deliveries()).isEmpty();
    }
  }

  @Test
  void aRetryIsADeliveryMore() throws Exception {
    String configuration =
        ONE_SERVER.replace("server first", "retries 2\n  retry-on 500\n  server first");
    try (Running haproxy = start(configuration, FIRST.behaving(Behaviour.status(500)))) {
      Exchange exchange = haproxy.exchange(get("/"));
      assertThat(exchange.status()).isEqualTo(500);
      assertThat(exchange.deliveries()).hasSize(3);
    }
  }

  @Test
  void addressesOfTheNewFamilyWork() throws Exception {
    String configuration =
        DEFAULTS
            + """
            listen six
              bind [2001:db8::1]:80
              http-request set-header X-From %[src]
              server first [2001:db8::5]:8080
            """;
    try (Running haproxy = start(configuration, Stub.http("2001:db8::5", 8080))) {
      Exchange exchange =
          haproxy.exchange(
              RawRequest.http(Endpoint.of("[2001:db8::1]:80"), "GET / HTTP/1.0\r\n\r\n")
                  .from("2001:db8::7"));
      assertThat(exchange.deliveries().getFirst().header("X-From")).containsExactly("2001:db8::7");
    }
  }

  // --- servers that fail

  @Test
  void aServerThatRefusesIsAnsweredWith503() throws Exception {
    try (Running haproxy = start(ONE_SERVER, FIRST)) {
      assertThat(haproxy.exchange(get("/")).status()).isEqualTo(200);
      haproxy.stubs(List.of(FIRST.behaving(new Behaviour.Refuses())));
      Exchange exchange = haproxy.exchange(get("/"));
      assertThat(exchange.status()).isEqualTo(503);
      assertThat(exchange.deliveries()).isEmpty();
      haproxy.stubs(List.of(FIRST));
      assertThat(haproxy.exchange(get("/")).status()).isEqualTo(200);
    }
  }

  @Test
  void aServerThatHangsIsAnsweredWith504() throws Exception {
    try (Running haproxy = start(ONE_SERVER, FIRST.behaving(new Behaviour.Hangs()))) {
      Exchange exchange = haproxy.exchange(get("/"));
      assertThat(exchange.status()).isEqualTo(504);
      assertThat(exchange.deliveries()).hasSize(1);
    }
  }

  @Test
  void aSlowServerIsWaitedFor() throws Exception {
    try (Running haproxy = start(ONE_SERVER, FIRST.behaving(Behaviour.slow(100)))) {
      Exchange exchange = haproxy.exchange(get("/"));
      assertThat(exchange.status()).isEqualTo(200);
      assertThat(exchange.micros()).isGreaterThanOrEqualTo(100_000);
    }
  }

  @Test
  void aServerIsTakenDownByItsCheckOverTheAdminSocket() throws Exception {
    String configuration = TWO_SERVERS.replace("10.0.0.5:8080", "10.0.0.5:8080 check inter 10s");
    try (Running haproxy = start(configuration, FIRST, SECOND)) {
      haproxy.pauseChecks();
      haproxy.admin("set server be/first health down");
      assertThat(haproxy.exchange(List.of(get("/"), get("/"))))
          .flatExtracting(Exchange::deliveries)
          .extracting(Delivery::stub)
          .containsExactly(SECOND.at(), SECOND.at());
      assertThat(haproxy.admin("show stat")).contains("be,first,").contains("DOWN");
    }
  }

  @Test
  void pausedChecksReachNoServerAnyMore() throws Exception {
    String configuration =
        ONE_SERVER.replace(
            "server first 10.0.0.5:8080",
            "option httpchk GET /alive\n  server first 10.0.0.5:8080 check inter 2ms fall 10000");
    try (Running haproxy = start(configuration, FIRST)) {
      assertThat(haproxy.pauseChecks()).containsExactly("one/first");
      // At first one failed check takes it down, and on a loaded machine 2 ms are not enough for
      // one.
      haproxy.admin("set server one/first health up");
      for (int i = 0; i < 50; i++) {
        Exchange exchange = haproxy.exchange(get("/"));
        assertThat(exchange.deliveries())
            .extracting(Delivery::requestLine)
            .containsExactly("GET / HTTP/1.1");
        assertThat(exchange.strays()).isEmpty();
      }
    }
  }

  // --- what clients see

  @Test
  void theWaysOfNotAnsweringAreToldApart() throws Exception {
    String configuration =
        DEFAULTS
            + """
            listen closing
              bind 203.0.113.1:80
              http-request reject if { path /reject }
              http-request silent-drop if { path /drop }
              http-request tarpit if { path /tarpit }
              timeout tarpit 1m
              server first 10.0.0.5:8080
            listen connection
              bind 203.0.113.1:81
              tcp-request connection reject
            """;
    try (Running haproxy = start(configuration, FIRST)) {
      assertThat(haproxy.exchange(get("/reject")).end()).isEqualTo(End.CLOSED);
      assertThat(haproxy.exchange(get("/drop")).end()).isEqualTo(End.CLOSED);
      assertThat(haproxy.exchange(get("/tarpit").timeoutMillis(100)).end())
          .isEqualTo(End.TIMED_OUT);
      assertThat(haproxy.exchange(RawRequest.http(Endpoint.of("203.0.113.1:81"), "GET /")).end())
          .isEqualTo(End.CLOSED);
      assertThat(haproxy.exchange(RawRequest.http(Endpoint.of("203.0.113.1:82"), "GET /")).end())
          .isEqualTo(End.REFUSED);
    }
  }

  @Test
  void bytesAreSentAsTheyAre() throws Exception {
    try (Running haproxy = start(ONE_SERVER, FIRST)) {
      assertThat(haproxy.exchange(http("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n")).status())
          .isEqualTo(400);
      Exchange odd = haproxy.exchange(http("GET /\u00e9 HTTP/1.1\r\nHost: x\r\nA:\u00ff\r\n\r\n"));
      assertThat(odd.status()).isEqualTo(400);
      Exchange absolute = haproxy.exchange(http("GET http://h:1/p HTTP/1.1\r\nHost: h:1\r\n\r\n"));
      assertThat(absolute.deliveries().getFirst().target()).isEqualTo("http://h:1/p");
    }
  }

  @Test
  void aServerNameChoosesTheServerOfATcpFrontend() throws Exception {
    String configuration =
        """
        defaults
          mode tcp
          timeout connect 1s
          timeout client 2s
          timeout server 2s
        frontend fe
          bind 203.0.113.1:443
          tcp-request inspect-delay 1s
          tcp-request content accept if { req.ssl_hello_type 1 }
          use_backend pay if { req.ssl_sni pay.example.com }
          default_backend web
        backend pay
          server pay 10.0.0.5:443
        backend web
          server web 10.0.0.6:443
        """;
    Endpoint listener = new Endpoint("203.0.113.1", 443);
    try (Running haproxy =
        start(configuration, Stub.tcp("10.0.0.5", 443), Stub.tcp("10.0.0.6", 443))) {
      Exchange pay = haproxy.exchange(RawRequest.tcp(listener, "").tls("pay.example.com"));
      assertThat(pay.end()).isEqualTo(End.TLS_FAILED);
      assertThat(pay.deliveries()).hasSize(1);
      assertThat(pay.deliveries().getFirst().stub()).isEqualTo(Endpoint.of("10.0.0.5:443"));
      assertThat(pay.deliveries().getFirst().head()).contains("pay.example.com");
      Exchange odd = haproxy.exchange(RawRequest.tcp(listener, "").tls("not a name."));
      assertThat(odd.deliveries().getFirst().stub()).isEqualTo(Endpoint.of("10.0.0.6:443"));
    }
  }

  @Test
  void plainBytesGoThroughATcpFrontend() throws Exception {
    String configuration = ONE_SERVER.replace("mode http", "mode tcp");
    try (Running haproxy = start(configuration, Stub.tcp("10.0.0.5", 8080))) {
      Exchange exchange = haproxy.exchange(RawRequest.tcp(LISTENER, "hello\n"));
      assertThat(exchange.end()).isEqualTo(End.ANSWERED);
      assertThat(exchange.received()).isEqualTo("ok\n");
      assertThat(exchange.deliveries().getFirst().head()).isEqualTo("hello\n");
    }
  }

  @Test
  void tlsIsSpokenWithAServerNameOrWithout() throws Exception {
    String configuration =
        DEFAULTS
            + """
            listen secure
              bind 203.0.113.1:443 ssl crt site.pem
              http-request set-header X-Name %[ssl_fc_sni]
              server first 10.0.0.5:8080
            """;
    Path folder = sandbox.newFolder();
    Files.writeString(folder.resolve("site.pem"), certificate(folder));
    try (Running haproxy = start(folder, configuration, FIRST)) {
      RawRequest request =
          RawRequest.http(new Endpoint("203.0.113.1", 443), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      Exchange named = haproxy.exchange(request.tls("pay.example.com"));
      assertThat(named.status()).as(named.detail()).isEqualTo(200);
      assertThat(named.deliveries().getFirst().header("x-name")).containsExactly("pay.example.com");
      Exchange nameless =
          haproxy.exchange(request.tls(new Tls(Optional.empty(), Optional.empty())));
      assertThat(nameless.deliveries().getFirst().header("x-name")).containsExactly("");
      assertThat(haproxy.exchange(request).status()).isNotEqualTo(200);
    }
  }

  @Test
  void aCertificateOfTheClientIsShown() throws Exception {
    String configuration =
        DEFAULTS
            + """
            listen secure
              bind 203.0.113.1:443 ssl crt site.pem ca-file site.pem verify required
              server first 10.0.0.5:8080
            """;
    Path folder = sandbox.newFolder();
    Files.writeString(folder.resolve("site.pem"), certificate(folder));
    ClientKey key = new ClientKey(folder.resolve("site.p12").toString(), "throwaway");
    try (Running haproxy = start(folder, configuration, FIRST)) {
      RawRequest request =
          RawRequest.http(new Endpoint("203.0.113.1", 443), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      Exchange shown = haproxy.exchange(request.tls(new Tls(Optional.empty(), Optional.of(key))));
      assertThat(shown.status()).as(shown.detail()).isEqualTo(200);
      assertThat(haproxy.exchange(request.tls("x")).end()).isEqualTo(End.TLS_FAILED);
    }
  }

  // --- what is refused

  @Test
  void onlyOneHaproxyRunsAtATime() throws Exception {
    try (Running haproxy = start(ONE_SERVER, FIRST)) {
      assertThatExceptionOfType(SandboxException.class)
          .isThrownBy(() -> start(ONE_SERVER, FIRST))
          .withMessageContaining("another HAProxy still runs");
      assertThat(haproxy.alive()).isTrue();
    }
  }

  @Test
  void aConfigurationThatHaproxyRefusesComesBackWithItsText() throws Exception {
    Path folder = sandbox.newFolder();
    Files.writeString(folder.resolve("a.cfg"), "frontend fe\n  bnid :80\n");
    Launched launched = sandbox.start(folder, List.of("a.cfg"), Map.of(), List.of());
    assertThat(launched).isInstanceOf(Launched.Refused.class);
    assertThat(((Launched.Refused) launched).text()).contains("a.cfg:2").contains("bnid");
  }

  @Test
  void haproxyJudgesFilesWithoutStarting() throws Exception {
    assertThat(judged(TWO_SERVERS).accepted()).isTrue();
    assertThat(judged("global\n  maxconn 10\n").accepted()).isTrue();
    Native.Verdict refused = judged("listen x\n  bind :80\n  mode http\n  server s 10.0.0.1:a\n");
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.text()).contains("a.cfg:4");
  }

  @Test
  void aStubWhereTheConfigurationListensIsRefused() throws Exception {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> start(ONE_SERVER, Stub.http("203.0.113.1", 80)))
        .withMessageContaining("the configuration itself listens on 203.0.113.1:80");
  }

  @Test
  void aListenerOnEveryAddressLeavesTheStubsTheirs() throws Exception {
    String configuration = ONE_SERVER.replace("203.0.113.1:80", "*:8080");
    try (Running haproxy = start(configuration, FIRST)) {
      Exchange exchange =
          haproxy.exchange(
              RawRequest.http(
                  Endpoint.of("203.0.113.9:8080"), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      assertThat(exchange.status()).isEqualTo(200);
      assertThat(exchange.deliveries()).extracting(Delivery::stub).containsExactly(FIRST.at());
    }
  }

  @Test
  void aMissingBinaryIsSaidWithWhatToDo() {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(
            () -> Sandbox.open(SandboxSettings.standard().haproxy(Path.of("/nowhere/haproxy"))))
        .withMessageContaining("/nowhere/haproxy")
        .extracting(SandboxException::kind)
        .isEqualTo(SandboxException.Kind.HAPROXY_MISSING);
  }

  // --- what is shut in

  @Test
  void nothingOfOurEnvironmentIsSeen() throws Exception {
    String configuration =
        DEFAULTS
            + """
            frontend fe
              bind 203.0.113.1:80
              http-request return status 200 content-type t lf-string "%[env(PATH)]|%[env(GIVEN)]"
            """;
    Path folder = sandbox.newFolder();
    Files.writeString(folder.resolve("a.cfg"), configuration);
    try (Running haproxy =
        sandbox.start(folder, List.of("a.cfg"), Map.of("GIVEN", "given"), List.of()).running()) {
      assertThat(haproxy.exchange(get("/")).response().orElseThrow().body()).isEqualTo("|given");
    }
  }

  @Test
  void nothingIsWrittenOutsideOfTheFolder() throws Exception {
    Path outside = Files.createTempDirectory("checkrail-test-");
    try {
      Path folder = sandbox.newFolder();
      Files.writeString(
          folder.resolve("a.cfg"), "global\n  stats socket " + outside.resolve("s") + "\n");
      assertThat(sandbox.start(folder, List.of("a.cfg"), Map.of(), List.of()))
          .isInstanceOf(Launched.Refused.class);
      assertThat(outside).isEmptyDirectory();
    } finally {
      Files.delete(outside);
    }
  }

  @Test
  void connectionsElsewhereEndInTheSandbox() throws Exception {
    String configuration = ONE_SERVER.replace("10.0.0.5:8080", "192.0.2.1:80");
    try (Running haproxy = start(configuration)) {
      assertThat(haproxy.exchange(get("/")).status()).isEqualTo(503);
    }
  }

  @Test
  void manyConfigurationsGoThroughOneSandbox() throws Exception {
    for (int i = 0; i < 10; i++) {
      Path folder = sandbox.newFolder();
      String configuration = ONE_SERVER.replace(":80\n", ":" + (80 + i % 2) + "\n");
      try (Running haproxy = start(folder, configuration, FIRST)) {
        Endpoint listener = new Endpoint("203.0.113.1", 80 + i % 2);
        Exchange exchange =
            haproxy.exchange(RawRequest.http(listener, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        assertThat(exchange.deliveries()).hasSize(1);
        assertThat(exchange.strays()).isEmpty();
      }
      sandbox.discard(folder);
      assertThat(folder).doesNotExist();
    }
  }

  private static Native.Verdict judged(String configuration) throws Exception {
    Path folder = sandbox.newFolder();
    Files.writeString(folder.resolve("a.cfg"), configuration);
    return Native.check(sandbox, folder, List.of("a.cfg"), Map.of(), Duration.ofSeconds(60));
  }

  private static Running start(String configuration, Stub... stubs) throws Exception {
    return start(sandbox.newFolder(), configuration, stubs);
  }

  private static Running start(Path folder, String configuration, Stub... stubs) throws Exception {
    Files.writeString(folder.resolve("a.cfg"), configuration);
    return sandbox.start(folder, List.of("a.cfg"), Map.of(), List.of(stubs)).running();
  }

  private static RawRequest get(String target) {
    return http("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  private static RawRequest http(String bytes) {
    return RawRequest.http(LISTENER, bytes);
  }

  /** A throw-away certificate and its key as PEM; the JDK's own tool makes them. */
  private static String certificate(Path folder) throws Exception {
    Path store = folder.resolve("site.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=example.com",
                "-alias",
                "site",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "throwaway")
            .redirectErrorStream(true)
            .start();
    keytool.getInputStream().readAllBytes();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    char[] password = "throwaway".toCharArray();
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password);
    }
    return pem("CERTIFICATE", keys.getCertificate("site").getEncoded())
        + pem("PRIVATE KEY", keys.getKey("site", password).getEncoded());
  }

  private static String pem(String label, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(bytes), label);
  }
}
