package dev.checkrail.prove;

import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.BudgetExceeded;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All requests, as one space of decision diagrams: fields cut into atoms first, then unknown
 * booleans, chance last. The order matters: what is below all request fields says how an answer for
 * one request depends on what is unknown, and what is below that, how it depends on chance.
 */
final class Universe {
  final Diagrams diagrams = new Diagrams();
  private final Formulas formulas;
  private final Map<Field, Axis> axes = new LinkedHashMap<>();

  /** More tests on lists as a whole than these are not even tried. */
  private static final int LISTS = 40;

  /** Nor are lists value by value, if rules combine them with more cases of other fields. */
  private static final double CASES = 5_000_000;

  private final Set<Field> coarse = new TreeSet<>();
  private final List<FieldEncoding> unknowns = new ArrayList<>();
  private final Map<Integer, Formula.Unknown> unknownByField = new HashMap<>();
  private final Map<String, FieldEncoding> unknownByKey = new HashMap<>();
  private final Map<Integer, FieldEncoding> leftOut = new HashMap<>();
  private int[] encoded;

  /**
   * The space that can tell apart what the formulas do.
   *
   * @param roots all formulas that will be asked about; others can only be asked if they consist of
   *     the same tests
   * @param lists whether to look into headers with several values
   */
  Universe(Formulas formulas, Collection<Formula> roots, boolean lists) {
    this.formulas = formulas;
    this.encoded = new int[formulas.size()];
    Arrays.fill(encoded, -1);
    TreeMap<Field, TreeMap<Integer, Values>> tests = new TreeMap<>();
    TreeMap<Integer, Formula> all = new TreeMap<>();
    collect(roots, tests, all);
    tests.forEach((field, values) -> {
      if (field.kind() == Field.Kind.HEADER_LIST) {
        if (!lists || cases(field, tests) > CASES || !list(field, List.copyOf(values.values()))) {
          coarse.add(field);
        }
      } else if (field.kind() != Field.Kind.CHANCE) {
        axes.put(field, Axis.of(field, List.copyOf(values.values()), diagrams::field));
      }
    });
    for (Formula formula : all.values()) {
      if (formula instanceof Formula.Test test
          && test.field().kind() != Field.Kind.CHANCE
          && !coarse.contains(test.field())
          && axis(test.field()).in(diagrams, test.values()).isEmpty()) {
        leftOut.put(
            test.id(),
            unknown(
                new Formula.Unknown(
                    test.id(),
                    "left out " + test.id(),
                    Optional.empty(),
                    Span.startOf("?"),
                    "tests on " + test.field().kind() + " " + test.field().name(),
                    "they are too many to be combined")));
      }
    }
    // By id: an unknown's arrivals are older than itself.
    for (Formula formula : all.values()) {
      if (formula instanceof Formula.Unknown unknown) {
        encoded[unknown.id()] = bit(name(unknown), unknown);
      }
    }
    tests.forEach((field, values) -> {
      if (field.kind() == Field.Kind.CHANCE) {
        axes.put(field, Axis.of(field, List.copyOf(values.values()), diagrams::field));
      }
    });
  }

  /**
   * Requests into whose lists of header values nobody looked, because there are too many tests:
   * "one of several values is x" can hold for every subset of the tests. What becomes of them is
   * not known.
   */
  int unclear() {
    int set = Diagrams.FALSE;
    for (Field list : coarse) {
      Axis header = axes.get(Field.header(list.name()));
      if (header != null) {
        set =
            diagrams.or(
                set,
                header.in(diagrams, Values.Any.LISTED).orElseThrow(IllegalStateException::new));
      }
    }
    return set;
  }

  /** The first variable of chance; all that is asked from there on is drawn. */
  int firstOfChance() {
    for (Axis axis : axes.values()) {
      if (axis.field().kind() == Field.Kind.CHANCE) {
        return axis.encodings().getFirst().first();
      }
    }
    return Integer.MAX_VALUE;
  }

  /** Tests on a list, times what rules may ask about everything else at the same time. */
  private static double cases(Field list, Map<Field, TreeMap<Integer, Values>> tests) {
    double product = tests.getOrDefault(list, new TreeMap<>()).size();
    for (Map.Entry<Field, TreeMap<Integer, Values>> entry : tests.entrySet()) {
      Field field = entry.getKey();
      if (field.kind() != Field.Kind.HEADER_LIST && !field.equals(Field.header(list.name()))) {
        product *= entry.getValue().size() + 1;
      }
    }
    return product;
  }

  /**
   * A list is looked into value by value, or as a whole if all tests on it can be combined; false
   * if neither is possible.
   */
  private boolean list(Field field, List<Values> values) {
    try {
      Optional<Elements> elements = Elements.of(field, values, diagrams::field);
      if (elements.isPresent()) {
        axes.put(field, elements.get());
        return true;
      }
      if (values.size() <= LISTS) {
        Axis.Single axis = Axis.of(field, values, diagrams::field);
        if (values.stream().allMatch(test -> axis.atoms(test).isPresent())) {
          axes.put(field, axis);
          return true;
        }
      }
    } catch (BudgetExceeded tooLarge) {
      // Then it is not looked into.
    }
    return false;
  }

  /** Whether it looks into some header with several values. */
  boolean looksIntoLists() {
    return axes.keySet().stream().anyMatch(field -> field.kind() == Field.Kind.HEADER_LIST);
  }

  private String name(Formula.Unknown unknown) {
    if (unknown.arrivals().isEmpty()) {
      return unknown.key();
    }
    Formula arrivals = unknown.arrivals().get();
    // Requests are compared, not the way in which rules write them; with chance among them they
    // cannot be.
    return dependsOnChance(arrivals, new TreeSet<>())
        ? unknown.key() + " #" + arrivals.id()
        : unknown.key() + " @" + encode(arrivals);
  }

  private int bit(String name, Formula.Unknown unknown) {
    FieldEncoding field = unknownByKey.get(name);
    if (field == null) {
      field = unknown(unknown);
      unknownByKey.put(name, field);
    }
    return diagrams.in(field, AtomSet.of(1));
  }

  private FieldEncoding unknown(Formula.Unknown unknown) {
    FieldEncoding field = diagrams.field(2);
    unknowns.add(field);
    unknownByField.put(field.number(), unknown);
    return field;
  }

  private void collect(
      Collection<Formula> roots,
      Map<Field, TreeMap<Integer, Values>> tests,
      Map<Integer, Formula> all) {
    List<Formula> open = new ArrayList<>(roots);
    while (!open.isEmpty()) {
      Formula formula = open.removeLast();
      if (all.putIfAbsent(formula.id(), formula) != null) {
        continue;
      }
      switch (formula) {
        case Formula.Constant constant -> {}
        case Formula.Test test ->
            tests.computeIfAbsent(test.field(), f -> new TreeMap<>()).put(test.id(), test.values());
        case Formula.Unknown unknown -> unknown.arrivals().ifPresent(open::add);
        case Formula.And and -> open.addAll(and.parts());
        case Formula.Or or -> open.addAll(or.parts());
        case Formula.Not not -> open.add(not.part());
      }
    }
  }

  private boolean dependsOnChance(Formula formula, Set<Integer> seen) {
    if (!seen.add(formula.id())) {
      return false;
    }
    return switch (formula) {
      case Formula.Constant constant -> false;
      case Formula.Test test -> test.field().kind() == Field.Kind.CHANCE;
      case Formula.Unknown unknown ->
          unknown.arrivals().isPresent() && dependsOnChance(unknown.arrivals().get(), seen);
      case Formula.And and -> and.parts().stream().anyMatch(p -> dependsOnChance(p, seen));
      case Formula.Or or -> or.parts().stream().anyMatch(p -> dependsOnChance(p, seen));
      case Formula.Not not -> dependsOnChance(not.part(), seen);
    };
  }

  Axis axis(Field field) {
    Axis axis = axes.get(field);
    if (axis == null) {
      throw new IllegalStateException("no test on " + field + " was announced");
    }
    return axis;
  }

  /** The axis of a field that is one number, if somebody looks at the field. */
  Optional<Axis.Single> single(Field field) {
    return Optional.ofNullable(axes.get(field))
        .flatMap(axis -> axis instanceof Axis.Single one ? Optional.of(one) : Optional.empty());
  }

  Collection<Axis> axes() {
    return axes.values();
  }

  Formulas formulas() {
    return formulas;
  }

  /** The set of requests that a formula means. */
  int encode(Formula formula) {
    if (formula.id() >= encoded.length) {
      int before = encoded.length;
      encoded = Arrays.copyOf(encoded, Math.max(formulas.size(), formula.id() + 1));
      Arrays.fill(encoded, before, encoded.length, -1);
    }
    if (encoded[formula.id()] >= 0) {
      return encoded[formula.id()];
    }
    int result =
        switch (formula) {
          case Formula.Constant constant -> constant.value() ? Diagrams.TRUE : Diagrams.FALSE;
          case Formula.Test test -> test(test);
          case Formula.Unknown unknown -> bit(name(unknown), unknown);
          case Formula.And and -> fold(and.parts(), true);
          case Formula.Or or -> fold(or.parts(), false);
          case Formula.Not not -> diagrams.not(encode(not.part()));
        };
    encoded[formula.id()] = result;
    return result;
  }

  private int test(Formula.Test test) {
    if (coarse.contains(test.field())) {
      return Diagrams.FALSE;
    }
    FieldEncoding unknown = leftOut.get(test.id());
    if (unknown != null) {
      return diagrams.in(unknown, AtomSet.of(1));
    }
    return axis(test.field())
        .in(diagrams, test.values())
        .orElseThrow(() -> new IllegalStateException("no test on " + test + " was announced"));
  }

  private int fold(List<Formula> parts, boolean and) {
    List<Integer> nodes = new ArrayList<>();
    for (Formula part : parts) {
      nodes.add(encode(part));
    }
    while (nodes.size() > 1) {
      List<Integer> half = new ArrayList<>();
      for (int i = 0; i < nodes.size(); i += 2) {
        half.add(
            i + 1 == nodes.size()
                ? nodes.get(i)
                : and
                    ? diagrams.and(nodes.get(i), nodes.get(i + 1))
                    : diagrams.or(nodes.get(i), nodes.get(i + 1)));
      }
      nodes = half;
    }
    return nodes.get(0);
  }

  /** The fields of the request that a function depends on. */
  List<Field> fieldsOf(int node) {
    Set<FieldEncoding> support = Set.copyOf(diagrams.support(node));
    List<Field> found = new ArrayList<>();
    axes.forEach((field, axis) -> {
      if (axis.encodings().stream().anyMatch(support::contains)) {
        found.add(field);
      }
    });
    return found;
  }

  // Unknown booleans and chance.

  /** The unknown lines that a function depends on. */
  List<Formula.Unknown> unknownsOf(int node) {
    if (unknowns.isEmpty()) {
      return List.of();
    }
    List<Formula.Unknown> found = new ArrayList<>();
    for (FieldEncoding field : diagrams.support(node)) {
      Formula.Unknown unknown = unknownByField.get(field.number());
      if (unknown != null) {
        found.add(unknown);
      }
    }
    return found;
  }

  /** The unknown that a field of the diagrams stands for, if it does. */
  Optional<Formula.Unknown> unknownAt(FieldEncoding field) {
    return Optional.ofNullable(unknownByField.get(field.number()));
  }

  private boolean isUnknown(FieldEncoding field) {
    return unknownByField.containsKey(field.number());
  }

  /** The requests that are in the set whatever the unknowns are. */
  int certainly(int set) {
    return diagrams.not(possibly(diagrams.not(set)));
  }

  /** The requests that are in the set for some values of the unknowns. */
  int possibly(int set) {
    return unknowns.isEmpty()
        ? set
        : diagrams.exists(set, diagrams.support(set).stream().filter(this::isUnknown).toList());
  }

  /** The requests that are in the set by some chance. */
  int byChance(int set) {
    List<FieldEncoding> chances = new ArrayList<>();
    for (Axis axis : axes.values()) {
      if (axis.field().kind() == Field.Kind.CHANCE) {
        chances.addAll(axis.encodings());
      }
    }
    return diagrams.exists(set, chances);
  }

  boolean hasChance() {
    return axes.keySet().stream().anyMatch(field -> field.kind() == Field.Kind.CHANCE);
  }

  /** The probability of a set that depends on chance only. */
  double measure(int set) {
    Map<Integer, Axis.Cuts> chances = new HashMap<>();
    for (Axis axis : axes.values()) {
      if (axis instanceof Axis.Cuts cuts && axis.field().kind() == Field.Kind.CHANCE) {
        chances.put(cuts.encoding().number(), cuts);
      }
    }
    return diagrams.measure(
        set,
        (field, atoms) -> {
          Axis.Cuts cuts = chances.get(field.number());
          if (cuts == null) {
            throw new IllegalStateException("the set does not depend on chance only");
          }
          return cuts.weight(atoms);
        });
  }

  /** A function at one request: what is left depends on unknowns and chance only. */
  int at(int function, Map<FieldEncoding, Integer> codes) {
    int node = function;
    for (Map.Entry<FieldEncoding, Integer> entry : codes.entrySet()) {
      node = diagrams.restrict(node, entry.getKey(), entry.getValue());
    }
    return node;
  }

  /** The set with all fields of the lists of header values left open. */
  int whateverTheLists(int set) {
    List<FieldEncoding> lists = new ArrayList<>();
    for (Axis axis : axes.values()) {
      if (axis instanceof Elements elements) {
        lists.addAll(elements.encodings());
      }
    }
    return diagrams.exists(set, lists);
  }
}
