package dev.checkrail.rollout.observe;

import java.util.Optional;

/**
 * What was seen in one second after the step.
 *
 * @param moved moved requests that ended in it
 * @param others others that ended in it
 * @param settled moved requests that <i>began</i> as long before it as the slowest failure takes
 *     (the longest time-out), so that each of them has its end. Without that delay the quick
 *     successes would be counted before the slow failures
 * @param unended moved requests of which it became clear in this second that they have no end: they
 *     came as long ago, and are in nobody's log. They count as settled ones that failed; they undo
 *     nothing, because how many there were before is not known
 * @param blind why requests of this second can't be counted
 * @param probes what is wrong with the probes of the servers concerned
 * @param harm an alert that the harm lies in what the change moved: a page, or the contract broken
 * @param elsewhere an alert about something else that harms users now
 */
public record Observed(
    Group moved,
    Group others,
    Group settled,
    long unended,
    Optional<String> blind,
    Optional<String> probes,
    Optional<String> harm,
    Optional<String> elsewhere) {

  /** Requests, and nothing else to be said. */
  public static Observed of(Group moved, Group others, Group settled) {
    return new Observed(
        moved,
        others,
        settled,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
