package dev.checkrail.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.checkrail.gateway.card.CardCheck;
import dev.checkrail.gateway.card.Masking;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.Optional;

/**
 * Whatever comes, a body is read or refused in words that do not repeat it. Begins with what is in
 * the folder of resources of the same name; {@code JAZZER_FUZZ=1} goes on from there.
 */
class BodyFuzzTest {

  @DictionaryEntries({
    "\"amount\":",
    "\"currency\":\"EUR\"",
    "\"capture\":\"manual\"",
    "\"confirm\":false",
    "\"card\":{",
    "\"number\":\"4242424242424242\"",
    "\"expiry_month\":12",
    "\"expiry_year\":2040",
    "\"cvc\":\"737\"",
    "\"description\":\"\"",
    "\"metadata\":{"
  })
  @FuzzTest(maxDuration = "10s")
  void anyBytesAreReadOrRefused(byte[] bytes) {
    try {
      Body.Create create = Body.create(bytes);
      assertThat(create.amount().minor()).isPositive();
      assertThat(create.canonical()).isNotEmpty();
    } catch (Refusal refusal) {
      assertThat(refusal.problem().status()).isEqualTo(400);
      assertThat(refusal.problem().json("r")).hasSizeLessThan(700);
    }
    try {
      Body.part(bytes);
    } catch (Refusal refusal) {
      assertThat(refusal.problem().status()).isEqualTo(400);
    }
  }

  @FuzzTest(maxDuration = "10s")
  void anyTextIsACardOrNot(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    CardCheck.Result result =
        new CardCheck(false)
            .check(
                text,
                bytes.length % 14,
                2026 + bytes.length % 5,
                Optional.empty(),
                YearMonth.of(2026, 1));
    if (result instanceof CardCheck.Refused && text.length() >= 12) {
      assertThat(result.toString()).doesNotContain(text);
    }
    String masked = Masking.mask(text);
    assertThat(masked).hasSameSizeAs(text);
    assertThat(Masking.mask(masked)).isEqualTo(masked);
  }
}
