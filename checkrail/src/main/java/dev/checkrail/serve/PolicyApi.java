package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.report.Json;
import dev.checkrail.report.Verdict;
import dev.checkrail.serve.access.Right;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Approved policies over HTTP. */
final class PolicyApi {
  private static final String POLICY = "/api/v1/balancers/{balancer}/policy";
  private static final int LARGEST = 1 << 20;

  private final PolicyApproval approval;
  private final Watching watching;
  private final Changes changes;

  PolicyApi(PolicyApproval approval, Watching watching, Changes changes) {
    this.approval = approval;
    this.watching = watching;
    this.changes = changes;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", POLICY, BalancerApi.told(this::show)),
        Endpoint.needs(Right.LB_POLICY, "POST", POLICY, BalancerApi.told(this::approve)));
  }

  private Reply show(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    PolicyApproval.Known known = approval.known(name);
    ObjectNode body = Wire.object();
    body.put("name", name);
    known.current().ifPresent(it -> policy(body.putObject("approved"), it));
    ArrayNode earlier = body.putArray("earlier");
    known.all().stream()
        .filter(one -> known.current().filter(it -> it.digest().equals(one.digest())).isEmpty())
        .forEach(one -> policy(earlier.addObject(), one));
    return Reply.json(200, body);
  }

  private static void policy(ObjectNode node, ApprovedPolicies.Approved one) {
    node.put("digest", one.digest());
    one.approval()
        .ifPresent(
            it -> node.put("at", it.at().toString()).put("by", it.by()).put("why", it.why()));
  }

  /** The text of a policy in a body. */
  static String text(Body body) {
    String text = body.text("policy");
    if (text.isBlank() || text.length() > LARGEST) {
      throw Problem.bad("\"policy\" is the text of a policy, at most " + LARGEST + " characters");
    }
    return text;
  }

  private Reply approve(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_POLICY, name);
    Body body = call.body("policy", "force");
    String text = text(body);
    if (changes.any(name) && approval.known(name).current().isPresent()) {
      throw Problem.conflict(
          "changes-only",
          "the policy of %s is changed by reviewed changes only, since there are any: 'change propose"
                  .formatted(name)
              + " --policy', or in an emergency 'change break-glass'");
    }
    PolicyApproval.Decided decided =
        approval.decide(
            name,
            new PolicyApproval.Order(
                text,
                body.flag("force").orElse(false),
                call.caller().account(),
                "lb policy --approve",
                Map.of()));
    if (!decided.approved()) {
      boolean undecided =
          decided.verdict().filter(it -> it.kind() == Verdict.Kind.UNDECIDED).isPresent();
      Problem problem =
          Problem.conflict(
              undecided ? "policy-undecided" : "policy-blocked",
              undecided
                  ? "whether the approved version passes under this policy can't be decided; the"
                      + " policy before still counts"
                  : "the approved version does not pass under this policy; the policy before still"
                      + " counts");
      decided.verdict().ifPresent(it -> problem.and("verdict", Wire.own(Json.line().verdict(it))));
      throw problem;
    }
    watching.policy(name);
    ObjectNode answer = Wire.object();
    answer.put("name", name);
    answer.put("digest", decided.digest());
    decided.was().ifPresent(it -> answer.put("was", it));
    answer.put("changed", decided.verdict().isPresent());
    decided.verdict().ifPresent(it -> answer.set("verdict", Wire.own(Json.line().verdict(it))));
    return Reply.json(200, answer);
  }
}
