package dev.checkrail.prove.set;

/**
 * How large an automaton or a diagram may become before the question is given up as undecided.
 *
 * <p>A budget counts states and steps, never time: the same question gets the same answer on a
 * laptop and on a loaded build server. Work that is linear in its input is never refused for being
 * large (a list of 100,000 host names is not hostile); what a budget stops is the exponential
 * growth of subset construction and products, and the expansion of nested counted repetitions.
 *
 * @param states the largest number of states of one automaton, at least 1
 */
public record Budget(int states) {
  /** Enough for every honest routing expression seen so far, and small enough to fail fast. */
  public static final Budget STANDARD = new Budget(200_000);

  public Budget {
    if (states < 1) {
      throw new IllegalArgumentException("a budget needs at least one state, not " + states);
    }
  }

  /** The larger of the two. */
  public Budget or(Budget other) {
    return states >= other.states ? this : other;
  }

  /** A budget that leaves room for work linear in an input of {@code size} states. */
  Budget roomFor(long size) {
    long wanted = Math.min(4 * size + 16, Integer.MAX_VALUE / 8);
    return wanted <= states ? this : new Budget((int) wanted);
  }

  void check(long used, String what) {
    if (used > states) {
      throw new BudgetExceeded(what, states);
    }
  }

  /** Members of subsets and edges looked at: stops few states that are each enormous. */
  void checkSteps(long steps, String what) {
    if (steps > 400L * states) {
      throw new BudgetExceeded(what, states);
    }
  }
}
