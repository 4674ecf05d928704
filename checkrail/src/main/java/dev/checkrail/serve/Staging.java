package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Stages;
import dev.checkrail.change.Stages.Step;
import dev.checkrail.change.Stages.Weight;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Terms;
import dev.checkrail.policy.Policy;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Verdict;
import dev.checkrail.rollout.stage.Plan;
import dev.checkrail.rollout.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans the steps of a change while it is checked: the files on the way are kept and judged, so
 * that they are approved with it. Where that can't be (nothing to stage, no time in the fast lane,
 * findings that only the way has), the candidate is put in place in one step, and the plan says so.
 */
final class Staging {
  private final Balancers balancers;

  Staging(Balancers balancers) {
    this.balancers = balancers;
  }

  /** The steps of one that was judged. */
  Stages of(Change change, Policy policy, Balancers.Judged judged)
      throws BalancerException, InterruptedException {
    String candidate = change.matter().candidate();
    Optional<String> moves = judged.report().difference().flatMap(Plan::atOnce);
    Verdict.Kind verdict = judged.report().verdict().kind();
    if (change.urgent()) {
      return Stages.atOnce(candidate, List.of("in the fast lane nothing is staged"), moves);
    }
    if (verdict != Verdict.Kind.PASS && verdict != Verdict.Kind.UNDECIDED) {
      return Stages.atOnce(candidate, List.of("blocked: no steps were planned"), moves);
    }
    return balancers.look(
        change.matter().balancer(), held -> steps(held, change, policy, judged, moves));
  }

  private static Stages steps(
      Balancers.Held held,
      Change change,
      Policy policy,
      Balancers.Judged judged,
      Optional<String> moves)
      throws BalancerException, InterruptedException {
    String candidate = change.matter().candidate();
    GateChecks checks = held.checks(policy);
    ReadReport to = checks.read(judged.to());
    Plan plan = Stage.plan(checks.read(judged.from()), to);
    if (!plan.inSteps()) {
      return Stages.atOnce(candidate, plan.said(), moves);
    }
    ConfigurationSet first = with(judged.to(), plan.first().texts());
    PathReport found =
        checks.judged(
            judged.from(), first, change.matter().moves(), Terms.Rehearsing.WITHOUT, stage -> {});
    Verdict.Kind verdict = found.verdict().kind();
    if (verdict == Verdict.Kind.BLOCKED || verdict == Verdict.Kind.ERROR) {
      List<String> said = new ArrayList<>(plan.said());
      said.add(
          "nothing is staged: the file on the way, with the new servers out of service, would be"
              + " blocked by itself ("
              + PolicyApproval.blocking(found.verdict())
              + ")");
      return Stages.atOnce(candidate, said, moves);
    }
    String between = held.versions().keep(first);
    List<Step> steps = new ArrayList<>();
    for (Plan.Step step : plan.steps()) {
      steps.add(
          switch (step) {
            case Plan.Put put ->
                put.last()
                    ? new Step(Optional.of(candidate), full(plan, to), put.why())
                    : new Step(Optional.of(between), none(plan), put.why());
            case Plan.Raise raise ->
                new Step(
                    Optional.empty(),
                    raise.weights().stream()
                        .map(it -> new Weight(it.pool(), it.server(), it.weight(), it.share()))
                        .toList(),
                    raise.why());
          });
    }
    return new Stages(steps, plan.said(), found.difference().flatMap(Plan::atOnce));
  }

  private static List<Weight> none(Plan plan) {
    return plan.staged().stream().map(it -> new Weight(it.pool(), it.server(), 0, 0)).toList();
  }

  private static List<Weight> full(Plan plan, ReadReport to) {
    return plan.staged().stream()
        .map(it -> {
          int all =
              to.configuration().pool(it.pool()).map(Pool::servers).orElse(List.of()).stream()
                  .filter(Server::active)
                  .mapToInt(Server::weight)
                  .sum();
          return new Weight(
              it.pool(), it.server(), it.weight(), all == 0 ? 1 : (double) it.weight() / all);
        })
        .toList();
  }

  /** The same set with other texts of its main files, one {@code char} per byte. */
  private static ConfigurationSet with(ConfigurationSet set, Map<String, String> texts) {
    return new ConfigurationSet(
        set.main().stream()
            .map(item -> {
              String text = texts.get(item.path());
              return text == null
                  ? item
                  : ConfigurationSet.Item.of(
                      item.path(), text.getBytes(StandardCharsets.ISO_8859_1));
            })
            .toList(),
        set.referenced());
  }

  /** In words, as people see it. */
  static String name(Stages stages, int step) {
    Step one = stages.steps().get(step - 1);
    return "step %d of %d%s"
        .formatted(
            step,
            stages.steps().size(),
            one.file().map(it -> " (" + Versions.brief(it) + ")").orElse(""));
  }
}
