package dev.checkrail.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
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
      assertTimeout(Duration.ofSeconds(5), () -> Redaction.of(line), piece);
    }
  }
}
