package dev.checkrail.gateway.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {

  @ParameterizedTest
  @CsvSource({"EUR,2,19.99 EUR", "JPY,0,1999 JPY", "KWD,3,1.999 KWD"})
  void currencyKnowsItsMinorUnit(String code, int exponent, String shown) {
    Currency currency = Currency.of(code).orElseThrow();
    assertThat(currency.exponent()).isEqualTo(exponent);
    assertThat(new Amount(1999, currency)).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"XXX", "DEM", "eur", "EURO", "", "XAU"})
  void whatIsNoCurrencyInUseIsNone(String code) {
    assertThat(Currency.of(code)).isEmpty();
  }

  /** The JDK has the table of ISO 4217, too; where both know a currency they agree. */
  @Test
  void exponentsAgreeWithTheJdk() {
    for (java.util.Currency theirs : java.util.Currency.getAvailableCurrencies()) {
      Currency.of(theirs.getCurrencyCode())
          .ifPresent(ours ->
              assertThat(ours.exponent())
                  .as(ours.code())
                  .isEqualTo(theirs.getDefaultFractionDigits()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Amount.MOST + 1})
  void amountsAreBounded(long minor) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Amount(minor, Currency.of("EUR").orElseThrow()));
  }
}
