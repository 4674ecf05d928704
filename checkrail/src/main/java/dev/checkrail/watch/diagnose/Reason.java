package dev.checkrail.watch.diagnose;

/**
 * One piece of evidence for or against a cause.
 *
 * @param text a sentence with its numbers
 * @param log10 how much more likely it is if that is the cause than if it is not, as a power of 10;
 *     below 0 it speaks against it
 */
public record Reason(Kind kind, String text, double log10) {
  /** What it is about. */
  public enum Kind {
    /** How often such a thing is the cause at all. */
    PRIOR,
    /** Where the harm is, against where it would be. */
    SCOPE,
    /** What came first. */
    TIME,
    /** Whether it harms in the way in which such a thing does. */
    MECHANISM,
    /** Whether more of it did more harm. */
    DOSE,
    /** Those that were touched against those that were not, before and since. */
    DIFFERENCE,
    /** Directly and through the load balancer. */
    PROBE,
    /** What a dependency says of itself. */
    DEPENDENCY
  }
}
