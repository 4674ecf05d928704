package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.report.RuleId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests that stay in their pool and for which {@code http-request disable-l7-retry} [4.2] is no
 * longer carried out: the pool's own setting is the same, and still they can be sent again now.
 */
final class RetriedRequests {
  private final Work work;
  private final Diagrams diagrams;
  private final Map<Counterparts.Pools, Integer> found = new LinkedHashMap<>();

  RetriedRequests(Work work) {
    this.work = work;
    this.diagrams = work.universe.diagrams;
  }

  /** Looks at a pair of listeners. */
  void pair(Dispatch old, Dispatch now, List<Counterparts.Pools> pools) {
    for (Counterparts.Pools pair : pools) {
      if (CompareRetry.repeats(pair.old()) && CompareRetry.repeats(pair.now())) {
        int switchedOff = requests(old, pair.old().name(), true);
        if (switchedOff != Diagrams.FALSE) {
          int both = diagrams.and(switchedOff, requests(now, pair.now().name(), false));
          int certain = work.universe.certainly(both);
          if (certain != Diagrams.FALSE) {
            found.merge(pair, certain, diagrams::or);
          }
        }
      }
    }
  }

  /** The requests sent to a pool of which a second sending is, or is not, switched off. */
  private int requests(Dispatch dispatch, String pool, boolean off) {
    int requests = Diagrams.FALSE;
    for (Dispatch.Leaf leaf : dispatch.leaves) {
      if (leaf.ending() instanceof Ending.ToServers to
          && to.pool().name().equals(pool)
          && leaf.pool().isPresent()) {
        Formula noRetry = leaf.pool().get().sent().noRetry();
        int set = work.universe.encode(off ? noRetry : work.formulas.not(noRetry));
        if (set != Diagrams.FALSE) {
          int here = diagrams.region(dispatch.result, at -> dispatch.leaves.get(at) == leaf);
          requests = diagrams.or(requests, diagrams.and(here, set));
        }
      }
    }
    return requests;
  }

  /** What was found in all pairs. */
  List<SettingChange> changes() {
    return found.entrySet().stream()
        .map(it -> {
          Counterparts.Pools pair = it.getKey();
          return new SettingChange(
              RuleId.DIFF_RETRY_ADDED,
              pair.subject(),
              "disable-l7-retry no longer keeps requests from being sent again: "
                  + words(it.getValue()),
              SettingChanges.NONE,
              SettingChanges.NONE,
              Optional.of(pair.now().retry().span()));
        })
        .toList();
  }

  private String words(int set) {
    int regular = diagrams.and(set, work.universe.encode(work.sets.regular()));
    boolean any = regular != Diagrams.FALSE;
    return new Words(work).of(any ? regular : set, any);
  }
}
