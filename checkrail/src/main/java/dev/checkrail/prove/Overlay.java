package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The diagrams of a listener and of its successor laid on each other: each request has a pair of
 * ways, the old one and the new one.
 */
final class Overlay {
  private record Pair(int old, int now) {}

  private final Formulas formulas;
  private final Differences differences;
  private final Dispatch old;
  private final Dispatch now;
  private final List<Mixture> olds = new ArrayList<>();
  private final List<Mixture> nows = new ArrayList<>();
  private final List<Pair> pairs = new ArrayList<>();
  private final int both;
  private final boolean alike;

  Overlay(Work work, Differences differences, Dispatch old, Dispatch now) {
    this.formulas = work.formulas;
    this.differences = differences;
    this.old = old;
    this.now = now;
    Diagrams diagrams = work.universe.diagrams;
    int oldResult = Mixture.withoutChance(old, work.universe, olds);
    int nowResult = Mixture.withoutChance(now, work.universe, nows);
    Map<Pair, Integer> index = new HashMap<>();
    this.both =
        diagrams.apply(
            oldResult,
            nowResult,
            (a, b) ->
                index.computeIfAbsent(
                    new Pair(a, b),
                    pair -> {
                      pairs.add(pair);
                      return pairs.size() - 1;
                    }));
    this.alike = askAlike();
  }

  /** From requests to the number of their pair of ways. */
  int both() {
    return both;
  }

  /** How many pairs of ways there are. */
  int pairs() {
    return pairs.size();
  }

  Mixture before(int pair) {
    return olds.get(pairs.get(pair).old());
  }

  Mixture after(int pair) {
    return nows.get(pairs.get(pair).now());
  }

  /** Equal for old ways that are the same to whoever sends the request. */
  String from(int pair) {
    return kind(before(pair), old);
  }

  /** The same of new ways. */
  String to(int pair) {
    return kind(after(pair), now);
  }

  /**
   * Whether two listeners ask the same in the same order and do the same with every answer: then
   * they treat alike also the requests {@linkplain Dispatch#unfollowedIn whose way is not
   * followed}.
   */
  private boolean askAlike() {
    return asked(old).equals(asked(now))
        && IntStream.range(0, old.followed())
            .allMatch(i -> {
              Dispatch.Leaf before = old.leaves.get(i);
              Dispatch.Leaf after = now.leaves.get(i);
              return before.ending() instanceof Ending.ToPool
                  ? after.ending() instanceof Ending.ToPool
                  : !(after.ending() instanceof Ending.ToPool)
                      && differences.of(before, after) == formulas.none;
            });
  }

  /** What is asked, in order, and where each answer leads, without names. */
  private static List<Integer> asked(Dispatch dispatch) {
    List<Integer> asked = new ArrayList<>();
    List<String> pools = List.copyOf(dispatch.program.pools().keySet());
    for (Program.Entry entry : dispatch.program.entries()) {
      asked.add(entry.guard().id());
      asked.add(entry.ending() instanceof Ending.ToPool to ? pools.indexOf(to.pool().name()) : -1);
    }
    dispatch
        .leaves
        .subList(0, dispatch.followed())
        .forEach(leaf -> asked.add(leaf.entry().guard().id()));
    return asked;
  }

  /** For which of a pair's requests the two differ. */
  Formula differ(int pair) {
    Mixture a = olds.get(pairs.get(pair).old());
    Mixture b = nows.get(pairs.get(pair).now());
    Optional<Blame> hidden = now.unfollowedIn(b.shares().keySet());
    if (hidden.isPresent() && old.unfollowedIn(a.shares().keySet()).isPresent() && alike) {
      return formulas.none;
    }
    hidden = hidden.or(() -> old.unfollowedIn(a.shares().keySet()));
    if (hidden.isPresent()) {
      return differences.unknown(hidden.get());
    }
    if (a.shares().size() == 1 && b.shares().size() == 1) {
      return differences.of(
          old.leaves.get(a.shares().firstKey()), now.leaves.get(b.shares().firstKey()));
    }
    // Chance decides: the same ways with the same chances, else it is a move.
    Map<String, Double> before = chances(a, old);
    Map<String, Double> after = chances(b, now);
    Set<String> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    boolean differs =
        all.stream()
            .anyMatch(key ->
                Differences.differ(before.getOrDefault(key, 0.0), after.getOrDefault(key, 0.0)));
    return formulas.constant(differs);
  }

  private static Map<String, Double> chances(Mixture mixture, Dispatch dispatch) {
    Map<String, Double> chances = new TreeMap<>();
    mixture
        .shares()
        .forEach(
            (leaf, share) -> chances.merge(kind(dispatch.leaves.get(leaf)), share, Double::sum));
    return chances;
  }

  private static String kind(Mixture mixture, Dispatch dispatch) {
    return mixture.shares().size() == 1
        ? kind(dispatch.leaves.get(mixture.shares().firstKey()))
        : chances(mixture, dispatch).toString();
  }

  /** Equal for ways that are the same to whoever sends the request. */
  private static String kind(Dispatch.Leaf leaf) {
    return switch (leaf.ending()) {
      case Ending.Answer answer -> "answer " + answer.status() + " " + answer.body().orElse("");
      case Ending.Closed closed -> "closed";
      case Ending.Redirected redirected ->
          "redirect " + redirected.status() + " " + redirected.location().id();
      case Ending.ToPool to -> "pool " + to.pool().name();
      case Ending.ToServers to -> {
        StringBuilder text = new StringBuilder("servers");
        for (int i = 0; i < to.servers().size(); i++) {
          text.append(' ').append(to.servers().get(i).key()).append('=').append(to.shares().get(i));
        }
        leaf.pool()
            .ifPresent(pool -> {
              text.append(" target ").append(pool.sent().target().id());
              pool.sent()
                  .headers()
                  .forEach((n, t) -> text.append(' ').append(n).append(':').append(t.id()));
            });
        yield text.toString();
      }
      case Ending.Unclear unclear -> "unclear " + unclear.blame().text();
    };
  }
}
