package dev.checkrail.serve;

import dev.checkrail.watch.detect.Sign;
import dev.checkrail.watch.diagnose.Act;
import dev.checkrail.watch.diagnose.AutoRollback.Decision;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.diagnose.Reason;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Prevention;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Incidents and diagnoses as JSON. */
final class IncidentJson {
  private IncidentJson() {}

  private static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a list shows of one. */
  static void head(ObjectNode node, Incident incident) {
    node.put("id", incident.id());
    node.put("balancer", incident.balancer());
    node.put("state", word(incident.state()));
    node.put("began", incident.began().toString());
    node.put("opened", incident.opened().toString());
    incident.lastHarm().ifPresent(at -> node.put("last_harm", at.toString()));
    incident.ended().ifPresent(at -> node.put("ended", at.toString()));
    incident
        .answer()
        .ifPresent(answer -> {
          Ranked first = answer.first();
          ObjectNode cause = node.putObject("cause");
          cause.put("cause", first.cause().word());
          cause.put("object", first.object());
          cause.put("probability", first.probability());
          cause.put("why", first.why());
          cause.put("at", answer.at().toString());
        });
    node.put("requests", incident.impact().requests());
    node.put("failed", incident.impact().failed());
    node.put("misrouted", incident.impact().misrouted());
  }

  /** All of one. */
  static ObjectNode whole(Recorded recorded) {
    Incident incident = recorded.incident();
    ObjectNode node = Wire.object();
    head(node, incident);
    incident.answer().ifPresent(answer -> node.set("answer", published(answer)));
    incident.aftermath().ifPresent(it -> node.set("aftermath", aftermath(it)));
    ObjectNode impact = node.putObject("impact");
    Incident.Impact it = incident.impact();
    impact.put("observed_seconds", it.observed());
    impact.put("requests", it.requests());
    impact.put("failed", it.failed());
    impact.put("usual_failed", it.usualFailed());
    impact.put("misrouted", it.misrouted());
    impact.put("clients_at_most", it.clients());
    impact.put("worst_share_of_clients", it.worstShare());
    it.unknown().ifPresent(count -> impact.put("payments_without_final_state", count));
    ArrayNode timeline = node.putArray("timeline");
    incident
        .timeline()
        .forEach(entry ->
            entry(timeline.addObject(), entry.at(), entry.what(), entry.who(), entry.text()));
    if (incident.leftOut() > 0) {
      node.put("timeline_left_out", incident.leftOut());
    }
    prevention(node, recorded);
    return node;
  }

  /** What would refuse such a change for ever, and what accepts that. */
  static void prevention(ObjectNode node, Recorded recorded) {
    recorded
        .prevention()
        .ifPresent(prevention -> {
          ObjectNode one = node.putObject("prevention");
          one.put("patch", prevention.patch());
          one.set("why", Wire.texts(prevention.why()));
          one.put("no", prevention.no());
          if (!prevention.patch().isEmpty()) {
            one.put("accept", Prevention.accept(recorded.incident().balancer()));
          }
        });
  }

  static ObjectNode entry(Happening happening) {
    ObjectNode node = Wire.object();
    entry(node, happening.at(), happening.what(), happening.who(), happening.text());
    return node;
  }

  private static void entry(
      ObjectNode node, Instant at, Incident.What what, String who, String text) {
    node.put("at", at.toString());
    node.put("what", word(what));
    node.put("who", who);
    node.put("text", text);
  }

  // --- the diagnosis

  /** What is known now; what was answered before a restart of ours is the incident's. */
  static ObjectNode diagnosis(String name, Guard.Now now) {
    Diagnosis diagnosis = now.diagnosis();
    ObjectNode node = Wire.object();
    node.put("balancer", name);
    node.put("at", now.at().toString());
    diagnosis.harmedSince().ifPresent(at -> node.put("harmed_since", at.toString()));
    node.put("harmed", diagnosis.harmed());
    node.put("urgent", diagnosis.urgent());
    node.put("unclear", diagnosis.unclear());
    node.set("ranking", ranking(diagnosis.ranking()));
    ObjectNode first = node.putObject("first_act");
    first.put("text", diagnosis.firstAct().text());
    first.set("direct_good", Wire.texts(diagnosis.firstAct().directGood()));
    first.set("direct_bad", Wire.texts(diagnosis.firstAct().directBad()));
    first.set("through_good", Wire.texts(diagnosis.firstAct().throughGood()));
    first.set("through_bad", Wire.texts(diagnosis.firstAct().throughBad()));
    Optional<Incident> open =
        now.incident().filter(incident -> incident.state() == Incident.State.OPEN);
    diagnosis
        .published()
        .or(() -> open.flatMap(Incident::answer))
        .ifPresent(answer -> node.set("published", published(answer)));
    diagnosis
        .aftermath()
        .or(() -> open.flatMap(Incident::aftermath))
        .ifPresent(it -> node.set("aftermath", aftermath(it)));
    ArrayNode notes = node.putArray("notes");
    diagnosis
        .notes()
        .forEach(
            note -> notes.addObject().put("at", note.at().toString()).put("text", note.text()));
    ArrayNode signs = node.putArray("seen");
    now.signs().forEach(sign -> sign(signs.addObject(), sign));
    now.back()
        .ifPresent(back ->
            node.putObject("way_back")
                .put("digest", back.digest())
                .put("green", back.green())
                .put("why", back.why()));
    rollback(node.putObject("rollback"), now.decision());
    open.ifPresent(incident -> node.put("incident", incident.id()));
    return node;
  }

  private static void sign(ObjectNode node, Sign sign) {
    node.put("detection", sign.detection().id());
    node.put("level", word(sign.level()));
    node.put("subject", sign.subject());
    node.put("text", sign.text());
    node.put("since", sign.since().toString());
  }

  private static void rollback(ObjectNode node, Decision decision) {
    switch (decision) {
      case Decision.Stay stay -> node.put("decision", "stay");
      case Decision.GoBack back -> {
        node.put("decision", "go-back");
        node.set("change", change(back.change()));
        node.put("to", back.to());
        node.put("why", back.why());
      }
      case Decision.Propose propose -> {
        node.put("decision", "propose");
        node.set("change", change(propose.change()));
        propose.to().ifPresent(to -> node.put("to", to));
        node.put("why", propose.why());
      }
    }
  }

  private static ObjectNode change(Act act) {
    ObjectNode node = Wire.object();
    node.put("at", act.at().toString());
    node.put("kind", word(act.kind()));
    node.put("id", act.id());
    act.digest().ifPresent(digest -> node.put("digest", digest));
    node.put("text", act.text());
    return node;
  }

  private static ObjectNode published(Diagnosis.Published published) {
    ObjectNode node = Wire.object();
    node.put("at", published.at().toString());
    node.put("urgent", published.urgent());
    node.set("ranking", ranking(published.ranking()));
    return node;
  }

  private static ObjectNode aftermath(Diagnosis.Aftermath aftermath) {
    ObjectNode node = Wire.object();
    node.put("at", aftermath.at().toString());
    node.put("result", word(aftermath.result()));
    node.put("text", aftermath.text());
    return node;
  }

  private static ArrayNode ranking(List<Ranked> ranking) {
    ArrayNode list = Wire.texts(List.of());
    for (Ranked one : ranking) {
      ObjectNode node = list.addObject();
      node.put("cause", one.cause().word());
      node.put("object", one.object());
      node.put("probability", one.probability());
      node.put("log10", one.log10());
      node.put("standing", word(one.standing()));
      node.put("explained", one.explained());
      node.put("why", one.why());
      one.act().ifPresent(act -> node.set("change", change(act)));
      ArrayNode reasons = node.putArray("reasons");
      for (Reason reason : one.reasons()) {
        reasons
            .addObject()
            .put("kind", word(reason.kind()))
            .put("log10", reason.log10())
            .put("text", reason.text());
      }
    }
    return list;
  }
}
