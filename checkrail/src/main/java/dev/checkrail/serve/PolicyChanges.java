package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.change.Change;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Matter;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyDifference;
import dev.checkrail.report.Evidence;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Json;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is different where a change is one of the policy: what it loosens is said in words, the
 * version that is live has to satisfy it, and it is live once it is the approved policy. The load
 * balancer itself is not touched. Safe for many threads.
 */
final class PolicyChanges {
  private final Balancers balancers;
  private final PolicyApproval approval;
  private final Consumer<String> watch;

  /**
   * @param watch told that another policy counts for a load balancer
   */
  PolicyChanges(Balancers balancers, PolicyApproval approval, Consumer<String> watch) {
    this.balancers = balancers;
    this.approval = approval;
    this.watch = watch;
  }

  /** Keeps one that was proposed, if it is a policy; answers its digest. */
  String keep(String balancer, String text) throws BalancerException, InterruptedException {
    return balancers.look(
        balancer,
        held -> {
          var unused =
              Registry.policy(Optional.of(text), held.entry().installation().environment());
          return held.policies().keep(text);
        });
  }

  /** What its check found. */
  record Judged(Change.Checked checked, Evidence evidence) {}

  /** Reads it, compares it with the approved one, and judges what is live under it. */
  Judged judge(Change change, Evidence proposal, Instant at)
      throws BalancerException, InterruptedException {
    return balancers.look(
        change.matter().balancer(),
        held -> {
          Map<String, String> environment = held.entry().installation().environment();
          String text = text(held, change);
          Policy now = Registry.policy(Optional.of(text), environment);
          PolicyDifference difference =
              PolicyDifference.between(Registry.policy(held.entry().policy(), environment), now);
          ConfigurationSet live = PolicyApproval.live(held.versions());
          Verdict verdict = held.checks(now).check(live);
          return new Judged(
              new Change.Checked(
                  at,
                  verdict.kind(),
                  false,
                  blocking(verdict),
                  weight(difference, verdict),
                  Optional.empty(),
                  Optional.empty()),
              evidence(proposal, difference, verdict, text)
                  .withInputs(
                      "old", held.entry().policy().map(PolicyChanges::file).stream().toList())
                  .withInputs("new", List.of(file(text)))
                  .withInputs("live", ChangeChecks.lookups(live)));
        });
  }

  private static String text(Balancers.Held held, Change change) throws BalancerException {
    return held.policies()
        .text(change.matter().candidate())
        .orElseThrow(() -> Problem.missing("the policy that was proposed is not kept here"));
  }

  private static List<String> blocking(Verdict verdict) {
    return verdict.findings().stream()
        .filter(Verdict.Measure.usual()::blocks)
        .map((Finding it) -> it.rule().id())
        .distinct()
        .limit(20)
        .toList();
  }

  /** All later changes are judged by it: it is never less than high. */
  private static Change.Weight weight(PolicyDifference difference, Verdict verdict) {
    List<String> because = new ArrayList<>();
    because.add("all later changes are judged by it");
    difference.loosens().forEach(it -> because.add("loosens: " + it));
    difference.otherwise().forEach(it -> because.add("may loosen: " + it));
    difference.tightens().forEach(it -> because.add("tightens: " + it));
    if (difference.isEmpty()) {
      because.add("nothing is demanded otherwise than before");
    }
    if (verdict.kind() != Verdict.Kind.PASS) {
      because.add("the version that is live does not pass under it");
    }
    return new Change.Weight(Change.Risk.HIGH, Optional.empty(), List.of(), because);
  }

  private static Evidence evidence(
      Evidence proposal, PolicyDifference difference, Verdict verdict, String text) {
    ObjectNode node = Wire.object();
    node.set("loosens", Wire.texts(difference.loosens()));
    node.set("may_loosen", Wire.texts(difference.otherwise()));
    node.set("tightens", Wire.texts(difference.tightens()));
    return proposal
        .with("policy.json", Wire.text(Wire.redacted(node)) + "\n")
        .with("policy.yaml", dev.checkrail.logs.RedactedText.of(text))
        .with("verdict.json", ChangeChecks.redacted(Json.line().verdict(verdict)));
  }

  private static Lookup file(String text) {
    return new Lookup.Found(SourceFile.of("checkrail.yaml", text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Makes it the approved one, if what is live passes under it still, or the glass is broken. */
  Applied put(Change change) throws BalancerException, InterruptedException {
    Matter matter = change.matter();
    String balancer = matter.balancer();
    String text = balancers.look(balancer, held -> text(held, change));
    boolean broken = change.glass().isPresent();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("change", Long.toString(change.number()));
    details.put("matter", matter.digest());
    details.put("author", change.author());
    details.put("approved_by", change.approvers());
    change.glass().ifPresent(glass -> details.put("glass", glass.reason()));
    PolicyApproval.Decided decided =
        approval.decide(
            balancer,
            new PolicyApproval.Order(
                text,
                broken,
                change.rollout().orElseThrow().by(),
                "change %d, %s".formatted(change.number(), change.grounds()),
                details));
    if (decided.approved()) {
      watch.accept(balancer);
    }
    return new Applied(
        decided.approved() ? Applied.Outcome.SERVES : Applied.Outcome.REFUSED_BY_CHECK,
        matter.candidate(),
        Optional.empty(),
        decided.approved()
            ? "changes of %s are judged under it from now on".formatted(balancer)
            : "the version that is live does not pass under it any more ("
                + decided.verdict().map(PolicyApproval::blocking).orElse("")
                + "); the policy before still counts",
        Optional.empty(),
        List.of());
  }
}
