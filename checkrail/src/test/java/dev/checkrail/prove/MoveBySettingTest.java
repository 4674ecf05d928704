package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Settings that change what a server gets with each request are moves, and declared as moves. */
class MoveBySettingTest {
  private static final String OLD =
      """
      defaults
        mode http
      frontend fe
        bind 127.0.0.1:8080
        use_backend be_pay if { path -m beg /pay/ } || { path /pay }
        default_backend be_web
      backend be_pay
        server pay-1 127.0.0.1:9101
      backend be_web
        server web-1 127.0.0.1:9201
      backend be_spare
        server spare-1 127.0.0.1:9301
      """;

  private static final String PAY_FORWARDS =
      OLD.replace("backend be_pay\n  server", "backend be_pay\n  option forwardfor\n  server");

  private static final String WEB_GETS_PROXY = OLD.replace(":9201", ":9201 send-proxy");

  @Test
  void itHasAWitnessThatGoesThere() {
    assertThat(moves(OLD, PAY_FORWARDS))
        .containsExactly(
            "backend be_pay: header that is added (option forwardfor) to on"
                + ", e.g. GET http://www.example.com/pay");
  }

  @Test
  void itIsDeclaredLikeAnyMove() {
    assertThat(moves(OLD, PAY_FORWARDS, "payments")).isEmpty();
    assertThat(moves(OLD, PAY_FORWARDS, "all")).isEmpty();
    assertThat(moves(OLD, PAY_FORWARDS, "web")).hasSize(1);
  }

  @Test
  void aServerThatIsSpokenToOtherwiseIsOne() {
    assertThat(moves(OLD, WEB_GETS_PROXY))
        .containsExactly(
            "backend be_web / server web-1: how it is spoken to (send-proxy) to send-proxy on"
                + ", e.g. GET http://www.example.com/");
    assertThat(moves(OLD, WEB_GETS_PROXY, "web")).isEmpty();
  }

  @Test
  void ofAFrontendAllServicesHaveToBeDeclared() {
    String all = OLD.replace(":8080\n", ":8080\n  option forwardfor\n");

    assertThat(moves(OLD, all, "payments"))
        .contains(
            "frontend fe: header that is added (option forwardfor) to on"
                + ", e.g. GET http://www.example.com/");
    assertThat(moves(OLD, all, "payments", "web")).isEmpty();
  }

  @Test
  void whereNoRequestGoesNothingMoves() {
    assertThat(moves(OLD, OLD.replace(":9301", ":9301 send-proxy"))).isEmpty();
  }

  private static List<String> moves(String old, String now, String... declared) {
    return Prove.diff(read(old), read(now), policy(), Set.copyOf(Arrays.asList(declared)))
        .findings()
        .stream()
        .filter(it -> it.rule() == RuleId.DIFF_UNDECLARED_MOVE)
        .map(it ->
            it.subject()
                + ": "
                + it.message()
                + it.witness().map(one -> ", e.g. " + one.method() + " " + one.url()).orElse(""))
        .toList();
  }

  private static Configuration read(String text) {
    return Read.haproxy(
            Files.of(Map.of("haproxy.cfg", text)),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static Policy policy() {
    String yaml =
        """
        version: 1
        services:
          payments:
            - path: /pay/**
          web:
            - path: /**
              except: [payments]
        """;
    PolicyReader.Reading reading =
        PolicyReader.read(
            SourceFile.of("checkrail.yaml", yaml),
            Map.of(),
            Arrays.stream(RuleId.values()).map(RuleId::id).toList());
    assertThat(reading.problems()).isEmpty();
    return reading.policy();
  }
}
