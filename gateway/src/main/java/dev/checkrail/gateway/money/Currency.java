package dev.checkrail.gateway.money;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An active currency of ISO 4217 (list one, funds codes and metals left out) with the number of
 * digits behind the decimal point of its minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
 */
public record Currency(String code, int exponent) {
  private static final String NONE =
      "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
  private static final String TWO =
      "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF"
          + " CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD"
          + " GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD"
          + " LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD"
          + " PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP"
          + " STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR"
          + " ZMW ZWG";
  private static final String THREE = "BHD IQD JOD KWD LYD OMR TND";

  private static final Map<String, Currency> ALL = all();

  public Currency {
    if (!code.matches("[A-Z]{3}") || exponent < 0 || exponent > 4) {
      throw new IllegalArgumentException("no currency: " + code + " with exponent " + exponent);
    }
  }

  /** The currency of this code, upper case; empty if ISO 4217 has none that is in use. */
  public static Optional<Currency> of(String code) {
    return Optional.ofNullable(ALL.get(code));
  }

  private static Map<String, Currency> all() {
    return Map.of(0, NONE, 2, TWO, 3, THREE).entrySet().stream()
        .flatMap(group ->
            Arrays.stream(group.getValue().split(" "))
                .map(code -> new Currency(code, group.getKey())))
        .collect(Collectors.toUnmodifiableMap(Currency::code, currency -> currency));
  }
}
