package dev.checkrail.review;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import java.util.List;

/** What becomes of what was asked for. */
public sealed interface Answer {

  /**
   * It is so, once these moves are written down.
   *
   * @param moves in order, at least one
   */
  record Done(List<Moved> moves) implements Answer {
    public Done {
      moves = List.copyOf(moves);
    }

    /** The change in the end. */
    public Change change() {
      return moves.getLast().change();
    }
  }

  /**
   * Not that: something else had to happen first, and does. The change's own sentence says what.
   */
  record Instead(Moved move) implements Answer {}

  /** No. */
  record Refused(Why why, String sentence) implements Answer {}

  /**
   * A move.
   *
   * @param change after it
   */
  record Moved(ChangeMove move, Change change) {}

  /** Why something is refused; the word is what programs can tell it by. */
  enum Why {
    /** None of their roles may. */
    NO_ROLE("no-role"),
    /** It is their own change, or their own emergency. */
    OWN("own-change"),
    /** They agreed already. */
    TWICE("approved-already"),
    /** Findings block it. */
    BLOCKED("change-blocked"),
    /** Not from where it stands. */
    STATE("change-state"),
    /** A freeze window. */
    FROZEN("freeze-window"),
    /** Another change is rolled out. */
    BUSY("change-busy"),
    /** Rollouts wait for a person. */
    WAITS("rollouts-wait"),
    /** The fast lane is for incidents. */
    NO_INCIDENT("no-incident"),
    /** It would change nothing. */
    NOTHING("nothing-changes");

    private final String word;

    Why(String word) {
      this.word = word;
    }

    /** The word. */
    public String word() {
      return word;
    }
  }
}
