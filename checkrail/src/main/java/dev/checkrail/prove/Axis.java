package dev.checkrail.prove;

import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.Atoms;
import dev.checkrail.prove.set.Budget;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Preferences;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One field of the request, cut into atoms: values that no test of the two configurations and the
 * policy tells apart.
 */
sealed interface Axis permits Axis.Single, Elements {
  Field field();

  /** How its values are written in the diagrams. */
  List<FieldEncoding> encodings();

  /** The requests that pass a test; empty if there was no room for the test. */
  Optional<Integer> in(Diagrams diagrams, Values values);

  /** How a concrete value is written ({@link Field#ABSENT} and {@link Field#LISTED} included). */
  Optional<Map<FieldEncoding, Integer>> codes(Value value);

  /** An axis of one number: the atom of the value. */
  sealed interface Single extends Axis {
    FieldEncoding encoding();

    /** The atoms that pass a test; empty if there was no room for the test. */
    Optional<AtomSet> atoms(Values values);

    /** The atom of a concrete value ({@link Field#ABSENT} and {@link Field#LISTED} included). */
    Optional<Integer> atomOf(Value value);

    /** The most believable value of an atom. */
    Value value(int atom, List<String> dictionary);

    @Override
    default List<FieldEncoding> encodings() {
      return List.of(encoding());
    }

    @Override
    default Optional<Integer> in(Diagrams diagrams, Values values) {
      return atoms(values).map(atoms -> diagrams.in(encoding(), atoms));
    }

    @Override
    default Optional<Map<FieldEncoding, Integer>> codes(Value value) {
      return atomOf(value).map(atom -> Map.of(encoding(), atom));
    }
  }

  /** How an axis is numbered in the diagrams. */
  interface Numbering {
    FieldEncoding of(int atoms);
  }

  static Single of(Field field, List<Values> tests, Numbering numbering) {
    return switch (field.type()) {
      case TEXT, ADDRESS, FLAG -> Words.of(field, tests, numbering);
      case NUMBER -> Cuts.of(field, tests, numbering);
    };
  }

  /** Texts and addresses. */
  final class Words implements Single {
    private static final ByteSet VISIBLE = ByteSet.range(0x21, 0x7e);
    private static final ByteSet HIGH = ByteSet.range(0x80, 0xff);
    private static final ByteSet TEXT = VISIBLE.or(HIGH).or(ByteSet.of(" \t"));
    private static final Language ABSENT = Language.exact(Field.ABSENT);
    private static final Language LISTED = Language.exact(Field.LISTED);
    private static final ByteSet EDGE = VISIBLE.or(HIGH);

    /** One value without blanks at its ends, without comma and quote. */
    private static final Language PLAIN = line(ByteSet.of(",\""));

    private static final Language PORT =
        Language.exact(":").concat(Language.manyOf(ByteSet.DIGITS)).optional();

    /**
     * What a Host looks like: a name or address and a port. All others are told apart with the
     * lists, because "x:anything" would multiply with every other test.
     */
    private static final Language PLAIN_HOST =
        Language.manyOf(ByteSet.LETTERS.or(ByteSet.DIGITS).or(ByteSet.of(".-_")))
            .union(
                Language.sequence(
                    Language.exact("["),
                    Language.manyOf(ByteSet.DIGITS.or(ByteSet.of("abcdefABCDEF:."))),
                    Language.exact("]")))
            .concat(PORT);

    private static final Language LINES =
        line(ByteSet.NONE).concat(Language.exact("\n").concat(line(ByteSet.NONE)).star());

    /** Of so many states each could lead to each. */
    private static final int TOO_MANY_STATES = 300;

    static final Budget OTHERS = new Budget(20_000);

    private final Field field;
    private final FieldEncoding encoding;
    private final Atoms atoms;
    private final Map<Values, Integer> tests;
    private final AtomSet special;
    private final AtomSet absent;
    private final AtomSet listed;

    /** States that visible characters lead to, by state, as far as somebody asked. */
    private final Map<Integer, Set<Integer>> visible = new HashMap<>();

    private Words(
        Field field,
        FieldEncoding encoding,
        Atoms atoms,
        Map<Values, Integer> tests,
        AtomSet absent,
        AtomSet listed) {
      this.field = field;
      this.encoding = encoding;
      this.atoms = atoms;
      this.tests = tests;
      this.absent = absent;
      this.listed = listed;
      this.special = absent.union(listed);
    }

    private static Language line(ByteSet without) {
      Language edge = Language.oneOf(EDGE.minus(without));
      return Language.emptyWord()
          .union(edge)
          .union(Language.sequence(edge, Language.manyOf(TEXT.minus(without)), edge));
    }

    /** The values of a header that are plain: not told apart with the lists. */
    static Language plain(String header) {
      return header.equals("host") ? PLAIN_HOST : PLAIN;
    }

    /** One value among several of a header. */
    static Language element(Pick.From from) {
      Language value = Language.manyOf(TEXT).intersect(Pick.TRIMMED);
      return from == Pick.From.LINES ? value : value.intersect(Pick.CLOSED.union(Pick.OPEN));
    }

    static Language universe(Field field) {
      return switch (field.kind()) {
        case HOST, HEADER -> plain(field.name()).union(ABSENT).union(LISTED);
        case HEADER_LIST ->
            (field.name().equals("host") ? line(ByteSet.NONE) : LINES).minus(plain(field.name()));
        case PATH ->
            Language.exact("/").concat(Language.manyOf(EDGE.minus(ByteSet.of("?#")))).union(ABSENT);
        case METHOD ->
            Language.manyOf(ByteSet.LETTERS.or(ByteSet.DIGITS).or(ByteSet.of("!#$%&'*+-.^_`|~")))
                .minus(Language.emptyWord());
        case QUERY -> Language.manyOf(EDGE.minus(ByteSet.of("#"))).union(ABSENT);
        case SOURCE, DESTINATION -> Addresses.WELL_FORMED;
        case SERVER_NAME -> Language.manyOf(VISIBLE).minus(Language.emptyWord()).union(ABSENT);
        case GREETING -> Language.exact("\u0001").concat(Language.manyOf(VISIBLE)).union(ABSENT);
        case VERSION -> Language.anyOf(List.of("1.0", "1.1", "2.0"), false);
        case SOURCE_PORT, CHANCE -> throw new IllegalStateException("numbers have no words");
      };
    }

    static Words of(Field field, List<Values> given, Numbering numbering) {
      Atoms.Builder builder = Atoms.of(universe(field)).combiningWithin(OTHERS);
      int absent = builder.test(ABSENT);
      int listed = builder.test(field.isHeader() ? LISTED : Language.none());
      Map<Values, Integer> tests = new IdentityHashMap<>();
      for (Values values : given) {
        switch (values) {
          case Values.Texts texts -> tests.put(values, builder.test(texts.language()));
          case Values.InNetworks networks -> tests.put(values, builder.test(networks.language));
          case Values.Any any -> {}
          case Values.Truth truth -> {}
          case Values.Numbers numbers -> {}
          case Values.Flags flags -> {}
        }
      }
      Atoms atoms = builder.build();
      return new Words(
          field,
          numbering.of(atoms.count()),
          atoms,
          tests,
          atoms.atomsOf(absent),
          atoms.atomsOf(listed));
    }

    @Override
    public Field field() {
      return field;
    }

    @Override
    public FieldEncoding encoding() {
      return encoding;
    }

    Language language(AtomSet set) {
      return atoms.language(set);
    }

    @Override
    public Optional<AtomSet> atoms(Values values) {
      if (values == Values.Any.PRESENT) {
        return Optional.of(absent.complement(atoms.count()));
      }
      if (values == Values.Any.LISTED) {
        return Optional.of(listed);
      }
      Integer test = tests.get(values);
      return test == null || atoms.isLeftOut(test)
          ? Optional.empty()
          : Optional.of(atoms.atomsOf(test).minus(special));
    }

    @Override
    public Optional<Integer> atomOf(Value value) {
      return switch (value) {
        case Value.Text text -> atoms.atomOf(text.text());
        case Value.Address address -> atoms.atomOf(address.bytes());
        case Value.Number number -> Optional.empty();
        case Value.Flag flag -> Optional.empty();
      };
    }

    /** The atom of a text; -1 if the field cannot have it. */
    int find(String text) {
      return atoms.find(text);
    }

    /** The atoms of a text whose letters may be of either case. */
    Set<Integer> atomsOfAnyCase(String text) {
      return atoms.atomsOfAnyCase(text);
    }

    /**
     * The atoms of all texts with these pieces, and any visible characters between each two; none
     * if that would be too much work.
     */
    Set<Integer> atomsAround(List<String> pieces) {
      if (atoms.states() > TOO_MANY_STATES) {
        return Set.of();
      }
      return atoms.atomsAround(
          pieces, s -> visible.computeIfAbsent(s, state -> atoms.reachable(state, VISIBLE)));
    }

    @Override
    public Value value(int atom, List<String> dictionary) {
      if (special.contains(atom)) {
        return new Value.Text(absent.contains(atom) ? Field.ABSENT : Field.LISTED);
      }
      if (field.type() == Value.Type.ADDRESS) {
        return new Value.Address(
            atoms.word(
                atom,
                Preferences.of(
                    dictionary.stream().flatMap(t -> Addresses.parse(t).stream()).toList())));
      }
      Preferences preferences = Preferences.of(dictionary);
      return new Value.Text(atoms.word(atom, preferences));
    }
  }

  /** Numbers, cut where some range begins or ends. */
  final class Cuts implements Single {
    private final Field field;
    private final FieldEncoding encoding;

    /** First number of each atom; the last entry is the number after the last one. */
    private final List<Long> starts;

    private Cuts(Field field, FieldEncoding encoding, List<Long> starts) {
      this.field = field;
      this.encoding = encoding;
      this.starts = List.copyOf(starts);
    }

    static Cuts of(Field field, List<Values> given, Numbering numbering) {
      long low = field.kind() == Field.Kind.CHANCE ? 0 : 1;
      long past = field.kind() == Field.Kind.CHANCE ? field.bound() : 65_536;
      TreeSet<Long> starts = new TreeSet<>(List.of(low, past));
      for (Values values : given) {
        if (values instanceof Values.Numbers numbers) {
          for (Ranges.Span span : numbers.ranges.within(low, past - 1).spans()) {
            starts.add(span.low());
            starts.add(span.high() + 1);
          }
        }
      }
      List<Long> list = new ArrayList<>(starts);
      return new Cuts(field, numbering.of(list.size() - 1), list);
    }

    @Override
    public Field field() {
      return field;
    }

    @Override
    public FieldEncoding encoding() {
      return encoding;
    }

    @Override
    public Optional<AtomSet> atoms(Values values) {
      return switch (values) {
        case Values.Numbers numbers -> {
          AtomSet set = AtomSet.NONE;
          for (int atom = 0; atom + 1 < starts.size(); atom++) {
            if (numbers.ranges.contains(starts.get(atom))) {
              set = set.union(AtomSet.range(atom, atom + 1));
            }
          }
          yield Optional.of(set);
        }
        case Values.Any any -> Optional.of(AtomSet.range(0, starts.size() - 1));
        case Values.Truth truth -> Optional.empty();
        case Values.Texts texts -> Optional.empty();
        case Values.InNetworks networks -> Optional.empty();
        case Values.Flags flags -> Optional.empty();
      };
    }

    @Override
    public Optional<Integer> atomOf(Value value) {
      if (!(value instanceof Value.Number number)) {
        return Optional.empty();
      }
      for (int atom = 0; atom + 1 < starts.size(); atom++) {
        if (number.number() >= starts.get(atom) && number.number() < starts.get(atom + 1)) {
          return Optional.of(atom);
        }
      }
      return Optional.empty();
    }

    @Override
    public Value value(int atom, List<String> dictionary) {
      return new Value.Number(
          field.kind() == Field.Kind.SOURCE_PORT
              ? Math.max(starts.get(atom), Math.min(starts.get(atom + 1) - 1, 40_000))
              : starts.get(atom));
    }

    /** The probability of an atom of chance. */
    double weight(AtomSet atoms) {
      double sum = 0;
      for (int atom : atoms.stream().toArray()) {
        sum += (double) (starts.get(atom + 1) - starts.get(atom)) / field.bound();
      }
      return sum;
    }
  }
}
