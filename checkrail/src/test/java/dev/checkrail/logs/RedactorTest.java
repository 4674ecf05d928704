package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private final Redactor redactor = new Redactor();

  private String target(String sent) {
    byte[] bytes = sent.getBytes(ISO_8859_1);
    return redactor.target(bytes, 0, bytes.length, false);
  }

  private String value(String sent) {
    byte[] bytes = sent.getBytes(ISO_8859_1);
    return redactor.value(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @CsvSource({
    "/a?token=S3cr3t, /a?token=[redacted]",
    "/a?b=1&access_token=S3cr3t&c=2, /a?b=1&access_token=[redacted]&c=2",
    "/a?API-Key=S3cr3t, /a?API-Key=[redacted]",
    "/a?to%6Ben=S3cr3t, /a?to%6Ben=[redacted]",
    "/a;jsessionid=S3cr3t?b=1, /a;jsessionid=[redacted]?b=1",
    "/a?code=S3cr3t;b=2, /a?code=[redacted];b=2",
    "/a?cvc=123, /a?cvc=[redacted]",
    "/a?h=Bearer%20S3cr3t, /a?h=[redacted]",
    "/a?h=Basic+S3cr3t==, /a?h=[redacted]",
    "/a/eyJhbGciOiJub25lIn0.S3cr3t/b, /a/[redacted]/b",
    "/a?next=https%3A%2F%2Fx%2F%3Ftoken%3DS3cr3t&b=1, /a?next=[redacted]&b=1",
    "/a?next=https%253A%252F%252Fx%252F%253Ftoken%253DS3cr3t, /a?next=[redacted]",
    "http://joe:S3cr3t@example.com/a, http://[redacted]@example.com/a",
    "/a?u=http%3A%2F%2Fjoe:S3cr3t@example.com, /a?u=[redacted]",
    "/a#22?password=S3cr3t, '/a\"?password=[redacted]'",
  })
  void secretsOfATargetAreTakenOut(String sent, String kept) {
    assertThat(target(sent)).isEqualTo(kept);
  }

  @ParameterizedTest
  @CsvSource({
    "/pay/4111111111111111, /pay/0000000000000000",
    "/pay/4111-1111-1111-1111/x, /pay/0000-0000-0000-0000/x",
    "/pay/4111%201111%201111%201111, /pay/0000%200000%200000%200000",
    "/pay/%34111111111111111, /pay/0000000000000000",
    "/a?n=4111111111111111&b=1, /a?n=[redacted]&b=1",
    "/a?n=4111+1111+1111+1111, /a?n=[redacted]",
    "/a?n=12-4111111111111111, /a?n=12-[redacted]",
    "/a?n=378282246310005, /a?n=[redacted]",
    "/a?n=6304000000000000000, /a?n=[redacted]",
    "/a?n=%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31, /a?n=[redacted]",
  })
  void cardNumbersAreTakenOutAndAPathKeepsItsShape(String sent, String kept) {
    assertThat(target(sent)).isEqualTo(kept);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "*",
        "/v1/payments?amount=100&currency=EUR",
        "/v1/payments/147fb4a6-b8c0-4e5b-a734-e311fe176897/capture",
        "/orders/1234567890123456",
        "/orders/4111111111111112",
        "/t/1700000000000000000000000",
        "/a%20b/%C3%A9?q=a%20b",
        "/basics?board=1",
        "pay.example.com:443",
        "https://pay.example.com/v1/payments?a=1",
        "/a?key&token&=x",
      })
  void everythingElseStays(String sent) {
    assertThat(target(sent)).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer abc.def123, Bearer [redacted]",
    "sk_live_51HabcDEF0123456789, [redacted]",
    "a 4111 1111 1111 1111 b, a [redacted] b",
    "sid=S3cr3tS3cr3tS3cr3tS3cr3t; theme=dark, sid=[redacted]; theme=dark",
    "https://shop.example.com/cart?token=S3cr3t, https://shop.example.com/cart?token=[redacted]",
  })
  void secretsOfACapturedHeaderAreTakenOut(String sent, String kept) {
    assertThat(value(sent)).isEqualTo(kept);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0",
        "pay.example.com:8443",
        "147fb4a6-b8c0-4e5b-a734-e311fe176897",
        "text/html",
      })
  void otherHeadersStay(String sent) {
    assertThat(value(sent)).isEqualTo(sent);
  }

  @Test
  void aHeaderWhoseNameIsKnownIsJudgedByItsName() {
    byte[] bytes = "0123456789abcdef0123".getBytes(ISO_8859_1);
    assertThat(redactor.header("X-Api-Key", bytes, 0, bytes.length)).isEqualTo("[redacted]");
    assertThat(redactor.header("X-Build", bytes, 0, bytes.length))
        .isEqualTo("0123456789abcdef0123");
  }
}
