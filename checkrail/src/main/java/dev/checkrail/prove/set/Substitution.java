package dev.checkrail.prove.set;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A regular-expression replacement, undone: which texts become a text of a given language.
 *
 * <p>Handled are expressions that begin with {@code ^} and then are a plain row of parts, each part
 * captured as a whole or not at all, such as {@code ^/old/([^/]+)/(.*)$}, with a replacement that
 * uses the groups in their order and each once. For these a text can be followed byte by byte:
 * parts that the replacement uses are copied, the others are dropped, constants are written in
 * between. What greedy and lazy would choose does not matter, because the division into parts is
 * checked to be unique for every text; if it is not, or the expression is of another form, there is
 * no {@code Substitution} and the caller must treat the result as unknown. A replacement without
 * groups for the whole value needs no form at all.
 *
 * <p>Texts in which the expression is not found stay as they are. (HAProxy: {@code replace-path}
 * and the like replace the whole value [4.2 http-request], the converter {@code regsub} without
 * {@code g} replaces the first match [7.3.1].)
 */
public final class Substitution {
  /** What is replaced. */
  public enum Scope {
    WHOLE_VALUE,
    FIRST_MATCH
  }

  /** {@code before} is written when the part begins; its bytes are then copied or dropped. */
  private record Part(Dfa dfa, String before, boolean copy) {}

  private record Piece(String text, int group) {}

  private final Language found;
  private final List<Part> parts;

  private Substitution(Language found, List<Part> parts) {
    this.found = found;
    this.parts = List.copyOf(parts);
  }

  /**
   * Reads a replacement.
   *
   * @param replacement with {@code \0} to {@code \9}, {@code \xHH}, and {@code \c} for any other c
   * @return empty if it cannot be undone exactly
   * @throws BudgetExceeded if the expression is too large
   */
  public static Optional<Substitution> of(
      Pattern pattern, String replacement, Scope scope, Budget budget) {
    Optional<List<Piece>> template = template(replacement);
    if (template.isEmpty()) {
      return Optional.empty();
    }
    List<Piece> pieces = template.get();
    Language found = pattern.language(budget);
    Dfa anything = Language.all().dfa();
    if (scope == Scope.WHOLE_VALUE && pieces.stream().allMatch(p -> p.group < 0)) {
      String text = pieces.isEmpty() ? "" : pieces.get(0).text;
      return Optional.of(
          new Substitution(found, List.of(new Part(Minimize.minimize(found.dfa()), text, false))));
    }
    Optional<List<Cell>> row = row(pattern.syntax());
    if (row.isEmpty()) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    int next = 0;
    String pending = "";
    if (next < pieces.size() && pieces.get(next).group < 0) {
      pending = pieces.get(next++).text;
    }
    boolean whole = next < pieces.size() && pieces.get(next).group == 0;
    if (whole) {
      next++;
    }
    List<Cell> all = row.get();
    for (int i = 0; i + 1 < all.size(); i++) {
      Cell part = all.get(i);
      boolean used =
          whole || next < pieces.size() && part.group > 0 && pieces.get(next).group == part.group;
      Dfa dfa = fully(part.syntax, budget).dfa();
      parts.add(new Part(dfa, used ? pending : "", used));
      if (used) {
        pending = "";
        if (!whole) {
          next++;
          if (next < pieces.size() && pieces.get(next).group < 0) {
            pending = pieces.get(next++).text;
          }
        }
      }
    }
    if (whole && next < pieces.size() && pieces.get(next).group < 0) {
      pending += pieces.get(next++).text;
    }
    if (next < pieces.size()) {
      return Optional.empty(); // groups out of order, twice, or not there
    }
    Language rest = rest(all);
    parts.add(
        new Part(
            rest.equals(Language.all()) ? anything : Minimize.minimize(rest.dfa()),
            pending,
            scope == Scope.FIRST_MATCH));
    return isUnique(parts, budget) ? Optional.of(new Substitution(found, parts)) : Optional.empty();
  }

  /** The texts that are in the language after the replacement. */
  public Language preimage(Language language) {
    Language same = language.minus(found);
    Dfa dfa = language.dfa();
    if (dfa.size() == 0) {
      return same;
    }
    int[] base = new int[parts.size() + 1];
    for (int i = 0; i < parts.size(); i++) {
      base[i + 1] = base[i] + parts.get(i).dfa.size();
    }
    Nfa nfa =
        new Nfa(
            language.budget().or(found.budget()).roomFor((long) dfa.size() * base[parts.size()]));
    LongIndex places = new LongIndex();
    int start = dfa.run(dfa.start(), parts.get(0).before);
    if (start < 0) {
      return same;
    }
    places.add((long) start);
    for (int p = 0; p < places.size(); p++) {
      int here = nfa.state();
      int at = (int) (places.key(p) >>> 32);
      int l = (int) places.key(p);
      int i = 0;
      while (base[i + 1] <= at) {
        i++;
      }
      Part part = parts.get(i);
      int q = at - base[i];
      for (int b = 0; b < 256; b++) {
        int t = part.dfa.step(q, b);
        int m = part.copy ? dfa.step(l, b) : l;
        if (t >= 0 && m >= 0) {
          nfa.edge(here, b, b, places.add((long) (base[i] + t) << 32 | m));
        }
      }
      if (part.dfa.label(q) != 0) {
        if (i + 1 == parts.size()) {
          if (dfa.label(l) != 0) {
            nfa.accept(here);
          }
        } else {
          int m = dfa.run(l, parts.get(i + 1).before);
          if (m >= 0) {
            nfa.jump(here, places.add((long) base[i + 1] << 32 | m));
          }
        }
      }
    }
    return Language.of(nfa.determinize(0), language.budget()).union(same);
  }

  // Reading the expression.

  private record Cell(Syntax syntax, int group) {}

  /** The parts between {@code ^} and the end; the last one says what may follow. */
  private static Optional<List<Cell>> row(Syntax syntax) {
    if (!(syntax instanceof Syntax.Sequence sequence)
        || sequence.parts().isEmpty()
        || !(sequence.parts().get(0) instanceof Syntax.Place first)
        || first.where() != Syntax.Where.START) {
      return Optional.empty();
    }
    List<Cell> row = new ArrayList<>();
    List<Syntax> parts = sequence.parts();
    Syntax end = new Syntax.Sequence(List.of());
    for (int i = 1; i < parts.size(); i++) {
      Syntax part = parts.get(i);
      if (part instanceof Syntax.Place && i + 1 == parts.size()) {
        end = part;
      } else if (part instanceof Syntax.Capture capture && isPlain(capture.body())) {
        row.add(new Cell(capture.body(), capture.number()));
      } else if (isPlain(part)) {
        row.add(new Cell(part, -1));
      } else {
        return Optional.empty();
      }
    }
    if (end instanceof Syntax.Place place
        && place.where() != Syntax.Where.END
        && place.where() != Syntax.Where.END_OR_LAST_LINE_FEED) {
      return Optional.empty();
    }
    row.add(new Cell(end, -1));
    return Optional.of(row);
  }

  /** Without groups, places and atomic parts inside. */
  private static boolean isPlain(Syntax syntax) {
    return switch (syntax) {
      case Syntax.Bytes bytes -> true;
      case Syntax.Sequence sequence -> sequence.parts().stream().allMatch(Substitution::isPlain);
      case Syntax.Choice choice -> choice.ways().stream().allMatch(Substitution::isPlain);
      case Syntax.Repeat repeat -> isPlain(repeat.body());
      case Syntax.Capture capture -> false;
      case Syntax.Atomic atomic -> false;
      case Syntax.Place place -> false;
    };
  }

  private static Language fully(Syntax syntax, Budget budget) {
    return PatternProgram.search(
        new Syntax.Sequence(
            List.of(
                new Syntax.Place(Syntax.Where.START), syntax, new Syntax.Place(Syntax.Where.END))),
        budget);
  }

  private static Language rest(List<Cell> row) {
    if (row.getLast().syntax instanceof Syntax.Place place) {
      return place.where() == Syntax.Where.END
          ? Language.emptyWord()
          : Language.exact("\n").optional();
    }
    // A greedy repetition at the end takes all it can, so what follows cannot go on with it.
    if (row.size() > 1
        && row.get(row.size() - 2).syntax instanceof Syntax.Repeat repeat
        && repeat.most() < 0
        && !repeat.lazy()
        && repeat.body() instanceof Syntax.Bytes bytes) {
      return Language.oneOf(bytes.set().not()).concat(Language.all()).optional();
    }
    return Language.all();
  }

  /** Whether no text can be divided into the parts in two ways: two runs side by side. */
  private static boolean isUnique(List<Part> parts, Budget budget) {
    int[] base = new int[parts.size() + 1];
    int[] partOf = new int[parts.stream().mapToInt(p -> p.dfa.size()).sum()];
    for (int i = 0; i < parts.size(); i++) {
      base[i + 1] = base[i] + parts.get(i).dfa.size();
      for (int s = base[i]; s < base[i + 1]; s++) {
        partOf[s] = i;
      }
      if (parts.get(i).dfa.size() == 0) {
        return true; // nothing is ever found
      }
    }
    LongIndex pairs = new LongIndex();
    pairs.add(0);
    for (int p = 0; p < pairs.size(); p++) {
      long key = pairs.key(p);
      int a = (int) (key >>> 33);
      int b = (int) (key >>> 1) & 0x7fffffff;
      long differ = key & 1;
      int i = partOf[a];
      int j = partOf[b];
      Dfa x = parts.get(i).dfa;
      Dfa y = parts.get(j).dfa;
      boolean aEnds = x.label(a - base[i]) != 0;
      boolean bEnds = y.label(b - base[j]) != 0;
      if (aEnds && i + 1 < parts.size()) {
        pairs.add((long) base[i + 1] << 33 | (long) b << 1 | differ);
      }
      if (bEnds && j + 1 < parts.size()) {
        pairs.add((long) a << 33 | (long) base[j + 1] << 1 | differ);
      }
      if (differ == 1 && aEnds && bEnds && i + 1 == parts.size() && j + 1 == parts.size()) {
        return false;
      }
      long now = i == j ? differ : 1;
      for (int k = x.begin(a - base[i]); k < x.end(a - base[i]); k++) {
        if (x.target(k) < 0) {
          continue;
        }
        int low = x.low(k);
        int high = x.high(a - base[i], k);
        for (int m = y.begin(b - base[j]); m < y.end(b - base[j]); m++) {
          if (y.target(m) >= 0 && y.low(m) <= high && y.high(b - base[j], m) >= low) {
            pairs.add(
                (long) (base[i] + x.target(k)) << 33 | (long) (base[j] + y.target(m)) << 1 | now);
          }
        }
      }
      budget.check(pairs.size(), "the check of a replacement");
    }
    return true;
  }

  private static Optional<List<Piece>> template(String replacement) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < replacement.length(); i++) {
      char c = replacement.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      if (++i == replacement.length()) {
        return Optional.empty();
      }
      char e = replacement.charAt(i);
      if (e >= '0' && e <= '9') {
        if (!text.isEmpty()) {
          pieces.add(new Piece(text.toString(), -1));
          text.setLength(0);
        }
        pieces.add(new Piece("", e - '0'));
      } else if (e == 'x') {
        int high =
            i + 1 < replacement.length() ? Character.digit(replacement.charAt(i + 1), 16) : -1;
        int low =
            i + 2 < replacement.length() ? Character.digit(replacement.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        text.append((char) (16 * high + low));
        i += 2;
      } else {
        text.append(e);
      }
    }
    if (!text.isEmpty()) {
      pieces.add(new Piece(text.toString(), -1));
    }
    return Optional.of(pieces);
  }
}
