package dev.checkrail.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.path.PathReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Our own exhibits: one small change for each class of outage that the gate must stop. */
class OutageClassTest {
  private static final String BASE =
      """
      global
        maxconn 512
      defaults
        mode http
        timeout connect 1s
        timeout client 5s
        timeout server 5s
        timeout queue 1s
        timeout check 500ms
      frontend edge
        bind 127.0.0.1:18080
        acl is_pay path /v1/payments /v1/refunds
        acl is_pay path_beg /v1/payments/ /v1/refunds/
        acl is_payout path /v1/payouts
        acl is_payout path_beg /v1/payouts/
        acl is_admin path /admin
        acl is_admin path_beg /admin/
        use_backend payments if is_pay
        use_backend payouts if is_payout
        use_backend admin if is_admin
        default_backend web
      backend payments
        option httpchk
        http-check send meth GET uri /health/deep hdr Host api.example.com
        http-check expect status 200
        server pay-1 127.0.0.1:19101 check maxconn 200
        server pay-2 127.0.0.1:19102 check maxconn 200
        server pay-dr 127.0.0.1:19104 check backup maxconn 200
      backend payouts
        server payouts-1 127.0.0.1:19151 check
      backend admin
        server adm-1 127.0.0.1:19121 check
      backend web
        server web-1 127.0.0.1:19111 check
        server web-2 127.0.0.1:19112 check
      """;

  /**
   * A change.
   *
   * @param cls the class of outage
   * @param first what the base says, or where the approved configuration differs from it
   * @param files beside the approved one, then beside the changed one
   */
  private record Change(
      String name,
      String cls,
      String approved,
      String changed,
      Map<String, String> approvedFiles,
      Map<String, String> changedFiles) {}

  private static Change change(String name, String cls, String first, String then) {
    assertThat(BASE).contains(first);
    return new Change(name, cls, BASE, BASE.replace(first, then), Map.of(), Map.of());
  }

  /** Both sides differ from the base at the same place. */
  private static Change change(
      String name, String cls, String place, String approved, String changed) {
    assertThat(BASE).contains(place);
    return new Change(
        name, cls, BASE.replace(place, approved), BASE.replace(place, changed), Map.of(), Map.of());
  }

  private static final String BIND = "  bind 127.0.0.1:18080\n";
  private static final String TLS_NAMES =
      """
      defaults
        mode tcp
        timeout connect 1s
        timeout client 5s
        timeout server 5s
      frontend tls
        bind 127.0.0.1:18443
        tcp-request inspect-delay 5s
        tcp-request content accept if { req_ssl_hello_type 1 }
        use_backend payments if { req_ssl_sni -i a.example.com }
        default_backend web
      backend payments
        server pay-1 127.0.0.1:19101 check
      backend web
        server web-1 127.0.0.1:19111 check
      """;
  private static final String PAY = "  use_backend payments if is_pay\n";

  private static List<Change> changes() {
    return List.of(
        change("payments host to web", "R01", PAY, "  use_backend web if is_pay\n"),
        change("general rule above", "R02", PAY, "  use_backend web if { path_beg /v1 }\n" + PAY),
        change(
            "prefix too wide",
            "R05",
            "path_beg /v1/payments/ /v1/refunds/",
            "path_beg /v1/pay /v1/refunds/"),
        change(
            "case matters now",
            "R06",
            "  acl is_admin path /admin\n",
            "  acl is_admin path -i /admin\n",
            "  acl is_admin path /admin\n"),
        change(
            "second line of one name",
            "R07",
            PAY,
            "  acl eu hdr(host) -i eu.example.com\n" + "  use_backend admin if eu is_admin\n" + PAY,
            "  acl eu hdr(host) -i eu.example.com\n  acl eu path_beg /\n"
                + "  use_backend admin if eu is_admin\n"
                + "  use_backend web if eu\n"
                + PAY),
        change(
            "host with port",
            "R08",
            "  default_backend web\n",
            "  use_backend admin if { req.hdr(host),host_only -m str admin.example.com }\n  default_backend web\n",
            "  use_backend admin if { req.hdr(host) -m str admin.example.com }\n  default_backend web\n"),
        change("default lost", "R09", "  default_backend web\n", ""),
        new Change(
            "map emptied",
            "R12",
            BASE.replace(PAY, "  use_backend %[path,map_beg(routes.map,web)]\n"),
            BASE.replace(PAY, "  use_backend %[path,map_beg(routes.map,web)]\n"),
            Map.of("routes.map", "/v1/payments payments\n/v1/refunds payments\n/admin admin\n"),
            Map.of("routes.map", "")),
        new Change(
            "allow list emptied",
            "R13",
            BASE.replace(PAY, "  http-request deny if is_admin !{ src -f allow.lst }\n" + PAY),
            BASE.replace(PAY, "  http-request deny if is_admin !{ src -f allow.lst }\n" + PAY),
            Map.of("allow.lst", "10.0.0.0/8\n192.0.2.1\n"),
            Map.of("allow.lst", "")),
        new Change(
            "map names a pool that is not there",
            "R14",
            BASE.replace(PAY, "  use_backend %[path,map_beg(routes.map,web)]\n"),
            BASE.replace(PAY, "  use_backend %[path,map_beg(routes.map,web)]\n"),
            Map.of("routes.map", "/v1/payments payments\n/v1/refunds payments\n"),
            Map.of("routes.map", "/v1/payments paymnets\n/v1/refunds payments\n")),
        change("payouts forgotten", "R15", "  use_backend payouts if is_payout\n", ""),
        change(
            "prefix stripped",
            "R16",
            "  server pay-1",
            "  http-request replace-path ^/v1/(.*) /\\1\n  server pay-1"),
        change(
            "redirect to itself",
            "R17",
            BIND,
            BIND
                + "  http-request redirect scheme https code 301 unless { req.hdr(x-forwarded-proto) https }\n",
            BIND + "  http-request redirect scheme https code 301 unless { ssl_fc }\n"),
        change(
            "staging server",
            "R18",
            "  server pay-dr",
            "  server pay-3 127.0.9.1:19101 check\n  server pay-dr"),
        change(
            "canary too large",
            "R19",
            PAY,
            "  use_backend web if is_payout { rand(100) lt 5 }\n" + PAY,
            "  use_backend web if is_payout { rand(100) lt 50 }\n" + PAY),
        change(
            "incapable server added",
            "P01",
            "  server pay-dr",
            "  server pay-3 127.0.0.1:19161 check\n  server pay-dr"),
        change(
            "all weights zero",
            "P02",
            "  server adm-1 127.0.0.1:19121 check",
            "  server adm-1 127.0.0.1:19121 check weight 0"),
        change("one address twice", "P03", "pay-2 127.0.0.1:19102", "pay-2 127.0.0.1:19101"),
        change("another service's port", "P04", "pay-2 127.0.0.1:19102", "pay-2 127.0.0.1:19112"),
        change("backup no more", "P06", "check backup maxconn", "check maxconn"),
        change(
            "backup lost", "P06", "  server pay-dr 127.0.0.1:19104 check backup maxconn 200\n", ""),
        change(
            "hash by source", "P09", "backend payments\n", "backend payments\n  balance source\n"),
        change("check dropped", "H01", "pay-1 127.0.0.1:19101 check", "pay-1 127.0.0.1:19101"),
        change("shallow check", "H02", "uri /health/deep", "uri /health"),
        change(
            "connection is enough",
            "H02",
            """
              option httpchk
              http-check send meth GET uri /health/deep hdr Host api.example.com
              http-check expect status 200
            """
                .indent(0),
            ""),
        change("check asks for a redirect", "H04", "uri /health/deep", "uri /health/https-only"),
        change("check without Host", "H04", " hdr Host api.example.com", ""),
        change("time without unit", "T01", "timeout server 5s", "timeout server 5"),
        change(
            "server limit",
            "T03",
            "pay-1 127.0.0.1:19101 check maxconn 200",
            "pay-1 127.0.0.1:19101 check maxconn 1"),
        change("process limit", "T03", "  maxconn 512", "  maxconn 5"),
        change("frontend limit", "T03", BIND, BIND, BIND + "  maxconn 5\n"),
        change(
            "buffer too small", "T04", "  maxconn 512\n", "  maxconn 512\n  tune.bufsize 1024\n"),
        change(
            "too few headers", "T04", "  maxconn 512\n", "  maxconn 512\n  tune.http.maxhdr 8\n"),
        change(
            "body limit",
            "T04",
            PAY,
            "  http-request deny deny_status 413 if { req.body_size gt 1000000 }\n" + PAY,
            "  http-request deny deny_status 413 if { req.body_size gt 1000 }\n" + PAY),
        change(
            "retry on errors",
            "T05",
            "backend payments\n",
            "backend payments\n  retries 2\n  retry-on conn-failure 500 response-timeout\n"),
        change(
            "fewer requests allowed",
            "T07",
            PAY,
            "  stick-table type ip size 10k expire 1m store http_req_rate(10s)\n"
                + "  acl fast sc_http_req_rate(0) gt 200\n"
                + "  http-request track-sc0 src\n"
                + "  http-request deny deny_status 429 if fast\n"
                + PAY,
            "  stick-table type ip size 10k expire 1m store http_req_rate(10s)\n"
                + "  acl fast sc_http_req_rate(0) gt 2\n"
                + "  http-request track-sc0 src\n"
                + "  http-request deny deny_status 429 if fast\n"
                + PAY),
        change(
            "key too coarse",
            "T07",
            PAY,
            "  stick-table type string len 64 size 10k expire 1m store http_req_rate(10s)\n"
                + "  http-request track-sc0 req.hdr(x-api-key)\n"
                + "  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }\n"
                + PAY,
            "  stick-table type string len 64 size 10k expire 1m store http_req_rate(10s)\n"
                + "  http-request track-sc0 req.hdr(host)\n"
                + "  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }\n"
                + PAY),
        change(
            "request header lost",
            "X01",
            PAY,
            "  http-request set-header x-forwarded-proto https\n" + PAY,
            PAY),
        change("client address lost", "X01", BIND, BIND + "  option forwardfor\n", BIND),
        change(
            "PROXY header no longer sent",
            "X01",
            "adm-1 127.0.0.1:19121 check",
            "adm-1 127.0.0.1:19121 check send-proxy",
            "adm-1 127.0.0.1:19121 check"),
        new Change(
            "TLS name to another pool",
            "R01",
            TLS_NAMES,
            TLS_NAMES.replace("a.example.com", "aa.example.com"),
            Map.of(),
            Map.of()),
        change(
            "body limit by length",
            "T04",
            PAY,
            "  http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1000000 }\n"
                + PAY,
            "  http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1000 }\n"
                + PAY),
        change(
            "route by hash, moved",
            "R01",
            PAY,
            "  use_backend payments if { req.cook(c) -m str 1 } is_pay\n"
                + "  use_backend payments if { rand(100) lt 5 } !{ hdr_reg(user-agent) -i bot } is_pay\n"
                + "  use_backend payments if { req.hdr(x-user),crc32,mod(100) lt 10 } is_pay\n"
                + PAY,
            "  use_backend web if is_pay\n"),
        change(
            "forwarded header kept from anybody",
            "X03",
            PAY,
            "  http-request del-header x-forwarded-for unless { src 10.0.0.0/8 }\n" + PAY,
            PAY),
        change(
            "weaker TLS",
            "S03",
            BIND,
            "  bind 127.0.0.1:18443 ssl crt a.pem ssl-min-ver TLSv1.2\n",
            "  bind 127.0.0.1:18443 ssl crt a.pem ssl-min-ver TLSv1.3\n"),
        change(
            "other default certificate",
            "S01",
            BIND,
            "  bind 127.0.0.1:18443 ssl crt a.pem crt b.pem\n",
            "  bind 127.0.0.1:18443 ssl crt b.pem crt a.pem\n"),
        change("by name", "D01", "adm-1 127.0.0.1:19121", "adm-1 admin.example.com:19121"),
        change("other port", "L01", BIND, "  bind 127.0.0.1:18081\n"),
        change("one listener less", "L01", BIND, BIND + "  bind 127.0.0.1:18090\n", BIND));
  }

  /** What is a warning unless the policy says otherwise. */
  private static List<Change> warned() {
    return List.of(
        change("client gives up first", "T02", "timeout client 5s", "timeout client 1s"),
        change(
            "response header lost",
            "X01",
            PAY,
            "  http-response set-header strict-transport-security max-age=31536000\n" + PAY,
            PAY));
  }

  @TestFactory
  Stream<DynamicTest> theGateWarnsOfWhatNeedNotBreakAnything() {
    return warned().stream()
        .map(change ->
            DynamicTest.dynamicTest(
                change.cls() + " " + change.name(),
                () ->
                    assertThat(
                            MuseumTest.gate(
                                    files(change.approved(), change.approvedFiles()),
                                    files(change.changed(), change.changedFiles()))
                                .verdict()
                                .findings())
                        .anyMatch(finding ->
                            finding.counts() && finding.rule().classes().contains(change.cls()))));
  }

  @TestFactory
  Stream<DynamicTest> theGateStopsEachClass() {
    return changes().stream()
        .map(change ->
            DynamicTest.dynamicTest(
                change.cls() + " " + change.name(),
                () -> {
                  PathReport report =
                      MuseumTest.gate(
                          files(change.approved(), change.approvedFiles()),
                          files(change.changed(), change.changedFiles()));
                  MuseumTest.assertBlocked(change.name(), change.cls(), report);
                }));
  }

  @TestFactory
  Stream<DynamicTest> theGateLetsEachApprovedConfigurationPass() {
    return changes().stream()
        .map(change ->
            DynamicTest.dynamicTest(
                change.cls() + " " + change.name(),
                () -> {
                  Map<String, String> files = files(change.approved(), change.approvedFiles());
                  PathReport report = MuseumTest.gate(files, files);
                  assertThat(report.verdict().kind())
                      .as(
                          report.verdict().findings().stream().filter(Finding::counts).toList()
                              + " "
                              + report.verdict().stages())
                      .isEqualTo(Verdict.Kind.PASS);
                }));
  }

  private static Map<String, String> files(String text, Map<String, String> beside) {
    Map<String, String> files = new LinkedHashMap<>(beside);
    files.put("haproxy.cfg", text);
    return files;
  }
}
