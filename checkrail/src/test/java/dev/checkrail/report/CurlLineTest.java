package dev.checkrail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CurlLineTest {

  @Test
  void aPlainRequestIsAPlainLine() {
    assertThat(CurlLine.of(Request.of("GET", "http://pay.example.com/v1/payments")))
        .isEqualTo("curl -sS -i http://pay.example.com/v1/payments");
    assertThat(CurlLine.of(Request.of("POST", "http://pay.example.com:8080/v1?x=it's")))
        .isEqualTo("curl -sS -i -X POST 'http://pay.example.com:8080/v1?x=it'\\''s'");
    assertThat(CurlLine.of(Request.of("HEAD", "http://[::1]:80/")))
        .isEqualTo("curl -sS -I -g -H 'Host: [::1]:80' 'http://[::1]:80/'");
  }

  @Test
  void theListenerIsWhereItConnects() {
    assertThat(CurlLine.of(sent("https://pay.example.com/", "*:8443", Map.of())))
        .isEqualTo(
            "curl -sS -i --http1.1 -k --connect-to ::127.0.0.1:8443 https://pay.example.com/");
    assertThat(CurlLine.of(sent("http://127.0.0.1:8080/", "127.0.0.1:8080", Map.of())))
        .isEqualTo("curl -sS -i http://127.0.0.1:8080/");
    assertThat(CurlLine.of(sent("http://a/", "unix@/run/lb.sock", Map.of())))
        .isEqualTo("curl -sS -i --unix-socket /run/lb.sock http://a/");
  }

  @Test
  void hostAndTargetAreSentAsTheyAre() {
    assertThat(CurlLine.of(sent("http://a,b/x", "127.0.0.1:8080", Map.of())))
        .isEqualTo("curl -sS -i -H 'Host: a,b' http://127.0.0.1:8080/x");
    assertThat(CurlLine.of(sent("http://pay.example.com./x/../y", "127.0.0.1:80", Map.of())))
        .isEqualTo(
            "curl -sS -i --path-as-is -H 'Host: pay.example.com.' http://127.0.0.1:80/x/../y");
    assertThat(CurlLine.of(sent("http://a/x", "127.0.0.1:80", Map.of("Host", List.of()))))
        .contains("-H Host: ");
    Request star =
        new Request(
            "OPTIONS",
            "http://a/",
            Map.of(),
            Optional.of("203.0.113.7"),
            Optional.empty(),
            Optional.empty(),
            Optional.of("1.0"),
            Optional.of("*"));
    assertThat(CurlLine.of(star))
        .isEqualTo(
            "curl -sS -i -X OPTIONS --http1.0 --request-target '*' http://a/  # from 203.0.113.7");
  }

  @Test
  void headersAreQuotedAndSecretsStayOut() {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("X-A", List.of("it's", ""));
    headers.put("Authorization", List.of("Basic S3cr3tS3cr3t"));
    assertThat(CurlLine.of(sent("http://a/", "127.0.0.1:80", headers)))
        .isEqualTo(
            "curl -sS -i --connect-to ::127.0.0.1:80 -H 'X-A: it'\\''s' -H 'X-A;'"
                + " -H 'Authorization: [redacted]' http://a/");
  }

  @Test
  void whatCurlCantSendIsSentByOthers() {
    assertThat(CurlLine.of(sent("http://a/x", "127.0.0.1:80", Map.of("Host", List.of("a", "b")))))
        .isEqualTo(
            "printf '%b' 'GET /x HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n' | nc 127.0.0.1 80");
    assertThat(CurlLine.of(Request.of("GET", "tcp://db.example.com:5432")))
        .isEqualTo("nc db.example.com 5432");
  }

  private static Request sent(String url, String listener, Map<String, List<String>> headers) {
    return new Request(
        "GET",
        url,
        headers,
        Optional.empty(),
        Optional.of(listener),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
