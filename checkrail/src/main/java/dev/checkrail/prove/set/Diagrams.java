package dev.checkrail.prove.set;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decision diagrams: functions of the fields of a request, shared and canonical.
 *
 * <p>A node asks one boolean variable; a leaf holds a number (an outcome). A diagram whose only
 * leaves are 0 and 1 is a set ({@link #FALSE}, {@link #TRUE}). Equal functions are the same node,
 * so equality is {@code ==} on node numbers, and everything is a question about one node. Nodes are
 * rows of three {@code int} arrays, found again through an open-addressing table: 10,000 rules make
 * some hundred thousand nodes, and objects would be most of the cost.
 *
 * <p>A first-match rule list is built from its last rule to its first with {@link #ite}: the guard
 * of a rule is a narrow path through the variables, beside which the rest is taken over untouched,
 * so a rule costs about as many nodes as its guard has.
 *
 * <p>Laws: variables belong to {@linkplain #field fields} and are ordered by their creation; nodes
 * are never freed, the whole object is dropped after the question; one thread at a time; node
 * numbers mean nothing outside their object. More nodes than the budget: {@link BudgetExceeded}.
 */
public final class Diagrams {
  /** The empty set; also the leaf 0. */
  public static final int FALSE = 0;

  /** The set of everything; also the leaf 1. */
  public static final int TRUE = 1;

  private static final int LEAF = Integer.MAX_VALUE;
  private static final int SMALLEST_CACHE = 1 << 12;
  private static final int LARGEST_CACHE = 1 << 20;

  private final Budget budget;
  private final List<FieldEncoding> fields = new ArrayList<>();
  private int variables;
  private long steps;
  private int[] level = new int[1024];
  private int[] low = new int[1024];
  private int[] high = new int[1024];
  private int nodes;
  private int[] table = new int[2048];
  private int[] cache = new int[4 * SMALLEST_CACHE];

  /** The walk that met a node last; kept, as many short walks must not each pay for all nodes. */
  private int[] seen = new int[0];

  private int walk;

  /** With room for eight million nodes. */
  public Diagrams() {
    this(new Budget(8_000_000));
  }

  public Diagrams(Budget budget) {
    this.budget = budget;
    Arrays.fill(cache, -1);
    terminal(0);
    terminal(1);
  }

  // Fields.

  /** A new field of so many atoms, after all former ones in the order of variables. */
  public FieldEncoding field(int atoms) {
    FieldEncoding field =
        new FieldEncoding(fields.size(), variables, FieldEncoding.bitsFor(atoms), atoms);
    fields.add(field);
    variables = field.past();
    return field;
  }

  public List<FieldEncoding> fields() {
    return List.copyOf(fields);
  }

  /** The set of requests whose field has one of these atoms. */
  public int in(FieldEncoding field, AtomSet atoms) {
    if (!atoms.isEmpty() && atoms.past(atoms.intervals() - 1) > field.atoms()) {
      throw new IllegalArgumentException(atoms + " are not all below " + field.atoms());
    }
    int size = 1 << field.bits();
    AtomSet codes =
        atoms.contains(field.atoms() - 1)
            ? atoms.union(AtomSet.range(field.atoms() - 1, size))
            : atoms;
    return block(field.first(), codes, 0, size, 0, codes.intervals());
  }

  private int block(int variable, AtomSet codes, int from, int past, int i, int iEnd) {
    while (i < iEnd && codes.past(i) <= from) {
      i++;
    }
    while (iEnd > i && codes.from(iEnd - 1) >= past) {
      iEnd--;
    }
    if (i == iEnd) {
      return FALSE;
    }
    if (codes.from(i) <= from && codes.past(i) >= past) {
      return TRUE;
    }
    int middle = from + (past - from) / 2;
    return node(
        variable,
        block(variable + 1, codes, from, middle, i, iEnd),
        block(variable + 1, codes, middle, past, i, iEnd));
  }

  // Nodes.

  /** The leaf that holds this number. */
  public int terminal(int value) {
    return unique(LEAF, value, value);
  }

  private int node(int variable, int lo, int hi) {
    return lo == hi ? lo : unique(variable, lo, hi);
  }

  private int unique(int variable, int lo, int hi) {
    int mask = table.length - 1;
    int i = hash(variable, lo, hi) & mask;
    while (table[i] != 0) {
      int n = table[i] - 1;
      if (level[n] == variable && low[n] == lo && high[n] == hi) {
        return n;
      }
      i = (i + 1) & mask;
    }
    budget.check(nodes + 1L, "the decision diagram");
    if (nodes == level.length) {
      int length = nodes + (nodes >> 1);
      level = Arrays.copyOf(level, length);
      low = Arrays.copyOf(low, length);
      high = Arrays.copyOf(high, length);
    }
    level[nodes] = variable;
    low[nodes] = lo;
    high[nodes] = hi;
    table[i] = ++nodes;
    if (2 * nodes > table.length) {
      grow();
    }
    return nodes - 1;
  }

  private void grow() {
    table = new int[2 * table.length];
    int mask = table.length - 1;
    for (int n = 0; n < nodes; n++) {
      int i = hash(level[n], low[n], high[n]) & mask;
      while (table[i] != 0) {
        i = (i + 1) & mask;
      }
      table[i] = n + 1;
    }
    if (cache.length < 4 * LARGEST_CACHE && cache.length < 2 * table.length) {
      cache = new int[2 * cache.length];
      Arrays.fill(cache, -1);
    }
  }

  private static int hash(int a, int b, int c) {
    return LongIndex.mix(((long) b << 32 | c & 0xffffffffL) * 0x9E3779B97F4A7C15L + a);
  }

  public boolean isLeaf(int f) {
    return level[f] == LEAF;
  }

  /** The number a leaf holds. */
  public int value(int leaf) {
    if (!isLeaf(leaf)) {
      throw new IllegalArgumentException("node " + leaf + " is not a leaf");
    }
    return low[leaf];
  }

  /** The variable a node asks; larger than every variable for a leaf. */
  public int variable(int f) {
    return level[f];
  }

  /** Where a node goes if its variable is false. */
  public int low(int f) {
    return isLeaf(f) ? f : low[f];
  }

  /** Where a node goes if its variable is true. */
  public int high(int f) {
    return isLeaf(f) ? f : high[f];
  }

  private int low(int f, int variable) {
    return level[f] == variable ? low[f] : f;
  }

  private int high(int f, int variable) {
    return level[f] == variable ? high[f] : f;
  }

  // Sets and first-match chains.

  public int not(int f) {
    return ite(f, FALSE, TRUE);
  }

  public int and(int f, int g) {
    return f == g ? f : f < g ? ite(f, g, FALSE) : ite(g, f, FALSE);
  }

  public int or(int f, int g) {
    return f == g ? f : f < g ? ite(f, TRUE, g) : ite(g, TRUE, f);
  }

  public int minus(int f, int g) {
    return ite(g, FALSE, f);
  }

  /** The union of many sets, by halves. */
  public int or(Collection<Integer> sets) {
    List<Integer> left = new ArrayList<>(sets);
    while (left.size() > 1) {
      List<Integer> half = new ArrayList<>();
      for (int i = 0; i < left.size(); i += 2) {
        half.add(i + 1 < left.size() ? or(left.get(i), left.get(i + 1)) : left.get(i));
      }
      left = half;
    }
    return left.isEmpty() ? FALSE : left.get(0);
  }

  public boolean isInside(int f, int g) {
    return minus(f, g) == FALSE;
  }

  /** In the set {@code guard} the function {@code then}, outside of it {@code otherwise}. */
  public int ite(int guard, int then, int otherwise) {
    if (guard == TRUE || then == otherwise) {
      return then;
    }
    if (guard == FALSE) {
      return otherwise;
    }
    if (then == TRUE && otherwise == FALSE) {
      return guard;
    }
    if (isLeaf(guard)) {
      throw new IllegalArgumentException("a guard is a set; this one has the leaf " + value(guard));
    }
    int slot =
        (LongIndex.mix(((long) then << 32 | otherwise) * 31 + guard) & (cache.length / 4 - 1)) * 4;
    if (cache[slot] == guard && cache[slot + 1] == then && cache[slot + 2] == otherwise) {
      return cache[slot + 3];
    }
    // Results are remembered in a table of limited size, so that few nodes can take many steps.
    budget.check(++steps / 3, "the decision diagram");
    int variable = Math.min(level[guard], Math.min(level[then], level[otherwise]));
    int lo = ite(low(guard, variable), low(then, variable), low(otherwise, variable));
    int hi = ite(high(guard, variable), high(then, variable), high(otherwise, variable));
    int result = node(variable, lo, hi);
    slot =
        (LongIndex.mix(((long) then << 32 | otherwise) * 31 + guard) & (cache.length / 4 - 1)) * 4;
    cache[slot] = guard;
    cache[slot + 1] = then;
    cache[slot + 2] = otherwise;
    cache[slot + 3] = result;
    return result;
  }

  // Functions with many leaves.

  /** The leaves of {@code f} and {@code g} combined point by point. */
  public int apply(int f, int g, IntBinaryOperator combine) {
    return apply(f, g, combine, new Memo());
  }

  private int apply(int f, int g, IntBinaryOperator combine, Memo memo) {
    int before = memo.size();
    int slot = memo.slot((long) f << 32 | g);
    if (slot < before) {
      return memo.value(slot);
    }
    int result;
    if (isLeaf(f) && isLeaf(g)) {
      result = terminal(combine.applyAsInt(low[f], low[g]));
    } else {
      int variable = Math.min(level[f], level[g]);
      int lo = apply(low(f, variable), low(g, variable), combine, memo);
      int hi = apply(high(f, variable), high(g, variable), combine, memo);
      result = node(variable, lo, hi);
    }
    memo.set(slot, result);
    return result;
  }

  /** Each leaf replaced by another number. */
  public int map(int f, IntUnaryOperator leaf) {
    return map(f, leaf, new Memo());
  }

  private int map(int f, IntUnaryOperator leaf, Memo memo) {
    int before = memo.size();
    int slot = memo.slot(f);
    if (slot < before) {
      return memo.value(slot);
    }
    int result =
        isLeaf(f)
            ? terminal(leaf.applyAsInt(low[f]))
            : node(level[f], map(low[f], leaf, memo), map(high[f], leaf, memo));
    memo.set(slot, result);
    return result;
  }

  /** {@code f}, and where {@code f} has the leaf {@code hole}, {@code g}. */
  public int over(int f, int g, int hole) {
    return over(f, g, terminal(hole), new Memo());
  }

  private int over(int f, int g, int hole, Memo memo) {
    if (f == hole) {
      return g;
    }
    if (isLeaf(f) || g == hole) {
      return f;
    }
    int before = memo.size();
    int slot = memo.slot((long) f << 32 | g);
    if (slot < before) {
      return memo.value(slot);
    }
    int variable = Math.min(level[f], level[g]);
    int lo = over(low(f, variable), low(g, variable), hole, memo);
    int hi = over(high(f, variable), high(g, variable), hole, memo);
    int result = node(variable, lo, hi);
    memo.set(slot, result);
    return result;
  }

  /**
   * What stands below a level of variables becomes a leaf: each part of the diagram that asks no
   * variable before {@code variable} is replaced by the leaf that {@code leaf} gives for its node.
   */
  public int collapse(int f, int variable, IntUnaryOperator leaf) {
    return collapse(f, variable, leaf, new Memo());
  }

  private int collapse(int f, int variable, IntUnaryOperator leaf, Memo memo) {
    int before = memo.size();
    int slot = memo.slot(f);
    if (slot < before) {
      return memo.value(slot);
    }
    int result =
        level[f] >= variable
            ? terminal(leaf.applyAsInt(f))
            : node(
                level[f],
                collapse(low[f], variable, leaf, memo),
                collapse(high[f], variable, leaf, memo));
    memo.set(slot, result);
    return result;
  }

  /** The set on which the leaf passes the test. For one leaf of many use {@link #regions}. */
  public int region(int f, IntPredicate leaf) {
    return map(f, value -> leaf.test(value) ? 1 : 0);
  }

  /** The numbers of all leaves that can be reached, ascending. */
  public int[] leaves(int f) {
    TreeSet<Integer> found = new TreeSet<>();
    for (int n : reachable(f)) {
      if (isLeaf(n)) {
        found.add(low[n]);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Nodes below and including {@code f}, parents before children. */
  private int[] reachable(int f) {
    if (seen.length <= f) {
      seen = new int[level.length]; // children are always older than parents
      walk = 0;
    }
    walk++;
    int[] found = new int[16];
    int count = 0;
    seen[f] = walk;
    TreeOrder order = new TreeOrder();
    order.push(f);
    while (!order.isEmpty()) {
      int n = order.pop();
      if (count == found.length) {
        found = Arrays.copyOf(found, 2 * count);
      }
      found[count++] = n;
      if (!isLeaf(n)) {
        for (int child : new int[] {low[n], high[n]}) {
          if (seen[child] != walk) {
            seen[child] = walk;
            order.push(child);
          }
        }
      }
    }
    int[] result = Arrays.copyOf(found, count);
    Arrays.sort(result);
    for (int i = 0, j = count - 1; i < j; i++, j--) {
      int swap = result[i];
      result[i] = result[j];
      result[j] = swap;
    }
    return result;
  }

  private static final class TreeOrder {
    private int[] stack = new int[64];
    private int size;

    void push(int n) {
      if (size == stack.length) {
        stack = Arrays.copyOf(stack, 2 * size);
      }
      stack[size++] = n;
    }

    int pop() {
      return stack[--size];
    }

    boolean isEmpty() {
      return size == 0;
    }
  }

  /** How many nodes, leaves included, the function has. */
  public int size(int f) {
    return reachable(f).length;
  }

  /** How many nodes there are in all. */
  public int nodes() {
    return nodes;
  }

  /** The fields that the function depends on. */
  public List<FieldEncoding> support(int f) {
    boolean[] used = new boolean[variables];
    for (int n : reachable(f)) {
      if (!isLeaf(n)) {
        used[level[n]] = true;
      }
    }
    List<FieldEncoding> result = new ArrayList<>();
    for (FieldEncoding field : fields) {
      boolean any = false;
      for (int v = field.first(); v < field.past(); v++) {
        any |= used[v];
      }
      if (any) {
        result.add(field);
      }
    }
    return List.copyOf(result);
  }

  /**
   * The regions of all leaves of one function: each is built from its leaf upwards, so that asking
   * for ten thousand small regions does not walk the whole diagram ten thousand times.
   */
  public Regions regions(int f) {
    return new Regions(f);
  }

  /** See {@link #regions}. */
  public final class Regions {
    private final int root;
    private final Map<Integer, Integer> place = new HashMap<>();
    private final int[] reached;
    private final int[] first;
    private final int[] parents;

    private Regions(int root) {
      this.root = root;
      reached = reachable(root);
      for (int i = 0; i < reached.length; i++) {
        place.put(reached[i], i);
      }
      first = new int[reached.length + 2];
      for (int n : reached) {
        if (!isLeaf(n)) {
          first[placeOf(low[n]) + 2]++;
          first[placeOf(high[n]) + 2]++;
        }
      }
      for (int i = 2; i < first.length; i++) {
        first[i] += first[i - 1];
      }
      parents = new int[first[first.length - 1]];
      for (int n : reached) {
        if (!isLeaf(n)) {
          parents[first[placeOf(low[n]) + 1]++] = placeOf(n);
          parents[first[placeOf(high[n]) + 1]++] = placeOf(n);
        }
      }
    }

    private int placeOf(int node) {
      Integer at = place.get(node);
      return at == null ? -1 : at;
    }

    /** The set on which the function has this leaf; {@link #FALSE} if nowhere. */
    public int of(int leaf) {
      int terminal = terminal(leaf);
      int start = placeOf(terminal);
      if (start < 0) {
        return FALSE;
      }
      // Places descend from children to parents, so a queue by largest place is a level order.
      TreeSet<Integer> open = new TreeSet<>();
      Map<Integer, Integer> set = new HashMap<>();
      open.add(start);
      set.put(reached[start], TRUE);
      while (true) {
        int at = open.removeLast();
        int n = reached[at];
        if (at != start) {
          set.put(
              n, node(level[n], set.getOrDefault(low[n], FALSE), set.getOrDefault(high[n], FALSE)));
        }
        for (int k = first[at]; k < first[at + 1]; k++) {
          open.add(parents[k]);
        }
        if (open.isEmpty()) {
          return set.getOrDefault(root, FALSE);
        }
      }
    }
  }

  /** The set of requests that some choice of the field's atom brings into the set. */
  public int exists(int set, FieldEncoding field) {
    return exists(set, List.of(field));
  }

  /** The set of requests that some choice of these fields' atoms brings into the set. */
  public int exists(int set, Collection<FieldEncoding> given) {
    boolean[] chosen = new boolean[variables];
    int past = 0;
    for (FieldEncoding field : given) {
      Arrays.fill(chosen, field.first(), field.past(), true);
      past = Math.max(past, field.past());
    }
    return past == 0 ? set : exists(set, chosen, past, new Memo());
  }

  private int exists(int f, boolean[] chosen, int past, Memo memo) {
    if (level[f] >= past) {
      return f;
    }
    int before = memo.size();
    int slot = memo.slot(f);
    if (slot < before) {
      return memo.value(slot);
    }
    int lo = exists(low[f], chosen, past, memo);
    int hi = exists(high[f], chosen, past, memo);
    int result = chosen[level[f]] ? or(lo, hi) : node(level[f], lo, hi);
    memo.set(slot, result);
    return result;
  }

  /** The function where the field has this atom. */
  public int restrict(int f, FieldEncoding field, int atom) {
    requireAtom(field, atom);
    return restrict(f, field, atom, new Memo());
  }

  private int restrict(int f, FieldEncoding field, int code, Memo memo) {
    if (level[f] >= field.past()) {
      return f;
    }
    if (level[f] >= field.first()) {
      return restrict(follow(f, field, code), field, code, memo);
    }
    int before = memo.size();
    int slot = memo.slot(f);
    if (slot < before) {
      return memo.value(slot);
    }
    int result =
        node(level[f], restrict(low[f], field, code, memo), restrict(high[f], field, code, memo));
    memo.set(slot, result);
    return result;
  }

  private int follow(int f, FieldEncoding field, int code) {
    while (level[f] < field.past()) {
      f = (code >>> (field.past() - 1 - level[f]) & 1) == 0 ? low[f] : high[f];
    }
    return f;
  }

  private static void requireAtom(FieldEncoding field, int atom) {
    if (atom < 0 || atom >= field.atoms()) {
      throw new IllegalArgumentException("the field has no atom " + atom);
    }
  }

  /** The leaf for one request, given as the atom of each field in the order of {@link #fields}. */
  public int leafAt(int f, int[] atoms) {
    int variable = 0;
    for (FieldEncoding field : fields) {
      requireAtom(field, atoms[field.number()]);
      if (level[f] >= field.first()) {
        f = follow(f, field, atoms[field.number()]);
      }
      variable = field.past();
    }
    if (variable != variables || !isLeaf(f)) {
      throw new IllegalStateException("a diagram over variables of no field");
    }
    return low[f];
  }

  // Looking inside, field by field.

  /** Where these atoms of a field lead. */
  public record Branch(AtomSet atoms, int node) {}

  /**
   * What a function that asks no field before this one becomes for each atom of it, atoms with
   * equal results together.
   */
  public List<Branch> branches(int f, FieldEncoding field) {
    if (level[f] < field.first()) {
      throw new IllegalArgumentException("the node asks an earlier field");
    }
    Map<Integer, AtomSet> result = new LinkedHashMap<>();
    Map<Integer, List<int[]>> spans = new LinkedHashMap<>();
    spans(f, field, 0, 1 << field.bits(), field.first(), spans);
    spans.forEach((node, list) -> {
      AtomSet.Builder builder = new AtomSet.Builder();
      for (int[] span : list) {
        builder.addRange(span[0], Math.min(span[1], field.atoms()));
      }
      AtomSet atoms = builder.build();
      if (!atoms.isEmpty()) {
        result.put(node, atoms);
      }
    });
    return result.entrySet().stream().map(e -> new Branch(e.getValue(), e.getKey())).toList();
  }

  private void spans(
      int f, FieldEncoding field, int from, int past, int variable, Map<Integer, List<int[]>> out) {
    if (from >= field.atoms()) {
      return;
    }
    if (level[f] >= field.past()) {
      out.computeIfAbsent(f, n -> new ArrayList<>()).add(new int[] {from, past});
      return;
    }
    int middle = from + (past - from) / 2;
    spans(low(f, variable), field, from, middle, variable + 1, out);
    spans(high(f, variable), field, middle, past, variable + 1, out);
  }

  /**
   * One request of a set that is not empty: the atom of each field, in the order of {@link
   * #fields}.
   *
   * @param liked for each field the atoms to try first, best first; may be shorter than the fields
   */
  public int[] pick(int set, List<int[]> liked) {
    if (set == FALSE) {
      throw new IllegalArgumentException("the empty set has no request");
    }
    int[] result = new int[fields.size()];
    int f = set;
    for (FieldEncoding field : fields) {
      int[] first = field.number() < liked.size() ? liked.get(field.number()) : new int[0];
      OptionalInt chosen = OptionalInt.empty();
      for (int i = 0; i < first.length && chosen.isEmpty(); i++) {
        requireAtom(field, first[i]);
        if (follow(f, field, first[i]) != FALSE) {
          chosen = OptionalInt.of(first[i]);
        }
      }
      int atom = chosen.isPresent() ? chosen.getAsInt() : firstAtom(f, field);
      result[field.number()] = atom;
      f = follow(f, field, atom);
    }
    return result;
  }

  private int firstAtom(int f, FieldEncoding field) {
    int code = 0;
    while (level[f] < field.past()) {
      boolean up = low[f] == FALSE;
      code |= up ? 1 << (field.past() - 1 - level[f]) : 0;
      f = up ? high[f] : low[f];
    }
    return field.decode(code);
  }

  /**
   * A set as a union of boxes, for saying it in words.
   *
   * @param boxes disjoint; each gives for every field, in order, its atoms (all of them: the field
   *     does not matter)
   * @param complete whether these are all
   */
  public record Boxes(List<List<AtomSet>> boxes, boolean complete) {
    public Boxes {
      boxes = List.copyOf(boxes.stream().map(List::copyOf).toList());
    }
  }

  /** At most {@code limit} boxes of the set, in the order of the fields' atoms. */
  public Boxes boxes(int set, int limit) {
    List<List<AtomSet>> found = new ArrayList<>();
    boolean complete = boxes(set, 0, new ArrayList<>(), limit, found);
    return new Boxes(found, complete);
  }

  private boolean boxes(
      int f, int number, List<AtomSet> path, int limit, List<List<AtomSet>> found) {
    if (f == FALSE) {
      return true;
    }
    if (number == fields.size()) {
      if (found.size() == limit) {
        return false;
      }
      found.add(List.copyOf(path));
      return true;
    }
    for (Branch branch : branches(f, fields.get(number))) {
      path.add(branch.atoms());
      boolean complete = boxes(branch.node(), number + 1, path, limit, found);
      path.removeLast();
      if (!complete) {
        return false;
      }
    }
    return true;
  }

  /** How many combinations of atoms the set holds. */
  public BigInteger count(int set) {
    Map<Integer, BigInteger> memo = new HashMap<>();
    return count(set, 0, memo);
  }

  private BigInteger count(int f, int number, Map<Integer, BigInteger> memo) {
    if (number == fields.size()) {
      return BigInteger.valueOf(low[f]);
    }
    FieldEncoding field = fields.get(number);
    if (level[f] >= field.past()) {
      return count(f, number + 1, memo).multiply(BigInteger.valueOf(field.atoms()));
    }
    BigInteger known = memo.get(f);
    if (known != null) {
      return known;
    }
    BigInteger sum = BigInteger.ZERO;
    for (Branch branch : branches(f, field)) {
      sum =
          sum.add(
              count(branch.node(), number + 1, memo)
                  .multiply(BigInteger.valueOf(branch.atoms().size())));
    }
    memo.put(f, sum);
    return sum;
  }

  /** The probability of atoms of a field; over all atoms of a field they sum to 1. */
  public interface Weights {
    double of(FieldEncoding field, AtomSet atoms);
  }

  /** The probability of a set if the fields are independent. */
  public double measure(int set, Weights weights) {
    return measure(set, weights, new HashMap<>());
  }

  private double measure(int f, Weights weights, Map<Integer, Double> memo) {
    if (isLeaf(f)) {
      return low[f];
    }
    @Nullable Double known = memo.get(f);
    if (known != null) {
      return known;
    }
    FieldEncoding field = fieldOf(level[f]);
    double sum = 0;
    for (Branch branch : branches(f, field)) {
      sum += weights.of(field, branch.atoms()) * measure(branch.node(), weights, memo);
    }
    memo.put(f, sum);
    return sum;
  }

  private FieldEncoding fieldOf(int variable) {
    int from = 0;
    int to = fields.size() - 1;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (fields.get(middle).past() <= variable) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return fields.get(from);
  }
}
