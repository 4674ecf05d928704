package dev.checkrail.policy;

import dev.checkrail.policy.RoutingTest.Sent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the request of a test: {@code "POST http://host/path"}, or a mapping like a REQUEST. */
final class SentReader {
  private static final List<String> KEYS =
      List.of("method", "url", "headers", "from", "listener", "sni", "version", "target");

  private final Fields fields;

  SentReader(Fields fields) {
    this.fields = fields;
  }

  Optional<Sent> read(Node node) {
    return node instanceof MappingNode ? parts(node) : line(node);
  }

  private Optional<Sent> line(Node node) {
    Optional<String> text = fields.text(node, "request").map(String::strip);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int blank = text.get().indexOf(' ');
    String method = blank < 0 ? "GET" : text.get().substring(0, blank);
    String url = text.get().substring(blank + 1).strip();
    if (!isRequest(node, method, url)) {
      return Optional.empty();
    }
    return Optional.of(
        new Sent(
            method,
            url,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private Optional<Sent> parts(Node node) {
    Map<String, Node> values = fields.mapping(node, "request", KEYS);
    Optional<String> url =
        fields.required(values, "url", node, "a request").flatMap(it -> fields.text(it, "url"));
    String method = text(values, "method").orElse("GET");
    Map<String, List<String>> headers = new LinkedHashMap<>();
    if (values.containsKey("headers")) {
      for (Fields.Entry entry : fields.entries(values.get("headers"), "headers")) {
        if (!RequestSetReader.isToken(entry.name())) {
          fields.error("bad-header", entry.key(), "this can't be the name of a header");
        }
        headers.put(entry.name(), fields.texts(entry.value(), "a header's value"));
      }
    }
    Optional<String> from = text(values, "from");
    if (from.isPresent() && !Networks.isAddress(from.get()) && values.containsKey("from")) {
      fields.error("bad-network", values.get("from"), "from has to be an IP address");
    }
    Optional<String> version = text(values, "version");
    if (version.isPresent()
        && !List.of("1.0", "1.1").contains(version.get())
        && values.containsKey("version")) {
      fields.error("unknown-word", values.get("version"), "version has to be \"1.0\" or \"1.1\"");
    }
    if (url.isEmpty() || !isRequest(node, method, url.get())) {
      return Optional.empty();
    }
    return Optional.of(
        new Sent(
            method,
            url.get(),
            headers,
            from,
            text(values, "listener"),
            text(values, "sni"),
            version,
            text(values, "target")));
  }

  private Optional<String> text(Map<String, Node> values, String key) {
    return fields.optional(values, key).flatMap(node -> fields.text(node, key));
  }

  private boolean isRequest(Node at, String method, String url) {
    boolean scheme =
        url.startsWith("http://") || url.startsWith("https://") || url.startsWith("tcp://");
    if (!scheme || url.chars().anyMatch(c -> c <= ' ')) {
      fields.error(
          "bad-url",
          at,
          "a request is a method and a URL that begins with http://, https:// or tcp://",
          "write it like \"POST http://pay.example.com/v1/payments\"");
      return false;
    }
    if (!RequestSetReader.isToken(method)) {
      fields.error("bad-method", at, "\"" + Fields.shown(method) + "\" can't be a method");
      return false;
    }
    return true;
  }
}
