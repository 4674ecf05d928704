package dev.checkrail.cli;

import dev.checkrail.report.Difference;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RequestJson;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A difference as another process of ours wrote it, so that it is shown here as {@code diff} shows
 * its own. What a newer one says and is not known here is left out.
 */
final class DifferenceJson {
  private DifferenceJson() {}

  static Difference read(JsonNode node) {
    List<Difference.Region> regions = new ArrayList<>();
    for (JsonNode one : Asking.nodes(node, "regions")) {
      regions.add(
          new Difference.Region(
              text(one, "listener"),
              text(one, "requests"),
              outcome(one.path("from")),
              outcome(one.path("to")),
              request(one.path("witness")),
              one.path("declared").asBoolean(false)));
    }
    List<Difference.Setting> settings = new ArrayList<>();
    for (JsonNode one : Asking.nodes(node, "settings")) {
      Span span = new Span(text(one, "file"), Math.max(1, one.path("line").asInt(1)), 1, 0);
      RuleId.of(text(one, "rule"))
          .ifPresent(rule ->
              settings.add(
                  new Difference.Setting(
                      rule, text(one, "what"), text(one, "from"), text(one, "to"), span)));
    }
    return new Difference(node.path("equal").asBoolean(false), regions, settings);
  }

  private static Outcome outcome(JsonNode node) {
    return switch (text(node, "kind")) {
      case "reaches" -> {
        List<Outcome.Share> servers = new ArrayList<>();
        for (JsonNode one : Asking.nodes(node, "servers")) {
          servers.add(
              new Outcome.Share(
                  text(one, "name"), text(one, "address"), one.path("share").asDouble(0)));
        }
        yield new Outcome.Reaches(
            text(node, "pool"),
            servers,
            node.path("varies").asBoolean(false),
            some(node, "path"),
            headers(node.path("headers")));
      }
      case "responds" ->
          new Outcome.Responds(
              node.path("status").asInt(0), some(node, "pool"), some(node, "body"));
      case "redirects" ->
          new Outcome.Redirects(node.path("status").asInt(0), text(node, "location"));
      case "drops" -> new Outcome.Drops(some(node, "pool"));
      case "splits" ->
          new Outcome.Splits(
              Asking.nodes(node, "of").stream()
                  .map(one ->
                      new Outcome.Part(one.path("share").asDouble(0), outcome(one.path("outcome"))))
                  .toList());
      case String other -> new Outcome.Undecided(text(node, "because"));
    };
  }

  private static Map<String, Optional<String>> headers(JsonNode node) {
    Map<String, Optional<String>> headers = new LinkedHashMap<>();
    node.properties()
        .forEach(one ->
            headers.put(
                one.getKey(),
                one.getValue().isString()
                    ? Optional.of(one.getValue().asString())
                    : Optional.empty()));
    return headers;
  }

  private static Request request(JsonNode node) {
    return switch (RequestJson.read(node.toString())) {
      case RequestJson.Parsed.Good good -> good.request();
      case RequestJson.Parsed.Bad bad -> Request.of("GET", text(node, "url"));
    };
  }

  private static Optional<String> some(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name)).filter(JsonNode::isString).map(JsonNode::asString);
  }

  private static String text(JsonNode node, String name) {
    return some(node, name).orElse("");
  }
}
