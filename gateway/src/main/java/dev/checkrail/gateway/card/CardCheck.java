package dev.checkrail.gateway.card;

import java.time.YearMonth;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Turns what a merchant sent into a {@link Card}, or says why not. Card numbers of people have no
 * business in a test system: outside PCI scope only documented test numbers pass.
 */
public final class CardCheck {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{12,19}");
  private static final Pattern CVC = Pattern.compile("[0-9]{3,4}");

  /** Ranges that no issuer gives out: whole ranges, so that a load can use many cards. */
  private static final Set<String> TEST_RANGES = Set.of("424242", "400000");

  /** Single numbers that schemes and processors publish for tests. */
  private static final Set<String> TEST_NUMBERS =
      Set.of(
          "4000056655665556",
          "4111111111111111",
          "4012888888881881",
          "5555555555554444",
          "5105105105105100",
          "5200828282828210",
          "2223003122003222",
          "378282246310005",
          "371449635398431",
          "6011111111111117",
          "6011000990139424",
          "30569309025904",
          "36227206271667",
          "3530111333300000",
          "3566002020360505",
          "6200000000000005");

  private final boolean inPciScope;

  /** With {@code inPciScope} every number that can be one passes. */
  public CardCheck(boolean inPciScope) {
    this.inPciScope = inPciScope;
  }

  /** What came of it. */
  public sealed interface Result {}

  /** A card that may be used. */
  public record Accepted(Card card) implements Result {}

  /** Why not: a code of the API, the field, a sentence. None of them repeats what was sent. */
  public record Refused(String code, String field, String detail) implements Result {}

  /** Judges one card as of {@code today}; a card is good until the last day of its month. */
  public Result check(
      String number, int expiryMonth, int expiryYear, Optional<String> cvc, YearMonth today) {
    if (!NUMBER.matcher(number).matches()) {
      return new Refused("card_number_invalid", "card.number", "a card number is 12 to 19 digits");
    }
    if (!luhn(number)) {
      return new Refused("card_number_invalid", "card.number", "the check digit does not fit");
    }
    if (!inPciScope && !isTestNumber(number)) {
      return new Refused(
          "card_not_a_test_card",
          "card.number",
          "this gateway is not in PCI scope and takes documented test numbers only");
    }
    if (expiryMonth < 1 || expiryMonth > 12) {
      return new Refused("invalid_field", "card.expiry_month", "a month is 1 to 12");
    }
    if (expiryYear < 2000 || expiryYear > 2099) {
      return new Refused("invalid_field", "card.expiry_year", "a year is 2000 to 2099");
    }
    if (YearMonth.of(expiryYear, expiryMonth).isBefore(today)) {
      return new Refused("card_expired", "card.expiry_year", "the card has expired");
    }
    if (cvc.isPresent() && !isCvc(cvc.get())) {
      return new Refused("invalid_field", "card.cvc", "a CVC is three or four digits");
    }
    return new Accepted(new Card(number, expiryMonth, expiryYear, cvc));
  }

  /** Whether the text has the form of a CVC. */
  public static boolean isCvc(String text) {
    return CVC.matcher(text).matches();
  }

  /** Whether the number is one that is published for tests. */
  static boolean isTestNumber(String number) {
    return TEST_NUMBERS.contains(number) || TEST_RANGES.stream().anyMatch(number::startsWith);
  }

  /** The check digit of ISO/IEC 7812-1, annex B. Digits only. */
  public static boolean luhn(CharSequence digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      sum += i % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
    }
    return sum % 10 == 0;
  }
}
