package dev.checkrail.prove;

import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.Atoms;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Preferences;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The values of a header that has several, for tests on "one of them" and on "the last one".
 *
 * <p>"One of the values is x" can hold for every subset of such tests, so lists of values, cut into
 * atoms like other texts, would be a power set. Here it is the single value that is cut into atoms,
 * and a list is written as one bit for each atom, "a value is in it", and the atom that it ends
 * with, as far as somebody asks for that. Every code is a list that can be sent, so that nothing
 * has to be forbidden: a plain value that stands alone is sent twice, and no bit at all means a
 * value of the atom {@link #rest}.
 *
 * <p>A value with a quote that is never closed goes up to the end of its line, so a header of which
 * there is one line only (Host) has such a value only at its end.
 */
final class Elements implements Axis {
  private static final int NONE = -1;

  private final Field field;
  private final Pick.From from;
  private final Atoms atoms;
  private final Map<Values, Integer> tests;

  /** The bit "a value is in this atom", by atom; none where nobody asks. */
  private final List<Optional<FieldEncoding>> bits;

  /** Which of {@link #ends} the list ends with. */
  private final FieldEncoding end;

  /** Atoms at the end; {@link #NONE} stands for an end that {@link #bits} tell of. */
  private final int[] ends;

  /** The atom of some value if no bit is set and no end given; else {@link #NONE}. */
  private final int rest;

  private Elements(
      Field field,
      Pick.From from,
      Atoms atoms,
      Map<Values, Integer> tests,
      List<Optional<FieldEncoding>> bits,
      FieldEncoding end,
      int[] ends,
      int rest) {
    this.field = field;
    this.from = from;
    this.atoms = atoms;
    this.tests = tests;
    this.bits = List.copyOf(bits);
    this.end = end;
    this.ends = ends;
    this.rest = rest;
  }

  /**
   * The axis of these tests.
   *
   * @param given the tests, in the order in which rules ask them
   * @return empty if some test asks for something else than one of the values or the last one
   */
  static Optional<Elements> of(Field field, List<Values> given, Numbering numbering) {
    Map<Values, Values.Among> asked = new LinkedHashMap<>();
    for (Values values : given) {
      if (!(values instanceof Values.Texts texts) || texts.among().isEmpty()) {
        return Optional.empty();
      }
      asked.put(values, texts.among().get());
    }
    Set<Pick.From> sources =
        asked.values().stream().map(among -> among.pick().from()).collect(Collectors.toSet());
    boolean oneLine = field.name().equals("host");
    if (sources.size() != 1
        || asked.values().stream().anyMatch(among -> !isOneOrLast(among.pick()))
        || (oneLine && sources.contains(Pick.From.LINES))) {
      return Optional.empty();
    }
    Pick.From from = sources.iterator().next();
    Atoms.Builder builder = Atoms.of(Axis.Words.element(from)).combiningWithin(Axis.Words.OTHERS);
    int open =
        builder.test(oneLine ? Axis.Words.element(from).minus(Pick.CLOSED) : Language.none());
    Map<Values, Integer> tests = new LinkedHashMap<>();
    asked.forEach((values, among) -> tests.put(values, builder.test(among.wanted().language())));
    Atoms atoms = builder.build();
    if (atoms.isLeftOut(open)) {
      return Optional.empty();
    }
    AtomSet opened = atoms.atomsOf(open);
    // In the order of the rules: then a first-match chain of n tests has about n nodes.
    List<Integer> order = new ArrayList<>();
    boolean[] placed = new boolean[atoms.count()];
    for (int test : tests.values()) {
      if (!atoms.isLeftOut(test)) {
        place(atoms.atomsOf(test), placed, order);
      }
    }
    // Of atoms that no test holds for nobody asks whether they are among the values.
    List<Integer> seen = List.copyOf(order);
    place(AtomSet.range(0, atoms.count()), placed, order);
    int rest = NONE;
    List<Integer> ends = new ArrayList<>();
    if (asked.values().stream().anyMatch(among -> among.pick().which() == -1)) {
      ends.addAll(order);
    } else {
      ends.add(NONE);
      // The last one, which no test holds for if there is such an atom.
      rest =
          order.stream().filter(atom -> !opened.contains(atom)).reduce((a, b) -> b).orElseThrow();
      // An open value of which nobody asks is told from the rest only if somebody asks of that.
      List<Integer> told = seen.contains(rest) ? order : seen;
      told.stream().filter(opened::contains).forEach(ends::add);
    }
    List<Optional<FieldEncoding>> bits =
        new ArrayList<>(Collections.nCopies(atoms.count(), Optional.empty()));
    for (int atom : seen) {
      if (!opened.contains(atom)) {
        bits.set(atom, Optional.of(numbering.of(2)));
      }
    }
    return Optional.of(
        new Elements(
            field,
            from,
            atoms,
            tests,
            bits,
            numbering.of(ends.size()),
            ends.stream().mapToInt(Integer::intValue).toArray(),
            rest));
  }

  private static boolean isOneOrLast(Pick pick) {
    return pick.which() == 0 || pick.which() == -1;
  }

  private static void place(AtomSet set, boolean[] placed, List<Integer> order) {
    for (int atom : set.stream().toArray()) {
      if (!placed[atom]) {
        placed[atom] = true;
        order.add(atom);
      }
    }
  }

  @Override
  public Field field() {
    return field;
  }

  @Override
  public List<FieldEncoding> encodings() {
    List<FieldEncoding> all = new ArrayList<>();
    bits.forEach(bit -> bit.ifPresent(all::add));
    all.add(end);
    return all;
  }

  @Override
  public Optional<Integer> in(Diagrams diagrams, Values values) {
    Integer test = tests.get(values);
    if (test == null
        || atoms.isLeftOut(test)
        || !(values instanceof Values.Texts texts)
        || texts.among().isEmpty()) {
      return Optional.empty();
    }
    AtomSet wanted = atoms.atomsOf(test);
    if (texts.among().get().pick().which() == -1) {
      return Optional.of(atEnd(diagrams, wanted));
    }
    int some = diagrams.or(atEnd(diagrams, wanted), among(diagrams, wanted));
    if (rest == NONE || !wanted.contains(rest)) {
      return Optional.of(some);
    }
    AtomSet others = wanted.complement(atoms.count());
    int other = diagrams.or(atEnd(diagrams, others), among(diagrams, others));
    return Optional.of(diagrams.or(some, diagrams.not(other)));
  }

  private int atEnd(Diagrams diagrams, AtomSet wanted) {
    int[] codes =
        IntStream.range(0, ends.length)
            .filter(code -> ends[code] != NONE && wanted.contains(ends[code]))
            .toArray();
    return diagrams.in(end, AtomSet.of(codes));
  }

  private int among(Diagrams diagrams, AtomSet wanted) {
    List<Integer> ways = new ArrayList<>();
    for (int atom : wanted.stream().toArray()) {
      bits.get(atom).ifPresent(bit -> ways.add(diagrams.in(bit, AtomSet.of(1))));
    }
    return diagrams.or(ways);
  }

  @Override
  public Optional<Map<FieldEncoding, Integer>> codes(Value value) {
    List<String> words =
        from == Pick.From.LINES
            ? List.of(value.asText().split("\n", -1))
            : Pick.commaValues(value.asText());
    Map<FieldEncoding, Integer> codes = new LinkedHashMap<>();
    encodings().forEach(encoding -> codes.put(encoding, 0));
    for (int i = 0; i < words.size(); i++) {
      Optional<Integer> atom = atoms.atomOf(words.get(i));
      if (atom.isEmpty()) {
        return Optional.empty();
      }
      int code = i + 1 == words.size() ? codeAtEnd(atom.get()) : NONE;
      if (code != NONE) {
        codes.put(end, code);
      } else {
        bits.get(atom.get()).ifPresent(bit -> codes.put(bit, 1));
      }
    }
    return Optional.of(codes);
  }

  /**
   * What is known of all lists whose last line is this: which values are in it, and how it ends.
   * Whether others are in it, too, is left open.
   */
  Optional<Map<FieldEncoding, Integer>> codesEndingWith(String line) {
    Map<FieldEncoding, Integer> known = new LinkedHashMap<>();
    Optional<Map<FieldEncoding, Integer>> codes = codes(new Value.Text(line));
    codes.ifPresent(all ->
        all.forEach((encoding, code) -> {
          if (code != 0 || encoding.equals(end)) {
            known.put(encoding, code);
          }
        }));
    return codes.map(all -> known);
  }

  private int codeAtEnd(int atom) {
    return IntStream.range(0, ends.length).filter(c -> ends[c] == atom).findFirst().orElse(NONE);
  }

  /**
   * Believable lines of a list, joined by LF.
   *
   * @param codes by the number of each field of the diagrams
   * @param dictionary words to prefer
   */
  Value value(int[] codes, Collection<String> dictionary) {
    Preferences preferences = Preferences.of(List.copyOf(dictionary));
    List<String> words = new ArrayList<>();
    for (int atom = 0; atom < atoms.count(); atom++) {
      if (bits.get(atom).filter(bit -> codes[bit.number()] == 1).isPresent()) {
        words.add(atoms.word(atom, preferences));
      }
    }
    int last = ends[end.decode(codes[end.number()])];
    if (last != NONE || words.isEmpty()) {
      words.add(atoms.word(last == NONE ? rest : last, preferences));
    }
    if (words.size() == 1 && Axis.Words.plain(field.name()).contains(words.getFirst())) {
      words.add(words.getFirst());
    }
    if (from == Pick.From.LINES) {
      return new Value.Text(String.join("\n", words));
    }
    StringBuilder lines = new StringBuilder(words.getFirst());
    for (int i = 1; i < words.size(); i++) {
      lines.append(Pick.CLOSED.contains(words.get(i - 1)) ? ", " : "\n").append(words.get(i));
    }
    return new Value.Text(lines.toString());
  }

  /** The field of the last value. */
  FieldEncoding end() {
    return end;
  }

  /** What the field {@link #end} is for lists that end with one of these words. */
  int[] codesAtEnd(Collection<String> dictionary) {
    return dictionary.stream()
        .flatMap(word -> atoms.atomOf(word).stream())
        .mapToInt(this::codeAtEnd)
        .filter(code -> code != NONE)
        .distinct()
        .toArray();
  }
}
