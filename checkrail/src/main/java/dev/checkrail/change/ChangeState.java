package dev.checkrail.change;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a change stands. What leads from one to another is {@link ChangeMove}. */
public enum ChangeState {
  /** It is there; its check waits, runs, or could not run. */
  PROPOSED,
  /** It was judged; the findings may block it. */
  CHECKED,
  /** As many have agreed as its risk asks for. */
  APPROVED,
  /** It is being put in place. */
  ROLLING_OUT,
  /** It serves, or served until a later change did. */
  LIVE,
  /** It was put in place, and taken back. */
  ROLLED_BACK,
  /** Somebody who may approve said no. */
  REJECTED,
  /** Its author took it back. */
  WITHDRAWN,
  /** Another change took its place, or what it wants is live already. */
  SUPERSEDED;

  /** As people read it and machines get it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The state of this word. */
  public static Optional<ChangeState> of(String word) {
    return Arrays.stream(values()).filter(it -> it.word().equals(word)).findFirst();
  }

  /** Whether it is still on its way: neither live nor at an end. */
  public boolean open() {
    return this == PROPOSED || this == CHECKED || this == APPROVED || this == ROLLING_OUT;
  }
}
