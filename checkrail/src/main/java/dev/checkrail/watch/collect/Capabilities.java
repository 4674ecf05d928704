package dev.checkrail.watch.collect;

import dev.checkrail.watch.collect.Probed.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a server says it serves: a JSON object, in which a service is a member that is {@code true}
 * or {@code false}, or one of the names in the list {@code serves}. What it says nothing of is not
 * held against it.
 */
record Capabilities(Outcome outcome, String why) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Holds what it says against what it is configured to serve. */
  static Capabilities read(String text, List<String> services) {
    JsonNode said;
    try {
      said = JSON.readTree(text);
    } catch (JacksonException e) {
      return new Capabilities(Outcome.WRONG, "what it answers is no JSON");
    }
    if (said == null || !said.isObject()) {
      return new Capabilities(Outcome.WRONG, "what it answers is no JSON object");
    }
    List<String> lacking = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    for (String service : services) {
      Optional<Boolean> serves = serves(said, service);
      if (serves.isEmpty()) {
        silent.add(service);
      } else if (!serves.get()) {
        lacking.add(service);
      }
    }
    if (!lacking.isEmpty()) {
      return new Capabilities(
          Outcome.WRONG,
          "it says that it does not serve "
              + String.join(", ", lacking)
              + ", and the inventory says"
              + " that it does");
    }
    return new Capabilities(
        Outcome.GOOD,
        silent.isEmpty()
            ? "it says that it serves " + String.join(", ", services)
            : "it says nothing of " + String.join(", ", silent));
  }

  private static Optional<Boolean> serves(JsonNode said, String service) {
    JsonNode member = said.get(service);
    if (member != null && member.isBoolean()) {
      return Optional.of(member.booleanValue());
    }
    JsonNode list = said.get("serves");
    if (list == null || !list.isArray()) {
      return Optional.empty();
    }
    return Optional.of(
        list.values().stream().anyMatch(it -> it.isString() && it.stringValue().equals(service)));
  }
}
