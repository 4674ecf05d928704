package dev.checkrail.rehearse;

import static dev.checkrail.rehearse.Rehearsing.DEFAULTS;
import static dev.checkrail.rehearse.Rehearsing.fault;
import static dev.checkrail.rehearse.Rehearsing.faults;
import static dev.checkrail.rehearse.Rehearsing.policy;
import static dev.checkrail.rehearse.Rehearsing.read;
import static dev.checkrail.rehearse.Rehearsing.request;
import static dev.checkrail.rehearse.Rehearsing.requests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.policy.Policy;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.StageResult.Status;
import dev.checkrail.source.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole configurations on the real HAProxy; skipped by name where there is none. */
@ParameterizedClass
@EnumSource(
    value = SandboxSettings.Wanted.class,
    names = {"NAMESPACE", "LOOPBACK"})
class RehearseTest {
  @SuppressWarnings("NullAway.Init")
  private static Sandbox sandbox;

  @Parameter SandboxSettings.Wanted wanted = SandboxSettings.Wanted.NAMESPACE;

  @BeforeParameterizedClassInvocation
  static void open(SandboxSettings.Wanted wanted) throws SandboxException {
    sandbox = SandboxTest.openedOrSkipped(wanted);
  }

  @AfterParameterizedClassInvocation
  static void close() throws SandboxException {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  private static final String TWO_CHECKED =
      DEFAULTS
          + """
          frontend fe
            bind 192.0.2.1:80
            default_backend be
          backend be
            option redispatch
            server a 10.0.0.1:80 check
            server b 10.0.0.2:80 check
          """;

  // --- requests

  @Test
  void theReportSaysWhereItRan() throws Exception {
    RehearseReport report = rehearse(TWO_CHECKED, "GET http://h/");
    assertThat(report.rehearsal().sandbox().name()).isEqualTo(wanted.name());
  }

  @Test
  void eachRequestIsComparedWithTheModel() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 192.0.2.1:80
                  http-request deny if { src 10.9.0.0/16 }
                  http-request redirect location /new if { path /old }
                  http-request set-path /v2%[path] if { path_beg /api }
                  use_backend api if { path_beg /v2/api }
                  default_backend web
                backend api
                  server a 10.0.0.1:80
                backend web
                  server w 10.0.0.2:80
                """,
            "GET http://h/api/x?q from 203.0.113.9",
            "GET http://h/ from 203.0.113.9",
            "GET http://h/ from 10.9.1.1",
            "GET http://h/old from 203.0.113.9");
    assertThat(report.rehearsal().sent()).isEqualTo(4);
    assertThat(report.rehearsal().agreed()).isEqualTo(4);
    assertThat(report.findings()).isEmpty();
    assertThat(report.haproxy()).contains("HAProxy version 2.");
  }

  @Test
  void aDisagreementIsReportedWithBothAnswers() throws Exception {
    Rehearsed wrong =
        Rehearsed.of(
            request("GET http://h/").request(),
            new Outcome.Responds(404, Optional.empty(), Optional.empty()));
    RehearseReport report =
        rehearse(read(TWO_CHECKED), List.of(wrong), Policy.none(), RehearseSettings.standard());
    assertThat(report.rehearsal().agreed()).isZero();
    Rehearsal.Disagreement one = report.rehearsal().disagreed().getFirst();
    assertThat(one.model()).isInstanceOf(Outcome.Responds.class);
    assertThat(one.binary())
        .isInstanceOfSatisfying(
            Outcome.Reaches.class, reaches -> assertThat(reaches.pool()).isEqualTo("be"));
    assertThat(report.findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.rule()).isEqualTo(RuleId.REHEARSE_DISAGREEMENT);
          assertThat(finding.subject()).isEqualTo("frontend fe");
          assertThat(finding.message()).contains("answered 404").contains("sent to be");
          assertThat(finding.witness()).isPresent();
        });
  }

  @Test
  void whatTheModelDoesNotDecideIsSentAndCountedApart() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 192.0.2.1:80
                  http-request deny if { src 10.9.0.0/16 }
                  default_backend be
                backend be
                  server a 10.0.0.1:80
                """,
            "GET http://h/");
    assertThat(report.rehearsal().sent()).isEqualTo(1);
    assertThat(report.undecided()).isEqualTo(1);
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(faults(report)).containsExactly("servers of be: skipped");
  }

  @Test
  void clientsOfAProxyHeaderAndOfTlsAreServed() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind 192.0.2.1:80 accept-proxy
                  bind 192.0.2.1:443 ssl crt /etc/ssl/private/not-here.pem
                  http-request deny if !{ src 203.0.113.0/24 }
                  default_backend be
                backend be
                  server a 10.0.0.1:443 ssl verify required ca-file ca.pem sni str(x) send-proxy
                """,
            "GET http://h/ from 203.0.113.9 at 192.0.2.1:80",
            "GET http://h/ from 198.51.100.9 at 192.0.2.1:80",
            "GET https://h/ from 203.0.113.9 at 192.0.2.1:443 sni shop.example.com");
    assertThat(report.rehearsal().agreed()).isEqualTo(3);
    assertThat(report.rehearsal().notRehearsed())
        .anyMatch(text -> text.contains("throw-away certificate"))
        .anyMatch(text -> text.contains("TLS to servers is not spoken"))
        .anyMatch(text -> text.contains("PROXY headers are not sent"));
  }

  @Test
  void certificatesOfAListAreMadeForTheirNames() throws Exception {
    RehearseReport report =
        rehearse(
            read(
                DEFAULTS
                    + """
                    frontend fe
                      bind 192.0.2.1:443 ssl crt-list crt.list strict-sni
                      default_backend be
                    backend be
                      server a 10.0.0.1:80
                    """,
                "crt.list",
                """
                # one for each
                /keys/one.pem one.example.com
                /keys/two.pem [alpn h2,http/1.1 ssl-min-ver TLSv1.2] *.two.example.com
                """),
            requests("GET https://h/ sni one.example.com", "GET https://h/ sni a.two.example.com"),
            Policy.none(),
            RehearseSettings.standard());
    assertThat(report.rehearsal().agreed()).isEqualTo(2);
  }

  @Test
  void serversWithoutAnAddressOfTheirOwnArePlayedElsewhere() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                frontend fe
                  bind *:8080
                  use_backend named if { path /named }
                  use_backend socket if { path /socket }
                  use_backend chained if { path /chained }
                  use_backend template if { path /template }
                backend named
                  server a app.example.com:80 resolvers dns
                backend socket
                  server a unix@/run/app.sock
                backend chained
                  server a 127.0.0.1:8080
                backend template
                  server-template s 3 pods.example.com:80 check resolvers dns init-addr none
                resolvers dns
                  nameserver n1 192.0.2.53:53
                """,
            "GET http://h/named",
            "GET http://h/socket",
            "GET http://h/chained",
            "GET http://h/template");
    assertThat(report.rehearsal().disagreed()).isEmpty();
    assertThat(report.rehearsal().notRehearsed())
        .anyMatch(t -> t.contains("named/a: its name is not resolved"))
        .anyMatch(t -> t.contains("socket/a: it is not reached over TCP"))
        .anyMatch(t -> t.contains("chained/a: the configuration itself listens there"))
        .anyMatch(t -> t.contains("resolvers dns: names are not resolved"));
  }

  @Test
  void namesInTestsOfAddressesAreNotLookedUp() throws Exception {
    Original original =
        read(
            DEFAULTS
                + """
                frontend fe
                  bind 192.0.2.1:80
                  acl office src 10.9.0.0/16 gateway.example.com
                  http-request deny if { path /private } !office
                  use_backend be if { hdr_ip(x-from) gateway.example.com 2001:db8::/32 }
                  default_backend be
                backend be
                  server a 10.0.0.1:80
                """);
    assertThat(Native.check(original, sandbox).findings()).isEmpty();
    RehearseReport report =
        rehearse(
            original,
            requests("GET http://h/ from 10.9.0.1", "GET http://h/private from 198.51.100.7"),
            Policy.none(),
            RehearseSettings.standard());
    assertThat(report.rehearsal().agreed()).isEqualTo(1);
    assertThat(report.undecided()).isEqualTo(1);
    assertThat(report.rehearsal().notRehearsed())
        .contains(
            "haproxy.cfg:8 acl office: names are not resolved",
            "haproxy.cfg:10 use_backend be: names are not resolved");
  }

  @Test
  void filesAreFoundWhereverTheyAre(@TempDir Path top) throws Exception {
    Path folder = java.nio.file.Files.createDirectories(top.resolve("conf"));
    java.nio.file.Files.createDirectories(top.resolve("etc/lb"));
    java.nio.file.Files.writeString(top.resolve("etc/lb/hosts.map"), "h be\n");
    java.nio.file.Files.writeString(folder.resolve("paths.lst"), "/a\n");
    java.nio.file.Files.writeString(
        folder.resolve("503.http"), "HTTP/1.0 503 No\r\nContent-Length: 0\r\n\r\n");
    java.nio.file.Files.writeString(
        folder.resolve("lb.cfg"),
        """
        global
          default-path config
        """
            + DEFAULTS
            + """
            frontend fe
              bind 192.0.2.1:80
              errorfile 503 503.http
              http-request deny unless { path -f paths.lst }
              use_backend %[req.hdr(host),map(/etc/lb/hosts.map)]
            backend be
              server a 10.0.0.1:80
            """);
    Files files = Rehearsing.disk();
    HaproxyTarget target =
        new HaproxyTarget(
            HaproxyTarget.debian12(Map.of()).binary(),
            Optional.of(top.toString()),
            Optional.empty());
    Original original =
        new Original(
            Read.haproxy(files, List.of(folder.resolve("lb.cfg").toString()), target),
            files,
            target);
    RehearseReport report =
        rehearse(
            original,
            requests("GET http://h/a", "GET http://other/a", "GET http://h/b"),
            Policy.none(),
            RehearseSettings.standard());
    assertThat(report.rehearsal().agreed()).isEqualTo(3);
  }

  // --- nothing is executed, nothing leaves

  @Test
  void noCommandOfTheConfigurationIsRun(@TempDir Path folder) throws Exception {
    java.nio.file.Files.setPosixFilePermissions(
        folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    Path marker = folder.resolve("marker");
    Path script = folder.resolve("touch.lua");
    java.nio.file.Files.writeString(
        script,
        """
        io.open("%s", "w"):close()
        core.register_action("mark", {"http-req"}, function(txn) end)
        """
            .formatted(marker));
    String hostile =
        """
        global
          master-worker
          external-check
          insecure-fork-wanted
          lua-load %2$s
          chroot /var/empty
          user nobody-here
          daemon
          stats socket /run/haproxy.sock mode 600 level admin
          log logs.example.com:514 local0
        program evil
          command /bin/sh -c "touch %1$s"
        .if defined(NOT_DEFINED)
        program masked
          command /bin/sh -c "touch %1$s"
        .endif
        mailers m
          mailer one mail.example.com:25
        peers p
          peer other 192.0.2.99:1024
        """
                .formatted(marker, script)
            + DEFAULTS
            + """
            frontend fe
              bind 192.0.2.1:80
              bind unix@/run/fe.sock
              stick-table type ip size 1k peers p
              email-alert mailers m
              email-alert from a@example.com
              email-alert to b@example.com
              filter spoe engine e config spoe.conf
              http-request lua.mark
              acl odd lua.odd
              http-request deny if odd
              default_backend be
            backend be
              option external-check
              external-check command "%s"
              source 10.0.0.9 interface eth7
              server a 10.0.0.1:80 check agent-check agent-port 99 inter 100ms
            """
                .formatted(folder.resolve("touch.sh"));
    java.nio.file.Files.writeString(
        folder.resolve("touch.sh"), "#!/bin/sh\ntouch %s\n".formatted(marker));
    assertThat(folder.resolve("touch.sh").toFile().setExecutable(true, false)).isTrue();
    Original original = read(hostile);
    NativeReport judged = Native.check(original, sandbox);
    assertThat(judged.text()).doesNotContain("nobody-here");
    assertThat(judged.accepted()).as(judged.text()).isTrue();
    RehearseReport report =
        rehearse(original, requests("GET http://h/"), Policy.none(), RehearseSettings.standard());
    assertThat(report.rehearsal().sent()).isEqualTo(1);
    assertThat(marker).doesNotExist();
    assertThat(report.rehearsal().notRehearsed())
        .anyMatch(text -> text.contains("program evil: programs are never run"))
        .anyMatch(text -> text.contains("Lua is never run"))
        .anyMatch(text -> text.contains("external checks are never run"))
        .anyMatch(text -> text.contains("agents are not asked"))
        .anyMatch(text -> text.contains("mail is not sent"))
        .anyMatch(text -> text.contains("tables of other machines are not asked"))
        .anyMatch(text -> text.contains("no listener in the sandbox: unix@/run/fe.sock"))
        .anyMatch(text -> text.contains("agents outside of the file are not asked"));
  }

  @Test
  void maskedLinesDoNotComeAlive() throws Exception {
    RehearseReport report =
        rehearse(
            DEFAULTS
                + """
                .if version_atleast(2.7)
                frontend other
                  bind 192.0.2.1:81
                .else
                frontend fe
                  bind 192.0.2.1:80
                  default_backend be
                .endif
                backend be
                .if feature(NOT_THERE)
                  http-request deny
                .endif
                  server a 10.0.0.1:80
                """,
            "GET http://h/");
    assertThat(report.rehearsal().agreed()).isEqualTo(1);
  }

  @Test
  void theCopyHasNoKeyThatNoListenerShows() throws Exception {
    String key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    Original original = read(TWO_CHECKED, "key.pem", key);
    original.files().read("key.pem");
    SandboxCopy copy =
        SandboxCopy.make(
            sandbox,
            original,
            Neutralise.Purpose.RUN,
            List.of(),
            RehearseSettings.standard().clock().instant());
    assertThat(copy.folder().resolve("haproxy.cfg")).exists();
    assertThat(copy.folder().resolve("key.pem")).doesNotExist();
    sandbox.discard(copy.root());
  }

  // --- HAProxy's own judgement

  @Test
  void arefusalNamesItsLineAndNoSecret() throws Exception {
    NativeReport report =
        Native.check(
            read(
                DEFAULTS
                    + """
                    userlist u
                      user admin insecure-password hunter2secret
                    frontend fe
                      bind 192.0.2.1:80
                      http-request set-header X-Api-Key hunter2secret if { hdr(x) a
                      default_backend nowhere
                    """),
            sandbox);
    assertThat(report.accepted()).isFalse();
    assertThat(report.text()).doesNotContain("hunter2secret");
    assertThat(report.findings())
        .allMatch(finding -> finding.rule() == RuleId.READ_REFUSED_BY_HAPROXY)
        .anyMatch(
            finding -> finding.span().file().equals("haproxy.cfg") && finding.span().line() == 10);
    assertThat(report.findings().toString()).doesNotContain("hunter2secret");
  }

  @Test
  void whatHaproxyTakesHasNoFinding() throws Exception {
    NativeReport report = Native.check(read(TWO_CHECKED), sandbox);
    assertThat(report.accepted()).isTrue();
    assertThat(report.findings()).isEmpty();
  }

  // --- faults

  @Test
  void aCheckedServerThatIsDownIsAvoided() throws Exception {
    RehearseReport report = rehearse(TWO_CHECKED, "GET http://h/", "POST http://h/");
    assertThat(faults(report))
        .containsExactly(
            "be/a down: pass",
            "be/b down: pass",
            "be/a answers 500: pass",
            "be/b answers 500: pass",
            "all checks of be fail: pass");
    assertThat(fault(report, "be/a down").why()).isEqualTo("6 requests answered by be/b");
    assertThat(fault(report, "all checks of be fail").why()).isEqualTo("2 got 503");
    assertThat(report.findings()).isEmpty();
  }

  private static final String UNCHECKED =
      DEFAULTS
          + """
          frontend fe
            bind 192.0.2.1:80
            default_backend be
          backend be
            no option redispatch
            retries 1
            server a 10.0.0.1:80
            server b 10.0.0.2:80
          """;

  @Test
  void withoutAPolicyAnUncheckedServerDownIsToldButDoesNotBlock() throws Exception {
    RehearseReport report = rehearse(UNCHECKED, "GET http://h/");
    assertThat(fault(report, "be/a down").status()).isEqualTo(Status.PASS);
    assertThat(fault(report, "be/a down").why()).contains("got 503").contains("no check finds out");
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void aServiceWithAFloorMustBeAnsweredWithOneServerDown() throws Exception {
    RehearseReport report =
        rehearse(
            read(UNCHECKED),
            requests("GET http://h/"),
            policy(
                """
                version: 1
                services:
                  shop:
                    - path: /**
                floors:
                  shop: { servers: 1 }
                """),
            RehearseSettings.standard());
    assertThat(fault(report, "be/a down").status()).isEqualTo(Status.BLOCKED);
    assertThat(report.findings())
        .extracting(Finding::subject)
        .containsExactly("backend be / server a / down", "backend be / server b / down");
    assertThat(report.findings().getFirst().message())
        .contains("got 503 although b can be used")
        .contains("floor of 1");
  }

  @Test
  void aBackupThatDoesNotServeTheRequestMayNotTakeOver() throws Exception {
    RehearseReport report =
        rehearse(
            read(
                DEFAULTS
                    + """
                    frontend fe
                      bind 192.0.2.1:80
                      default_backend be
                    backend be
                      server pay 10.0.0.1:80 check
                      server rep 10.0.0.2:80 check backup
                    """),
            requests("POST http://h/pay"),
            policy(
                """
                version: 1
                services:
                  payments:
                    - path: /pay
                  reports:
                    - path: /reports
                inventory:
                  - { name: pay, address: "10.0.0.1:80", serves: [payments] }
                  - { name: rep, address: "10.0.0.2:80", serves: [reports] }
                """),
            RehearseSettings.standard());
    assertThat(fault(report, "be/pay down").status()).isEqualTo(Status.BLOCKED);
    assertThat(fault(report, "be/pay down").why())
        .isEqualTo("POST http://h/pay went to be/rep, which serves reports only");
    assertThat(fault(report, "all checks of be fail").status()).isEqualTo(Status.PASS);
  }

  private static final String RETRYING =
      DEFAULTS
          + """
          frontend fe
            bind 192.0.2.1:80
            default_backend be
          backend be
            option redispatch
            retry-on %s
            retries 2
            server a 10.0.0.1:80 check
            server b 10.0.0.2:80 check
          """;

  private static final String NEVER_TWICE =
      """
      version: 1
      services:
        payments:
          - path: /**
      retry: { payments: never }
      """;

  @Test
  void aRequestThatMustNotBeRepeatedIsNotSentTwice() throws Exception {
    RehearseReport report =
        rehearse(
            read(RETRYING.formatted("503")),
            requests("GET http://h/pay"),
            policy(NEVER_TWICE),
            RehearseSettings.standard());
    assertThat(fault(report, "be/a answers 503").status()).isEqualTo(Status.BLOCKED);
    assertThat(fault(report, "be/a answers 503").why())
        .contains("POST http://h/pay was sent")
        .contains("policy says retry payments: never");
    assertThat(report.findings().getFirst().witness().orElseThrow().method()).isEqualTo("POST");
    assertThat(report.findings().getFirst().span().line()).isEqualTo(13);
  }

  @Test
  void aServerThatStaysSilentShowsRetriesToo() throws Exception {
    RehearseReport report =
        rehearse(
            read(RETRYING.formatted("response-timeout")),
            requests("GET http://h/pay"),
            policy(NEVER_TWICE),
            RehearseSettings.standard());
    assertThat(fault(report, "no server of be answers in time").status()).isEqualTo(Status.BLOCKED);
    assertThat(fault(report, "be/a answers 500").status()).isEqualTo(Status.PASS);
  }

  @Test
  void aServerThatClosesShowsRetriesToo() throws Exception {
    RehearseReport report =
        rehearse(
            read(RETRYING.formatted("empty-response")),
            requests("GET http://h/pay"),
            policy(NEVER_TWICE),
            RehearseSettings.standard());
    assertThat(fault(report, "servers of be close without an answer").status())
        .isEqualTo(Status.BLOCKED);
  }

  @Test
  void requestsThatDoNotFitIntoTheTimeAreNamed() throws Exception {
    RehearseReport report =
        rehearse(
            read(TWO_CHECKED),
            requests("GET http://h/a", "GET http://h/b"),
            Policy.none(),
            RehearseSettings.standard().requests(Duration.ZERO));
    assertThat(report.rehearsal().sent()).isZero();
    assertThat(report.rehearsal().notRehearsed())
        .anyMatch(text -> text.startsWith("2 requests: no time left"));
  }

  @Test
  void withoutAPolicyASecondSendingIsOnlyTold() throws Exception {
    RehearseReport report = rehearse(RETRYING.formatted("503"), "POST http://h/");
    assertThat(report.findings()).isEmpty();
    assertThat(fault(report, "be/a answers 503").why()).contains("was sent");
  }

  @Test
  void faultsThatDoNotFitIntoTheTimeAreSkippedByName() throws Exception {
    RehearseReport report =
        rehearse(
            read(TWO_CHECKED),
            requests("GET http://h/"),
            Policy.none(),
            RehearseSettings.standard().faults(Duration.ZERO));
    assertThat(faults(report)).hasSize(5).allMatch(text -> text.endsWith(": skipped"));
  }

  @Test
  void tcpPoolsAreRehearsedToo() throws Exception {
    RehearseReport report =
        rehearse(
            read(
                """
                defaults
                  mode tcp
                  timeout connect 1s
                  timeout client 5s
                  timeout server 5s
                listen db
                  bind 192.0.2.1:5432
                  server a 10.0.0.1:5432 check
                  server b 10.0.0.2:5432 check backup
                """),
            requests("GET tcp://192.0.2.1:5432"),
            Policy.none(),
            RehearseSettings.standard());
    assertThat(report.rehearsal().agreed()).isEqualTo(1);
    assertThat(fault(report, "db/a down").why()).isEqualTo("3 requests answered by db/b");
  }

  private static RehearseReport rehearse(String text, String... requests) throws SandboxException {
    return rehearse(read(text), requests(requests), Policy.none(), RehearseSettings.standard());
  }

  private static RehearseReport rehearse(
      Original original, List<Rehearsed> requests, Policy policy, RehearseSettings settings)
      throws SandboxException {
    return Rehearse.rehearse(original, requests, policy, sandbox, settings);
  }
}
