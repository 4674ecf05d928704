package dev.checkrail.gateway.acquirer;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An entry of the books as one line of JSON, written and read. */
public final class OperationJson {
  private static final JsonMapper JSON = new JsonMapper();

  private OperationJson() {}

  static ObjectNode write(Operation it) {
    ObjectNode node = JSON.createObjectNode();
    node.put("sequence", it.sequence());
    node.put("at", it.at().toString());
    node.put("kind", it.kind().word());
    node.put("reference", it.reference());
    it.original().ifPresent(original -> node.put("original", original));
    node.put("outcome", it.approved() ? "approved" : "declined");
    it.declineCode().ifPresent(code -> node.put("declineCode", code));
    it.authorisationCode().ifPresent(code -> node.put("authorisationCode", code));
    if (!it.currency().isEmpty()) {
      node.put("amount", it.amount());
      node.put("currency", it.currency());
    }
    if (it.kind() == Kind.AUTHORISE) {
      node.put("capture", it.capture());
    }
    it.card().ifPresent(card -> node.put("card", card));
    if (!it.fingerprint().isEmpty()) {
      node.put("fingerprint", it.fingerprint());
    }
    return node;
  }

  /**
   * Reads a line of a journal or of {@code GET /books}.
   *
   * @throws IllegalArgumentException if it is none; the message does not repeat the line
   */
  public static Operation read(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      return new Operation(
          node.required("sequence").longValue(),
          Instant.parse(node.required("at").stringValue()),
          Kind.valueOf(node.required("kind").stringValue().toUpperCase(Locale.ROOT)),
          node.required("reference").stringValue(),
          text(node, "original"),
          node.required("outcome").stringValue().equals("approved"),
          text(node, "declineCode"),
          text(node, "authorisationCode"),
          node.path("amount").longValue(0),
          text(node, "currency").orElse(""),
          node.path("capture").booleanValue(false),
          text(node, "card"),
          text(node, "fingerprint").orElse(""));
    } catch (JacksonException | java.time.DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException("not an entry of an acquirer's books", e);
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.ofNullable(node.path(field).stringValue(null));
  }
}
