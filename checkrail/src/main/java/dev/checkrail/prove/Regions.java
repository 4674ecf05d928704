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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
  static final int LISTENERS = 1_024;

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
      SeenCodes.Manner manner,
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
        manner(dispatch.program),
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

  static SeenCodes.Manner manner(Program program) {
    return new SeenCodes.Manner(
        changesAddresses(program),
        program.listener().tls(),
        program.frontend().mode() == Mode.HTTP,
        looksAtWholeTarget(program));
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

  private List<Place> arrivedAt(Seen seen) {
    List<Place> own =
        places.stream().filter(place -> place.frontend().equals(seen.frontend())).toList();
    return arrivedAt(own, Place::listener, seen);
  }

  /**
   * At which of a frontend's listeners a request can have arrived; of equal ones the first.
   *
   * @param own all of the frontend
   */
  static <P> List<P> arrivedAt(List<P> own, Function<P, Listener> listener, Seen seen) {
    List<P> fitting = own.stream().filter(p -> listener.apply(p).tls() == seen.tls()).toList();
    // The mark of TLS is missing in some formats.
    List<P> here = fitting.isEmpty() ? own : fitting;
    if (seen.listener().isPresent()) {
      String key = seen.listener().get();
      List<P> same = here.stream().filter(p -> listener.apply(p).key().equals(key)).toList();
      if (same.isEmpty()) {
        String port = key.substring(key.lastIndexOf(':') + 1);
        same =
            here.stream()
                .filter(p -> {
                  String address = listener.apply(p).address();
                  return address.equals("*") || address.equals("::");
                })
                .filter(p -> Integer.toString(listener.apply(p).port()).equals(port))
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
    private final Map<Codes.Key, Region> answers = new HashMap<>();
    private final SeenCodes seenCodes;

    At(List<Place> places) {
      this.places = places;
      Set<Axis> all = new LinkedHashSet<>();
      for (Place place : places) {
        for (Table table : List.of(place.result(), place.services(), place.deciding())) {
          all.addAll(table.looked);
        }
      }
      this.looked = List.copyOf(all);
      this.seenCodes =
          new SeenCodes(
              places.stream().map(Place::manner).reduce(SeenCodes.Manner::and).orElseThrow());
    }

    Region region(Seen seen) {
      Codes codes = new Codes();
      for (Axis axis : looked) {
        seenCodes.known(axis, seen, codes);
      }
      Codes.Key key = codes.key();
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
  }
}
