package dev.checkrail.prove;

import dev.checkrail.source.Span;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Where the approved rules send a request of which only a part is known: every way that the rest of
 * it leaves open.
 *
 * @param services of the policy that it belongs to, whatever is not known
 * @param perhaps services that it belongs to or not, depending on what is not known
 * @param pools that can be chosen for it, in order of the rules; the first {@value #POOLS}
 * @param answered whether the load balancer may answer, redirect or close before a pool is chosen
 * @param unfollowed whether any pool may be chosen, because something is not modelled or too large,
 *     or because so little is known that there are more than {@value #POOLS}
 * @param rules that may decide, at most {@value #RULES}
 * @param unseen what the rules look at and is not known, if pools or services depend on it
 * @param unmodelled lines that are not modelled and matter alike
 */
public record Region(
    List<String> services,
    List<String> perhaps,
    SequencedSet<String> pools,
    boolean answered,
    boolean unfollowed,
    List<Decider> rules,
    List<String> unseen,
    List<String> unmodelled) {
  static final int RULES = 8;
  static final int POOLS = 256;

  public Region {
    services = List.copyOf(services);
    perhaps = List.copyOf(perhaps);
    pools = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(pools));
    rules = List.copyOf(rules);
    unseen = List.copyOf(unseen);
    unmodelled = List.copyOf(unmodelled);
  }

  /**
   * A rule that decides.
   *
   * @param text as written; "no rule" for what is left at the end
   */
  public record Decider(String text, Span at) {}

  /** Whether there is one way only. */
  public boolean certain() {
    return !unfollowed && pools.size() + (answered ? 1 : 0) == 1;
  }

  /** Whether the rules can choose this pool. */
  public boolean allows(String pool) {
    return unfollowed || pools.contains(pool);
  }

  /** Whether the load balancer may answer itself. */
  public boolean allowsAnswer() {
    return unfollowed || answered;
  }
}
