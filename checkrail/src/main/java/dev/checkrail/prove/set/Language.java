package dev.checkrail.prove.set;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable regular language: a set of byte strings with exact set algebra.
 *
 * <p>Strings are Latin-1, one {@code char} per byte; a character above U+00FF is an {@link
 * IllegalArgumentException}. A language is kept as a deterministic automaton, because every
 * question we ask (is it empty, does it lie inside, which word is in it) is easy on those and
 * negation is free; what deterministic automata are bad at, growth, is met by a {@link Budget}: an
 * operation that would exceed it throws {@link BudgetExceeded}, and the caller answers
 * <em>undecided</em>. The budget of a result is the larger of the operands' budgets; work linear in
 * the operands is always allowed.
 *
 * <p>Results of operations are minimal; lists of strings are minimised only when they are compared
 * or hashed, because most lists go straight into {@link Atoms}. {@link #equals} is equality of
 * languages.
 */
public final class Language {
  private static final Language NONE = new Language(Dfa.EMPTY, Budget.STANDARD);
  private static final Language ALL = chars(ByteSet.ALL, true);
  private static final Language EMPTY_WORD = exact("");

  /** What is known of the making: all words that end with one of these. */
  record Endings(List<String> words, boolean ignoreCase) {
    Endings {
      words = List.copyOf(words);
    }
  }

  private final Dfa dfa;
  private final Budget budget;
  private final @Nullable Endings endings;
  private @Nullable Dfa canonical;

  private Language(Dfa dfa, Budget budget) {
    this(dfa, budget, null);
  }

  private Language(Dfa dfa, Budget budget, @Nullable Endings endings) {
    this.dfa = dfa;
    this.budget = budget;
    this.endings = endings;
  }

  static Language of(Dfa dfa, Budget budget) {
    return new Language(Minimize.minimize(dfa), budget);
  }

  // Making languages.

  /** The language without words. */
  public static Language none() {
    return NONE;
  }

  /** Every string. */
  public static Language all() {
    return ALL;
  }

  /** Only the empty string. */
  public static Language emptyWord() {
    return EMPTY_WORD;
  }

  /** Just this string. */
  public static Language exact(String word) {
    return anyOf(List.of(word), false);
  }

  public static Language exactIgnoringCase(String word) {
    return anyOf(List.of(word), true);
  }

  /** Every string that begins so. */
  public static Language prefix(String text) {
    return anyPrefix(List.of(text), false);
  }

  public static Language suffix(String text) {
    return anySuffix(List.of(text), false);
  }

  public static Language containing(String text) {
    return anyContaining(List.of(text), false);
  }

  /** One of these strings; linear in their total length, as are the next three. */
  public static Language anyOf(Collection<String> words, boolean ignoreCase) {
    return new Language(Tries.exact(words, ignoreCase), Budget.STANDARD);
  }

  public static Language anyPrefix(Collection<String> words, boolean ignoreCase) {
    return new Language(Tries.prefixes(words, ignoreCase), Budget.STANDARD);
  }

  public static Language anySuffix(Collection<String> words, boolean ignoreCase) {
    if (words.isEmpty()) {
      return NONE;
    }
    return new Language(
        Tries.ends(words, ignoreCase, false),
        Budget.STANDARD,
        new Endings(new ArrayList<>(words), ignoreCase));
  }

  public static Language anyContaining(Collection<String> words, boolean ignoreCase) {
    return words.isEmpty()
        ? NONE
        : new Language(Tries.ends(words, ignoreCase, true), Budget.STANDARD);
  }

  /** The strings of exactly one byte, which is of this set. */
  public static Language oneOf(ByteSet bytes) {
    return chars(bytes, false);
  }

  /** The strings, also empty, of bytes of this set only. */
  public static Language manyOf(ByteSet bytes) {
    return chars(bytes, true);
  }

  /** The strings of {@code from} to {@code to} bytes, both included. */
  public static Language length(int from, int to) {
    return oneOf(ByteSet.ALL).repeat(from, to);
  }

  /** The strings of at least this many bytes. */
  public static Language lengthAtLeast(int from) {
    return length(from, from).concat(ALL);
  }

  /**
   * Decimal texts of the integers from {@code min} to {@code max}, both included.
   *
   * @param leadingZeros whether "007" is a text of 7
   * @param plusSign whether "+7" is one; "-0" is one of 0 exactly if both are allowed
   */
  public static Language integers(long min, long max, boolean leadingZeros, boolean plusSign) {
    if (min > max) {
      return NONE;
    }
    BigInteger low = BigInteger.valueOf(min);
    BigInteger high = BigInteger.valueOf(max);
    Language result = NONE;
    if (high.signum() >= 0) {
      Language digits = Numerals.between(low.max(BigInteger.ZERO), high, leadingZeros);
      result = plusSign ? exact("+").optional().concat(digits) : digits;
    }
    boolean negativeZero = leadingZeros && plusSign && min <= 0 && max >= 0;
    if (low.signum() < 0 || negativeZero) {
      BigInteger least = high.signum() < 0 ? high.negate() : BigInteger.ONE;
      BigInteger from = negativeZero ? BigInteger.ZERO : least;
      result = result.union(exact("-").concat(Numerals.between(from, low.negate(), leadingZeros)));
    }
    return result;
  }

  private static Language chars(ByteSet bytes, boolean many) {
    if (bytes.isEmpty()) {
      return many ? exact("") : new Language(Dfa.EMPTY, Budget.STANDARD);
    }
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    for (int b = 0; b < 256; b++) {
      row.add(b, bytes.contains(b) ? (many ? 0 : 1) : Dfa.DEAD);
    }
    out.add(many ? 1 : 0, row);
    if (!many) {
      row.all(Dfa.DEAD);
      out.add(1, row);
    }
    return new Language(out.build(), Budget.STANDARD);
  }

  // Budgets.

  /** The same language; operations on it may use this budget. */
  public Language within(Budget newBudget) {
    return new Language(dfa, newBudget, endings);
  }

  /** The number of states of the automaton as it stands. */
  public int states() {
    return dfa.size();
  }

  private Budget budgetWith(Language other) {
    return budget.or(other.budget).roomFor((long) dfa.size() + other.dfa.size());
  }

  private Budget room() {
    return budget.roomFor(dfa.size());
  }

  private Language made(Dfa result, Language other) {
    return of(result, budget.or(other.budget));
  }

  Dfa dfa() {
    return dfa;
  }

  Budget budget() {
    return budget;
  }

  @Nullable Endings endings() {
    return endings;
  }

  // Algebra.

  public Language union(Language other) {
    return made(
        Product.of(dfa, other.dfa, Product.Needs.EITHER, (a, b) -> a | b, budgetWith(other)),
        other);
  }

  /** The union of all, by halves, so that many small languages stay cheap. */
  public static Language union(Collection<Language> languages) {
    List<Language> left = new ArrayList<>(languages);
    while (left.size() > 1) {
      List<Language> half = new ArrayList<>();
      for (int i = 0; i < left.size(); i += 2) {
        half.add(i + 1 < left.size() ? left.get(i).union(left.get(i + 1)) : left.get(i));
      }
      left = half;
    }
    return left.isEmpty() ? NONE : left.get(0);
  }

  public Language intersect(Language other) {
    return made(
        Product.of(dfa, other.dfa, Product.Needs.BOTH, (a, b) -> a & b, budgetWith(other)), other);
  }

  /** The words of this language that are not in the other. */
  public Language minus(Language other) {
    return made(
        Product.of(dfa, other.dfa, Product.Needs.LEFT, (a, b) -> a & ~b, budgetWith(other)), other);
  }

  public Language complement() {
    return ALL.minus(this);
  }

  public Language concat(Language other) {
    if (isEmpty() || other.isEmpty()) {
      return NONE;
    }
    Nfa nfa = new Nfa(budgetWith(other));
    int left = nfa.copy(dfa);
    int right = nfa.copy(other.dfa);
    for (int s = 0; s < dfa.size(); s++) {
      if (dfa.label(s) != 0) {
        nfa.jump(left + s, right);
      }
    }
    acceptAsIn(nfa, other.dfa, right);
    return made(nfa.determinize(left), other);
  }

  /** All of these one after the other; none of them: the empty word. */
  public static Language sequence(Language... parts) {
    Language result = EMPTY_WORD;
    for (int i = parts.length - 1; i >= 0; i--) {
      result = parts[i].concat(result);
    }
    return result;
  }

  /** This or the empty word. */
  public Language optional() {
    return union(EMPTY_WORD);
  }

  /** Any number of words of this language in a row, also none. */
  public Language star() {
    Nfa nfa = new Nfa(room());
    int start = nfa.state();
    nfa.accept(start);
    int copy = nfa.copy(dfa);
    if (dfa.size() > 0) {
      nfa.jump(start, copy);
    }
    for (int s = 0; s < dfa.size(); s++) {
      if (dfa.label(s) != 0) {
        nfa.jump(copy + s, start);
      }
    }
    return of(nfa.determinize(start), budget);
  }

  public Language plus() {
    return concat(star());
  }

  /** From {@code least} to {@code most} words of this language in a row. */
  public Language repeat(int least, int most) {
    if (least < 0 || most < least) {
      throw new IllegalArgumentException("cannot repeat from " + least + " to " + most);
    }
    if (isEmpty()) {
      return least == 0 ? EMPTY_WORD : NONE;
    }
    Nfa nfa = new Nfa(room());
    int start = nfa.state();
    int from = start;
    if (least == 0) {
      nfa.accept(from);
    }
    for (int i = 1; i <= most; i++) {
      int copy = nfa.copy(dfa);
      int end = nfa.state();
      nfa.jump(from, copy);
      for (int s = 0; s < dfa.size(); s++) {
        if (dfa.label(s) != 0) {
          nfa.jump(copy + s, end);
        }
      }
      if (i >= least) {
        nfa.accept(end);
      }
      from = end;
    }
    return of(nfa.determinize(start), budget);
  }

  private static void acceptAsIn(Nfa nfa, Dfa dfa, int base) {
    for (int s = 0; s < dfa.size(); s++) {
      if (dfa.label(s) != 0) {
        nfa.accept(base + s);
      }
    }
  }

  // Pre-images and factors.

  /** The strings x with {@code text + x} in this language. */
  public Language afterPrefix(String text) {
    return from(dfa.run(dfa.start(), text));
  }

  /** The strings x with {@code x + text} in this language. */
  public Language beforeSuffix(String text) {
    int[] labels = new int[dfa.size()];
    for (int s = 0; s < labels.length; s++) {
      labels[s] = dfa.label(dfa.run(s, text));
    }
    return of(dfa.withLabels(labels), budget);
  }

  /**
   * The strings that this mapping, applied to each byte, takes into this language.
   *
   * @param map for each byte 0..255 the byte it becomes
   */
  public Language beforeMapping(int[] map) {
    if (map.length != 256) {
      throw new IllegalArgumentException("a mapping has 256 entries, not " + map.length);
    }
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    for (int s = 0; s < dfa.size(); s++) {
      row.clear();
      for (int b = 0; b < 256; b++) {
        row.add(b, dfa.step(s, map[b]));
      }
      out.add(dfa.label(s), row);
    }
    return of(out.build(), budget);
  }

  /** The strings whose ASCII lower-case form is in this language. */
  public Language beforeLowerCase() {
    int[] map = new int[256];
    for (int b = 0; b < 256; b++) {
      map[b] = b >= 'A' && b <= 'Z' ? b | 0x20 : b;
    }
    return beforeMapping(map);
  }

  /** The strings whose ASCII upper-case form is in this language. */
  public Language beforeUpperCase() {
    int[] map = new int[256];
    for (int b = 0; b < 256; b++) {
      map[b] = b >= 'a' && b <= 'z' ? b & ~0x20 : b;
    }
    return beforeMapping(map);
  }

  /** The strings that equal some word of this language up to the case of ASCII letters. */
  public Language ignoringCase() {
    Nfa nfa = new Nfa(room());
    int base = nfa.copy(dfa);
    for (int s = 0; s < dfa.size(); s++) {
      for (int b = 0; b < 256; b++) {
        int swapped = ByteSet.swapCase(b);
        int t = swapped == b ? Dfa.DEAD : dfa.step(s, swapped);
        if (t >= 0) {
          nfa.edge(base + s, b, b, base + t);
        }
      }
    }
    if (dfa.size() == 0) {
      return this;
    }
    acceptAsIn(nfa, dfa, base);
    return of(nfa.determinize(base), budget);
  }

  /** A pair of languages whose concatenations, over all pairs of the list, give the whole. */
  public record Factor(Language left, Language right) {}

  /**
   * This language as a union of concatenations: for each state q, the words that lead to q and the
   * words accepted from there. A word {@code x + y} is in this language exactly if, for some
   * factor, x is in its left and y in its right; the lefts are disjoint.
   */
  public List<Factor> factors() {
    return factors(ALL, ALL);
  }

  /**
   * The factors for splitting a word at the first byte of a set: x has no byte of the set, y begins
   * with one. Words of this language without any such byte have no factor.
   */
  public List<Factor> splitAtFirst(ByteSet delimiters) {
    return factors(manyOf(delimiters.not()), oneOf(delimiters).concat(ALL));
  }

  private List<Factor> factors(Language lefts, Language rights) {
    Dfa minimal = canonical();
    Dfa paths = Product.of(minimal, lefts.dfa, Product.Needs.BOTH, (a, b) -> b, budgetWith(lefts));
    List<Factor> result = new ArrayList<>();
    // The product is numbered breadth first; which minimal state each of its states stands for is
    // found by running both side by side.
    int[] stands = new int[paths.size()];
    Arrays.fill(stands, -1);
    if (paths.size() > 0) {
      stands[0] = 0;
      int[] queue = new int[paths.size()];
      int count = 1;
      for (int i = 0; i < count; i++) {
        int p = queue[i];
        for (int k = paths.begin(p); k < paths.end(p); k++) {
          int t = paths.target(k);
          if (t >= 0 && stands[t] < 0) {
            stands[t] = minimal.step(stands[p], paths.low(k));
            queue[count++] = t;
          }
        }
      }
    }
    boolean[] wanted = new boolean[minimal.size()];
    for (int s : stands) {
      wanted[s] = true;
    }
    for (int q = 0; q < minimal.size(); q++) {
      if (!wanted[q]) {
        continue;
      }
      Language right = new Language(startingAt(minimal, q), budget).intersect(rights);
      if (right.isEmpty()) {
        continue;
      }
      int[] labels = new int[paths.size()];
      for (int p = 0; p < labels.length; p++) {
        labels[p] = stands[p] == q ? paths.label(p) : 0;
      }
      Language left = of(paths.withLabels(labels), budget);
      if (!left.isEmpty()) {
        result.add(new Factor(left, right));
      }
    }
    return List.copyOf(result);
  }

  private Language from(int state) {
    return state < 0 ? NONE : of(startingAt(dfa, state), budget);
  }

  private static Dfa startingAt(Dfa dfa, int state) {
    // Swap the numbers of the wanted state and of state 0.
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    for (int i = 0; i < dfa.size(); i++) {
      int s = swap(i, state);
      row.clear();
      for (int k = dfa.begin(s); k < dfa.end(s); k++) {
        row.add(dfa.low(k), swap(dfa.target(k), state));
      }
      out.add(dfa.label(s), row);
    }
    return Minimize.trim(out.build());
  }

  private static int swap(int number, int state) {
    return number == 0 ? state : number == state ? 0 : number;
  }

  // Questions.

  public boolean isEmpty() {
    return dfa.size() == 0 || Minimize.trim(dfa).size() == 0;
  }

  public boolean contains(String word) {
    return dfa.label(dfa.run(dfa.start(), word)) != 0;
  }

  public boolean isSubsetOf(Language other) {
    return Product.isInside(dfa, other.dfa, budgetWith(other));
  }

  public boolean intersects(Language other) {
    return !intersect(other).isEmpty();
  }

  /** A shortest word, printable if possible; empty if there is none. */
  public Optional<String> word() {
    return word(Preferences.PLAIN);
  }

  /** The most believable word, see {@link Preferences}; empty only if the language is empty. */
  public Optional<String> word(Preferences preferences) {
    for (String candidate : preferences.dictionary()) {
      if (contains(candidate)) {
        return Optional.of(candidate);
      }
    }
    WordSearch search = new WordSearch(dfa);
    int[] wanted = WordSearch.states(dfa, label -> label != 0);
    int[] ranks = preferences.ranks();
    if (preferences.beginning().isPresent()) {
      String beginning = preferences.beginning().get();
      Optional<String> rest = search.word(dfa.run(dfa.start(), beginning), wanted, ranks);
      if (rest.isPresent()) {
        return rest.map(beginning::concat);
      }
    }
    return search.word(dfa.start(), wanted, ranks);
  }

  private Dfa canonical() {
    Dfa result = canonical;
    if (result == null) {
      result = Minimize.minimize(dfa);
      canonical = result;
    }
    return result;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Language other && canonical().sameTables(other.canonical());
  }

  @Override
  public int hashCode() {
    return canonical().tablesHash();
  }

  @Override
  public String toString() {
    return "Language of "
        + dfa.size()
        + " states, such as "
        + word().map("\"%s\""::formatted).orElse("nothing");
  }
}
