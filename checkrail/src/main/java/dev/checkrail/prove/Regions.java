package dev.checkrail.prove;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says where the proved diagrams send requests of which only a part is known, as of those in a log.
 *
 * <p>The diagrams are kept as tables; of a field that is not known all branches are taken. Answers
 * are remembered by the atoms of what is known, so their number depends on the rules and not on the
 * traffic; it is limited all the same. Confined to one thread.
 */
public final class Regions {
  /** Answers that are remembered; then it starts anew. */
  private static final int REMEMBERED = 32_768;

  private static final Pattern URL = Pattern.compile("(?<![\\w-])url(?![\\w-])");

  /** Names of listeners in the log for which places are remembered. */
  private static final int LISTENERS = 1_024;

  private final List<Way> ways = new ArrayList<>();
  private final Map<Way, Integer> wayIndex = new HashMap<>();
  private final List<Place> places = new ArrayList<>();
  private final Optional<String> tooLarge;
  private final Map<String, Map<Arrived, At>> byFrontend = new HashMap<>();
  private final Map<Region, Region> interned = new HashMap<>();
  private int remembered;

  /**
   * What becomes of requests, as far as a log can show it: the pool, and whether it is left open.
   */
  private record Way(Optional<String> pool, boolean followed) {}

  private record Arrived(boolean tls, Optional<String> listener) {}

  private Regions(Optional<String> tooLarge) {
    this.tooLarge = tooLarge;
  }

  static Regions tooLarge(String why) {
    return new Regions(Optional.of("the rules are too large to be followed: " + why));
  }

  static Regions of(Work work) {
    Regions regions = new Regions(Optional.empty());
    for (Dispatch dispatch : work.sides.getFirst().dispatches()) {
      regions.places.add(regions.place(work, dispatch));
    }
    return regions;
  }

  /** One listener's diagrams. */
  private record Place(
      String frontend,
      Listener listener,
      boolean http,
      boolean addressesChange,
      boolean wholeTarget,
      Table result,
      Table services,
      List<List<String>> groups,
      Table deciding,
      List<Region.Decider> deciders,
      Map<Integer, String> unknowns) {
    Place {
      groups = List.copyOf(groups);
      deciders = List.copyOf(deciders);
      unknowns = Map.copyOf(unknowns);
    }
  }

  private Place place(Work work, Dispatch dispatch) {
    Diagrams diagrams = work.universe.diagrams;
    boolean http = dispatch.program.frontend().mode() == Mode.HTTP;
    int result = diagrams.map(dispatch.result, leaf -> way(dispatch.leaves.get(leaf)));
    List<List<String>> groups = List.of(List.of());
    int services = diagrams.terminal(0);
    if (http) {
      Work.Services made = work.services(dispatch);
      groups = made.groups;
      services = made.diagram;
    }
    Map<Integer, String> unknowns = new HashMap<>();
    for (int node : List.of(result, services)) {
      for (FieldEncoding field : diagrams.support(node)) {
        work.universe
            .unknownAt(field)
            .ifPresent(unknown ->
                unknowns.put(field.number(), unknown.text() + " (" + unknown.span() + ")"));
      }
    }
    return new Place(
        dispatch.program.frontend().name(),
        dispatch.program.listener(),
        http,
        changesAddresses(dispatch.program),
        looksAtWholeTarget(dispatch.program),
        new Table(diagrams, work.universe, result),
        new Table(diagrams, work.universe, services),
        groups,
        new Table(diagrams, work.universe, dispatch.deciding),
        dispatch.program.entries().stream().map(Regions::decider).toList(),
        unknowns);
  }

  private static Region.Decider decider(Program.Entry entry) {
    return new Region.Decider(
        entry.rule().map(Rule::text).orElse("no rule"), Questions.place(entry));
  }

  /** A log has the client's address as it is after that. */
  private static boolean changesAddresses(Program program) {
    return program.frontend().rules().stream()
        .map(RuleSet::rules)
        .flatMap(List::stream)
        .anyMatch(rule -> rule.text().contains("set-src"));
  }

  /** An absolute target has more than path and query, and such rules see it. */
  private static boolean looksAtWholeTarget(Program program) {
    return Stream.concat(
            program.frontend().rules().stream(),
            program.pools().values().stream().flatMap(pool -> pool.pool().rules().stream()))
        .flatMap(set -> set.rules().stream())
        .anyMatch(rule -> URL.matcher(rule.text()).find() || looksAtWholeTarget(rule.when()));
  }

  private static boolean looksAtWholeTarget(Condition condition) {
    return switch (condition) {
      case Condition.Always always -> false;
      case Condition.All all -> all.parts().stream().anyMatch(Regions::looksAtWholeTarget);
      case Condition.Any any -> any.parts().stream().anyMatch(Regions::looksAtWholeTarget);
      case Condition.Not not -> looksAtWholeTarget(not.part());
      case Condition.Named named -> looksAtWholeTarget(named.definition());
      case Condition.Test test -> test.sample().fetch() instanceof Fetch.Url;
      case Condition.Unknown unknown -> false;
    };
  }

  private int way(Dispatch.Leaf leaf) {
    Optional<String> through = leaf.pool().map(pool -> pool.pool().name());
    Way way =
        switch (leaf.ending()) {
          case Ending.ToServers to -> new Way(Optional.of(to.pool().name()), true);
          case Ending.ToPool to -> new Way(Optional.of(to.pool().name()), true);
          case Ending.Answer answer -> new Way(answer.pool().or(() -> through), true);
          case Ending.Closed closed -> new Way(closed.pool().or(() -> through), true);
          case Ending.Redirected redirected -> new Way(through, true);
          // What the rules of a pool do is not known, but that it is this pool.
          case Ending.Unclear unclear -> new Way(through, through.isPresent());
        };
    return wayIndex.computeIfAbsent(
        way,
        w -> {
          ways.add(w);
          return ways.size() - 1;
        });
  }

  // Answers.

  /**
   * Where the rules send a request.
   *
   * @return empty if the configuration has no such frontend
   */
  public Optional<Region> at(Seen seen) {
    if (tooLarge.isPresent()) {
      return Optional.of(
          new Region(
              List.of(),
              List.of(),
              new LinkedHashSet<>(),
              false,
              true,
              List.of(),
              List.of(),
              List.of(tooLarge.get())));
    }
    Map<Arrived, At> known = byFrontend.computeIfAbsent(seen.frontend(), f -> new HashMap<>());
    Arrived arrived = new Arrived(seen.tls(), seen.listener());
    At at = known.get(arrived);
    if (at == null) {
      List<Place> here = arrivedAt(seen);
      if (here.isEmpty()) {
        byFrontend.remove(seen.frontend());
        return Optional.empty();
      }
      if (known.size() == LISTENERS) {
        byFrontend.clear();
        interned.clear();
        remembered = 0;
        known = byFrontend.computeIfAbsent(seen.frontend(), f -> new HashMap<>());
      }
      // Listeners that are looked at alike share what is remembered.
      At made =
          known.values().stream()
              .filter(other -> other.places.equals(here))
              .findFirst()
              .orElseGet(() -> new At(here));
      known.put(arrived, made);
      at = made;
    }
    return Optional.of(at.region(seen));
  }

  /** Many atoms have one answer, and whoever counts by answers finds the same object. */
  private Region interned(Region region) {
    Region same = interned.putIfAbsent(region, region);
    return same == null ? region : same;
  }

  /** How many answers are remembered now. */
  public int remembered() {
    return remembered;
  }

  /** The listeners at which it can have arrived; of equal ones the first. */
  private List<Place> arrivedAt(Seen seen) {
    List<Place> own =
        places.stream().filter(place -> place.frontend().equals(seen.frontend())).toList();
    List<Place> fitting = own.stream().filter(p -> p.listener().tls() == seen.tls()).toList();
    // The mark of TLS is missing in some formats.
    List<Place> here = fitting.isEmpty() ? own : fitting;
    if (seen.listener().isPresent()) {
      String key = seen.listener().get();
      List<Place> same = here.stream().filter(p -> p.listener().key().equals(key)).toList();
      if (same.isEmpty()) {
        String port = key.substring(key.lastIndexOf(':') + 1);
        same =
            here.stream()
                .filter(
                    p -> p.listener().address().equals("*") || p.listener().address().equals("::"))
                .filter(p -> Integer.toString(p.listener().port()).equals(port))
                .toList();
      }
      here = same.isEmpty() ? here : same;
    }
    return here;
  }

  /** The listeners at which some requests can have arrived, and what was answered for them. */
  private final class At {
    final List<Place> places;
    private final List<Axis> looked;
    private final Map<Key, Region> answers = new HashMap<>();

    At(List<Place> places) {
      this.places = places;
      Set<Axis> all = new LinkedHashSet<>();
      for (Place place : places) {
        for (Table table : List.of(place.result(), place.services(), place.deciding())) {
          all.addAll(table.looked);
        }
      }
      this.looked = List.copyOf(all);
    }

    Region region(Seen seen) {
      Codes codes = new Codes();
      for (Axis axis : looked) {
        known(axis, seen, codes);
      }
      Key key = codes.key();
      Region answer = answers.get(key);
      if (answer == null) {
        answer = interned(walk(codes));
        if (remembered == REMEMBERED) {
          byFrontend.values().forEach(all -> all.values().forEach(at -> at.answers.clear()));
          interned.clear();
          remembered = 0;
        }
        answers.put(key, answer);
        remembered++;
      }
      return answer;
    }

    private Region walk(Codes codes) {
      Set<Integer> found = new LinkedHashSet<>();
      Set<List<String>> groups = new LinkedHashSet<>();
      Set<Region.Decider> deciders = new LinkedHashSet<>();
      Set<String> unseen = new LinkedHashSet<>();
      Set<String> unmodelled = new LinkedHashSet<>();
      boolean unfollowed = false;
      for (Place place : places) {
        Walk result = new Walk(place.result(), codes, Region.POOLS);
        found.addAll(result.leaves);
        unfollowed |= result.stopped;
        Walk services = new Walk(place.services(), codes, Integer.MAX_VALUE);
        services.leaves.forEach(group -> groups.add(place.groups().get(group)));
        Walk deciding = new Walk(place.deciding(), codes, Region.RULES);
        deciding.leaves.forEach(i -> deciders.add(place.deciders().get(i)));
        for (Walk walk : List.of(result, services)) {
          if (walk.leaves.size() > 1) {
            walk.open.forEach(field -> {
              String unknown = place.unknowns().get(field);
              if (unknown != null) {
                unmodelled.add(unknown);
              } else {
                unseen.add(walk.table.nameOf(field));
              }
            });
          }
        }
      }
      if (places.size() > 1 && found.size() > 1 && unseen.isEmpty() && unmodelled.isEmpty()) {
        unseen.add("listener");
      }
      Set<String> certain = new LinkedHashSet<>(groups.iterator().next());
      Set<String> perhaps = new LinkedHashSet<>();
      groups.forEach(certain::retainAll);
      groups.forEach(perhaps::addAll);
      perhaps.removeAll(certain);
      SequencedSet<String> pools = new LinkedHashSet<>();
      boolean answered = false;
      for (int i : new TreeSet<>(found)) {
        Way way = ways.get(i);
        way.pool().ifPresent(pools::add);
        answered |= way.followed() && way.pool().isEmpty();
        unfollowed |= !way.followed();
      }
      return new Region(
          List.copyOf(certain),
          List.copyOf(perhaps),
          pools,
          answered,
          unfollowed,
          deciders.stream().limit(Region.RULES).toList(),
          List.copyOf(unseen),
          List.copyOf(unmodelled));
    }

    // What is known of a field, as codes.

    private void known(Axis axis, Seen seen, Codes codes) {
      Field field = axis.field();
      switch (field.kind()) {
        case METHOD -> one(axis, seen.method(), codes);
        case PATH -> one(axis, path(seen.path()), codes);
        case QUERY -> one(axis, isHidden(seen.path()) ? new Known.Nothing() : seen.query(), codes);
        case VERSION -> one(axis, seen.version(), codes);
        case HOST -> header(axis, seen.host(), codes);
        case HEADER -> header(axis, headerOf(seen, field), codes);
        case HEADER_LIST -> list(axis, headerOf(seen, field), codes);
        case SOURCE ->
            seen.client()
                .filter(address -> places.stream().noneMatch(Place::addressesChange))
                .flatMap(Addresses::parse)
                .map(Value.Address::new)
                .flatMap(axis::codes)
                .ifPresentOrElse(codes::putAll, () -> codes.open(axis));
        case SERVER_NAME -> {
          if (places.stream().noneMatch(place -> place.listener().tls())) {
            one(axis, new Known.Absent(), codes);
          } else {
            codes.open(axis);
          }
        }
        case GREETING -> {
          if (places.stream().allMatch(Place::http)) {
            one(axis, new Known.Absent(), codes);
          } else {
            codes.open(axis);
          }
        }
        case SOURCE_PORT, DESTINATION, CHANCE -> codes.open(axis);
      }
    }

    private boolean isHidden(Known path) {
      return path instanceof Known.Exactly one
          && isAbsolute(one.text())
          && places.stream().anyMatch(Place::wholeTarget);
    }

    private Known path(Known path) {
      if (!(path instanceof Known.Exactly one) || !isAbsolute(one.text())) {
        return path;
      }
      int slash = one.text().indexOf('/', one.text().indexOf("://") + 3);
      return isHidden(path)
          ? new Known.Nothing()
          : slash < 0 ? new Known.Absent() : new Known.Exactly(one.text().substring(slash));
    }

    private static boolean isAbsolute(String target) {
      return !target.startsWith("/") && target.indexOf("://") > 0;
    }

    private static Known headerOf(Seen seen, Field field) {
      return field.name().equals("host")
          ? seen.host()
          : seen.headers().getOrDefault(field.name(), new Known.Nothing());
    }

    private static void one(Axis axis, Known known, Codes codes) {
      switch (known) {
        case Known.Exactly exactly -> exactly(axis, exactly.text(), codes);
        case Known.Absent absent -> exactly(axis, Field.ABSENT, codes);
        case Known.AnyCase any -> codes.some(axis, anyCase(axis, any.text()));
        case Known.Pieces pieces -> codes.some(axis, around(axis, pieces.pieces()));
        // Only headers have lines.
        case Known.LastLine last -> codes.open(axis);
        case Known.Nothing nothing -> codes.open(axis);
      }
    }

    private static void header(Axis axis, Known known, Codes codes) {
      switch (known) {
        case Known.Exactly exactly ->
            exactly(axis, isPlain(axis, exactly.text()) ? exactly.text() : Field.LISTED, codes);
        case Known.Absent absent -> exactly(axis, Field.ABSENT, codes);
        case Known.AnyCase any -> {
          if (isPlain(axis, any.text())) {
            codes.some(axis, anyCase(axis, any.text()));
          } else {
            exactly(axis, Field.LISTED, codes);
          }
        }
        case Known.Pieces pieces -> codes.open(axis);
        case Known.LastLine last -> {
          Set<Integer> some = new TreeSet<>();
          atom(axis, Field.LISTED).ifPresent(some::add);
          if (isPlain(axis, last.text())) {
            atom(axis, last.text()).ifPresent(some::add);
          }
          if (last.text().isEmpty()) {
            atom(axis, Field.ABSENT).ifPresent(some::add);
          }
          codes.some(axis, some);
        }
        case Known.Nothing nothing -> codes.open(axis);
      }
    }

    private static void list(Axis axis, Known known, Codes codes) {
      switch (known) {
        case Known.Exactly exactly -> {
          if (isPlain(axis, exactly.text())) {
            codes.none(axis);
          } else {
            exactly(axis, exactly.text(), codes);
          }
        }
        case Known.AnyCase any -> {
          if (isPlain(axis, any.text())) {
            codes.none(axis);
          } else {
            codes.open(axis);
          }
        }
        case Known.Absent absent -> codes.none(axis);
        case Known.Pieces pieces -> codes.open(axis);
        case Known.LastLine last -> {
          codes.open(axis);
          if (axis instanceof Elements elements && isBytes(last.text())) {
            elements.codesEndingWith(last.text()).ifPresent(codes::putAll);
          }
        }
        case Known.Nothing nothing -> codes.open(axis);
      }
    }

    private static boolean isPlain(Axis axis, String text) {
      return isBytes(text) && Axis.Words.plain(axis.field().name()).contains(text);
    }

    private static void exactly(Axis axis, String text, Codes codes) {
      if (isBytes(text)) {
        axis.codes(new Value.Text(text)).ifPresentOrElse(codes::putAll, () -> codes.open(axis));
      } else {
        codes.open(axis);
      }
    }

    private static Optional<Integer> atom(Axis axis, String text) {
      return axis instanceof Axis.Single single && isBytes(text)
          ? single.atomOf(new Value.Text(text))
          : Optional.empty();
    }

    private static Set<Integer> anyCase(Axis axis, String text) {
      return axis instanceof Axis.Words words && isBytes(text)
          ? words.atomsOfAnyCase(text)
          : Set.of();
    }

    private static Set<Integer> around(Axis axis, List<String> pieces) {
      return axis instanceof Axis.Words words && pieces.stream().allMatch(At::isBytes)
          ? words.atomsAround(pieces)
          : Set.of();
    }

    private static boolean isBytes(String text) {
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) > 0xff) {
          return false;
        }
      }
      return true;
    }
  }

  /** What is known of each field of the diagrams, by its number: the codes it can have. */
  private static final class Codes {
    private static final int[] ANY = {};
    private static final int[] FIRST = {0};
    private int[][] byField = new int[16][];

    private void put(FieldEncoding encoding, int[] codes) {
      if (encoding.number() >= byField.length) {
        byField = Arrays.copyOf(byField, 2 * encoding.number());
      }
      byField[encoding.number()] = codes;
    }

    void putAll(Map<FieldEncoding, Integer> codes) {
      codes.forEach((encoding, code) -> put(encoding, new int[] {code}));
    }

    /** One of these; without any, nothing is known. */
    void some(Axis axis, Set<Integer> atoms) {
      int[] codes = atoms.stream().mapToInt(Integer::intValue).toArray();
      axis.encodings().forEach(encoding -> put(encoding, codes));
    }

    /** Nobody looks at it. */
    void none(Axis axis) {
      axis.encodings().forEach(encoding -> put(encoding, FIRST));
    }

    void open(Axis axis) {
      axis.encodings().forEach(encoding -> put(encoding, ANY));
    }

    /** Empty if it can be any. */
    int[] of(int field) {
      int[] codes = field < byField.length ? byField[field] : ANY;
      return codes == null ? ANY : codes;
    }

    Key key() {
      int length = 0;
      for (int[] codes : byField) {
        length += 1 + (codes == null ? 0 : codes.length);
      }
      int[] flat = new int[length];
      int i = 0;
      for (int[] codes : byField) {
        flat[i++] = codes == null ? -1 : codes.length;
        if (codes != null) {
          System.arraycopy(codes, 0, flat, i, codes.length);
          i += codes.length;
        }
      }
      return new Key(flat);
    }
  }

  /** What is known, flat. */
  private static final class Key {
    private final int[] codes;
    private final int hash;

    Key(int[] codes) {
      this.codes = codes;
      this.hash = Arrays.hashCode(codes);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(codes, key.codes);
    }
  }

  /** A diagram by itself, so that the space in which it was made can go. The root is 0. */
  private static final class Table {
    private static final int LEAF = -1;
    final List<Axis> looked;
    private final Map<Integer, String> names = new HashMap<>();

    /** The field that a node asks; {@link #LEAF} if its number is {@link #low}. */
    private final int[] field;

    /** Which bit of the field's code, counted from the last. */
    private final int[] bit;

    private final int[] low;
    private final int[] high;

    Table(Diagrams diagrams, Universe universe, int root) {
      List<FieldEncoding> support = diagrams.support(root);
      List<Axis> axes = new ArrayList<>();
      for (Axis axis : universe.axes()) {
        if (axis.encodings().stream().anyMatch(support::contains)) {
          axes.add(axis);
          axis.encodings().forEach(e -> names.put(e.number(), nameOf(axis.field())));
        }
      }
      this.looked = List.copyOf(axes);
      Map<Integer, Integer> numbers = new HashMap<>();
      List<Integer> nodes = new ArrayList<>();
      numbers.put(root, 0);
      nodes.add(root);
      for (int i = 0; i < nodes.size(); i++) {
        int node = nodes.get(i);
        if (!diagrams.isLeaf(node)) {
          for (int next : new int[] {diagrams.low(node), diagrams.high(node)}) {
            if (numbers.putIfAbsent(next, nodes.size()) == null) {
              nodes.add(next);
            }
          }
        }
      }
      FieldEncoding[] byVariable = byVariable(support);
      this.field = new int[nodes.size()];
      this.bit = new int[nodes.size()];
      this.low = new int[nodes.size()];
      this.high = new int[nodes.size()];
      for (int i = 0; i < nodes.size(); i++) {
        int node = nodes.get(i);
        if (diagrams.isLeaf(node)) {
          field[i] = LEAF;
          low[i] = diagrams.value(node);
          continue;
        }
        int variable = diagrams.variable(node);
        FieldEncoding encoding = byVariable[variable];
        field[i] = encoding.number();
        bit[i] = encoding.past() - 1 - variable;
        low[i] = numberOf(numbers, diagrams.low(node));
        high[i] = numberOf(numbers, diagrams.high(node));
      }
    }

    private static int numberOf(Map<Integer, Integer> numbers, int node) {
      return Optional.ofNullable(numbers.get(node)).orElseThrow();
    }

    private static FieldEncoding[] byVariable(List<FieldEncoding> support) {
      FieldEncoding[] result =
          new FieldEncoding[support.stream().mapToInt(FieldEncoding::past).max().orElse(0)];
      for (FieldEncoding encoding : support) {
        Arrays.fill(result, encoding.first(), encoding.past(), encoding);
      }
      return result;
    }

    private static String nameOf(Field field) {
      return switch (field.kind()) {
        case HOST -> "Host";
        case PATH -> "path";
        case METHOD -> "method";
        case QUERY -> "query";
        case HEADER, HEADER_LIST -> field.name().equals("host") ? "Host" : "header " + field.name();
        case SOURCE -> "address of the client";
        case SOURCE_PORT -> "port of the client";
        case DESTINATION -> "address it was sent to";
        case SERVER_NAME, GREETING -> "TLS server name";
        case VERSION -> "HTTP version";
        case CHANCE -> "chance";
      };
    }

    String nameOf(int field) {
      return names.getOrDefault(field, "a test that is not modelled");
    }
  }

  /** All leaves that what is known leaves possible, up to a limit. */
  private static final class Walk {
    final Table table;

    /** In ascending order. */
    final Set<Integer> leaves = new TreeSet<>();

    /** Fields of which more than one branch was taken. */
    final Set<Integer> open = new TreeSet<>();

    private final BitSet seen = new BitSet();
    private int[] stack = new int[64];
    private int size;

    /** Whether there may be more leaves. */
    final boolean stopped;

    Walk(Table table, Codes codes, int most) {
      this.table = table;
      push(0);
      while (size > 0 && leaves.size() < most) {
        int node = stack[--size];
        int field = table.field[node];
        if (field == Table.LEAF) {
          leaves.add(table.low[node]);
          continue;
        }
        int[] known = codes.of(field);
        if (known.length == 0) {
          open.add(field);
          push(table.low[node]);
          push(table.high[node]);
          continue;
        }
        if (known.length > 1) {
          open.add(field);
        }
        for (int code : known) {
          int next = node;
          while (table.field[next] == field) {
            next = (code >>> table.bit[next] & 1) == 0 ? table.low[next] : table.high[next];
          }
          push(next);
        }
      }
      this.stopped = size > 0;
    }

    private void push(int node) {
      if (!seen.get(node)) {
        seen.set(node);
        if (size == stack.length) {
          stack = Arrays.copyOf(stack, 2 * size);
        }
        stack[size++] = node;
      }
    }
  }
}
