package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Mode;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Requests that together take every way through the rules: one for each listener, deciding rule and
 * outcome, and one for each way of every "or" in a deciding rule's condition.
 */
final class Cover {
  private final Work work;
  private final Diagrams diagrams;
  private final Map<String, CoverRequest> found = new LinkedHashMap<>();

  private Cover(Work work) {
    this.work = work;
    this.diagrams = work.universe.diagrams;
  }

  static List<CoverRequest> of(Configuration configuration) {
    Cover cover = new Cover(new Work(List.of(configuration), Policy.none()));
    cover.work.sides.getFirst().dispatches().forEach(cover::listener);
    return List.copyOf(cover.found.values());
  }

  private record Way(int entry, int leaf) {}

  private void listener(Dispatch dispatch) {
    List<Way> ways = new ArrayList<>();
    Map<Way, Integer> index = new LinkedHashMap<>();
    int both =
        diagrams.apply(
            dispatch.deciding,
            dispatch.result,
            (entry, leaf) ->
                index.computeIfAbsent(
                    new Way(entry, leaf),
                    way -> {
                      ways.add(way);
                      return ways.size() - 1;
                    }));
    Diagrams.Regions regions = diagrams.regions(both);
    Router router = new Router(work.space, List.of(dispatch));
    for (int i = 0; i < ways.size(); i++) {
      int region = regions.of(i);
      if (region == Diagrams.FALSE) {
        continue;
      }
      Program.Entry entry = dispatch.program.entries().get(ways.get(i).entry());
      add(region, entry, dispatch, router);
      Set<Formula> parts = new LinkedHashSet<>();
      alternatives(entry.own(), parts);
      Dispatch.Leaf leaf = dispatch.leaves.get(ways.get(i).leaf());
      alternatives(leaf.entry().own(), parts);
      for (Formula part : parts) {
        int narrow = diagrams.and(region, work.universe.encode(part));
        if (narrow != Diagrams.FALSE) {
          add(narrow, entry, dispatch, router);
        }
      }
    }
  }

  /** Every way of every "or" that is not negated. */
  private static void alternatives(Formula formula, Set<Formula> parts) {
    switch (formula) {
      case Formula.And and -> and.parts().forEach(part -> alternatives(part, parts));
      case Formula.Or or -> {
        for (Formula part : or.parts()) {
          if (parts.size() < 200) {
            parts.add(part);
            alternatives(part, parts);
          }
        }
      }
      case Formula.Constant constant -> {}
      case Formula.Test test -> {}
      case Formula.Unknown unknown -> {}
      case Formula.Not not -> {}
    }
  }

  private void add(int set, Program.Entry entry, Dispatch dispatch, Router router) {
    Request request = work.witness(set, dispatch);
    Span place = Questions.place(entry);
    found.computeIfAbsent(
        request + " " + place,
        key ->
            new CoverRequest(
                request,
                place,
                (dispatch.program.frontend().mode() == Mode.HTTP
                        ? Router.refusable(request)
                        : Optional.<String>empty())
                    .<Outcome>map(why -> new Outcome.Undecided("irregular: " + why))
                    .orElseGet(() -> router.route(request, dispatch))));
  }
}
