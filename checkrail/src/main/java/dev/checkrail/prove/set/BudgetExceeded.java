package dev.checkrail.prove.set;

/**
 * The answer would need more states than the budget allows: the caller reports <em>undecided</em>.
 *
 * <p>It is an exception and not a result type because it can arise in the middle of any composition
 * of operations, and every one of them has the same answer to it: give up the whole question. It is
 * unchecked so that compositions stay readable; it carries no stack trace because it is an expected
 * outcome and not a defect.
 */
public final class BudgetExceeded extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int states;

  BudgetExceeded(String what, int states) {
    super(what + " needs more than " + states + " states", null, false, false);
    this.states = states;
  }

  /** The limit that was met. */
  public int states() {
    return states;
  }
}
