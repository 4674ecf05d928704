package dev.checkrail.cli;

import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Why users fail now. */
@Command(
    name = "diagnosis",
    description = {
      "Why users of a load balancer fail now: all causes in order, with what speaks for and"
          + " against each, what was published, and whether one would go back."
    },
    footer = {
      "",
      "Example: checkrail diagnosis edge",
      "Exit status: 0 nobody is harmed, 1 users are harmed, 2 could not run."
    })
final class DiagnosisCommand extends Asking {
  @Parameters(paramLabel = "NAME", description = "The load balancer.")
  private String name = "";

  DiagnosisCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    ObjectNode body = good(remote().get(LbCommand.path(name) + "/diagnosis")).body();
    boolean harmed = body.get("harmed_since") != null;
    show(
        body,
        page -> {
          page.line(
              harmed
                  ? "%s  users are harmed since %s%s"
                      .formatted(
                          of(body, "balancer"),
                          of(body, "harmed_since"),
                          of(body, "unclear").equals("true") ? "; why is unclear" : "")
                  : of(body, "balancer") + "  nobody is harmed");
          ranking(page, body);
          Optional.ofNullable(body.get("published")).ifPresent(it -> published(page, it));
          Optional.ofNullable(body.get("first_act"))
              .ifPresent(it -> page.labelled(2, "first act:", of(it, "text")));
          Optional.ofNullable(body.get("way_back"))
              .ifPresent(it ->
                  page.labelled(
                      2,
                      "way back:",
                      brief(of(it, "digest"))
                          + (of(it, "green").equals("true")
                              ? " is green"
                              : " is not green: " + of(it, "why"))));
          Optional.ofNullable(body.get("rollback"))
              .filter(it -> !of(it, "decision").equals("stay"))
              .ifPresent(
                  it -> page.labelled(2, "rollback:", of(it, "decision") + ": " + of(it, "why")));
          if (!of(body, "incident").isEmpty()) {
            page.labelled(2, "incident:", of(body, "incident"));
          }
        });
    return harmed ? 1 : 0;
  }

  private static void published(Page page, JsonNode published) {
    nodes(published, "ranking").stream()
        .findFirst()
        .ifPresent(first ->
            page.labelled(
                2,
                "published:",
                "%s at %s: %s".formatted(named(first), of(published, "at"), of(first, "why"))));
  }

  private static String named(JsonNode one) {
    String object = of(one, "object");
    return of(one, "cause") + (object.isEmpty() ? "" : " (" + object + ")");
  }

  /** Causes in order; the reasons of those that stand. */
  static void ranking(Page page, JsonNode body) {
    for (JsonNode one : nodes(body, "ranking")) {
      page.labelled(
          2,
          "%5.1f %%  %s:"
              .formatted(
                  100
                      * Optional.ofNullable(one.get("probability"))
                          .map(JsonNode::doubleValue)
                          .orElse(0.0),
                  named(one)),
          of(one, "why"));
      if (of(one, "standing").equals("stands")) {
        for (JsonNode reason : nodes(one, "reasons")) {
          page.labelled(
              12,
              String.format(
                  Locale.ROOT,
                  "%+5.1f",
                  Optional.ofNullable(reason.get("log10")).map(JsonNode::doubleValue).orElse(0.0)),
              of(reason, "text"));
        }
      }
    }
  }
}
