package dev.checkrail.watch.detect;

/**
 * What is to be told of an alert.
 *
 * @param wake whether somebody is to be woken up by it: the first page of a group to its owner
 */
public record Notice(Kind kind, Alert alert, boolean wake) {
  /** What happened to it. */
  public enum Kind {
    /** It opened. */
    OPENED,
    /** It opened while others of its group were open, and its owner was woken up by one of them. */
    JOINED,
    /** It was a ticket and is a page now. */
    RAISED,
    /** It was over for minutes, and is there again. */
    REOPENED,
    /** It is over. */
    RESOLVED
  }
}
