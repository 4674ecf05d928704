package dev.checkrail.serve;

import dev.checkrail.logs.RedactedText;
import java.util.Collection;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** JSON as it comes in and goes out. */
final class Wire {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxStringLength(32 << 20)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Wire() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode texts(Collection<String> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(array::add);
    return array;
  }

  /**
   * The same with all its texts redacted: whatever is told may have come from a log, from a load
   * balancer's memory or from a client. Names of members are our own.
   */
  static JsonNode redacted(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode copy = object();
        object.properties().forEach(one -> copy.set(one.getKey(), redacted(one.getValue())));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = JsonNodeFactory.instance.arrayNode();
        array.values().forEach(one -> copy.add(redacted(one)));
        yield copy;
      }
      case StringNode text -> StringNode.valueOf(RedactedText.of(text.asString()));
      default -> node;
    };
  }

  static String text(JsonNode node) {
    return JSON.writeValueAsString(node);
  }

  /** An object; anything else is a bad request. */
  static ObjectNode read(byte[] bytes) {
    try {
      if (JSON.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw Problem.bad(
          "the body is no JSON: line %d, column %d"
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    }
    throw Problem.bad("the body has to be a JSON object");
  }

  /** What the product's own writers made, as a part of an answer. */
  static JsonNode own(String json) {
    return JSON.readTree(json);
  }
}
