package dev.checkrail.watch.diagnose;

import dev.checkrail.watch.detect.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Whether to go back by itself. Only from a change that was published as the cause; only if the
 * harm lies in what it moved; only within a quarter of an hour of its going live, or at any time
 * from a bypass, which nobody approved; only onto a version whose way back is green; at most once
 * for each change. All else is a proposal, which a person accepts with a click.
 *
 * <p>Remembers from which changes it has gone back. Confined to one thread; asks no clock.
 */
public final class AutoRollback {
  static final Duration BY_ITSELF = Duration.ofMinutes(15);

  /** Share of the harm that has to lie in what the change moved. */
  static final double INSIDE = 0.8;

  private static final double SURE = 0.95;
  private static final int MOST = 256;

  private Optional<Instant> wentBack = Optional.empty();
  private final Set<String> done = new LinkedHashSet<>();

  /**
   * A version to go back to.
   *
   * @param digest which one; it was approved
   * @param green whether it would work now: it loads, it passes, it was rehearsed as it would run
   * @param why why it is not green; else ""
   */
  public record WayBack(String digest, boolean green, String why) {}

  /** What to do. */
  public sealed interface Decision {
    /** Nothing: no change is the cause. */
    record Stay() implements Decision {}

    /**
     * Go back now.
     *
     * @param change what did it
     * @param to version to go back to
     */
    record GoBack(Act change, String to, String why) implements Decision {}

    /** It may help, and a person has to decide. */
    record Propose(Act change, Optional<String> to, String why) implements Decision {}
  }

  /**
   * Decides.
   *
   * @param moment for its time
   * @param diagnosis of this moment
   * @param back the way back, if there is one
   */
  public Decision next(Moment moment, Diagnosis diagnosis, Optional<WayBack> back) {
    Instant now = moment.at();
    for (Moment.Event event : moment.events()) {
      if (event.what() == Moment.Event.What.ROLLBACK_BEGAN) {
        wentBack = Optional.of(event.at());
      }
    }
    if (diagnosis.published().isEmpty() || diagnosis.ranking().isEmpty()) {
      return new Decision.Stay();
    }
    Ranked said = diagnosis.published().get().first();
    Ranked thinks = diagnosis.ranking().getFirst();
    if (said.cause() != Cause.LB_CHANGE || said.act().isEmpty()) {
      return new Decision.Stay();
    }
    Act change = said.act().get();
    if (wentBack.filter(at -> at.isAfter(change.at())).isPresent()) {
      return new Decision.Stay();
    }
    if (change.kind() == Act.Kind.ROLLBACK) {
      return propose(
          change, back, "the harm came with a way back: going forth again is for people");
    }
    if (thinks.cause() != Cause.LB_CHANGE
        || thinks.act().map(Act::id).filter(change.id()::equals).isEmpty()) {
      return propose(change, back, "what was published is not the likeliest any more");
    }
    if (!diagnosis.urgent()) {
      return propose(change, back, "nobody fails now");
    }
    if (thinks.explained() < INSIDE) {
      return propose(
          change,
          back,
          Math.round(100 * thinks.explained())
              + " % of the harm lies in what it moved: not all of it");
    }
    if (thinks.probability() < SURE) {
      return propose(change, back, "another cause is not unlikely enough");
    }
    boolean understood =
        thinks.reasons().stream()
            .anyMatch(r -> r.kind() == Reason.Kind.MECHANISM && r.log10() >= 0.5);
    if (!understood) {
      return propose(change, back, "how it would do this harm is not understood");
    }
    boolean bypass = change.kind() == Act.Kind.BYPASS;
    if (!bypass && change.at().plus(BY_ITSELF).isBefore(now)) {
      return propose(change, back, "it has been live for more than 15 minutes");
    }
    if (back.isEmpty()) {
      return propose(change, back, "there is no version to go back to");
    }
    if (!back.get().green()) {
      return propose(change, back, "the way back is not green: " + back.get().why());
    }
    if (done.contains(change.id())) {
      return propose(change, back, "it was gone back from once already");
    }
    done.add(change.id());
    if (done.size() > MOST) {
      done.remove(done.iterator().next());
    }
    return new Decision.GoBack(
        change,
        back.get().digest(),
        (bypass ? "nobody approved it, and " : "")
            + Math.round(100 * thinks.explained())
            + " % of the harm lies in what it moved");
  }

  private static Decision propose(Act change, Optional<WayBack> back, String why) {
    return new Decision.Propose(change, back.map(WayBack::digest), why);
  }
}
