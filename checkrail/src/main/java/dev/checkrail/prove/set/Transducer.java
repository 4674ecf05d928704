package dev.checkrail.prove.set;

import java.util.ArrayList;
import java.util.List;

/**
 * A function from strings to strings that a finite machine can compute, and its pre-images.
 *
 * <p>Each step reads one byte and writes a constant text or that text and the byte itself; a state
 * may be final and then writes a last text. Guessing is allowed (several steps on one byte), which
 * is how functions that look ahead are written, as long as the whole is a function: at most one run
 * per input ends in a final state with an output. Inputs without such a run are outside the {@link
 * #domain()}. Whether the machine is a function is the maker's duty; if it is not, {@link
 * #preimage} means "some output is in the language".
 */
public final class Transducer {
  private record Step(int from, ByteSet on, int to, String before, boolean copy) {}

  private final int states;
  private final List<List<Step>> steps;
  private final List<List<String>> endings;

  private Transducer(Builder builder) {
    states = builder.states;
    steps = new ArrayList<>();
    endings = new ArrayList<>();
    for (int s = 0; s < states; s++) {
      steps.add(new ArrayList<>());
      endings.add(new ArrayList<>());
    }
    for (Step step : builder.steps) {
      steps.get(step.from).add(step);
    }
    for (Builder.Ending ending : builder.endings) {
      endings.get(ending.state()).add(ending.text());
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The inputs whose output is in the language; {@link BudgetExceeded} as for its operations. */
  public Language preimage(Language language) {
    Dfa dfa = language.dfa();
    if (dfa.size() == 0 || states == 0) {
      return Language.none();
    }
    Nfa nfa = new Nfa(language.budget().roomFor((long) dfa.size() * states));
    LongIndex pairs = new LongIndex();
    pairs.add(pair(0, dfa.start()));
    for (int p = 0; p < pairs.size(); p++) {
      int number = nfa.state();
      int s = (int) (pairs.key(p) >>> 32);
      int q = (int) pairs.key(p);
      for (String ending : endings.get(s)) {
        if (dfa.label(dfa.run(q, ending)) != 0) {
          nfa.accept(number);
        }
      }
      for (Step step : steps.get(s)) {
        int after = dfa.run(q, step.before);
        for (int b = 0; after >= 0 && b < 256; b++) {
          int next = step.copy ? dfa.step(after, b) : after;
          if (next >= 0 && step.on.contains(b)) {
            nfa.edge(number, b, b, pairs.add(pair(step.to, next)));
          }
        }
      }
    }
    return Language.of(nfa.determinize(0), language.budget());
  }

  /** The inputs on which the function is defined. */
  public Language domain() {
    return preimage(Language.all());
  }

  private static long pair(int s, int q) {
    return (long) s << 32 | q;
  }

  /** State 0, the first one made, is the start. */
  public static final class Builder {
    private record Ending(int state, String text) {}

    private int states;
    private final List<Step> steps = new ArrayList<>();
    private final List<Ending> endings = new ArrayList<>();

    public int state() {
      return states++;
    }

    /** On these bytes write {@code text}, and go on. */
    public Builder write(int from, ByteSet on, int to, String text) {
      steps.add(new Step(from, on, to, text, false));
      return this;
    }

    /** On these bytes write {@code text} and then the byte that was read, and go on. */
    public Builder copy(int from, ByteSet on, int to, String text) {
      steps.add(new Step(from, on, to, text, true));
      return this;
    }

    /** The input may end here; {@code text} is then written. */
    public Builder end(int state, String text) {
      endings.add(new Ending(state, text));
      return this;
    }

    public Transducer build() {
      return new Transducer(this);
    }
  }
}
