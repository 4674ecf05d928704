package dev.checkrail.report;

import dev.checkrail.source.NearestWord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a REQUEST of the JSON interface, e.g. a line of {@code --requests FILE}. A key that is not
 * known, or a text that could not be sent as it stands (line breaks in a header), is refused: it
 * would silently be another request. The method is {@code GET} if it is left out.
 */
public final class RequestJson {
  private static final List<String> KEYS =
      List.of("method", "url", "headers", "from", "listener", "sni", "version", "target");
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(10)
                          .maxDocumentLength(1 << 20)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RequestJson() {}

  /** A request, or why there is none. */
  public sealed interface Parsed {
    /** It is a request. */
    record Good(Request request) implements Parsed {}

    /** It is none; one sentence. */
    record Bad(String why) implements Parsed {}
  }

  private static final class NoRequest extends Exception {
    private static final long serialVersionUID = 1;

    NoRequest(String why) {
      super(why, null, false, false);
    }

    String why() {
      String message = getMessage();
      return message == null ? "" : message;
    }
  }

  /** Reads one JSON object. */
  public static Parsed read(String json) {
    try {
      return new Parsed.Good(request(MAPPER.readTree(json)));
    } catch (JacksonException e) {
      return new Parsed.Bad("not valid JSON: " + e.getOriginalMessage());
    } catch (NoRequest e) {
      return new Parsed.Bad(e.why());
    }
  }

  private static Request request(JsonNode node) throws NoRequest {
    if (!node.isObject()) {
      throw new NoRequest("a request is a JSON object");
    }
    for (String key : node.propertyNames()) {
      if (!KEYS.contains(key)) {
        throw new NoRequest(
            "the key \""
                + key
                + "\" is not known"
                + NearestWord.of(key, KEYS).map(it -> "; did you mean \"" + it + "\"?").orElse(""));
      }
    }
    String url = text(node, "url").orElseThrow(() -> new NoRequest("a request needs \"url\""));
    if (!url.matches("(?i)(https?|tcp)://.*")) {
      throw new NoRequest("url begins with http://, https:// or tcp://");
    }
    String method = text(node, "method").orElse("GET");
    if (!method.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      throw new NoRequest("method is one word");
    }
    Optional<String> version = text(node, "version");
    if (version.isPresent() && !version.get().equals("1.0") && !version.get().equals("1.1")) {
      throw new NoRequest("version is \"1.0\" or \"1.1\"");
    }
    return new Request(
        method,
        url,
        headers(node.get("headers")),
        text(node, "from"),
        text(node, "listener"),
        text(node, "sni"),
        version,
        text(node, "target"));
  }

  private static Optional<String> text(JsonNode node, String key) throws NoRequest {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString() || value.stringValue().isEmpty()) {
      throw new NoRequest(key + " has to be a text");
    }
    String text = bytes(value.stringValue());
    if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7F)) {
      throw new NoRequest(key + " must not have blanks or control characters");
    }
    return Optional.of(text);
  }

  private static Map<String, List<String>> headers(@org.jspecify.annotations.Nullable JsonNode node)
      throws NoRequest {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    if (node == null || node.isNull()) {
      return headers;
    }
    if (!node.isObject()) {
      throw new NoRequest("headers has to be an object");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String name = bytes(entry.getKey());
      if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
        throw new NoRequest("\"" + entry.getKey() + "\" can't be the name of a header");
      }
      List<String> lines = new ArrayList<>();
      Iterable<JsonNode> values =
          entry.getValue().isArray() ? entry.getValue().values() : List.of(entry.getValue());
      for (JsonNode value : values) {
        if (!value.isString()) {
          throw new NoRequest("the header " + name + " has to be a text or a list of texts");
        }
        String line = bytes(value.stringValue());
        if (line.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
          throw new NoRequest("the header " + name + " must not have control characters");
        }
        lines.add(line);
      }
      headers.put(name, lines);
    }
    return headers;
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
