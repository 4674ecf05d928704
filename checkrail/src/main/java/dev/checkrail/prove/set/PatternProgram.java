package dev.checkrail.prove.set;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a parsed expression into the automaton of all texts in which it is found.
 *
 * <p>Anchors and word boundaries are conditions on both neighbours of a place. The one before is
 * known when a place is reached. The one after is not, so it becomes a promise: each thread of the
 * simulation carries the set of endings it still permits, out of five kinds ({@link #AT_END} and so
 * on), and a byte that breaks the promise ends the thread. {@code $}, which also holds before a
 * last line feed, is then only another promise.
 *
 * <p>Atomic groups are not regular in general. They are taken for ordinary groups where that is
 * provably the same: nothing follows them, or they repeat one class of bytes and what follows
 * cannot begin with such a byte.
 */
final class PatternProgram {
  // What the rest of the text may look like.
  private static final int AT_END = 1;
  private static final int LAST_LINE_FEED = 2;
  private static final int OTHER_LINE_FEED = 4;
  private static final int WORD_BYTE = 8;
  private static final int OTHER_BYTE = 16;
  private static final int ANYTHING = 31;

  private static final int BYTES = 0;
  private static final int SPLIT = 1;
  private static final int PLACE = 2;
  private static final int MATCH = 3;

  private static final int PREVIOUS_NONE = 0;
  private static final int PREVIOUS_LINE_FEED = 1;
  private static final int PREVIOUS_WORD = 2;
  private static final int PREVIOUS_OTHER = 3;

  private final Budget budget;
  private int size;
  private int[] op = new int[32];
  private int[] next = new int[32];
  private int[] other = new int[32];
  private final List<ByteSet> sets = new ArrayList<>();
  private boolean looksAtWords;

  private PatternProgram(Budget budget) {
    this.budget = budget;
  }

  /** The texts in which the expression is found anywhere. */
  static Language search(Syntax syntax, Budget budget) {
    PatternProgram program = new PatternProgram(budget);
    int match = program.emit(MATCH, -1, -1);
    int start = program.compile(syntax, match);
    return Language.of(program.determinize(start), budget).within(budget);
  }

  private int emit(int code, int to, int second) {
    budget.check(size, "a regular expression");
    if (size == op.length) {
      op = Arrays.copyOf(op, 2 * size);
      next = Arrays.copyOf(next, 2 * size);
      other = Arrays.copyOf(other, 2 * size);
    }
    op[size] = code;
    next[size] = to;
    other[size] = second;
    return size++;
  }

  /** The entry of the code for {@code syntax}, which goes on at {@code to}. */
  private int compile(Syntax syntax, int to) {
    switch (syntax) {
      case Syntax.Bytes bytes -> {
        sets.add(bytes.set());
        return emit(BYTES, to, sets.size() - 1);
      }
      case Syntax.Sequence sequence -> {
        int entry = to;
        for (int i = sequence.parts().size() - 1; i >= 0; i--) {
          entry = compile(sequence.parts().get(i), entry);
        }
        return entry;
      }
      case Syntax.Choice choice -> {
        int entry = compile(choice.ways().getLast(), to);
        for (int i = choice.ways().size() - 2; i >= 0; i--) {
          entry = emit(SPLIT, compile(choice.ways().get(i), to), entry);
        }
        return entry;
      }
      case Syntax.Capture capture -> {
        return compile(capture.body(), to);
      }
      case Syntax.Place place -> {
        Syntax.Where where = place.where();
        looksAtWords |=
            where == Syntax.Where.WORD_BOUNDARY || where == Syntax.Where.NO_WORD_BOUNDARY;
        return emit(PLACE, to, where.ordinal());
      }
      case Syntax.Atomic atomic -> {
        return compile(atomic.body(), to);
      }
      case Syntax.Repeat repeat -> {
        int entry = to;
        if (repeat.most() < 0) {
          int loop = emit(SPLIT, -1, to);
          next[loop] = compile(repeat.body(), loop);
          entry = loop;
        } else {
          for (int i = repeat.least(); i < repeat.most(); i++) {
            entry = emit(SPLIT, compile(repeat.body(), entry), to);
          }
        }
        for (int i = 0; i < repeat.least(); i++) {
          entry = compile(repeat.body(), entry);
        }
        return entry;
      }
    }
  }

  /**
   * Refuses atomic groups that may matter.
   *
   * @param follow the bytes with which what follows can begin; null if nothing follows
   */
  static void requireRegular(Syntax syntax, @Nullable ByteSet follow)
      throws PatternParser.UnsupportedSyntax {
    switch (syntax) {
      case Syntax.Bytes bytes -> {}
      case Syntax.Place place -> {}
      case Syntax.Sequence sequence -> {
        ByteSet after = follow;
        for (int i = sequence.parts().size() - 1; i >= 0; i--) {
          Syntax part = sequence.parts().get(i);
          requireRegular(part, after);
          after = first(part, after == null ? ByteSet.ALL : after);
        }
      }
      case Syntax.Choice choice -> {
        for (Syntax way : choice.ways()) {
          requireRegular(way, follow);
        }
      }
      case Syntax.Capture capture -> requireRegular(capture.body(), follow);
      case Syntax.Atomic atomic -> {
        requireHarmless(atomic.body(), follow);
        // What is inside cannot be re-entered from outside; within, its own end counts as the end.
        requireRegular(atomic.body(), follow == null ? null : ByteSet.ALL);
      }
      case Syntax.Repeat repeat ->
          requireRegular(
              repeat.body(),
              repeat.most() == 1
                  ? follow
                  : first(repeat.body(), ByteSet.ALL).or(follow == null ? ByteSet.ALL : follow));
    }
  }

  private static void requireHarmless(Syntax body, @Nullable ByteSet follow)
      throws PatternParser.UnsupportedSyntax {
    if (follow == null || body instanceof Syntax.Bytes) {
      return;
    }
    Syntax plain = body instanceof Syntax.Capture capture ? capture.body() : body;
    if (plain instanceof Syntax.Repeat repeat
        && repeat.most() < 0
        && repeat.body() instanceof Syntax.Bytes bytes
        && bytes.set().and(follow).isEmpty()) {
      return;
    }
    throw new PatternParser.UnsupportedSyntax(
        "an atomic group or possessive quantifier whose effect depends on what follows", 0);
  }

  /**
   * An upper bound of the bytes that can come first in {@code syntax} and, if that can be empty, in
   * what follows it.
   */
  private static ByteSet first(Syntax syntax, ByteSet follow) {
    return switch (syntax) {
      case Syntax.Bytes bytes -> bytes.set();
      case Syntax.Sequence sequence -> {
        ByteSet result = follow;
        for (int i = sequence.parts().size() - 1; i >= 0; i--) {
          result = first(sequence.parts().get(i), result);
        }
        yield result;
      }
      case Syntax.Choice choice -> {
        ByteSet result = ByteSet.NONE;
        for (Syntax way : choice.ways()) {
          result = result.or(first(way, follow));
        }
        yield result;
      }
      case Syntax.Capture capture -> first(capture.body(), follow);
      case Syntax.Atomic atomic -> first(atomic.body(), follow);
      case Syntax.Repeat repeat -> {
        if (repeat.most() == 0) {
          yield follow;
        }
        ByteSet body = first(repeat.body(), follow);
        yield repeat.least() == 0 ? body.or(follow) : body;
      }
      case Syntax.Place place ->
          switch (place.where()) {
            case END -> ByteSet.NONE;
            case END_OR_LAST_LINE_FEED, LINE_END -> ByteSet.of('\n').and(follow);
            case START, LINE_START, WORD_BOUNDARY, NO_WORD_BOUNDARY -> follow;
          };
    };
  }

  // Subset construction over threads: place in the program times promise about the rest.

  private int[] mark = new int[0];
  private int[] stack = new int[0];
  private int[] members = new int[0];
  private int generation;

  private Dfa determinize(int start) {
    int[] letter = letters();
    mark = new int[size * 32];
    stack = new int[size * 32];
    members = new int[size * 32];
    IntsIndex subsets = new IntsIndex();
    subsets.add(close(new int[] {start * 32 + ANYTHING}, 1, PREVIOUS_NONE));
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    int letters = Arrays.stream(letter).max().orElse(0) + 1;
    int[] sample = new int[letters];
    for (int b = 255; b >= 0; b--) {
      sample[letter[b]] = b;
    }
    int[] targets = new int[letters];
    long steps = 0;
    for (int d = 0; d < subsets.size(); d++) {
      int[] subset = subsets.key(d);
      if (isEverything(subset)) {
        row.all(d);
        out.add(1, row);
        continue;
      }
      int accepting = 0;
      for (int item : subset) {
        if (op[item >> 5] == MATCH && (item & AT_END) != 0) {
          accepting = 1;
        }
      }
      int[] seeds = new int[subset.length + 1];
      for (int l = 0; l < letters; l++) {
        int b = sample[l];
        int count = 0;
        for (int item : subset) {
          int pc = item >> 5;
          int promise = after(item & 31, b);
          if (promise != 0) {
            if (op[pc] == MATCH) {
              seeds[count++] = pc * 32 + promise;
            } else if (sets.get(other[pc]).contains(b)) {
              seeds[count++] = next[pc] * 32 + promise;
            }
          }
        }
        seeds[count++] = start * 32 + ANYTHING;
        int[] key = close(seeds, count, previous(b));
        steps += subset.length + key.length;
        targets[l] = subsets.add(key);
      }
      row.clear();
      for (int b = 0; b < 256; b++) {
        row.add(b, targets[letter[b]]);
      }
      out.add(accepting, row);
      budget.check(subsets.size(), "a regular expression");
      budget.checkSteps(steps, "a regular expression");
    }
    return out.build();
  }

  private boolean isEverything(int[] subset) {
    return subset.length == 1 && (subset[0] & 31) == ANYTHING && op[subset[0] >> 5] == MATCH;
  }

  private static int after(int promise, int b) {
    if (b == '\n') {
      return ((promise & LAST_LINE_FEED) != 0 ? AT_END : 0)
          | ((promise & OTHER_LINE_FEED) != 0 ? ANYTHING & ~AT_END : 0);
    }
    int kind = PatternParser.WORD.contains(b) ? WORD_BYTE : OTHER_BYTE;
    return (promise & kind) != 0 ? ANYTHING : 0;
  }

  private static int previous(int b) {
    return b == '\n'
        ? PREVIOUS_LINE_FEED
        : PatternParser.WORD.contains(b) ? PREVIOUS_WORD : PREVIOUS_OTHER;
  }

  private int[] close(int[] seeds, int count, int previous) {
    generation++;
    int top = 0;
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (mark[seeds[i]] != generation) {
        mark[seeds[i]] = generation;
        stack[top++] = seeds[i];
      }
    }
    while (top > 0) {
      int item = stack[--top];
      int pc = item >> 5;
      int promise = item & 31;
      if (op[pc] == BYTES || op[pc] == MATCH) {
        if (op[pc] == MATCH && promise == ANYTHING) {
          return new int[] {item};
        }
        members[found++] = item;
        continue;
      }
      int first;
      int second = -1;
      if (op[pc] == SPLIT) {
        first = next[pc] * 32 + promise;
        second = other[pc] * 32 + promise;
      } else {
        int kept = promise & permitted(Syntax.Where.values()[other[pc]], previous);
        first = kept == 0 ? -1 : next[pc] * 32 + kept;
      }
      if (first >= 0 && mark[first] != generation) {
        mark[first] = generation;
        stack[top++] = first;
      }
      if (second >= 0 && mark[second] != generation) {
        mark[second] = generation;
        stack[top++] = second;
      }
    }
    int[] key = Arrays.copyOf(members, found);
    Arrays.sort(key);
    return key;
  }

  private static int permitted(Syntax.Where where, int previous) {
    boolean afterWord = previous == PREVIOUS_WORD;
    return switch (where) {
      case START -> previous == PREVIOUS_NONE ? ANYTHING : 0;
      case LINE_START ->
          previous == PREVIOUS_NONE
              ? ANYTHING
              : previous == PREVIOUS_LINE_FEED ? ANYTHING & ~AT_END : 0;
      case END -> AT_END;
      case END_OR_LAST_LINE_FEED -> AT_END | LAST_LINE_FEED;
      case LINE_END -> AT_END | LAST_LINE_FEED | OTHER_LINE_FEED;
      case WORD_BOUNDARY -> afterWord ? ANYTHING & ~WORD_BYTE : WORD_BYTE;
      case NO_WORD_BOUNDARY -> afterWord ? WORD_BYTE : ANYTHING & ~WORD_BYTE;
    };
  }

  /** For each byte the number of its class: bytes that no part of the program tells apart. */
  private int[] letters() {
    Set<ByteSet> distinct = new LinkedHashSet<>(sets);
    distinct.add(ByteSet.of('\n'));
    if (looksAtWords) {
      distinct.add(PatternParser.WORD);
    }
    int[] letter = new int[256];
    int count = 1;
    for (ByteSet set : distinct) {
      int[] split = new int[count];
      Arrays.fill(split, -1);
      int[] seenOutside = new int[count];
      for (int b = 0; b < 256; b++) {
        if (!set.contains(b)) {
          seenOutside[letter[b]] = 1;
        }
      }
      for (int b = 0; b < 256; b++) {
        if (set.contains(b) && seenOutside[letter[b]] == 1) {
          if (split[letter[b]] < 0) {
            split[letter[b]] = count++;
          }
          letter[b] = split[letter[b]];
        }
      }
    }
    return letter;
  }
}
