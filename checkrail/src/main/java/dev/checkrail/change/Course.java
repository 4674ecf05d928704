package dev.checkrail.change;

import java.util.List;
import java.util.Locale;

/**
 * How far a rollout is: written down before each act, so that whoever comes after a crash knows.
 *
 * @param together numbers of the changes that are put in place one after the other, this one among
 *     them; alone it is the only one
 * @param step which of the steps was begun last, from 1
 * @param phase what is done about it
 */
public record Course(List<Long> together, int step, Phase phase) {
  public Course {
    together = List.copyOf(together);
  }

  /** What is done about a step. */
  public enum Phase {
    /** It is being taken. */
    ACTING,
    /** It was taken; what comes of it is observed. */
    OBSERVING,
    /** The version before is being put back. */
    GOING_BACK;

    /** The word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Begun. */
  public static Course begins(List<Long> together) {
    return new Course(together, 1, Phase.ACTING);
  }

  /** In another phase. */
  public Course in(Phase next) {
    return new Course(together, step, next);
  }

  /** The next step is taken. */
  public Course next() {
    return new Course(together, step + 1, Phase.ACTING);
  }
}
