package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.source.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Headers with several values: what is asked of one of them, and of the last one. */
class ElementsTest {

  @Test
  void ofManyHostsOneMoreMovesItsOwnRequestsOnly() {
    DiffReport report =
        diff(hosts(500) + "default_backend b0\n", hosts(501) + "default_backend b0\n");
    assertThat(report.undecided()).isEmpty();
    assertThat(report.regions())
        .singleElement()
        .satisfies(region -> {
          assertThat(region.requests()).isEqualTo("host h500.example.com");
          assertThat(region.witness().url()).isEqualTo("http://h500.example.com/");
        });
  }

  @Test
  void ruleThatOnlyListsReachIsNotShadowed() {
    // A single value cannot be both: only "a.example.com, b.example.com" gets there.
    List<String> found =
        Prove.prove(
                read(
                    """
                    use_backend b1 if { hdr(host) a.example.com } { hdr(host) b.example.com }
                    default_backend b0
                    """),
                Policy.none())
            .findings()
            .stream()
            .map(finding -> finding.rule().id())
            .toList();
    assertThat(found).doesNotContain("route/never-matches", "route/shadowed-rule");
  }

  @Test
  void moveOfListsOnlyIsShownWithSeveralValues() {
    DiffReport report =
        diff(
            """
            use_backend b1 if { hdr(x-team) a } { hdr(x-team) b }
            default_backend b0
            """,
            """
            use_backend b1 if { hdr(x-team) a } { hdr(x-team) b } { hdr(x-team) c }
            default_backend b0
            """);
    assertThat(report.regions())
        .singleElement()
        .satisfies(region -> {
          List<String> values =
              region.witness().lines("x-team").stream()
                  .flatMap(line -> List.of(line.split(",")).stream())
                  .map(String::strip)
                  .toList();
          assertThat(values).contains("a", "b").doesNotContain("c");
        });
  }

  @Test
  void anyValueForRulesButTheLastOneForComputedNames() {
    Router router =
        Prove.router(
            read(
                """
                http-request deny if { hdr(x-pool) 9 }
                use_backend b%[req.hdr(x-pool)] if { hdr(x-pool) 1 2 }
                default_backend b0
                """));
    assertThat(pool(router, "1, 2")).isEqualTo("b2");
    assertThat(pool(router, "2, 1")).isEqualTo("b1");
    assertThat(pool(router, "1, 3")).isEqualTo("b3");
    assertThat(pool(router, "4, 3")).isEqualTo("b0");
    assertThat(router.route(withPools("1, 9, 2")))
        .get()
        .isInstanceOfSatisfying(
            Outcome.Responds.class, answer -> assertThat(answer.status()).isEqualTo(403));
  }

  @Test
  void valueWithoutResultBeforeOthersLeavesTheAnswerOpen() {
    Router router =
        Prove.router(
            read(
                """
                use_backend b1 if { hdr(x-pool),field(2,/) one }
                default_backend b0
                """));
    assertThat(pool(router, "x/one, y/two")).isEqualTo("b1");
    assertThat(pool(router, "x/three, y/two")).isEqualTo("b0");
    assertThat(router.route(withPools("plain, x/one"))).get().isInstanceOf(Outcome.Undecided.class);
  }

  @Test
  void quoteThatIsNotClosedGoesToTheEndOfTheLine() {
    Router router =
        Prove.router(
            read(
                """
                use_backend b1 if { hdr(x-pool) one }
                use_backend b2 if { hdr_beg(x-pool) \\"q }
                default_backend b0
                """));
    assertThat(pool(router, "\"q, one")).isEqualTo("b2");
    assertThat(pool(router, "one, \"q")).isEqualTo("b1");
    assertThat(pool(router, "\"q\", one")).isEqualTo("b1");
  }

  @Test
  void quoteThatIsNotClosedIsToldFromOthersWhereAllOthersAreAskedFor() {
    Router router =
        Prove.router(
            read(
                """
                use_backend b1 if { hdr_reg(host) '^[^"]*$' }
                use_backend b2 if { hdr_reg(host) '".*"' }
                default_backend b0
                """));
    assertThat(pool(router, host("a, b"))).isEqualTo("b1");
    assertThat(pool(router, host("\"a\", \"b\""))).isEqualTo("b2");
    assertThat(pool(router, host("\"a"))).isEqualTo("b0");
  }

  @Test
  void addressInListThatRulesJoinFromManyPartsIsUndecidedInBoundedTime() {
    // Each line added would be cut into factors within those of the others, for minutes.
    Router router =
        Prove.router(
            read(
                """
                http-request add-header x-pool %[req.hdr(x-b),lower]-%[method]
                http-request add-header x-pool %[req.hdr(host)]
                http-request add-header x-pool %[req.hdr(x-c)]-%[method]
                use_backend b1 if { req.hdr_ip(x-pool) 203.0.113.0/24 }
                default_backend b0
                """));
    assertThat(router.route(withPools("198.51.100.7")))
        .get()
        .isInstanceOfSatisfying(
            Outcome.Undecided.class,
            answer -> assertThat(answer.because()).contains("too many cases"));
  }

  @Test
  void whereTheyAreTooManyEqualRulesStayEqual() {
    String many =
        hosts(200)
            + rules("use_backend b3 if { hdr(host) h%1$d.example.com } { src 10.%1$d.0.0/16 }", 60)
            + rules("use_backend b4 if { hdr(host) h%1$d.example.com } { path /p%1$d }", 60)
            + rules("use_backend b5 if { hdr(host) h%1$d.example.com } { hdr(x-t) t%1$d }", 60)
            + "default_backend b0\n";
    assertThat(diff(many, many).undecided()).isEmpty();
    assertThat(diff(many, many).regions()).isEmpty();
    // The plain ones are told; of lists it is said that they are not known.
    DiffReport changed = diff(many, many.replace("b3 if { hdr(host) h7.", "b6 if { hdr(host) h7."));
    assertThat(changed.undecided())
        .singleElement()
        .satisfies(open -> assertThat(open.because()).contains("one of several header values"));
  }

  private static String hosts(int count) {
    return rules("use_backend b%2$d if { hdr(host) -i h%1$d.example.com }", count);
  }

  private static String rules(String rule, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> rule.formatted(i, 1 + i % 2) + "\n")
        .collect(Collectors.joining());
  }

  private static String pool(Router router, String pools) {
    return pool(router, withPools(pools));
  }

  private static String pool(Router router, Request request) {
    return router.route(request).orElseThrow() instanceof Outcome.Reaches reaches
        ? reaches.pool()
        : "none";
  }

  private static Request withPools(String pools) {
    return with("X-Pool", pools);
  }

  private static Request host(String values) {
    return with("Host", values);
  }

  private static Request with(String header, String values) {
    return new Request(
        "GET",
        "http://a.example:8080/",
        Map.of(header, List.of(values)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static DiffReport diff(String old, String now) {
    return Prove.diff(read(old), read(now), Policy.none(), Set.of());
  }

  private static Configuration read(String rules) {
    String text =
        """
        defaults
          mode http
        frontend fe
          bind 127.0.0.1:8080
        """
            + rules
            + rules("backend b%1$d\n  server s 127.0.0.1:90%1$02d", 10);
    return Read.haproxy(
            Files.of(Map.of("fe.cfg", text)), List.of("fe.cfg"), HaproxyTarget.debian12(Map.of()))
        .configuration();
  }
}
