package dev.checkrail.rehearse;

import static dev.checkrail.rehearse.Rehearsing.DEFAULTS;
import static dev.checkrail.rehearse.Rehearsing.fault;
import static dev.checkrail.rehearse.Rehearsing.read;
import static dev.checkrail.rehearse.Rehearsing.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.checkrail.policy.Policy;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.report.Rehearsal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is special where the machine allows no network namespace. */
class LoopbackTest {
  @SuppressWarnings("NullAway.Init")
  private static Sandbox sandbox;

  @BeforeAll
  static void open() throws SandboxException {
    sandbox = SandboxTest.openedOrSkipped(SandboxSettings.Wanted.LOOPBACK);
  }

  @AfterAll
  static void close() throws SandboxException {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  // --- what a request shows

  private static final String CLIENTS =
      DEFAULTS
          + """
          frontend fe
            bind 203.0.113.1:80
            bind 203.0.113.1:81-82
            bind [2001:db8::1]:80
            http-request deny deny_status 410 if { src 10.0.0.0/8 }
            http-request deny deny_status 429 if { src 2001:db8:1::/48 }
            http-request deny deny_status 404 if { dst_port 82 }
            http-request set-header X-Ways %[src],%[dst],%[dst_port]
            use_backend office if { src 198.51.100.7 }
            default_backend all
          backend office
            server a 10.1.0.1:80
          backend all
            server a 10.1.0.2:80
            server b [2001:db8::5]:80
          """;

  @Test
  void rulesSeeTheClientAndTheListenerThatARequestNames() throws Exception {
    RehearseReport report =
        rehearse(
            CLIENTS,
            "GET http://h/ from 198.51.100.7 at 203.0.113.1:80",
            "GET http://h/ from 198.51.100.8 at 203.0.113.1:81",
            "GET http://h/ from 10.9.8.7 at 203.0.113.1:80",
            "GET http://h/ from 198.51.100.7 at 203.0.113.1:82",
            "GET http://h/ from 2001:db8:1::9 at [2001:db8::1]:80",
            "GET http://h/ from 2001:db8:2::9 at [2001:db8::1]:80");
    assertThat(report.rehearsal().agreed()).isEqualTo(6);
    assertThat(report.rehearsal().sandbox()).isEqualTo(Rehearsal.Sandbox.LOOPBACK);
    assertThat(report.rehearsal().notRehearsed())
        .anyMatch(text -> text.contains("loopback device of the machine"));
  }

  @Test
  void aListenerWithTlsSeesClientAndServerName() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 203.0.113.1:443 ssl crt one.example.com.pem crt two.example.com.pem strict-sni
                  http-request deny if { ssl_fc_sni two.example.com } !{ src 198.51.100.7 }
                  default_backend be
                backend be
                  server a 10.1.0.1:80
                frontend passes
                  mode tcp
                  bind 203.0.113.1:444
                  tcp-request inspect-delay 1s
                  tcp-request content reject if { src 198.51.100.7 } { req.ssl_sni two.example.com }
                  tcp-request content accept if { req.ssl_hello_type 1 }
                  default_backend tcp
                backend tcp
                  mode tcp
                  server a 10.1.0.1:443
                """,
            "GET https://h/ sni one.example.com from 198.51.100.8 at 203.0.113.1:443",
            "GET https://h/ sni two.example.com from 198.51.100.8 at 203.0.113.1:443",
            "GET https://h/ sni two.example.com from 198.51.100.7 at 203.0.113.1:443",
            "GET tcp://h:444 sni two.example.com from 198.51.100.7 at 203.0.113.1:444",
            "GET tcp://h:444 sni two.example.com from 198.51.100.8 at 203.0.113.1:444");
    assertThat(report.rehearsal().agreed()).isEqualTo(5);
  }

  @Test
  void rulesOnTheBareConnectionAreNotRehearsed() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 203.0.113.1:80
                  tcp-request connection reject unless { src 198.51.100.0/24 }
                  default_backend be
                frontend open
                  bind 203.0.113.1:81
                  tcp-request connection accept
                  tcp-request session reject if { src 10.0.0.0/8 }
                  default_backend be
                backend be
                  server a 10.1.0.1:80
                """,
            "GET http://h/ from 198.51.100.7 at 203.0.113.1:80",
            "GET http://h/ from 198.51.100.7 at 203.0.113.1:81",
            "GET http://h/ from 10.0.0.1 at 203.0.113.1:81");
    assertThat(report.rehearsal().agreed()).isEqualTo(2);
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(report.rehearsal().notRehearsed())
        .contains(
            "GET http://h/: on the loopback device the tcp-request connection rules of fe do not"
                + " see who connects");
  }

  @Test
  void whatHasNoPlaceOnTheLoopbackDeviceIsNotRehearsed() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind unix@/run/fe.sock
                  bind :::80 v4v6
                  default_backend be
                frontend twice
                  bind 203.0.113.1:81
                  default_backend be
                frontend again
                  bind 203.0.113.1:81
                  default_backend be
                backend be
                  server a 10.1.0.1:80
                """,
            "GET http://socket/ at unix@/run/fe.sock",
            "GET http://four/ from 198.51.100.7 at [::]:80",
            "GET http://six/ from 2001:db8::7 at [::]:80",
            "GET http://twice/ at 203.0.113.1:81");
    assertThat(report.rehearsal().agreed()).isEqualTo(1);
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(report.rehearsal().notRehearsed())
        .contains(
            "GET http://socket/: listener unix@/run/fe.sock is not reached over TCP",
            "GET http://four/: on the loopback device [::]:80 does not show an IPv4 client as an"
                + " IPv6 listener does",
            "GET http://twice/: 2 listeners are at 203.0.113.1:81, and on the loopback device each"
                + " has a place of its own");
  }

  @Test
  void aListenerThatAsksForThePROXYHeaderGetsOne() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 203.0.113.1:80 accept-proxy name outside
                  http-request deny unless { src 198.51.100.7 } { dst 203.0.113.1 }
                  default_backend be
                backend be
                  server a 10.1.0.1:80 send-proxy
                """,
            "GET http://h/ from 198.51.100.7",
            "GET http://h/ from 198.51.100.8");
    assertThat(report.rehearsal().agreed()).isEqualTo(2);
  }

  @Test
  void aServerThatIsDownRefusesAndNobodyTakesItsPort() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 203.0.113.1:80
                  default_backend be
                backend be
                  option httpchk
                  server a 10.1.0.1:80 check
                  server b 10.1.0.2:80 check
                """,
            "GET http://h/");
    assertThat(fault(report, "be/a down").why()).startsWith("3 requests answered by be/b");
    int port = sandbox.freePorts(1).getFirst();
    assertThatExceptionOfType(java.net.BindException.class)
        .isThrownBy(() -> {
          try (ServerSocket taken = new ServerSocket()) {
            taken.setReuseAddress(false);
            taken.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
          }
        });
  }

  // --- nothing leaves

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acl nobody_uses_it src -f offices.lst",
        "http-request deny if { src -f offices.lst }",
        "acl office hdr_ip(x-from) -f offices.lst 10.0.0.1",
        "use_backend be if METH_POST { hdr_ip(x-from) -M -f offices.lst }"
      })
  void whatHaproxyWouldLookUpIsRefused(String line) {
    Original original =
        read(
            DEFAULTS
                + "frontend fe\n  bind 203.0.113.1:80\n  "
                + line
                + "\n  http-request deny if { path /office }\n  default_backend be\n"
                + "backend be\n  server a 10.1.0.1:80\n",
            "offices.lst",
            "# offices\n10.0.0.1\ngateway.example.com\n");
    for (Neutralise.Purpose purpose : Neutralise.Purpose.values()) {
      assertThatExceptionOfType(SandboxException.class)
          .isThrownBy(() ->
              SandboxCopy.make(
                  sandbox,
                  original,
                  purpose,
                  List.of(),
                  RehearseSettings.standard().clock().instant()))
          .withMessageContaining("haproxy.cfg:8")
          .withMessageContaining("HAProxy asks for the address of a name")
          .withMessageEndingWith("run as root or allow user namespaces")
          .returns(SandboxException.Kind.CANNOT_CONFINE, SandboxException::kind);
    }
  }

  static Stream<Arguments> leaks() {
    String fe = "frontend fe\n  mode http\n";
    String be = "backend be\n  mode http\n";
    return Stream.of(
            fe + "  bind 203.0.113.1:80",
            fe + "  bind 127.0.0.1:9999",
            fe + "  bind 127.0.0.1:1,:80",
            fe + "  log 10.0.0.1:514 local0",
            fe + "  http-request do-resolve(txn.a,dns) hdr(host)",
            fe + "  filter spoe engine e config e.conf",
            be + "  server a 10.1.0.1:80",
            be + "  server a 127.0.0.1:80",
            be + "  server a app.example.com:80",
            be + "  server a 127.0.0.1:1 addr 10.0.0.1",
            be + "  server a 127.0.0.1:1 check port 99",
            be + "  server a 127.0.0.1:1 agent-check agent-port 99",
            be + "  server a 127.0.0.1:1 socks4 10.0.0.1:1080",
            be + "  server a 127.0.0.1:1 source 10.0.0.9",
            be + "  server-template s 3 10.1.0.1:80",
            be + "  default-server resolvers dns",
            be + "  source 10.0.0.9",
            be + "  dispatch 10.0.0.9:80",
            be + "  option transparent",
            be + "  option external-check",
            be + "  http-check connect addr 10.0.0.9 port 80",
            be + "  use-fcgi-app php",
            "global\n  log 10.0.0.1:514 local0",
            "global\n  lua-load a.lua",
            "global\n  httpclient.resolvers.id default",
            "fcgi-app php\n  log-stderr 10.0.0.1:514 local0",
            "fcgi-app php\n  acl a src gateway.example.com",
            fe + "  acl a src -f nobody-read-it.lst",
            fe + "  http-response deny if { src 10.0.0.1 name }",
            "peers p\n  peer other 10.0.0.9:1024",
            "mailers m\n  mailer one 10.0.0.9:25",
            "resolvers dns\n  nameserver one 10.0.0.9:53",
            "ring r\n  server log 10.0.0.9:514",
            "log-forward l\n  bind 10.0.0.9:514",
            "program p\n  command /bin/true",
            be + ".if defined(X)\n  server a 10.1.0.1:80\n.endif",
            be + "  server a \"10.1.0.1:80")
        .map(Arguments::of);
  }

  /** Whatever was meant to be done about it: such a line in the finished copy is found. */
  @ParameterizedTest
  @MethodSource("leaks")
  void noLineOfACopyThatCouldSpeakToOthersIsOverlooked(String text) {
    Set<Endpoint> ours = Set.of(new Endpoint("127.0.0.1", 1));
    assertThat(
            Confine.open(
                read(DEFAULTS), Map.of("a.cfg", text + "\n"), Neutralise.Purpose.RUN, ours))
        .isNotEmpty();
  }

  @Test
  void haproxyIsEndedAsSoonAsItHasASocketOutside() throws Exception {
    Path folder = sandbox.newFolder();
    java.nio.file.Files.writeString(
        folder.resolve("a.cfg"),
        DEFAULTS + "frontend fe\n  bind 0.0.0.0:" + sandbox.freePorts(1).getFirst() + "\n");
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> sandbox.start(folder, List.of("a.cfg"), Map.of(), List.of()))
        .withMessageContaining("a socket outside of the machine's loopback device: tcp 0.0.0.0:");
    sandbox.discard(folder);
  }

  @Test
  void aCopyThatIsOnlyCheckedAsksForNoNameEither() throws Exception {
    Original original =
        read(
            """
            global
              log logs.example.com:514 local0
            ring r
              format raw
              size 32768
              backing-file /var/tmp/checkrail-ring.buf
              server s logs.example.com:514
            log-forward lf
              dgram-bind logs.example.com:514
              log ring@r local0
            resolvers dns
              nameserver one dns.example.com:53
            """
                + DEFAULTS
                + """
                frontend fe
                  bind lb.example.com:80
                  default_backend be
                backend be
                  source lb.example.com
                  option httpchk
                  http-check connect addr checks.example.com port 80
                  server a app.example.com:80 check addr checks.example.com
                  server b 10.0.0.1:80 check agent-check agent-port 9 agent-addr agents.example.com
                """);
    NativeReport report = Native.check(original, sandbox);
    assertThat(report.text()).doesNotContain("example.com");
    assertThat(report.accepted()).as(report.text()).isTrue();
    assertThat(Path.of("/var/tmp/checkrail-ring.buf")).doesNotExist();
  }

  private static RehearseReport rehearse(String text, String... requests) throws SandboxException {
    return Rehearse.rehearse(
        read(text), requests(requests), Policy.none(), sandbox, RehearseSettings.standard());
  }
}
