package dev.checkrail.read.haproxy;

import java.util.ArrayList;
import java.util.List;

/** Which lines {@code .if .elif .else .endif} let through (manual 2.4). */
final class Nesting {
  /** HAProxy refuses the hundredth level. */
  private static final int MAX_DEPTH = 99;

  /** What a block directive asks for. */
  sealed interface Step {
    /** Nothing more. */
    record Done() implements Step {}

    /** Its condition must be evaluated, then {@link Nesting#decide} called. */
    record Evaluate() implements Step {}

    /** It does not belong here; HAProxy stops. */
    record Wrong(String message) implements Step {}
  }

  private enum State {
    /** This branch is read. */
    TAKE,
    /** This branch is masked; a later one may be read. */
    DROP,
    /** A branch was read, or the whole block is masked. */
    SKIP,
    /** The last branch, read. */
    ELSE_TAKE,
    /** The last branch, masked. */
    ELSE_DROP
  }

  private record Level(State state, int line) {
    boolean active() {
      return state == State.TAKE || state == State.ELSE_TAKE;
    }
  }

  private final List<Level> levels = new ArrayList<>();

  static boolean isBlockWord(String word) {
    return word.equals(".if")
        || word.equals(".elif")
        || word.equals(".else")
        || word.equals(".endif");
  }

  /** Whether a plain line here is read. */
  boolean active() {
    return levels.isEmpty() || levels.getLast().active();
  }

  /** Whether the block that this directive belongs to is looked at at all. */
  boolean outerActive(String word) {
    if (word.equals(".if")) {
      return active();
    }
    return levels.size() < 2 || levels.get(levels.size() - 2).active();
  }

  int depth() {
    return levels.size();
  }

  /** Line of the innermost open {@code .if}. */
  int openedAt() {
    return levels.getLast().line();
  }

  Step step(String word, int arguments, int line) {
    return switch (word) {
      case ".if" -> open(line);
      case ".elif" -> elif();
      case ".else" -> otherwise(arguments);
      default -> close(arguments);
    };
  }

  private Step open(int line) {
    if (levels.size() >= MAX_DEPTH) {
      return new Step.Wrong("'.if' is nested more than " + MAX_DEPTH + " levels deep");
    }
    if (!active()) {
      levels.add(new Level(State.SKIP, line));
      return new Step.Done();
    }
    levels.add(new Level(State.DROP, line));
    return new Step.Evaluate();
  }

  private Step close(int arguments) {
    if (arguments > 0) {
      return new Step.Wrong("'.endif' takes no argument");
    }
    if (levels.isEmpty()) {
      return new Step.Wrong("'.endif' without an '.if' before it");
    }
    levels.removeLast();
    return new Step.Done();
  }

  private Step elif() {
    if (levels.isEmpty()) {
      return new Step.Wrong("'.elif' without an '.if' before it");
    }
    return switch (levels.getLast().state()) {
      case ELSE_TAKE, ELSE_DROP -> new Step.Wrong("'.elif' after '.else'");
      case TAKE, SKIP -> {
        set(State.SKIP);
        yield new Step.Done();
      }
      case DROP -> new Step.Evaluate();
    };
  }

  private Step otherwise(int arguments) {
    if (arguments > 0) {
      return new Step.Wrong("'.else' takes no argument");
    }
    if (levels.isEmpty()) {
      return new Step.Wrong("'.else' without an '.if' before it");
    }
    return switch (levels.getLast().state()) {
      case ELSE_TAKE, ELSE_DROP -> new Step.Wrong("a second '.else' in one block");
      case TAKE, SKIP -> {
        set(State.ELSE_DROP);
        yield new Step.Done();
      }
      case DROP -> {
        set(State.ELSE_TAKE);
        yield new Step.Done();
      }
    };
  }

  /** Takes the condition of the last {@code .if} or {@code .elif} to be this. */
  void decide(boolean holds) {
    set(holds ? State.TAKE : State.DROP);
  }

  private void set(State state) {
    levels.set(levels.size() - 1, new Level(state, levels.getLast().line()));
  }
}
