package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.change.Change;
import java.util.Map;

/**
 * How a change that may be put in place is put in place: at once ({@link AtOnce}), or in stages. It
 * is written down already that it begins; what becomes of it is written down by who asks. Whoever
 * implements this is asked again for a change that is rolling out only after {@link Changes} has
 * settled it, so it keeps nothing between two calls.
 */
@FunctionalInterface
interface Putting {
  /**
   * Puts it in place; returns when it serves, or when it is clear that it won't.
   *
   * @param choices what becomes of state that is in memory only
   * @throws BalancerException if the load balancer does not do it; what lies on its disk and runs
   *     then is for {@link Balancers#act} to end
   */
  Applied put(Change change, Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException;
}
