package dev.checkrail.read.haproxy;

import static dev.checkrail.read.haproxy.Text.problems;
import static dev.checkrail.read.haproxy.Text.read;
import static dev.checkrail.read.haproxy.Text.values;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParseHaproxyTest {
  @Test
  void sectionsHoldTheirDirectives() {
    Reading reading =
        read(
            """
            # the front door
            global
                daemon
            defaults web
                mode http
                timeout client 5s
            frontend fe from web
                bind :80
                no option httplog
                default_backend be   # the only one
            backend be
                server s1 127.0.0.1:8080 check
            """);
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.tree().sections().map(Section::label))
        .containsExactly("global", "defaults web", "frontend fe", "backend be");
    Section frontend = reading.tree().sections(SectionKind.FRONTEND).findFirst().orElseThrow();
    assertThat(frontend.parent().orElseThrow().value()).isEqualTo("web");
    Directive option = frontend.directives().get(1);
    assertThat(option.prefix()).isEqualTo(Directive.Prefix.NO);
    assertThat(option.keyword().value()).isEqualTo("option");
    assertThat(values(option.args())).containsExactly("httplog");
    assertThat(frontend.directives().get(2).span()).hasToString("t.cfg:10:5");
    assertThat(frontend.directives().get(2).text()).isEqualTo("default_backend be");
  }

  @Test
  void quotesEscapesAndVariablesAreResolved() {
    Reading reading =
        read(
            """
            frontend fe
              acl a path "/a b" '/c"d' /e\\ f "${P-/x}" "$Q" "${L[*]}" \\x41
            """,
            Map.of("Q", "/q", "L", "one two"));
    List<Word> args =
        reading.tree().sections().findFirst().orElseThrow().directives().getFirst().args();
    assertThat(values(args.subList(2, args.size())))
        .containsExactly("/a b", "/c\"d", "/e f", "/x", "/q", "one", "two", "A");
    assertThat(args.get(5).raw()).isEqualTo("\"${P-/x}\"");
    assertThat(args.get(5).variables()).containsExactly("P");
    assertThat(args.get(2).at(1, 2).column()).isEqualTo(args.get(2).span().column() + 2);
  }

  @Test
  void aBackslashAtTheEndOfALineContinuesNothing() {
    Reading reading = read("global\n maxconn \\\n 10\n");
    assertThat(problems(reading))
        .containsExactly("t.cfg:3:2: error: HAProxy knows no keyword '10' (read/unknown-keyword)");
  }

  @Test
  void aFileWithoutALastNewlineIsRefused() {
    assertThat(problems(read("global\n daemon")))
        .singleElement()
        .asString()
        .startsWith("t.cfg:2:8: error: the last line does not end with a newline");
  }

  @Test
  void carriageReturnsEndLines() {
    Reading reading = read("global\r\n maxconn 10\r\n");
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.tree().print().get("t.cfg")).isEqualTo("global\r\n maxconn 10\r\n");
  }

  @Test
  void aNulByteStopsReading() {
    Reading reading = read("global\n# a\0b\n nosuch\n");
    assertThat(problems(reading)).hasSize(2);
    assertThat(reading.tree().files().getFirst().lines().get(2).kind()).isEqualTo(Line.Kind.UNREAD);
  }

  @Test
  void maskedBranchesStayInTheTree() {
    Reading reading =
        read(
            """
            global
            .if defined(SITE) && streq("$SITE",b)
              maxconn 10
            .elif feature(OPENSSL) && !version_before(2.6)
              maxconn 20
            .else
            backend never
              server s 127.0.0.1:1
            .endif
              daemon
            """,
            Map.of("SITE", "a"));
    assertThat(reading.problems()).isEmpty();
    Section global = reading.tree().sections().findFirst().orElseThrow();
    assertThat(global.activeDirectives().map(Directive::text))
        .containsExactly("maxconn 20", "daemon");
    assertThat(global.directives().getFirst().active()).isFalse();
    assertThat(reading.tree().sections()).hasSize(1);
    assertThat(reading.tree().files().getFirst().sections())
        .extracting(Section::label)
        .containsExactly("global", "backend never");
  }

  @Test
  void variablesAreSetInOrderOfReading() {
    Reading reading =
        read(
            """
            global
              setenv PORT 8080
              presetenv PORT 1
              log-tag "$PORT"
              unsetenv PORT
              description "$PORT"
            """);
    Section global = reading.tree().sections().findFirst().orElseThrow();
    assertThat(global.directives().get(2).arg(0)).isEqualTo("8080");
    assertThat(problems(reading))
        .singleElement()
        .asString()
        .startsWith("t.cfg:6:16: warning: the variable PORT has neither a value nor a default");
  }

  @Test
  void aReloadFindsMoreVariables() {
    String config =
        """
        global
          setenv SEEN yes
        .if defined(HAPROXY_MWORKER)
          maxconn 10
        .endif
        """;
    Reading first = read(config);
    Reading again =
        ParseHaproxy.parse(
            List.of(SourceFile.of("t.cfg", config)),
            first.tree().target().afterReload(first.tree()));
    assertThat(first.tree().sections().findFirst().orElseThrow().activeDirectives()).hasSize(1);
    assertThat(again.tree().sections().findFirst().orElseThrow().activeDirectives()).hasSize(2);
    assertThat(again.tree().environment()).containsEntry("SEEN", "yes");
  }

  @Test
  void sectionsDoNotGoOnInTheNextFile() {
    Reading reading =
        ParseHaproxy.parse(
            List.of(
                SourceFile.of("a.cfg", "global\n"), SourceFile.of("b.cfg", " daemon\nglobal\n")),
            Target.debian12(Map.of()));
    assertThat(problems(reading))
        .containsExactly("b.cfg:1:2: error: 'daemon' stands outside of any section (read/syntax)");
  }

  @Test
  void unknownWordsComeWithTheNearestKnownOne() {
    assertThat(
            problems(
                read(
                    """
                    frontend fe
                      use_backnd be if TRUE
                      use-backend be
                      option httplgo
                      timeout cleint 5s
                      http-request dney
                      http-request set-status 500
                      bind :80 sll
                      balance roundrobin
                      server s 127.0.0.1:80
                      tcp-response content accept
                    """)))
        .containsExactly(
            "t.cfg:2:3: error: HAProxy knows no keyword 'use_backnd' (read/unknown-keyword) -> did you mean 'use_backend'?",
            "t.cfg:3:3: error: HAProxy knows no keyword 'use-backend' (read/unknown-keyword) -> did you mean 'use_backend'?",
            "t.cfg:4:10: error: HAProxy knows no option 'httplgo' (read/unknown-keyword) -> did you mean 'httplog'?",
            "t.cfg:5:11: error: 'timeout' has no 'cleint' (read/unknown-keyword) -> did you mean 'client'?",
            "t.cfg:6:16: error: 'http-request' has no action 'dney' (read/unknown-keyword) -> did you mean 'deny'?",
            "t.cfg:7:16: error: 'http-request' has no action 'set-status'; it belongs to http-after-response, http-response (read/unknown-keyword)",
            "t.cfg:8:12: error: 'bind' has no parameter 'sll' (read/unknown-keyword) -> did you mean 'ssl'?",
            "t.cfg:9:3: warning: HAProxy ignores 'balance' in a frontend section; it belongs in defaults, backend, listen (read/ignored)",
            "t.cfg:10:3: error: 'server' is not allowed in a frontend section; it belongs in backend, listen, peers, ring (read/unknown-keyword)",
            "t.cfg:11:16: error: 'tcp-response content' is not allowed in a frontend section (read/unknown-keyword)");
  }

  @Test
  void keywordsOfOtherSectionsSaySo() {
    assertThat(problems(read("backend b\n nbthread 2\n")))
        .containsExactly(
            "t.cfg:2:2: error: 'nbthread' is no keyword of a backend section; it belongs in global"
                + " (read/unknown-keyword)");
  }

  @Test
  void brokenLinesAreNamedWithTheirColumn() {
    assertThat(problems(read("global\n log-tag \"a\n log-tag \"${A\"\n log-tag \\xg1\n")))
        .satisfiesExactly(
            p -> assertThat(p).startsWith("t.cfg:2:10: error: this double quote is never closed"),
            p -> assertThat(p).startsWith("t.cfg:3:12: error: this brace is never closed"),
            p -> assertThat(p).startsWith("t.cfg:4:10: error: \\x needs two hexadecimal digits"));
  }

  @Test
  void blocksMustBeClosedInTheirFile() {
    assertThat(problems(read("global\n.if 1\n")))
        .containsExactly("t.cfg:2:1: error: this '.if' has no '.endif' in its file (read/syntax)");
    assertThat(problems(read("global\n.endif\n")))
        .containsExactly("t.cfg:2:1: error: '.endif' without an '.if' before it (read/syntax)");
  }

  @Test
  void namesOfSectionsAreChecked() {
    assertThat(
            problems(
                read(
                    """
                    frontend
                    frontend a from web
                    defaults web
                    listen b from wbe
                    backend b
                    """)))
        .containsExactly(
            "t.cfg:1:1: error: 'frontend' needs a name (read/syntax)",
            "t.cfg:2:17: error: there is no defaults section 'web' before this line (read/syntax)",
            "t.cfg:4:15: error: there is no defaults section 'wbe' before this line (read/syntax) -> did you mean 'web'?",
            "t.cfg:5:1: error: backend b has the same name as listen b at t.cfg:4:1 (read/syntax)");
  }
}
