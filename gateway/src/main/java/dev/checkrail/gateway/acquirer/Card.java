package dev.checkrail.gateway.acquirer;

/** A card as it arrives. Lives as long as its request; prints itself without secrets. */
record Card(String number, int expiryMonth, int expiryYear, String cvc) {
  Card {
    if (!isNumber(number)) {
      throw new BadRequest("card.number", "is no card number (12 to 19 digits, check digit)");
    }
    if (expiryMonth < 1 || expiryMonth > 12) {
      throw new BadRequest("card.expiryMonth", "is no month");
    }
    if (expiryYear < 2000 || expiryYear > 2100) {
      throw new BadRequest("card.expiryYear", "is no year of four digits");
    }
    if (!cvc.matches("[0-9]{3,4}")) {
      throw new BadRequest("card.cvc", "has not three or four digits");
    }
  }

  /** First six and last four digits, as far as PCI DSS lets a number be shown. */
  String masked() {
    return number.substring(0, 6)
        + "*".repeat(number.length() - 10)
        + number.substring(number.length() - 4);
  }

  @Override
  public String toString() {
    return "Card[" + masked() + "]";
  }

  /** ISO/IEC 7812-1: 12 to 19 digits, the last of them by Luhn's formula. */
  private static boolean isNumber(String number) {
    if (!number.matches("[0-9]{12,19}")) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < number.length(); i++) {
      int digit = number.charAt(number.length() - 1 - i) - '0';
      int counted = i % 2 == 0 ? digit : digit * 2;
      sum += counted > 9 ? counted - 9 : counted;
    }
    return sum % 10 == 0;
  }
}
