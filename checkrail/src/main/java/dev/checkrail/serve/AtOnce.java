package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.change.Change;
import java.util.LinkedHashMap;
import java.util.Map;

/** In one step: native check, files switched, reload, and the truth of what serves. */
final class AtOnce implements Putting {
  private final Balancers balancers;

  AtOnce(Balancers balancers) {
    this.balancers = balancers;
  }

  @Override
  public Applied put(Change change, Map<String, Preflight.Choice> choices)
      throws BalancerException, InterruptedException {
    Change.Rollout rollout = change.rollout().orElseThrow();
    boolean broken = change.glass().isPresent();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("change", Long.toString(change.number()));
    details.put("matter", change.matter().digest());
    details.put("author", change.author());
    details.put("approved_by", change.approvers());
    change.glass().ifPresent(glass -> details.put("glass", glass.reason()));
    if (!change.matter().moves().isEmpty()) {
      details.put("moves", String.join(" ", change.matter().moves()));
    }
    return balancers.roll(
        change.matter().balancer(),
        new Balancers.Rolling(
            change.matter().base(),
            change.matter().candidate(),
            rollout.by(),
            choices,
            broken,
            "change %d, %s%s"
                .formatted(
                    change.number(),
                    change.grounds(),
                    change.moved().map(it -> "; " + it).orElse("")),
            details));
  }
}
