package dev.checkrail.prove.set;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The atoms of one field: its possible values, divided into classes that no test of the
 * configuration can tell apart.
 *
 * <p>(Yang and Lam call them atomic predicates.) After this step a field is a small number, a test
 * is a set of numbers, and decision diagrams need to know nothing of strings. All tests are
 * combined into one deterministic automaton whose states carry the set of tests that hold if the
 * text ends there; two states with the same set are the same atom. How it is combined depends on
 * the tests, because no single construction is linear for all of them:
 *
 * <ul>
 *   <li><em>Narrow</em> tests (exact values, prefixes, everything that is decided after a bounded
 *       number of bytes) run side by side as one subset construction. A test that has failed or
 *       succeeded for good leaves the subset, so what is built is a radix tree, linear in the total
 *       length.
 *   <li><em>Anchored</em> tests (a regular expression that begins with {@code ^/api/}) are tried in
 *       the same way, since most of them fail early too; if they turn out not to, they count among
 *       the others.
 *   <li><em>Endings</em> share one Aho-Corasick automaton, linear as well.
 *   <li>All <em>other</em> tests (regular expressions, substrings, elements of lists) are combined
 *       two by two within the universe, minimised after each step. This can explode, and is what
 *       the budget is for: a pair that does not fit is retried test by test in the order given, and
 *       those that do not fit are {@linkplain #leftOut left out}; the caller treats them as unknown
 *       booleans.
 * </ul>
 *
 * <p>Atoms are numbered in the depth-first order of the automaton, bytes ascending. All texts with
 * a given prefix lie below one state, so a prefix test is one interval of atoms.
 *
 * <p>An atom is never empty: there is a word for each. Immutable.
 */
public final class Atoms {
  private static final int FAILURES_PER_FIELD = 12;

  /** Labels: 0 is outside of the universe, otherwise 1 + atom. */
  private final Dfa dfa;

  private final int count;
  private final List<AtomSet> byTest;
  private final List<Integer> leftOut;
  private final Budget budget;

  // Made at the first use; two threads would make equal ones.
  private volatile @Nullable WordSearch search;
  private volatile int @Nullable [] @Nullable [] states;

  private Atoms(Dfa dfa, int count, List<AtomSet> byTest, List<Integer> leftOut, Budget budget) {
    this.dfa = dfa;
    this.count = count;
    this.byTest = byTest;
    this.leftOut = leftOut;
    this.budget = budget;
  }

  /**
   * Starts a field.
   *
   * @param universe the values the field can have at all
   */
  public static Builder of(Language universe) {
    return new Builder(universe);
  }

  /** How many atoms there are; they are numbered from 0. 0 only if the universe is empty. */
  public int count() {
    return count;
  }

  /**
   * The atoms whose words pass the test.
   *
   * @param test the number that {@link Builder#test} gave
   * @throws IllegalArgumentException if it was left out
   */
  public AtomSet atomsOf(int test) {
    if (isLeftOut(test)) {
      throw new IllegalArgumentException("test " + test + " was left out");
    }
    return byTest.get(test);
  }

  /** Tests for which there was no room, ascending: unknown booleans to the caller. */
  public List<Integer> leftOut() {
    return leftOut;
  }

  public boolean isLeftOut(int test) {
    return java.util.Collections.binarySearch(leftOut, test) >= 0;
  }

  /** The atom of a word; empty if the word is outside of the universe. Takes O(length). */
  public Optional<Integer> atomOf(String word) {
    int label = dfa.label(dfa.run(dfa.start(), word));
    return label == 0 ? Optional.empty() : Optional.of(label - 1);
  }

  /** The atom of a word; -1 if the word is outside of the universe. Takes O(length). */
  public int find(String word) {
    return dfa.label(dfa.run(dfa.start(), word)) - 1;
  }

  /** The atoms of a word whose letters A to Z may be of either case, as many as there are. */
  public Set<Integer> atomsOfAnyCase(String word) {
    Set<Integer> states = Set.of(dfa.start());
    for (int i = 0; i < word.length(); i++) {
      int letter = ByteSet.requireByte(word.charAt(i));
      boolean cased = (letter | 0x20) >= 0x61 && (letter | 0x20) <= 0x7a;
      Set<Integer> next = new TreeSet<>();
      for (int state : states) {
        next.add(dfa.step(state, letter));
        if (cased) {
          next.add(dfa.step(state, letter ^ 0x20));
        }
      }
      states = next;
    }
    return atomsOf(states);
  }

  /**
   * The atoms of all words with these pieces in this order and something between each two.
   *
   * @param between the states that something leads to from a state
   */
  public Set<Integer> atomsAround(List<String> pieces, IntFunction<Set<Integer>> between) {
    Set<Integer> states = Set.of(dfa.start());
    for (int piece = 0; piece < pieces.size(); piece++) {
      Set<Integer> next = new TreeSet<>();
      for (int state : states) {
        Set<Integer> from = piece == 0 ? Set.of(state) : between.apply(state);
        for (int one : from) {
          int end = dfa.run(one, pieces.get(piece));
          if (end >= 0) {
            next.add(end);
          }
        }
      }
      states = next;
    }
    return atomsOf(states);
  }

  /** The states that any of these bytes, as many as one likes, lead to; the state itself is one. */
  public Set<Integer> reachable(int state, ByteSet bytes) {
    Set<Integer> reached = new TreeSet<>(Set.of(state));
    Deque<Integer> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      int from = open.pop();
      for (int b = 0; b < 256; b++) {
        int next = bytes.contains(b) ? dfa.step(from, b) : -1;
        if (next >= 0 && reached.add(next)) {
          open.push(next);
        }
      }
    }
    return reached;
  }

  private Set<Integer> atomsOf(Set<Integer> states) {
    Set<Integer> found = new TreeSet<>();
    for (int state : states) {
      if (state >= 0 && dfa.label(state) != 0) {
        found.add(dfa.label(state) - 1);
      }
    }
    return found;
  }

  /** All words of these atoms. */
  public Language language(AtomSet atoms) {
    int[] labels = new int[dfa.size()];
    for (int s = 0; s < labels.length; s++) {
      labels[s] = dfa.label(s) != 0 && atoms.contains(dfa.label(s) - 1) ? 1 : 0;
    }
    return Language.of(dfa.withLabels(labels), budget);
  }

  /** The most believable word of an atom. To ask for many atoms, see {@link #words}. */
  public String word(int atom, Preferences preferences) {
    if (atom < 0 || atom >= count) {
      throw new IllegalArgumentException("there is no atom " + atom);
    }
    for (String candidate : preferences.dictionary()) {
      if (dfa.label(dfa.run(dfa.start(), candidate)) == atom + 1) {
        return candidate;
      }
    }
    WordSearch search = wordSearch();
    int[] wanted = statesOf(atom);
    int[] ranks = preferences.ranks();
    if (preferences.beginning().isPresent()) {
      String beginning = preferences.beginning().get();
      Optional<String> rest = search.word(dfa.run(dfa.start(), beginning), wanted, ranks);
      if (rest.isPresent()) {
        return beginning + rest.get();
      }
    }
    return search.word(dfa.start(), wanted, ranks).orElseThrow();
  }

  private WordSearch wordSearch() {
    WordSearch made = search;
    if (made == null) {
      made = new WordSearch(dfa);
      search = made;
    }
    return made;
  }

  private int[] statesOf(int atom) {
    int[][] made = states;
    if (made == null) {
      int[] sizes = new int[count];
      for (int s = 0; s < dfa.size(); s++) {
        if (dfa.label(s) != 0) {
          sizes[dfa.label(s) - 1]++;
        }
      }
      made = new int[count][];
      for (int a = 0; a < count; a++) {
        made[a] = new int[sizes[a]];
      }
      for (int s = dfa.size() - 1; s >= 0; s--) {
        if (dfa.label(s) != 0) {
          made[dfa.label(s) - 1][--sizes[dfa.label(s) - 1]] = s;
        }
      }
      states = made;
    }
    return made[atom];
  }

  /**
   * Words for all atoms that the dictionary reaches, in one pass over it: the first that fits. For
   * the others see {@link #word}.
   */
  public Map<Integer, String> words(List<String> dictionary) {
    Map<Integer, String> result = new LinkedHashMap<>();
    for (String candidate : dictionary) {
      atomOf(candidate).ifPresent(atom -> result.putIfAbsent(atom, candidate));
    }
    return result;
  }

  /** The number of states of the combined automaton. */
  public int states() {
    return dfa.size();
  }

  /**
   * The state after a byte, for whoever turns the automaton into tables; the start is 0, -1 means
   * outside of the universe for good.
   */
  public int step(int state, int b) {
    return dfa.step(state, b);
  }

  /** The atom of the words that end in this state; -1 if they are outside of the universe. */
  public int atomAt(int state) {
    return dfa.label(state) - 1;
  }

  /** Collects the tests of a field. Not for reuse after {@link #build}. */
  public static final class Builder {
    private final Language universe;
    private final List<Language> tests = new ArrayList<>();
    private Budget budget = new Budget(4_000_000);
    private Budget combined = Budget.STANDARD;

    private Builder(Language universe) {
      this.universe = universe;
    }

    /** Adds a test and gives its number: 0, 1, 2 … */
    public int test(Language language) {
      tests.add(language);
      return tests.size() - 1;
    }

    /** The largest automaton for all tests together. */
    public Builder within(Budget whole) {
      budget = whole;
      combined = new Budget(Math.min(combined.states(), whole.states()));
      return this;
    }

    /** The largest automaton for those tests that have to be multiplied with each other. */
    public Builder combiningWithin(Budget others) {
      combined = others;
      return this;
    }

    public Atoms build() {
      return new Combination(universe, tests, budget, combined).atoms();
    }
  }

  /** The state of one construction. */
  private static final class Combination {
    /** Of one test, before it is put together with others: a pattern of megabytes is no pattern. */
    private static final int LARGEST_TEST = 2_000_000;

    private final Dfa universe;
    private final List<Language> tests;
    private final Budget budget;
    private final Budget combined;
    private final TestSets sets;
    private final List<Integer> leftOut = new ArrayList<>();
    private int failures;

    Combination(Language universe, List<Language> tests, Budget budget, Budget combined) {
      this.universe = Minimize.minimize(universe.dfa());
      this.tests = tests;
      this.budget = budget;
      this.combined = combined;
      this.sets = new TestSets(budget);
    }

    Atoms atoms() {
      List<Integer> narrow = new ArrayList<>();
      List<Dfa> narrowDfas = new ArrayList<>();
      List<Integer> endings = new ArrayList<>();
      List<Integer> endingsIgnoringCase = new ArrayList<>();
      List<Part> others = new ArrayList<>();
      List<Integer> anchored = new ArrayList<>();
      List<Dfa> anchoredDfas = new ArrayList<>();
      for (int t = 0; t < tests.size(); t++) {
        Language test = tests.get(t);
        Language.Endings known = test.endings();
        if (known != null) {
          (known.ignoreCase() ? endingsIgnoringCase : endings).add(t);
          continue;
        }
        Dfa dfa = test.dfa();
        if (dfa.size() > LARGEST_TEST) {
          leftOut.add(t);
          continue;
        }
        if (isNarrow(dfa)) {
          narrow.add(t);
          narrowDfas.add(dfa);
          continue;
        }
        try {
          Dfa within =
              Minimize.minimize(
                  Product.of(universe, dfa, Product.Needs.BOTH, (u, x) -> u & x, combined));
          if (isNarrow(within)) {
            narrow.add(t);
            narrowDfas.add(within);
          } else if (isAnchored(within)) {
            anchored.add(t);
            anchoredDfas.add(within);
          } else {
            others.add(new Part(List.of(t), leaf(t, dfa)));
          }
        } catch (BudgetExceeded tooLarge) {
          leftOut.add(t);
        }
      }
      // Everything below keeps label = 1 + set of tests inside of the universe, 0 outside.
      Dfa base = Minimize.minimize(inUniverse(universe));
      base = joinOrLeaveOut(base, endings, narrowOnly -> suffixes(narrowOnly, false));
      base = joinOrLeaveOut(base, endingsIgnoringCase, list -> suffixes(list, true));
      base = joinOrLeaveOut(base, narrow, list -> radix(narrow, narrowDfas, budget));
      try {
        Dfa side = radix(anchored, anchoredDfas, combined);
        base = joinOrLeaveOut(base, anchored, list -> side);
      } catch (BudgetExceeded tooLarge) {
        for (int t : anchored) {
          try {
            others.add(new Part(List.of(t), leaf(t, tests.get(t).dfa())));
          } catch (BudgetExceeded alone) {
            leftOut.add(t);
          }
        }
        others.sort((a, b) -> Integer.compare(a.tests.get(0), b.tests.get(0)));
      }
      List<Part> rest = new ArrayList<>();
      tournament(others).ifPresent(rest::add);
      for (Part part : rest) {
        base = joinOthers(base, part, others);
      }
      return number(base);
    }

    private interface Construction {
      Dfa of(List<Integer> tests);
    }

    private Dfa joinOrLeaveOut(Dfa base, List<Integer> which, Construction construction) {
      if (which.isEmpty()) {
        return base;
      }
      try {
        Dfa part = construction.of(which);
        return Product.of(
            base,
            part,
            Product.Needs.LEFT,
            (u, set) -> u == 0 ? 0 : 1 + sets.union(u - 1, set),
            budget.roomFor(base.size() + (long) part.size()));
      } catch (BudgetExceeded tooLarge) {
        leftOut.addAll(which);
        return base;
      }
    }

    /** Joins the multiplied tests; if that is too much, fewer and fewer of them. */
    private Dfa joinOthers(Dfa base, Part part, List<Part> leaves) {
      Part now = part;
      while (true) {
        try {
          return Product.of(base, now.dfa, Product.Needs.BOTH, this::unionLabels, budget);
        } catch (BudgetExceeded tooLarge) {
          int half = now.tests.size() / 2;
          List<Integer> keep = List.copyOf(now.tests.subList(0, half));
          leftOut.addAll(now.tests.subList(half, now.tests.size()));
          List<Part> fewer =
              leaves.stream().filter(leaf -> keep.contains(leaf.tests.get(0))).toList();
          Optional<Part> again = tournament(fewer);
          if (again.isEmpty()) {
            return base;
          }
          now = again.get();
        }
      }
    }

    private int unionLabels(int a, int b) {
      return a == 0 || b == 0 ? 0 : 1 + sets.union(a - 1, b - 1);
    }

    private static Dfa inUniverse(Dfa universe) {
      int[] labels = new int[universe.size()];
      for (int s = 0; s < labels.length; s++) {
        labels[s] = universe.label(s) == 0 ? 0 : 1;
      }
      return universe.withLabels(labels);
    }

    private Dfa leaf(int test, Dfa dfa) {
      int single = sets.single(test);
      return Minimize.minimize(
          Product.of(
              universe,
              dfa,
              Product.Needs.LEFT,
              (u, x) -> u == 0 ? 0 : x == 0 ? 1 : 1 + single,
              combined));
    }

    private record Part(List<Integer> tests, Dfa dfa) {
      Part {
        tests = List.copyOf(tests);
      }
    }

    private Optional<Part> tournament(List<Part> parts) {
      List<Part> left = parts;
      while (left.size() > 1) {
        List<Part> half = new ArrayList<>();
        for (int i = 0; i < left.size(); i += 2) {
          half.add(i + 1 < left.size() ? meet(left.get(i), left.get(i + 1)) : left.get(i));
        }
        left = half;
      }
      return left.isEmpty() ? Optional.empty() : Optional.of(left.get(0));
    }

    private Part meet(Part a, Part b) {
      if (failures >= FAILURES_PER_FIELD) {
        leftOut.addAll(b.tests);
        return a;
      }
      try {
        Dfa both =
            Minimize.minimize(
                Product.of(a.dfa, b.dfa, Product.Needs.BOTH, this::unionLabels, combined));
        List<Integer> all = new ArrayList<>(a.tests);
        all.addAll(b.tests);
        return new Part(List.copyOf(all), both);
      } catch (BudgetExceeded tooLarge) {
        failures++;
        if (b.tests.size() == 1) {
          leftOut.addAll(b.tests);
          return a;
        }
        Part sum = a;
        for (int test : b.tests) {
          sum = meet(sum, new Part(List.of(test), leaf(test, tests.get(test).dfa())));
        }
        return sum;
      }
    }

    private Dfa suffixes(List<Integer> which, boolean ignoreCase) {
      List<String> words = new ArrayList<>();
      List<Integer> labels = new ArrayList<>();
      for (int t : which) {
        Language.Endings known = tests.get(t).endings();
        if (known != null) {
          for (String word : known.words()) {
            words.add(word);
            labels.add(sets.single(t));
          }
        }
      }
      return Tries.labelledSuffixes(
          words.toArray(String[]::new),
          ignoreCase,
          labels.stream().mapToInt(Integer::intValue).toArray(),
          sets::union,
          sets::union);
    }

    /** Whether all is decided after a bounded number of bytes: no loop but in accept-all states. */
    private static boolean isNarrow(Dfa dfa) {
      int n = dfa.size();
      int[] state = new int[n]; // 0 new, 1 open, 2 done
      int[] stack = new int[n + 1];
      int[] at = new int[n];
      int top = 0;
      if (n == 0) {
        return true;
      }
      stack[top++] = 0;
      state[0] = 1;
      at[0] = dfa.begin(0);
      while (top > 0) {
        int s = stack[top - 1];
        if (at[s] == dfa.end(s) || dfa.isForever(s)) {
          if (dfa.isForever(s) && dfa.label(s) == 0) {
            return false;
          }
          state[s] = 2;
          top--;
          continue;
        }
        int t = dfa.target(at[s]++);
        if (t < 0 || state[t] == 2) {
          continue;
        }
        if (state[t] == 1) {
          return false;
        }
        state[t] = 1;
        at[t] = dfa.begin(t);
        stack[top++] = t;
      }
      return true;
    }

    /** Whether a text can fail at its beginning and is then done with: the start is in no loop. */
    private static boolean isAnchored(Dfa dfa) {
      for (int s = 0; s < dfa.size(); s++) {
        for (int k = dfa.begin(s); k < dfa.end(s); k++) {
          if (dfa.target(k) == 0) {
            return false;
          }
        }
      }
      return true;
    }

    /**
     * All narrow tests at once. A subset is written as: the set of tests that hold for good, then
     * pairs of (place of a test, its state) that are still open.
     */
    private Dfa radix(List<Integer> numbers, List<Dfa> dfas, Budget limit) {
      long total = 0;
      for (Dfa dfa : dfas) {
        total += dfa.size();
      }
      Budget room = limit.roomFor(total);
      long work = 0;
      IntsIndex subsets = new IntsIndex();
      int[] singles = numbers.stream().mapToInt(sets::single).toArray();
      int[] startPairs = new int[2 * dfas.size()];
      int open = 0;
      List<Integer> forever = new ArrayList<>();
      for (int i = 0; i < dfas.size(); i++) {
        Dfa dfa = dfas.get(i);
        if (dfa.size() == 0) {
          continue;
        }
        if (dfa.isForever(0)) {
          forever.add(numbers.get(i));
        } else {
          startPairs[open++] = i;
          startPairs[open++] = 0;
        }
      }
      int[] start = new int[1 + open];
      start[0] = sets.add(forever.stream().mapToInt(Integer::intValue).sorted().toArray());
      System.arraycopy(startPairs, 0, start, 1, open);
      subsets.add(start);
      Dfa.Builder out = new Dfa.Builder();
      Row row = new Row();
      boolean[] cut = new boolean[257];
      int[] segmentOf = new int[257];
      int[] sizes = new int[258];
      int[] at = new int[258];
      int[] segmentList = new int[64];
      int[] testList = new int[64];
      int[] stateList = new int[64];
      for (int d = 0; d < subsets.size(); d++) {
        int[] subset = subsets.key(d);
        if (subset.length == 1) {
          row.all(d);
          out.add(subset[0], row);
          continue;
        }
        Arrays.fill(cut, false);
        cut[0] = true;
        int[] here = new int[(subset.length - 1) / 2];
        int hereCount = 0;
        for (int i = 1; i < subset.length; i += 2) {
          Dfa dfa = dfas.get(subset[i]);
          int s = subset[i + 1];
          if (dfa.label(s) != 0) {
            here[hereCount++] = numbers.get(subset[i]);
          }
          for (int k = dfa.begin(s); k < dfa.end(s); k++) {
            if (dfa.target(k) >= 0) {
              cut[dfa.low(k)] = true;
              cut[dfa.high(s, k) + 1] = true;
            }
          }
        }
        int segments = 0;
        for (int b = 0; b < 256; b++) {
          segments += cut[b] ? 1 : 0;
          segmentOf[b] = segments - 1;
        }
        Arrays.fill(sizes, 0, segments + 1, 0);
        int pending = 0;
        for (int i = 1; i < subset.length; i += 2) {
          Dfa dfa = dfas.get(subset[i]);
          int s = subset[i + 1];
          for (int k = dfa.begin(s); k < dfa.end(s); k++) {
            if (dfa.target(k) < 0) {
              continue;
            }
            int last = segmentOf[dfa.high(s, k)];
            for (int g = segmentOf[dfa.low(k)]; g <= last; g++) {
              if (pending == segmentList.length) {
                segmentList = Arrays.copyOf(segmentList, 2 * pending);
                testList = Arrays.copyOf(testList, 2 * pending);
                stateList = Arrays.copyOf(stateList, 2 * pending);
              }
              segmentList[pending] = g;
              testList[pending] = subset[i];
              stateList[pending++] = dfa.target(k);
              sizes[g + 1]++;
            }
          }
        }
        for (int g = 1; g <= segments; g++) {
          sizes[g] += sizes[g - 1];
        }
        System.arraycopy(sizes, 0, at, 0, segments + 1);
        int[] order = new int[pending];
        for (int i = 0; i < pending; i++) {
          order[at[segmentList[i]]++] = i;
        }
        row.clear();
        int g = 0;
        for (int b = 0; b < 256; b++) {
          if (!cut[b]) {
            continue;
          }
          int[] next = new int[1 + 2 * (sizes[g + 1] - sizes[g])];
          int length = 1;
          next[0] = subset[0];
          for (int k = sizes[g]; k < sizes[g + 1]; k++) {
            int i = testList[order[k]];
            int s = stateList[order[k]];
            if (dfas.get(i).isForever(s)) {
              next[0] = sets.union(next[0], singles[i]);
            } else {
              next[length++] = i;
              next[length++] = s;
            }
          }
          g++;
          if (length == 1 && next[0] == 0) {
            row.add(b, Dfa.DEAD);
          } else {
            row.add(b, subsets.add(length == next.length ? next : Arrays.copyOf(next, length)));
          }
        }
        int[] holds = Arrays.copyOf(here, hereCount);
        Arrays.sort(holds);
        out.add(sets.union(subset[0], hereCount == 0 ? 0 : sets.add(holds)), row);
        work += pending;
        room.check(subsets.size(), "the combination of tests");
        room.check(work / 64, "the combination of tests");
      }
      return out.build();
    }

    private Atoms number(Dfa combinedDfa) {
      Dfa dfa = Minimize.trim(combinedDfa);
      int n = dfa.size();
      int[] atomOfSet = new int[0];
      int[] labels = new int[n];
      int atoms = 0;
      List<int[]> testsOfAtom = new ArrayList<>();
      int[] stack = new int[n + 1];
      int[] at = new int[n];
      boolean[] seen = new boolean[n];
      int top = 0;
      if (n > 0) {
        stack[top++] = 0;
        seen[0] = true;
      }
      while (top > 0) {
        int s = stack[top - 1];
        if (at[s] == 0) {
          at[s] = dfa.begin(s) + 1; // one ahead, so that 0 says "not entered yet"
          int set = dfa.label(s) - 1;
          if (set >= 0) {
            if (set >= atomOfSet.length) {
              atomOfSet = Arrays.copyOf(atomOfSet, Math.max(2 * set, 16) + 1);
            }
            if (atomOfSet[set] == 0) {
              atomOfSet[set] = ++atoms;
              testsOfAtom.add(sets.members(set));
            }
            labels[s] = atomOfSet[set];
          }
        }
        int k = at[s] - 1;
        if (k == dfa.end(s)) {
          top--;
          continue;
        }
        at[s]++;
        int t = dfa.target(k);
        if (t >= 0 && !seen[t]) {
          seen[t] = true;
          stack[top++] = t;
        }
      }
      AtomSet.Builder[] byTest = new AtomSet.Builder[tests.size()];
      for (int t = 0; t < byTest.length; t++) {
        byTest[t] = new AtomSet.Builder();
      }
      for (int atom = 0; atom < atoms; atom++) {
        for (int t : testsOfAtom.get(atom)) {
          byTest[t].add(atom);
        }
      }
      return new Atoms(
          dfa.withLabels(labels),
          atoms,
          Arrays.stream(byTest).map(AtomSet.Builder::build).toList(),
          leftOut.stream().sorted().distinct().toList(),
          budget);
    }
  }
}
