package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.report.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Sorts requests of which only a part is known by what becomes of them, in the very diagrams that
 * were proved; of two configurations, laid on each other as {@code diff} does.
 *
 * <p>A request takes one way through a table if all is known that is asked on it. Where something
 * is not known all ways that it leaves open are taken, and the answer holds if all of them agree:
 * what was logged is never guessed at. Of two configurations the pair of ways is looked for, so a
 * request that may go here or there, but the same in both, is known to stay. Answers of requests
 * that leave something open are remembered, up to a limit.
 *
 * <p>Confined to one thread; {@link #another} shares the tables.
 */
public final class Sorter {
  private static final int REMEMBERED = 32_768;
  private static final int NAMED = 4;

  /** So many outcomes are told apart when some is left open; that there are more is enough then. */
  private static final int MOST = 64;

  private final Tables tables;
  private final Map<String, Map<Arrived, At>> byFrontend = new HashMap<>();
  private int remembered;

  private record Arrived(boolean tls, Optional<String> listener) {}

  /** What a leaf stands for. */
  private record Way(Optional<Outcome> before, Outcome now, boolean moves) {}

  /** What is shared: nothing of it changes any more. */
  private record Tables(
      List<Place> places, List<Lot> lots, List<Way> ways, Optional<Lot> tooLarge) {
    Tables {
      places = List.copyOf(places);
      lots = List.copyOf(lots);
      ways = List.copyOf(ways);
    }
  }

  private record Place(
      String frontend,
      Listener listener,
      SeenCodes.Manner manner,
      Table result,
      Table services,
      List<List<String>> groups,
      Map<Integer, String> unknowns) {
    Place {
      groups = List.copyOf(groups);
      unknowns = Map.copyOf(unknowns);
    }
  }

  private Sorter(Tables tables) {
    this.tables = tables;
  }

  /** The same, with a memory of its own, for another thread. */
  public Sorter another() {
    return new Sorter(tables);
  }

  static Sorter tooLarge(String why, boolean two) {
    Outcome undecided = new Outcome.Undecided("the rules are too large to be followed: " + why);
    return new Sorter(
        new Tables(
            List.of(),
            List.of(),
            List.of(),
            Optional.of(
                new Lot(
                    two ? Optional.of(undecided) : Optional.empty(),
                    undecided,
                    two ? Lot.Move.UNCLEAR : Lot.Move.STAYS,
                    Optional.of("the rules are too large to be followed: " + why),
                    List.of()))));
  }

  /** Of one configuration. */
  static Sorter of(Configuration configuration, Policy policy) {
    Work work = new Work(List.of(configuration), policy);
    Build build = new Build(work);
    for (Dispatch dispatch : work.sides.getFirst().dispatches()) {
      List<Mixture> mixtures = new ArrayList<>();
      int result = Mixture.withoutChance(dispatch, work.universe, mixtures);
      build.place(
          dispatch,
          List.of(dispatch),
          work.universe.diagrams.map(
              result,
              leaf ->
                  build.way(
                      new Way(
                          Optional.empty(), build.outcome(mixtures.get(leaf), dispatch), false))));
    }
    return build.sorter();
  }

  /** Of two; requests are those that come to the first one. */
  static Sorter of(Configuration old, Configuration now, Policy policy) {
    Map<Listener, Listener> successors = successors(old, now);
    List<Differences> shared = new ArrayList<>(1);
    Work work =
        new Work(
            List.of(old, now),
            policy,
            (tester, programs) -> {
              Differences differences = new Differences(tester);
              shared.add(differences);
              List<Formula> roots = new ArrayList<>();
              for (Program program : programs.get(0)) {
                Listener successor = successors.get(program.listener());
                for (Program other : programs.get(1)) {
                  if (other.listener() == successor) {
                    roots.addAll(Diff.comparisons(differences, program, other));
                  }
                }
              }
              return roots;
            });
    Build build = new Build(work);
    Map<Listener, Dispatch> byListener = new IdentityHashMap<>();
    work.sides.get(1).dispatches().forEach(it -> byListener.put(it.program.listener(), it));
    for (Dispatch before : work.sides.get(0).dispatches()) {
      Listener successor = successors.get(before.program.listener());
      Dispatch after = successor == null ? null : byListener.get(successor);
      if (after == null) {
        build.gone(before);
      } else {
        build.both(shared.getFirst(), before, after);
      }
    }
    return build.sorter();
  }

  /** Which listener takes over from which: the same address and port, else one of all addresses. */
  private static Map<Listener, Listener> successors(Configuration old, Configuration now) {
    Map<String, Listener> same = new HashMap<>();
    for (Frontend frontend : now.frontends()) {
      frontend.listeners().forEach(it -> same.putIfAbsent(Diff.normalised(it), it));
    }
    Map<Listener, Listener> successors = new IdentityHashMap<>();
    for (Counterparts.Listeners pair : Counterparts.of(old, now).listeners()) {
      Listener equal = same.get(Diff.normalised(pair.old()));
      if (equal != null) {
        successors.put(pair.old(), equal);
      } else {
        pair.now().ifPresent(bound -> successors.put(pair.old(), bound.listener()));
      }
    }
    return successors;
  }

  /** Makes the tables. */
  private static final class Build {
    private final Work work;
    private final Diagrams diagrams;
    private final List<Place> places = new ArrayList<>();
    private final List<Way> ways = new ArrayList<>();
    private final Map<Way, Integer> index = new HashMap<>();

    Build(Work work) {
      this.work = work;
      this.diagrams = work.universe.diagrams;
    }

    int way(Way way) {
      return index.computeIfAbsent(
          way,
          it -> {
            ways.add(it);
            return ways.size() - 1;
          });
    }

    Outcome outcome(Mixture mixture, Dispatch dispatch) {
      Map<Outcome, Double> parts = new LinkedHashMap<>();
      mixture
          .shares()
          .forEach((leaf, share) ->
              parts.merge(
                  Outcomes.common(dispatch.leaves.get(leaf), work.space.originalTarget()),
                  share,
                  Double::sum));
      if (parts.size() == 1) {
        return parts.keySet().iterator().next();
      }
      for (Outcome part : parts.keySet()) {
        if (part instanceof Outcome.Undecided) {
          return part;
        }
      }
      List<Outcome.Part> split = new ArrayList<>();
      parts.forEach((outcome, share) -> split.add(new Outcome.Part(share, outcome)));
      return new Outcome.Splits(split);
    }

    void gone(Dispatch before) {
      List<Mixture> mixtures = new ArrayList<>();
      int result = Mixture.withoutChance(before, work.universe, mixtures);
      // Nobody accepts the connection.
      Outcome closed = new Outcome.Drops(Optional.empty());
      place(
          before,
          List.of(before),
          diagrams.map(
              result,
              leaf ->
                  way(new Way(Optional.of(outcome(mixtures.get(leaf), before)), closed, true))));
    }

    void both(Differences differences, Dispatch before, Dispatch after) {
      Overlay overlay = new Overlay(work, differences, before, after);
      Diagrams.Regions areas = diagrams.regions(overlay.both());
      Formula[] differ = new Formula[overlay.pairs()];
      Arrays.setAll(differ, overlay::differ);
      int node =
          diagrams.map(
              overlay.both(),
              pair -> way(way(overlay, pair, before, after, differ[pair] == work.formulas.all)));
      for (int pair = 0; pair < differ.length; pair++) {
        if (differ[pair] != work.formulas.none && differ[pair] != work.formulas.all) {
          int moving = diagrams.and(areas.of(pair), work.universe.encode(differ[pair]));
          node =
              diagrams.ite(
                  moving, diagrams.terminal(way(way(overlay, pair, before, after, true))), node);
        }
      }
      place(before, List.of(before, after), node);
    }

    private Way way(Overlay overlay, int pair, Dispatch before, Dispatch after, boolean moves) {
      return new Way(
          Optional.of(outcome(overlay.before(pair), before)),
          outcome(overlay.after(pair), after),
          moves);
    }

    void place(Dispatch at, List<Dispatch> all, int result) {
      boolean http = at.program.frontend().mode() == Mode.HTTP;
      List<List<String>> groups = List.of(List.of());
      int services = diagrams.terminal(0);
      if (http && !work.policy.services().isEmpty()) {
        Work.Services made = work.services(at);
        groups = made.groups;
        services = made.diagram;
      }
      Map<Integer, String> unknowns = new HashMap<>();
      for (FieldEncoding field : diagrams.support(result)) {
        work.universe
            .unknownAt(field)
            .ifPresent(unknown ->
                unknowns.put(field.number(), unknown.text() + " (" + unknown.span() + ")"));
      }
      places.add(
          new Place(
              at.program.frontend().name(),
              at.program.listener(),
              all.stream()
                  .map(it -> Regions.manner(it.program))
                  .reduce(SeenCodes.Manner::and)
                  .orElseThrow(),
              new Table(diagrams, work.universe, result),
              new Table(diagrams, work.universe, services),
              groups,
              unknowns));
    }

    Sorter sorter() {
      List<Lot> lots = new ArrayList<>();
      for (Way way : ways) {
        lots.add(lot(way, List.of()));
      }
      return new Sorter(new Tables(places, lots, ways, Optional.empty()));
    }
  }

  /** What a way by itself means. */
  private static Lot lot(Way way, List<String> services) {
    return new Lot(
        way.before(),
        way.now(),
        way.moves() ? Lot.Move.MOVES : Lot.Move.STAYS,
        because(way.now()).or(() -> way.before().flatMap(Sorter::because)),
        services);
  }

  private static Optional<String> because(Outcome outcome) {
    return outcome instanceof Outcome.Undecided undecided
        ? Optional.of(undecided.because())
        : Optional.empty();
  }

  // Answers.

  /**
   * What becomes of a request.
   *
   * @return empty if the (first) configuration has no such frontend
   */
  public Optional<Lot> at(Seen seen) {
    if (tables.tooLarge().isPresent()) {
      return tables.tooLarge();
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
      // Listeners that are looked at alike share what is remembered.
      at =
          known.values().stream()
              .filter(other -> other.places.equals(here))
              .findFirst()
              .orElseGet(() -> new At(here));
      if (known.size() < Regions.LISTENERS) {
        known.put(arrived, at);
      }
    }
    return Optional.of(at.lot(seen));
  }

  private List<Place> arrivedAt(Seen seen) {
    List<Place> own =
        tables.places().stream().filter(place -> place.frontend().equals(seen.frontend())).toList();
    return Regions.arrivedAt(own, Place::listener, seen);
  }

  /** The listeners at which some requests can have arrived, and what was answered for them. */
  private final class At {
    final List<Place> places;
    private final Map<Integer, Axis> axes = new HashMap<>();
    private @Nullable Axis[] byField = new @Nullable Axis[0];
    private final SeenCodes seenCodes;
    private final Codes codes = new Codes();
    private final Map<Codes.Key, Lot> answers = new HashMap<>();
    private final Map<List<String>, Map<Lot, Lot>> withServices = new HashMap<>();

    At(List<Place> places) {
      this.places = places;
      this.seenCodes =
          new SeenCodes(
              places.stream().map(Place::manner).reduce(SeenCodes.Manner::and).orElseThrow());
      for (Place place : places) {
        for (Table table : List.of(place.result(), place.services())) {
          for (Axis axis : table.looked) {
            axis.encodings().forEach(encoding -> axes.put(encoding.number(), axis));
          }
        }
      }
      int most = axes.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
      byField = new @Nullable Axis[most + 1];
      axes.forEach((number, axis) -> byField[number] = axis);
    }

    Lot lot(Seen seen) {
      codes.forget();
      if (places.size() == 1) {
        int leaf = straight(places.getFirst().result(), seen);
        if (leaf >= 0) {
          Lot lot = tables.lots().get(leaf);
          return lot.move() == Lot.Move.MOVES ? with(services(seen), lot) : lot;
        }
      }
      axes.values()
          .forEach(axis -> {
            if (!codes.has(axis.encodings().getFirst().number())) {
              seenCodes.known(axis, seen, codes);
            }
          });
      Codes.Key key = codes.key();
      Lot answer = answers.get(key);
      if (answer == null) {
        answer = walk();
        if (remembered == REMEMBERED) {
          byFrontend.values().forEach(all -> all.values().forEach(at -> at.answers.clear()));
          remembered = 0;
        }
        answers.put(key, answer);
        remembered++;
      }
      return answer;
    }

    /** The leaf if all that is asked on the way to it is known; -1 if something is not. */
    private int straight(Table table, Seen seen) {
      int node = 0;
      while (table.field[node] != Table.LEAF) {
        int field = table.field[node];
        if (!codes.has(field)) {
          Axis axis = field < byField.length ? byField[field] : null;
          if (axis == null) {
            return -1;
          }
          seenCodes.known(axis, seen, codes);
        }
        int[] known = codes.of(field);
        if (known.length != 1) {
          return -1;
        }
        int code = known[0];
        while (table.field[node] == field) {
          node = (code >>> table.bit[node] & 1) == 0 ? table.low[node] : table.high[node];
        }
      }
      return table.low[node];
    }

    /** The services to which it belongs for certain. */
    private List<String> services(Seen seen) {
      Place place = places.getFirst();
      int leaf = straight(place.services(), seen);
      if (leaf >= 0) {
        return place.groups().get(leaf);
      }
      axes.values().forEach(axis -> seenCodes.known(axis, seen, codes));
      return certain();
    }

    private List<String> certain() {
      Set<String> certain = new LinkedHashSet<>();
      boolean first = true;
      for (Place place : places) {
        Walk walk = new Walk(place.services(), codes, Integer.MAX_VALUE);
        for (int group : walk.leaves) {
          if (first) {
            certain.addAll(place.groups().get(group));
          } else {
            certain.retainAll(place.groups().get(group));
          }
          first = false;
        }
      }
      return List.copyOf(certain);
    }

    private Lot with(List<String> services, Lot lot) {
      return services.isEmpty()
          ? lot
          : withServices
              .computeIfAbsent(services, s -> new IdentityHashMap<>())
              .computeIfAbsent(
                  lot, l -> new Lot(l.before(), l.now(), l.move(), l.because(), services));
    }

    private Lot walk() {
      Set<Integer> found = new TreeSet<>();
      Set<String> unseen = new TreeSet<>();
      Set<String> unmodelled = new TreeSet<>();
      boolean stopped = false;
      for (Place place : places) {
        Walk walk = new Walk(place.result(), codes, MOST);
        found.addAll(walk.leaves);
        stopped |= walk.stopped;
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
      List<String> services = certain();
      if (found.size() == 1) {
        return with(services, tables.lots().get(found.iterator().next()));
      }
      if (places.size() > 1 && unseen.isEmpty() && unmodelled.isEmpty()) {
        unseen.add("listener");
      }
      String because = because(unseen, unmodelled);
      Set<Optional<Outcome>> before = new LinkedHashSet<>();
      Set<Outcome> now = new LinkedHashSet<>();
      Set<Boolean> moves = new TreeSet<>();
      for (int leaf : found) {
        Way way = tables.ways().get(leaf);
        before.add(way.before());
        now.add(way.now());
        moves.add(way.moves());
      }
      Outcome undecided = new Outcome.Undecided(because);
      boolean sure = !stopped && moves.size() == 1;
      return new Lot(
          before.size() == 1 && !stopped
              ? before.iterator().next()
              : before.iterator().next().map(any -> undecided),
          now.size() == 1 && !stopped ? now.iterator().next() : undecided,
          !sure
              ? tables.ways().get(found.iterator().next()).before().isPresent()
                  ? Lot.Move.UNCLEAR
                  : Lot.Move.STAYS
              : moves.iterator().next() ? Lot.Move.MOVES : Lot.Move.STAYS,
          Optional.of(because),
          services);
    }

    private static String because(Set<String> unseen, Set<String> unmodelled) {
      List<String> words = new ArrayList<>();
      if (!unseen.isEmpty()) {
        words.add("not known of the request: " + few(unseen));
      }
      if (!unmodelled.isEmpty()) {
        words.add("not modelled: " + few(unmodelled));
      }
      return words.isEmpty() ? "too many ways are open" : String.join("; ", words);
    }

    private static String few(Set<String> words) {
      List<String> first = words.stream().limit(NAMED).toList();
      return String.join(", ", first)
          + (words.size() > NAMED ? " and " + (words.size() - NAMED) + " more" : "");
    }
  }
}
