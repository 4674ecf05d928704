package dev.checkrail.gateway.card;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.YearMonth;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CardCheckTest {
  private static final YearMonth TODAY = YearMonth.of(2026, 11);
  private final CardCheck check = new CardCheck(false);

  @ParameterizedTest
  @CsvSource({
    "4242424242424242,12,2030,ok",
    "4242424242424241,12,2030,card_number_invalid",
    "4242 4242 4242 4242,12,2030,card_number_invalid",
    "42424242424,12,2030,card_number_invalid",
    "424242424242424242424,12,2030,card_number_invalid",
    "4532015112830366,12,2030,card_not_a_test_card",
    "4242424242424242,11,2026,ok",
    "4242424242424242,10,2026,card_expired",
    "4242424242424242,0,2030,invalid_field",
    "4242424242424242,13,2030,invalid_field",
    "4242424242424242,1,1999,invalid_field",
    "378282246310005,1,2030,ok"
  })
  void saysWhatIsWrong(String number, int month, int year, String expected) {
    assertThat(code(check.check(number, month, year, Optional.of("123"), TODAY)))
        .isEqualTo(expected);
  }

  @Test
  void inPciScopeAnyNumberWithARightCheckDigitPasses() {
    assertThat(
            code(new CardCheck(true).check("4532015112830366", 1, 2030, Optional.of("123"), TODAY)))
        .isEqualTo("ok");
  }

  @Test
  void neitherCardNorRefusalTellsANumber() {
    CardCheck.Result good = check.check("4242424242424242", 1, 2030, Optional.of("987"), TODAY);
    assertThat(good.toString()).contains("visa •••• 4242").doesNotContain("42424242", "987");
    CardCheck.Result bad = check.check("4532015112830366", 1, 2030, Optional.of("987"), TODAY);
    assertThat(bad.toString()).doesNotContain("4532015112830366", "987");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "card 4242424242424242 used|card ************4242 used",
        "4242-4242-4242-4242|****-****-****-4242",
        "4242 4242 4242 4242 x|**** **** **** 4242 x",
        "a4242424242424242b|a************4242b",
        "order 1234567890|order 1234567890",
        "at 1764000000000|at 1764000000000",
        "4242424242424241|4242424242424241"
      })
  void maskingFindsNumbersInTexts(String text, String masked) {
    assertThat(Masking.mask(text)).isEqualTo(masked);
  }

  private static String code(CardCheck.Result result) {
    return switch (result) {
      case CardCheck.Accepted it -> "ok";
      case CardCheck.Refused it -> it.code();
    };
  }
}
