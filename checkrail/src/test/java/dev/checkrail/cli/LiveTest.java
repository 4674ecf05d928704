package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the approved configuration has already, and what a change makes worse. */
class LiveTest {
  private static final String OLD =
      """
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 30s

      frontend fe
          bind 127.0.0.1:8080
          use_backend be_web if { path_beg /pay/ }
          use_backend be_pay if { path_beg /pay/new/ }
          use_backend be_pay if { path_beg /v1 }
          default_backend be_web

      backend be_pay
          retries 2
          retry-on conn-failure 503
          http-request disable-l7-retry if METH_POST
          server pay-1 127.0.0.1:9101 check

      backend be_web
          server web-1 127.0.0.1:9201 check
      """;

  @TempDir Path folder;

  /** All that is said of a change; nothing of it needs HAProxy. */
  private String gate(String old, String candidate) {
    return new Run.In(folder)
        .file("old.cfg", old)
        .file("new.cfg", candidate)
        .run(
            "gate",
            "old.cfg",
            "new.cfg",
            "--moves",
            "all",
            "--policy",
            "policy.yaml",
            "--without-rehearsal",
            "--haproxy",
            "/nowhere/haproxy",
            "--verbose")
        .all();
  }

  private String gate(String candidate) {
    new Run.In(folder).file("policy.yaml", "version: 1\n");
    return gate(OLD, candidate);
  }

  @Test
  void whatWasThereStaysLiveWhereverItsLinesMove() {
    assertThat(gate("# a remark\n\n" + OLD))
        .contains("route/shadowed-rule  frontend fe / use_backend be_pay (live already)")
        .contains("route/prefix-boundary  frontend fe / use_backend be_pay (live already)")
        .contains("PASS  new.cfg");
  }

  @Test
  void aDeadRuleThatIsToTakeMoreRequestsIsNotLive() {
    assertThat(gate(OLD.replace("path_beg /pay/new/", "path_beg /pay/new/ /pay/fast/")))
        .contains("route/shadowed-rule  frontend fe / use_backend be_pay\n")
        .contains("BLOCKED  new.cfg");
  }

  @Test
  void aDeadRuleThatIsToTakeFewerRequestsIsLive() {
    assertThat(gate(OLD.replace("path_beg /pay/new/", "path_beg /pay/new/fast/")))
        .contains("route/shadowed-rule  frontend fe / use_backend be_pay (live already)")
        .contains("PASS  new.cfg");
  }

  @Test
  void anotherPrefixThatEndsInTheMiddleOfAWordIsNotLive() {
    assertThat(gate(OLD.replace("path_beg /v1", "path_beg /v1 /v2")))
        .contains("route/prefix-boundary  frontend fe / use_backend be_pay\n");
  }

  private static final String RETRYING =
      OLD.replace("http-request disable-l7-retry if METH_POST", "# all of them");

  @Test
  void requestsThatAreSentAgainAsBeforeAreLive() {
    new Run.In(folder).file("policy.yaml", "version: 1\n");

    assertThat(gate(RETRYING, RETRYING))
        .contains("retry/non-idempotent  backend be_pay (live already)")
        .contains("PASS  new.cfg");
  }

  @Test
  void moreRequestsThatAreSentAgainAreNotLive() {
    assertThat(gate(OLD.replace("if METH_POST", "if { method PUT POST } { path_beg /v1/a }")))
        .contains("retry/non-idempotent  backend be_pay\n")
        .contains("diff/retry-added  backend be_pay\n")
        .contains("BLOCKED  new.cfg");
  }

  @Test
  void theSameRequestsSentAgainAfterMoreFailuresAreNotLive() {
    new Run.In(folder).file("policy.yaml", "version: 1\n");

    assertThat(gate(RETRYING, RETRYING.replace("conn-failure 503", "conn-failure 503 504")))
        .contains("retry/non-idempotent  backend be_pay\n")
        .contains("diff/retry-added  backend be_pay\n");
  }

  @Test
  void whyARetryIsNewIsSaidInWords() {
    assertThat(gate(RETRYING).replaceAll("\\s+", " "))
        .contains(
            "disable-l7-retry no longer keeps requests from being sent again: path /v1*, POST");
  }
}
