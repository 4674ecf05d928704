package dev.checkrail.serve;

import dev.checkrail.change.Change;
import dev.checkrail.change.Stages;
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
   * @param rollingOut how far its rollout is, if one is under way
   */
  static ObjectNode whole(
      Change change,
      ChangeChecks.Progress progress,
      Optional<Rules.Needed> needed,
      Optional<RollingOut.Progress> rollingOut) {
    ObjectNode node = head(Wire.object(), change);
    node.put("base", change.matter().base());
    node.put("candidate", change.matter().candidate());
    node.put("policy", change.matter().policy());
    node.put("matter", change.matter().digest());
    node.set("moves", Wire.texts(change.matter().moves()));
    progress.stage().ifPresent(it -> node.put("checking", it.word()));
    if (!progress.blocked().isEmpty()) {
      node.set("blocked_already", Wire.texts(progress.blocked()));
    }
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
        .checked()
        .flatMap(Change.Checked::stages)
        .ifPresent(it -> node.set("stages", stages(it)));
    change.rollout().ifPresent(it -> rollout(node.putObject("rollout"), it, rollingOut));
    change.glass().ifPresent(it -> glass(node.putObject("glass"), it));
    return node;
  }

  /** How it is put in place. */
  static ObjectNode stages(Stages stages) {
    ObjectNode node = Wire.object();
    ArrayNode steps = node.putArray("steps");
    for (Stages.Step one : stages.steps()) {
      ObjectNode step = steps.addObject();
      step.put("why", one.why());
      one.file().ifPresent(it -> step.put("file", it));
      ArrayNode weights = step.putArray("weights");
      for (Stages.Weight weight : one.weights()) {
        weights
            .addObject()
            .put("pool", weight.pool())
            .put("server", weight.server())
            .put("weight", weight.weight())
            .put("share", weight.share());
      }
    }
    node.set("said", Wire.texts(stages.said()));
    stages.atOnce().ifPresent(it -> node.put("at_once", it));
    return node;
  }

  private static void rollout(
      ObjectNode node, Change.Rollout rollout, Optional<RollingOut.Progress> now) {
    node.put("by", rollout.by());
    node.put("at", rollout.at().toString());
    node.put("from", rollout.from());
    rollout
        .course()
        .ifPresent(course -> {
          node.put("step", course.step());
          node.put("phase", course.phase().word());
          if (course.together().size() > 1) {
            ArrayNode together = node.putArray("together");
            course.together().forEach(together::add);
          }
        });
    now.ifPresent(it -> {
      node.put("step", it.step());
      node.put("steps", it.of());
      node.put("phase", it.phase().word());
      node.put("doing", it.doing());
      node.put("decision", it.decision());
      node.put("why", it.why());
      node.put("waits_for_a_person", it.waits());
      node.put("since", it.since().toString());
    });
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
