package dev.checkrail.serve;

import dev.checkrail.change.Change;
import dev.checkrail.change.Traffic;
import dev.checkrail.review.Rules;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Changes as the API shows them. */
final class ChangeJson {
  private ChangeJson() {}

  /** What a list shows of one. */
  static ObjectNode head(ObjectNode node, Change change) {
    node.put("number", change.number());
    node.put("balancer", change.matter().balancer());
    node.put("kind", change.matter().kind().word());
    node.put("state", change.state().word());
    node.put("author", change.author());
    node.put("why", change.why());
    node.put("proposed_at", change.proposed().toString());
    node.put("urgent", change.urgent());
    change.checked().ifPresent(it -> node.put("risk", it.weight().risk().word()));
    node.put("because", change.because());
    node.put("review_owed", change.reviewOwed());
    return node;
  }

  /**
   * All of one.
   *
   * @param needed who has to agree, if that is known
   */
  static ObjectNode whole(
      Change change, ChangeChecks.Progress progress, Optional<Rules.Needed> needed) {
    ObjectNode node = head(Wire.object(), change);
    node.put("base", change.matter().base());
    node.put("candidate", change.matter().candidate());
    node.put("policy", change.matter().policy());
    node.put("matter", change.matter().digest());
    node.set("moves", Wire.texts(change.matter().moves()));
    progress.stage().ifPresent(it -> node.put("checking", it.word()));
    progress.failed().ifPresent(it -> node.put("not_checked", it));
    change.checked().ifPresent(it -> checked(node.putObject("checked"), it));
    needed.ifPresent(it -> node.put("needed", it.text()));
    ArrayNode approvals = node.putArray("approvals");
    for (Change.Approval one : change.approvals()) {
      ObjectNode approval = approvals.addObject();
      approval.put("by", one.by());
      approval.set("roles", Wire.texts(one.roles()));
      approval.put("at", one.at().toString());
      approval.put("note", one.note());
    }
    change
        .rollout()
        .ifPresent(it ->
            node.putObject("rollout")
                .put("by", it.by())
                .put("at", it.at().toString())
                .put("from", it.from()));
    change.glass().ifPresent(it -> glass(node.putObject("glass"), it));
    return node;
  }

  private static void checked(ObjectNode node, Change.Checked checked) {
    node.put("at", checked.at().toString());
    node.put("verdict", checked.verdict().word());
    node.put("rehearsed", checked.rehearsed());
    node.set("blocking", Wire.texts(checked.blocking()));
    node.put("risk", checked.weight().risk().word());
    node.set("risk_because", Wire.texts(checked.weight().because()));
    checked
        .weight()
        .traffic()
        .filter(it -> !it.thin())
        .ifPresent(it -> node.set("traffic", traffic(it)));
    node.set("services", Wire.texts(checked.weight().services()));
    node.put("way_back", checked.wayBack().isEmpty());
    checked.wayBack().ifPresent(it -> node.put("way_back_why", it));
  }

  /** Which part of the recorded requests it moves. */
  static ObjectNode traffic(Traffic traffic) {
    ObjectNode node = Wire.object();
    node.put("requests", traffic.requests());
    node.put("since", traffic.since().toString());
    node.put("share", traffic.share());
    node.put("at_most", traffic.atMost());
    node.put("unclear", traffic.unclear());
    ArrayNode services = node.putArray("services");
    for (Traffic.OfService one : traffic.services()) {
      services
          .addObject()
          .put("service", one.service())
          .put("requests", one.requests())
          .put("share", one.share());
    }
    return node;
  }

  private static void glass(ObjectNode node, Change.Glass glass) {
    node.put("by", glass.by());
    node.put("at", glass.at().toString());
    node.put("reason", glass.reason());
    glass
        .reviewed()
        .ifPresent(it ->
            node.putObject("reviewed")
                .put("by", it.by())
                .put("at", it.at().toString())
                .put("right", it.right())
                .put("note", it.note()));
  }
}
