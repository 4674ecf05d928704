package dev.checkrail.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stats auth admin:S3cr3t",
        "server s 10.0.0.1:80 agent-check agent-send S3cr3t",
        "  stats auth \"admin:S3cr3t\"",
        "user admin insecure-password S3cr3t",
        "user admin password S3cr3t groups ops",
        "http-request set-header Authorization \"Basic S3cr3t==\"",
        "http-request set-header X-Api-Key S3cr3t if is_pay",
        "http-request replace-header Cookie (.*)S3cr3t x",
        "http-response add-header Set-Cookie \"sid=S3cr3t; Secure\"",
        "http-check send meth GET uri / hdr X-Auth-Token S3cr3t",
        "option httpchk GET / HTTP/1.1\\r\\nAuthorization:\\ Basic\\ S3cr3t=\\r\\nHost:\\ x",
        "option httpchk GET /live?token=S3cr3t",
        "acl known req.hdr(X-Api-Key) -m str S3cr3t other",
        "use_backend be_a if { hdr(authorization) -i S3cr3t } { path /a }",
        "http-request deny unless { url_param(token) S3cr3t }",
        "http-request set-var(txn.token) str(S3cr3t)",
        "http-request set-header X-Token %[str(S3cr3t)]",
        "setenv DB_PASSWORD S3cr3t",
        "tcp-check send AUTH\\ S3cr3t\\r\\n",
        "tcp-check send \"PASS S3cr3t\"",
        "http-request lua.check S3cr3t S3cr3t if is_pay",
        "tcp-request content lua.check S3cr3t",
        "lua-load /etc/haproxy/check.lua S3cr3t",
        "http-request deny if { req.hdr(x-a),lua.open(S3cr3t) -m found }",
        "http-request set-var(txn.ok) req.hdr(x-a),hmac(sha256,S3cr3t)",
        "bind :443 ssl ca-sign-pass S3cr3t",
        "it depends on \"acl known req.hdr(authorization) -m str S3cr3t\" (a.cfg:3:1): no",
        "fetch https://user:S3cr3t@example.com/x",
        "the header said Bearer S3cr3t.abc.def and so on",
        "because of eyJhbGciOiJub25lIn0.S3cr3t",
        "-----BEGIN PRIVATE KEY-----\nS3cr3t\n-----END PRIVATE KEY-----\nrest",
      })
  void secretsOfAConfigurationAreTakenOut(String line) {
    assertThat(Redaction.of(line)).doesNotContain("S3cr3t").contains(Redaction.MARK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "use_backend be_pay if is_pay",
        "http-request set-header X-Forwarded-For %[src]",
        "http-request set-header X-Session-User %[ssl_c_s_dn(CN)]",
        "http-request auth realm Payments unless { http_auth(ops) }",
        "acl known hdr(x-api-key) -m found",
        "acl known hdr(x-api-key) -f /etc/haproxy/keys.lst",
        "server s1 10.0.0.1:8080 check inter 2s fall 3 rise 2 weight 100",
        "balance url_param session",
        "cookie SRV insert indirect nocache",
        "unknown key: hosst, did you mean hosts",
        "option httpchk GET /basic health",
        "log-format \"%ci:%cp [%tr] %ft %b/%s\"",
        "http://pay.example.com/v1/payments?amount=100",
        "order 1234567890123456",
        "header authorization does not pass acl known: the fetch lua.find is not modelled",
        "req.hdr(authorization) is read by a script, so nothing can be said",
        "it depends on \"http-request set-var(txn.a) req.hdr(authorization)\" (a.cfg:3:1): why",
      })
  void everythingElseStays(String line) {
    assertThat(Redaction.of(line)).isSameAs(line);
  }

  @Test
  void theRestOfTheLineStaysReadable() {
    assertThat(Redaction.of("  stats auth admin:S3cr3t   # people"))
        .isEqualTo("  stats auth admin:[redacted]   # people");
    assertThat(Redaction.of("use_backend be_a if { hdr(x-api-key) abc } { path /a }"))
        .isEqualTo("use_backend be_a if { hdr(x-api-key) [redacted] } { path /a }");
  }

  @Test
  void ofAQuotedLineOnlyTheSecretGoes() {
    assertThat(
            Redaction.of(
                "it depends on \"use_backend b if { req.hdr(authorization) abc } { path /a }\""
                    + " (line 3): a regular expression is too large"))
        .isEqualTo(
            "it depends on \"use_backend b if { req.hdr(authorization) [redacted] } { path /a }\""
                + " (line 3): a regular expression is too large");
  }

  @Test
  void keptTextTellsSecretsApartAndShownTextDoesNot() {
    String one =
        Redaction.kept(List.of("stats", "auth", "a:one"), List.of("stats", "auth", "a:one"));
    String two =
        Redaction.kept(List.of("stats", "auth", "a:two"), List.of("stats", "auth", "a:two"));

    assertThat(one).startsWith("stats auth a:[redacted#").isNotEqualTo(two);
    assertThat(Redaction.of(one)).isEqualTo("stats auth a:[redacted]").isEqualTo(Redaction.of(two));
  }

  @Test
  void aWordWithBlanksIsKeptAsOneSecret() {
    List<String> words = List.of("http-request", "set-header", "Authorization", "Basic a b c");

    assertThat(Redaction.of(Redaction.kept(words, words)))
        .isEqualTo("http-request set-header Authorization [redacted]");
  }

  @Test
  void thePasswordOfAUrlIsNotShownWithItsHost() {
    assertThat(Redaction.header("Host", "joe:S3cr3t@www.example.com:8080"))
        .isEqualTo("joe:[redacted]@www.example.com:8080");
    assertThat(Redaction.header("Host", "www.example.com:8080")).isEqualTo("www.example.com:8080");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "path /pay/4111111111111111 was sent",
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "card=378282246310005"
      })
  void cardNumbersAreTakenOut(String text) {
    assertThat(Redaction.of(text)).contains(Redaction.MARK).doesNotContain("1111", "0004", "0005");
  }

  @Test
  void headersAreJudgedByTheirName() {
    assertThat(Redaction.header("Authorization", "anything")).isEqualTo("[redacted]");
    assertThat(Redaction.header("X-Tier", "gold")).isEqualTo("gold");
    assertThat(Redaction.header("X-Tier", "Bearer abc.def123")).isEqualTo("Bearer [redacted]");
  }

  @Test
  void linesOfTenMegabytesTakeNoTime() {
    for (String piece :
        new String[] {
          "a", "1", "1 ", "\\", "password ", "x:", "a-key=", "://a:", "bearer ", "\"", "eyJ"
        }) {
      String line = piece.repeat(10_000_000 / piece.length());
      assertTimeout(Duration.ofSeconds(60), () -> Redaction.of(line), piece);
    }
  }
}
