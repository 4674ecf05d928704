package dev.checkrail.gateway.acquirer;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The card numbers that make something happen. Numbers that card networks and processors publish
 * for tests, and five of ours ({@code 40000000000110xx}) for what a network does. Any other number
 * is approved.
 */
public enum TestCard {
  VISA("4242424242424242"),
  VISA_DEBIT("4000056655665556"),
  MASTERCARD("5555555555554444"),
  MASTERCARD_PREPAID("5105105105105100"),
  AMERICAN_EXPRESS("378282246310005"),
  DISCOVER("6011111111111117"),

  CARD_DECLINED("4000000000000002", "card_declined"),
  INSUFFICIENT_FUNDS("4000000000009995", "insufficient_funds"),
  LOST_CARD("4000000000009987", "lost_card"),
  STOLEN_CARD("4000000000009979", "stolen_card"),
  EXPIRED_CARD("4000000000000069", "expired_card"),
  INCORRECT_CVC("4000000000000127", "incorrect_cvc"),
  PROCESSING_ERROR("4000000000000119", "processing_error"),
  VELOCITY_EXCEEDED("4000000000006975", "velocity_exceeded"),

  SLOW("4000000000011009", Mode.SLOW),
  TIMEOUT_BUT_CHARGED("4000000000011017", Mode.TIMEOUT_BUT_CHARGED),
  HALF_ANSWER("4000000000011025", Mode.HALF_ANSWER),
  ERROR("4000000000011033", Mode.ERROR),
  DOWN("4000000000011041", Mode.DOWN);

  private static final Map<String, TestCard> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(TestCard::number, Function.identity()));

  private final String number;
  private final Optional<String> declineCode;
  private final Mode mode;

  TestCard(String number) {
    this(number, Optional.empty(), Mode.NORMAL);
  }

  TestCard(String number, String declineCode) {
    this(number, Optional.of(declineCode), Mode.NORMAL);
  }

  TestCard(String number, Mode mode) {
    this(number, Optional.empty(), mode);
  }

  TestCard(String number, Optional<String> declineCode, Mode mode) {
    this.number = number;
    this.declineCode = declineCode;
    this.mode = mode;
  }

  public String number() {
    return number;
  }

  /** Why a payment with it is declined; empty if it is approved. */
  public Optional<String> declineCode() {
    return declineCode;
  }

  /** How the first request with it is treated; {@link Mode#NORMAL} but for the last five. */
  public Mode mode() {
    return mode;
  }

  static Optional<TestCard> of(String number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }
}
