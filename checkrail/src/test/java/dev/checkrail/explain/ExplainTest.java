package dev.checkrail.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.TraceStep;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of requests. Answers of tables were observed on HAProxy 2.6.12. */
class ExplainTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "set-path /n ~ /a/b?c=d ~ /n?c=d",
        "set-path /n ~ /a? ~ /n?",
        "set-path /n ~ http://h/a?b ~ http://h/n?b",
        "set-path /n ~ http://h ~ /n",
        "set-path /n ~ * ~ /n",
        "set-path /n?z ~ /a/b?c=d ~ /n?z?c=d",
        "set-path %[req.hdr(none)] ~ /a/b?c=d ~ ?c=d",
        "set-pathq /n?z ~ /a/b?c=d ~ /n?z",
        "set-query q=1 ~ /a/b?c=d ~ /a/b?q=1",
        "set-query q=1 ~ /a ~ /a?q=1",
        "set-query q=1 ~ * ~ *?q=1",
        "set-query %[req.hdr(none)] ~ /a/b?c=d ~ /a/b?",
        "set-query %[req.hdr(none)] ~ /a/b ~ /a/b",
        "set-uri /u?v ~ http://h/a?b ~ /u?v",
        "set-uri http://o/u ~ /a ~ http://o/u host: o",
        "replace-path (.*)b X\\1 ~ /a/b?c=d ~ X/a/?c=d",
        "replace-path (.*)b X\\1 ~ /a?b ~ /a?b",
        "replace-path /a(.*) \\1 ~ /a? ~ ?",
        "replace-pathq b Z ~ /a?b ~ Z",
        "replace-pathq b Z ~ http://h/b ~ http://hZ",
        "replace-uri b Z ~ /a/b?c=d ~ Z host: Z",
        "replace-uri ^/(.*) /p/\\1 ~ /?x?y ~ /p/?x?y",
        "replace-uri ^/(.*) /p/\\1 ~ http://h/a ~ http://h/a",
        "replace-path .* /q?r ~ /a? ~ /q?r?",
        "set-path x ~ http://h/a?b ~ http://hx?b",
      })
  void targetsAreRewritten(String rule, String target, String expected) {
    String escaped = rule.replace("\\", "\\\\");
    String method = target.equals("*") ? "OPTIONS " : "GET ";
    assertThat(Ask.frontend("http-request " + escaped).ask(method + target))
        .isEqualTo(target.equals(expected) ? "b s" : "b s path " + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "replace-header x a Z ~ a,b ~ x: Z",
        "replace-value x a Z ~ a,b ~ x: Z,b",
        "replace-value x a Z ~ a, ba ,c ~ x: Z,Z,c",
        "replace-value x a Z ~ \"a,a\",b ~ x: Z,b",
        "replace-header X ^(.*)a(.*)$ <\\1-\\2> ~ a,b ~ x: <-,b>",
        "replace-value x .* Z ~ a,b ~ x: Z,Z",
        "replace-value x ^$ Z ~ `` ~ x: Z",
        "replace-value x ^$ Z ~ a ~ ``",
        "replace-header x .* %[path]-\\0 ~ a,b ~ x: /-a,b",
        "set-header x Q ~ a,b ~ x: Q",
        "set-header X %[req.hdr(x)]Q ~ a,b ~ x: bQ",
        "set-header x %[req.hdr(none)] ~ a ~ x:",
        "add-header x Q ~ a,b ~ x: a,b, Q",
        "del-header x ~ a ~ x: (removed)",
        "del-header x- -m beg ~ a ~ ``",
        "set-header host new ~ a ~ host: new",
      })
  void headersAreRewritten(String rule, String line, String expected) {
    String escaped = rule.replace("\\", "\\\\").replace("\"", "\\\"");
    assertThat(Ask.frontend("http-request " + escaped).ask("GET /", "X:" + line).strip())
        .isEqualTo(("b s " + expected).strip());
  }

  @Test
  void aWebSocketHandshakeNeedsAKey() {
    Ask ask = Ask.frontend("");
    assertThat(ask.ask("GET /", "Connection:Upgrade", "Upgrade:WebSocket")).isEqualTo("400");
    assertThat(
            ask.ask(
                "GET /",
                "Connection:keep-alive, upgrade",
                "Upgrade:websocket",
                "Sec-WebSocket-Key:dGhlIHNhbXBsZSBub25jZQ=="))
        .isEqualTo("b s");
    assertThat(ask.ask("GET /", "Connection:Upgrade", "Upgrade:h2c")).isEqualTo("b s");
  }

  @Test
  void aBrokenReplacementIsAnError() {
    assertThat(Ask.frontend("http-request replace-header x a b\\\\").ask("GET /", "X:a"))
        .isEqualTo("500");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "location /x ~ /a?b=1 ~ 302 to /x",
        "prefix / ~ /a?b=1 ~ 302 to /a?b=1",
        "prefix / ~ * ~ 302 to /",
        "prefix /p ~ /a? ~ 302 to /p/a?",
        "prefix http://o ~ http://h ~ 302 to http://o/",
        "scheme https ~ /a?b=1 ~ 302 to https://h/a?b=1",
        "scheme https ~ http://h:80/a?b ~ 302 to https://h/a?b",
        "location http://%[req.hdr(host)]%[path] ~ /a? ~ 302 to http://h/a",
        "prefix https://%[req.hdr(host)] drop-query ~ /a?b ~ 302 to https://h/a",
        "prefix /p append-slash ~ /a?b=1 ~ 302 to /p/a?b=1/",
        "prefix /p drop-query append-slash ~ /a?b=1 ~ 302 to /p/a/",
        "prefix /p append-slash ~ / ~ 302 to /p/",
        "scheme https code 301 drop-query append-slash ~ /a?b ~ 301 to https://h/a/",
        "location %[req.hdr(none)] ignore-empty ~ / ~ b s",
        "location %[req.hdr(none)] ~ / ~ 302 to",
        "location x code 308 ~ / ~ 308 to x",
        "prefix /p set-cookie A=1 code 303 ~ /a ~ 303 to /p/a",
      })
  void redirectsAreBuilt(String rule, String target, String expected) {
    String method = target.equals("*") ? "OPTIONS " : "GET ";
    assertThat(Ask.frontend("http-request redirect " + rule).ask(method + target).strip())
        .isEqualTo(expected);
  }

  @Test
  void redirectsToAnotherSchemeTakeTheFirstHostOrNone() {
    Ask ask = Ask.frontend("http-request redirect scheme https");
    assertThat(ask.ask("GET /a", "Host:x,y")).isEqualTo("302 to https://x/a");
    assertThat(ask.ask("GET /a", "Host:-")).isEqualTo("302 to https:///a");
  }

  @Test
  void redirectLinesAreLiteral() {
    assertThat(Ask.frontend("redirect location %[path]").ask("GET /a")).isEqualTo("302 to %[path]");
    assertThat(Ask.frontend("redirect prefix /").ask("GET /a?b")).isEqualTo("302 to /a?b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "http-request deny ~ 403",
        "http-request tarpit ~ 500",
        "http-request deny deny_status 404 ~ 404",
        "http-request tarpit deny_status 429 ~ 429",
        "http-request reject ~ closed",
        "http-request silent-drop ~ closed",
        "http-request auth realm x ~ 401",
        "http-request return ~ 200",
        "http-request return status 201 ~ 201",
        "http-request return status 503 default-errorfiles ~ 503",
        "http-request deny status 503 string hi content-type text/plain ~ 503",
        "monitor-uri /a ~ 200",
      })
  void answersHaveTheirStatus(String rule, String expected) {
    assertThat(Ask.frontend(rule).ask("GET /a")).isEqualTo(expected);
  }

  @Test
  void errorFilesReplaceTheProxysOwnAnswersOnly() {
    Map<String, String> files =
        Map.of(
            "/e403", "HTTP/1.0 299 Odd\r\nContent-Length: 0\r\n\r\n",
            "/e503", "HTTP/1.0 298 Odd\r\nContent-Length: 0\r\n\r\n");
    String frontend =
        """
        defaults
          mode http
          timeout client 1s
        frontend fe
          bind :80
          errorfile 403 /e403
          http-request return status 403 if { path /return }
          http-request return status 403 default-errorfiles if { path /default }
          http-request deny status 403 string hi content-type text/plain if { path /text }
          http-request deny if { path /deny }
          default_backend b
        backend b
          errorfile 403 /e503
          http-request deny if { path /pool }
        """;
    Ask ask = Ask.of(frontend, files);
    Map<String, String> expected =
        Map.of("/return", "403", "/default", "299", "/text", "403", "/deny", "299", "/pool", "298");
    expected.forEach(
        (path, status) -> assertThat(ask.ask("GET " + path)).as(path).isEqualTo(status));
  }

  @Test
  void monitorUriIsThePathAndQueryBeforeAllRules() {
    Ask ask = Ask.frontend("monitor-uri /m\nhttp-request deny");
    assertThat(ask.ask("GET /m")).isEqualTo("200");
    assertThat(ask.ask("POST /m")).isEqualTo("200");
    assertThat(ask.ask("GET http://h/m")).isEqualTo("200");
    assertThat(ask.ask("GET /m?x")).isEqualTo("403");
    assertThat(ask.ask("GET /m?")).isEqualTo("403");
    assertThat(ask.ask("GET /M")).isEqualTo("403");
    assertThat(Ask.frontend("monitor-uri /m\nmonitor fail if { path /m }").ask("GET /m"))
        .isEqualTo("503");
  }

  @Test
  void statisticsFollowTheRulesAndPrecedeRedirects() {
    Ask ask =
        Ask.frontend(
            """
            stats enable
            stats uri /st
            http-request deny if { path /st/deny }
            redirect location /r if { path_beg /st }
            """);
    assertThat(ask.ask("GET /st")).isEqualTo("200");
    assertThat(ask.ask("GET /stx")).isEqualTo("200");
    assertThat(ask.ask("GET /s")).isEqualTo("b s");
    assertThat(ask.ask("GET /st/deny")).isEqualTo("403");
    assertThat(ask.ask("GET http://h/st")).isEqualTo("200");
    assertThat(ask.ask("PUT /st")).isEqualTo("302 to /r");
    assertThat(ask.ask("POST /st")).startsWith("303");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "/a#b ~ 400",
        "http://other/p ~ 400",
        "a.b ~ 400",
        "/a\"b<> ~ b s",
        "http://h/p ~ b s",
        "http://h:80/p ~ b s",
        "//x//y ~ b s",
      })
  void oddTargetsAreRefusedOrRouted(String target, String expected) {
    assertThat(Ask.frontend("").ask("GET " + target)).isEqualTo(expected);
  }

  @Test
  void hostsMayBeMissingButNotDiffer() {
    Ask ask = Ask.frontend("");
    assertThat(ask.ask("GET /", "Host:-")).isEqualTo("b s");
    assertThat(ask.ask("GET /", "Host:A", "Host:a")).isEqualTo("b s");
    assertThat(ask.ask("GET /", "Host:a", "Host:b")).isEqualTo("400");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "req.hdr(x),field(2,.) -m str b ~ a, q.b ~ false",
        "req.hdr(x),url_dec -m str b ~ %zz, b ~ false",
        "req.hdr(x) -m ip 10.0.0.1 ~ z, 10.0.0.1 ~ true",
        "req.hdr_ip(x) 10.0.0.1 ~ z, 10.0.0.1 ~ true",
        "req.hdr_ip(x) ::ffff:0:0/96 ~ ::ffff:10.0.0.1 ~ true",
        "req.hdr_ip(x) ::ffff:0:0/96 ~ ::ffff:010.0.0.1 ~ false",
        "req.hdr(x) -m int 5 ~ ,5 ~ true",
        "req.hdr(x) -m found ~ `` ~ true",
        "req.hdr(x) -m len 0 ~ `` ~ true",
        "req.hdr(x) -m reg ^$ ~ `` ~ true",
        "req.hdr(x) -m bool ~ 1 ~ true",
        "req.hdr(x) -m bool ~ x ~ false",
        "req.hdr_cnt(x) eq 2 ~ a, ~ true",
        "req.fhdr_cnt(x) eq 1 ~ a, ~ true",
        "req.hdr(x,2) -m str b ~ a,b,c ~ true",
        "req.hdr(x,-2) -m str b ~ a,b,c ~ true",
        "req.fhdr(x) -m str a,b ~ a,b ~ true",
        "req.hdr(x),word(9,.) -m found ~ a ~ true",
        "req.hdr(x),field(9,.) -m found ~ a ~ false",
        "req.hdr(x),bytes(9) -m found ~ a ~ true",
        "req.hdr(x),add(1) -m int 6 ~ 5 ~ true",
        "method GET ~ a ~ true",
        "method get ~ a ~ false",
        "method -i get ~ a ~ false",
        "base -m str h/ ~ a ~ true",
        "url_param(a) -m found ~ a ~ false",
      })
  void testsTryEachValue(String test, String line, boolean holds) {
    assertThat(Ask.frontend("http-request deny if { " + test + " }").ask("GET /", "X:" + line))
        .isEqualTo(holds ? "403" : "b s");
  }

  @Test
  void setMethodIsNotSeenByTheFetchOfAKnownMethod() {
    Ask ask = Ask.frontend("http-request set-method POST\nhttp-request deny if { method GET }");
    assertThat(ask.ask("GET /")).isEqualTo("403");
  }

  @Test
  void variablesKeepTheirOldValueIfThereIsNoNewOne() {
    Ask ask =
        Ask.frontend(
            """
            http-request set-var(txn.a) str(1)
            http-request set-var(txn.a) req.hdr(none)
            http-request unset-var(txn.a) if { path /un }
            http-request deny if { var(txn.a) -m str 1 }
            """);
    assertThat(ask.ask("GET /")).isEqualTo("403");
    assertThat(ask.ask("GET /un")).isEqualTo("b s");
  }

  private static final String POOLS =
      """
      defaults
        mode http
        timeout client 1s
      frontend fe
        bind :80
        http-request allow if { path /allow }
        http-request deny if { path_beg /allow }
        use_backend %[req.hdr(pool)] if { path /named }
        use_backend other if { path /named }
        use_backend other if { path /other }
        default_backend dflt
      backend dflt
        server d 127.0.0.1:1
      backend other
        server o 127.0.0.1:2
      """;

  @Test
  void aNameThatIsNoPoolSkipsToTheDefault() {
    Ask ask = Ask.of(POOLS);
    assertThat(ask.ask("GET /named", "Pool:other")).isEqualTo("other o");
    assertThat(ask.ask("GET /named", "Pool:nope")).isEqualTo("dflt d");
    assertThat(ask.ask("GET /named")).isEqualTo("dflt d");
    assertThat(ask.ask("GET /other")).isEqualTo("other o");
  }

  @Test
  void allowEndsItsRuleSetOnly() {
    assertThat(Ask.of(POOLS).ask("GET /allow")).isEqualTo("dflt d");
    assertThat(Ask.of(POOLS).ask("GET /allowed")).isEqualTo("403");
  }

  @Test
  void noPoolIs503() {
    assertThat(Ask.of("defaults\n mode http\nfrontend fe\n bind :80\n").ask("GET /"))
        .isEqualTo("503");
  }

  private static Ask pool(String lines) {
    return Ask.of(
        """
        defaults
          mode http
          timeout client 1s
        frontend fe
          bind :80
          default_backend b
        backend b
        """
            + lines.indent(2));
  }

  @Test
  void sharesAreByWeight() {
    assertThat(pool("server a 127.0.0.1:1 weight 1\nserver b 127.0.0.1:2 weight 3").ask("GET /"))
        .isEqualTo("b a=25 % b=75 %");
  }

  @Test
  void backupsFollowInTheirOrder() {
    String servers =
        "server a 127.0.0.1:1 disabled\nserver b 127.0.0.1:2 backup weight 0\n"
            + "server c 127.0.0.1:3 backup\nserver d 127.0.0.1:4 backup";
    assertThat(pool(servers).ask("GET /")).isEqualTo("b c");
    assertThat(pool("option allbackups\n" + servers).ask("GET /")).isEqualTo("b c=50 % d=50 %");
    assertThat(pool("server a 127.0.0.1:1 weight 0").ask("GET /")).isEqualTo("503 b");
    assertThat(pool("balance first\nserver a 127.0.0.1:1\nserver b 127.0.0.1:2").ask("GET /"))
        .isEqualTo("b a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "SRV=ca ~ b a",
        "SRV=cb ~ b b",
        "SRV=cc ~ b a=50 % d=50 % varies",
        "SRV=zz ~ b a=50 % d=50 % varies",
        "SRV= ~ b a=50 % d=50 % varies",
        "SRV=ca|xx|yy ~ b a",
        "SRV=zz; SRV=cb ~ b b",
        "SRV=cb; SRV=ca ~ b b",
        "srv=cb ~ b a=50 % d=50 % varies",
        "SRV=\"cb\" ~ b a=50 % d=50 % varies",
        "SRV = cb ~ b b",
      })
  void cookiesReachServersOfWeightZeroToo(String cookie, String expected) {
    Ask ask =
        pool(
            """
            cookie SRV insert
            server a 127.0.0.1:1 cookie ca
            server b 127.0.0.1:2 cookie cb weight 0
            server c 127.0.0.1:3 cookie cc disabled
            server d 127.0.0.1:4 cookie cd
            """);
    assertThat(ask.ask("GET /", "Cookie:" + cookie)).isEqualTo(expected);
  }

  @Test
  void useServerSkipsWhatIsOutOfService() {
    Ask ask =
        pool(
            """
            cookie SRV insert
            use-server b if { path /b }
            use-server c if { path_beg /c }
            use-server a if { path /c }
            use-server %[req.hdr(x)] if { path /d }
            use-server b if { path /d }
            server a 127.0.0.1:1 cookie ca
            server b 127.0.0.1:2 weight 0
            server c 127.0.0.1:3 disabled
            """);
    assertThat(ask.ask("GET /b", "Cookie:SRV=ca")).isEqualTo("b b");
    assertThat(ask.ask("GET /c")).isEqualTo("b a");
    assertThat(ask.ask("GET /d", "X:nope")).isEqualTo("b a");
    assertThat(ask.ask("GET /d", "X:c")).isEqualTo("b b");
    assertThat(ask.ask("GET /d")).isEqualTo("b a");
  }

  @Test
  void listenSectionsDoNotRunTheirRulesTwice() {
    Ask ask =
        Ask.of(
            """
            defaults
              mode http
              timeout client 1s
            listen l
              bind :80
              http-request set-header A %[req.hdr(a)]x
              use_backend o if { path /o }
              server s 127.0.0.1:1
            backend o
              http-request set-header A %[req.hdr(a)]y
              server s 127.0.0.1:2
            """);
    assertThat(ask.ask("GET /")).isEqualTo("l s a: x");
    assertThat(ask.ask("GET /o")).isEqualTo("o s a: xy");
  }

  @Test
  void chanceSplits() {
    Ask ask = Ask.frontend("http-request deny if { rand(100) lt 30 }");
    assertThat(ask.ask("GET /")).isEqualTo("70 % b s | 30 % 403");
  }

  @Test
  void aDrawnVariableIsOneDraw() {
    Ask ask =
        Ask.frontend(
            """
            http-request set-var(txn.r) rand(100)
            http-request deny if { var(txn.r) -m int lt 20 }
            http-request return status 201 if { var(txn.r) -m int lt 50 }
            """);
    assertThat(ask.ask("GET /")).isEqualTo("50 % b s | 30 % 201 | 20 % 403");
  }

  @Test
  void anUnknownTestMattersOnlyIfTheOutcomeDependsOnIt() {
    String unknown = "{ req.body_len gt 5 }";
    assertThat(Ask.frontend("use_backend b if " + unknown).ask("GET /")).isEqualTo("b s");
    assertThat(Ask.frontend("http-request deny if " + unknown).ask("GET /"))
        .startsWith("undecided");
    assertThat(
            Ask.frontend("http-request deny if " + unknown + "\nhttp-request deny if !" + unknown)
                .ask("GET /"))
        .isEqualTo("403");
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, b s",
    "Put, 405",
    "put, 405",
    "PATCH, 405",
    "patch, 405",
    "DELETE, 405",
    "delete, b s",
  })
  void methodsFromAListAreComparedAsThoseOfTheLine(String method, String expected) {
    Ask ask =
        Ask.of(
            """
            defaults
              mode http
            frontend fe
              bind 127.0.0.1:8080
              http-request deny deny_status 405 if { method -i -f list }
              default_backend b
            backend b
              server s 127.0.0.1:9000
            """,
            Map.of("list", "patch\nput\nDELETE\n"));
    assertThat(ask.ask(method + " /")).isEqualTo(expected);
  }

  @Test
  void nobodyIsInAGroupWithoutCredentialsAndCredentialsAreNotLookedAt() {
    Ask ask =
        Ask.of(
            """
            userlist staff
              group admin users alice
              user alice insecure-password wonder
            defaults
              mode http
            frontend fe
              bind 127.0.0.1:8080
              acl admins http_auth_group(staff) admin
              http-request del-header authorization if { path /del }
              use_backend adm if admins
              use_backend web if !admins
            backend adm
              server a 127.0.0.1:9001
            backend web
              server w 127.0.0.1:9002
            """);

    assertThat(ask.ask("GET /")).isEqualTo("web w");
    assertThat(ask.ask("GET /", "Proxy-Authorization:Basic YWxpY2U6d29uZGVy")).isEqualTo("web w");
    assertThat(ask.ask("GET /", "Authorization:Basic YWxpY2U6d29uZGVy")).startsWith("undecided");
    assertThat(ask.ask("GET /del", "Authorization:Basic YWxpY2U6d29uZGVy"))
        .isEqualTo("web w authorization: (removed)");
  }

  @Test
  void aSourceThatIsLookedAtMustBeGiven() {
    Ask ask = Ask.frontend("http-request deny if { path /x } { src 10.0.0.0/8 }");
    assertThat(ask.ask("GET /")).isEqualTo("b s");
    assertThat(ask.ask("GET /x"))
        .isEqualTo("undecided: the source address is looked at and not given");
    Request known = Ask.request("GET /x");
    Request given =
        new Request(
            known.method(),
            known.url(),
            known.headers(),
            Optional.of("10.1.2.3"),
            known.listener(),
            known.sni(),
            known.version(),
            known.target());
    assertThat(Ask.show(ask.report(given).outcome())).isEqualTo("403");
  }

  private static final String TCP =
      """
      defaults
        mode tcp
        timeout client 1s
      frontend fe
        bind :443
        %s
        use_backend a if { req.ssl_sni -i a.test }
        use_backend b if { req.ssl_hello_type 1 }
        default_backend d
      backend a
        server s 127.0.0.1:1
      backend b
        server s 127.0.0.1:2
      backend d
        server s 127.0.0.1:3 disabled
      """;

  private static String sni(Ask ask, String url, String... name) {
    Request request =
        new Request(
            "GET",
            url,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            name.length == 0 ? Optional.empty() : Optional.of(name[0]),
            Optional.empty(),
            Optional.empty());
    return Ask.show(ask.report(request).outcome());
  }

  @Test
  void serverNamesAreSeenWhereRulesWaitForThem() {
    Ask ask =
        Ask.of(
            TCP.formatted(
                "tcp-request inspect-delay 1s\n"
                    + "  tcp-request content accept if { req.ssl_hello_type 1 }"));
    assertThat(sni(ask, "tcp://x:443", "A.TEST")).isEqualTo("a s");
    assertThat(sni(ask, "tcp://x:443", "b.test")).isEqualTo("b s");
    assertThat(sni(ask, "https://x")).isEqualTo("b s");
    assertThat(sni(ask, "tcp://x:443")).isEqualTo("closed d");
    assertThat(sni(Ask.of(TCP.formatted("")), "tcp://x:443", "a.test")).startsWith("undecided");
  }

  @Test
  void theTraceNamesEachRuleWithItsLineAndReason() {
    Ask ask = Ask.frontend("acl is_x path_beg /x\nhttp-request deny if is_x");
    List<TraceStep> trace = ask.report(Ask.request("GET /xyz")).trace();
    assertThat(trace).hasSize(1);
    assertThat(trace.getFirst().span().line()).isEqualTo(9);
    assertThat(trace.getFirst().matched()).isTrue();
    assertThat(trace.getFirst().why()).isEqualTo("is_x: path /xyz begins with /x");
  }

  @Test
  void theListenerIsGivenOrFitsOrIsTheOnlyOne() {
    Ask ask =
        Ask.of(
            """
            defaults
              mode http
              timeout client 1s
            frontend one
              bind :80
              bind 127.0.0.1:8080
              http-request return status 201
            frontend two
              bind :81
              http-request return status 202
            """);
    assertThat(
            Ask.show(
                Explain.explain(ask.configuration(), Request.of("GET", "http://x/")).outcome()))
        .isEqualTo("201");
    assertThat(
            Ask.show(
                Explain.explain(ask.configuration(), Request.of("GET", "http://x:81/")).outcome()))
        .isEqualTo("202");
    assertThat(
            Explain.listener(
                ask.configuration(), Request.of("GET", "http://x:99/"), Optional.empty()))
        .isInstanceOf(ListenerChoice.Unclear.class);
    assertThat(
            Explain.listener(
                ask.configuration(), Request.of("GET", "http://x/"), Optional.of("two")))
        .isInstanceOfSatisfying(
            ListenerChoice.Chosen.class, c -> assertThat(c.listener().key()).isEqualTo("*:81"));
  }

  @Test
  void aTooLargeTreeOfUnknownsIsUndecided() {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      rules.append("http-request set-header X%d y if { req.body_len gt %d }\n".formatted(i, i));
    }
    assertThat(Ask.frontend(rules.toString()).report(Ask.request("GET /")).outcome())
        .isInstanceOf(Outcome.Undecided.class);
  }
}
