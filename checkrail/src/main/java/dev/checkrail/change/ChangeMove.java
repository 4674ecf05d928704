package dev.checkrail.change;

import static dev.checkrail.change.ChangeState.APPROVED;
import static dev.checkrail.change.ChangeState.CHECKED;
import static dev.checkrail.change.ChangeState.LIVE;
import static dev.checkrail.change.ChangeState.PROPOSED;
import static dev.checkrail.change.ChangeState.REJECTED;
import static dev.checkrail.change.ChangeState.ROLLED_BACK;
import static dev.checkrail.change.ChangeState.ROLLING_OUT;
import static dev.checkrail.change.ChangeState.SUPERSEDED;
import static dev.checkrail.change.ChangeState.WITHDRAWN;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The moves of a change: the whole table of its states. What is not in it can't happen; each one
 * that happens is an entry of the journal, {@code change.} and its {@link #word}.
 */
public enum ChangeMove {
  /** The stages of the path have judged it. */
  CHECK(Map.of(PROPOSED, CHECKED)),
  /**
   * What it was judged against is not so any more (another version is live, the policy is another
   * one), or somebody asks for it: judged anew, what was agreed to does not count any more.
   */
  CHECK_AGAIN(Map.of(PROPOSED, PROPOSED, CHECKED, PROPOSED, APPROVED, PROPOSED)),
  /** Somebody agrees, and more have to. */
  AGREE(Map.of(CHECKED, CHECKED)),
  /** The last one who has to agree does. */
  APPROVE(Map.of(CHECKED, APPROVED)),
  /** Who agreed may not any more: there are too few now. */
  LAPSE(Map.of(APPROVED, CHECKED)),
  /** Somebody who may approve says no. */
  REJECT(Map.of(PROPOSED, REJECTED, CHECKED, REJECTED, APPROVED, REJECTED)),
  /** Its author takes it back. */
  WITHDRAW(Map.of(PROPOSED, WITHDRAWN, CHECKED, WITHDRAWN, APPROVED, WITHDRAWN)),
  /** Another one takes its place, or what it wants is live already. */
  SUPERSEDE(Map.of(PROPOSED, SUPERSEDED, CHECKED, SUPERSEDED, APPROVED, SUPERSEDED)),
  /** An approved change begins to be put in place. */
  ROLL_OUT(Map.of(APPROVED, ROLLING_OUT)),
  /** In an emergency: put in place whatever the findings say and whoever has agreed. */
  BREAK_GLASS(Map.of(PROPOSED, ROLLING_OUT, CHECKED, ROLLING_OUT, APPROVED, ROLLING_OUT)),
  /** An approved one stopped before anything was touched, or what was touched is as before. */
  STOP(Map.of(ROLLING_OUT, APPROVED)),
  /** The same of one that was put in place by breaking the glass: it is checked anew. */
  STOP_BROKEN(Map.of(ROLLING_OUT, PROPOSED)),
  /** It serves. */
  GO_LIVE(Map.of(ROLLING_OUT, LIVE)),
  /** The version before serves again. */
  GO_BACK(Map.of(ROLLING_OUT, ROLLED_BACK, LIVE, ROLLED_BACK)),
  /** What was done by breaking the glass has been looked at by another one. */
  REVIEW(Map.of(LIVE, LIVE, ROLLED_BACK, ROLLED_BACK));

  private final Map<ChangeState, ChangeState> leads;

  ChangeMove(Map<ChangeState, ChangeState> leads) {
    this.leads = Map.copyOf(new EnumMap<>(leads));
  }

  /** As the journal has it: {@code check-again}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Where it leads from a state; empty if it can't be made there. */
  public Optional<ChangeState> from(ChangeState state) {
    return Optional.ofNullable(leads.get(state));
  }
}
