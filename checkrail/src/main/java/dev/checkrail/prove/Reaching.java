package dev.checkrail.prove;

import dev.checkrail.model.Mode;
import dev.checkrail.prove.set.Diagrams;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which pools each listener reaches, and by which requests. */
final class Reaching {
  private static final int IN_WORDS = 12;

  private Reaching() {}

  static List<ProveReport.Reach> of(Work work, Work.Side side) {
    List<ProveReport.Reach> found = new ArrayList<>();
    Diagrams diagrams = work.universe.diagrams;
    for (Dispatch dispatch : side.dispatches()) {
      Map<String, List<Integer>> entries = new LinkedHashMap<>();
      for (int i : diagrams.leaves(dispatch.deciding)) {
        if (dispatch.program.entries().get(i).ending() instanceof Ending.ToPool to) {
          entries.computeIfAbsent(to.pool().name(), p -> new ArrayList<>()).add(i);
        }
      }
      entries.forEach((pool, list) ->
          found.add(
              new ProveReport.Reach(
                  dispatch.program.frontend().name(),
                  dispatch.program.listener().key(),
                  pool,
                  words(work, dispatch, list, entries.size()))));
    }
    return found;
  }

  /** Words take time: for many pools only names are given. */
  private static String words(Work work, Dispatch dispatch, List<Integer> entries, int pools) {
    if (pools > IN_WORDS || entries.size() > IN_WORDS) {
      return "";
    }
    Diagrams diagrams = work.universe.diagrams;
    int set = diagrams.or(entries.stream().map(dispatch::decided).toList());
    if (dispatch.program.frontend().mode() != Mode.HTTP) {
      return new Words(work).ofConnections(set);
    }
    int regular = diagrams.and(set, work.universe.encode(work.sets.regular()));
    return new Words(work).of(regular == Diagrams.FALSE ? set : regular, regular != Diagrams.FALSE);
  }
}
