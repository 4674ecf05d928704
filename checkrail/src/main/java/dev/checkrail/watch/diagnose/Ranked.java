package dev.checkrail.watch.diagnose;

import java.util.List;
import java.util.Optional;

/**
 * A cause and what speaks for it.
 *
 * @param object which one: a server, a change, a dependency; "" if there is none
 * @param log10 sum of its reasons
 * @param probability among all causes, if one of them is right
 * @param act the change, if it is one
 * @param explained share of the harm that lies where this cause would put it, 0 to 1
 * @param why for the page and the record: "ruled out because …", "not observed: …", or what speaks
 *     for it
 */
public record Ranked(
    Cause cause,
    String object,
    double log10,
    double probability,
    Standing standing,
    double explained,
    Optional<Act> act,
    List<Reason> reasons,
    String why) {
  public Ranked {
    reasons = List.copyOf(reasons);
  }

  /** What is to be made of it. */
  public enum Standing {
    /** It may be the cause. */
    STANDS,
    /** Something was observed that would not be so if it were. */
    RULED_OUT,
    /** What would show it is not observed. */
    NOT_OBSERVED,
    /** It was looked for and nothing of it was seen. */
    NOT_SEEN
  }

  /** Cause and object, as it is written. */
  public String name() {
    return object.isEmpty() ? cause.word() : cause.word() + " (" + object + ")";
  }
}
