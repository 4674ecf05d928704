package dev.checkrail.gateway.books;

/**
 * One difference.
 *
 * @param name the reference, payment, key or currency that it is about
 */
public record Finding(Kind kind, String name, String what) {

  /** What is wrong, worst first. */
  public enum Kind {
    LOST("lost: acknowledged, or booked, but not charged"),
    CHARGED_TWICE("charged twice"),
    NOT_ENDED("told failed but charged, and not ended"),
    NOT_BOOKED("charged, but not booked by the gateway"),
    NO_NEXT_STEP("unknown without a next step"),
    UNBALANCED("ledger out of balance"),
    SUMS_DIFFER("sums differ from the acquirer's"),
    DISAGREES("said differently by the two sides");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }
}
