package dev.checkrail.cli;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A change as people read it. */
final class ChangeText {
  private ChangeText() {}

  /** What a list shows of one. */
  static void head(Page page, JsonNode one) {
    page.line(
        "%-4s %-10s %-11s %-6s by %s  %s"
            .formatted(
                Asking.of(one, "number"),
                Asking.of(one, "balancer"),
                Asking.of(one, "state"),
                Asking.of(one, "risk"),
                Asking.of(one, "author"),
                Asking.of(one, "why")));
    page.prose(5, Asking.of(one, "because"));
    if (Asking.of(one, "review_owed").equals("true")) {
      page.prose(
          5,
          "the glass was broken: somebody else has to look at it ('change approve' or"
              + " 'change reject')");
    }
  }

  /** All of one. */
  static void text(Page page, ObjectNode body) {
    head(page, body);
    boolean policy = Asking.of(body, "kind").equals("policy");
    page.line(
        "  %s %s, instead of %s"
            .formatted(
                policy ? "policy" : "candidate",
                Asking.brief(Asking.of(body, "candidate")),
                Asking.brief(Asking.of(body, "base"))));
    List<String> moves = Asking.texts(body, "moves");
    if (!moves.isEmpty()) {
      page.labelled(2, "meant to move:", String.join(", ", moves));
    }
    Asking.texts(body, "missing").forEach(it -> page.labelled(2, "nowhere:", it));
    if (!Asking.of(body, "checking").isEmpty()) {
      page.labelled(2, "being checked:", Asking.of(body, "checking"));
    }
    Asking.texts(body, "blocked_already")
        .forEach(it -> page.labelled(2, "blocked already by:", it));
    if (!Asking.of(body, "not_checked").isEmpty()) {
      page.labelled(2, "its check could not run:", Asking.of(body, "not_checked"));
    }
    Optional.ofNullable(body.get("checked"))
        .ifPresent(checked -> {
          page.labelled(
              2,
              "check:",
              Asking.of(checked, "verdict")
                  + (policy || Asking.of(checked, "rehearsed").equals("true")
                      ? ""
                      : ", not rehearsed"));
          Asking.texts(checked, "blocking").forEach(it -> page.labelled(2, "blocks:", it));
          page.labelled(2, "risk:", Asking.of(checked, "risk"));
          Asking.texts(checked, "risk_because").forEach(it -> page.labelled(4, "for:", it));
          List<String> services = Asking.texts(checked, "services");
          if (!services.isEmpty()) {
            page.labelled(2, "touches:", String.join(", ", services));
          }
          if (!policy) {
            page.labelled(
                2,
                "way back:",
                Asking.of(checked, "way_back").equals("true")
                    ? "green"
                    : "not green: " + Asking.of(checked, "way_back_why"));
          }
        });
    if (!Asking.of(body, "needed").isEmpty()) {
      page.labelled(2, "needed:", Asking.of(body, "needed"));
    }
    for (JsonNode one : Asking.nodes(body, "approvals")) {
      page.labelled(
          2,
          "approved:",
          "%s by %s (%s) %s"
              .formatted(
                  Asking.of(one, "at"),
                  Asking.of(one, "by"),
                  String.join(", ", Asking.texts(one, "roles")),
                  Asking.of(one, "note"))
              .strip());
    }
    Optional.ofNullable(body.get("glass"))
        .ifPresent(it -> {
          page.labelled(
              2,
              "glass broken:",
              "%s by %s: %s"
                  .formatted(Asking.of(it, "at"), Asking.of(it, "by"), Asking.of(it, "reason")));
          Optional.ofNullable(it.get("reviewed"))
              .ifPresent(seen ->
                  page.labelled(
                      2,
                      "looked at:",
                      "%s by %s, it was %s: %s"
                          .formatted(
                              Asking.of(seen, "at"),
                              Asking.of(seen, "by"),
                              Asking.of(seen, "right").equals("true") ? "right" : "wrong",
                              Asking.of(seen, "note"))));
        });
    RolloutText.stages(page, body);
    RolloutText.now(page, body);
    Optional.ofNullable(body.get("rollout"))
        .ifPresent(it ->
            page.labelled(
                2,
                "put in place:",
                "%s by %s".formatted(Asking.of(it, "at"), Asking.of(it, "by"))));
  }
}
