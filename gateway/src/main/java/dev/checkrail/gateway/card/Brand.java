package dev.checkrail.gateway.card;

import java.util.Locale;

/** The scheme of a card, told by its first digits. */
public enum Brand {
  VISA,
  MASTERCARD,
  AMEX,
  DISCOVER,
  DINERS,
  JCB,
  UNIONPAY,
  OTHER;

  /** The word of the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Brand of(String number) {
    int two = Integer.parseInt(number.substring(0, 2));
    int four = Integer.parseInt(number.substring(0, 4));
    if (number.startsWith("4")) {
      return VISA;
    } else if (two == 34 || two == 37) {
      return AMEX;
    } else if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) {
      return MASTERCARD;
    } else if (two == 36 || two == 38 || (four >= 3000 && four <= 3059)) {
      return DINERS;
    } else if (four >= 3528 && four <= 3589) {
      return JCB;
    } else if (four == 6011 || two == 65) {
      return DISCOVER;
    } else if (two == 62) {
      return UNIONPAY;
    }
    return OTHER;
  }
}
