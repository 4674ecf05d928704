package dev.checkrail.gateway.api;

import dev.checkrail.gateway.card.CardCheck;
import dev.checkrail.gateway.card.Masking;
import dev.checkrail.gateway.money.Amount;
import dev.checkrail.gateway.money.Currency;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the bodies of requests, strictly: one JSON object, no field twice, none that is not known,
 * each of its type and within its limits. The first thing that is wrong is refused with the name of
 * its field and never with its content.
 */
final class Body {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxNumberLength(24)
                          .maxNameLength(200)
                          .maxStringLength(20_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Body() {}

  /** A request to create a payment; {@code card} is not checked yet. */
  record Create(
      Amount amount,
      boolean manualCapture,
      boolean confirm,
      CardData card,
      Optional<String> description,
      String metadata) {

    /** What makes two of these the same request: all but the CVC. */
    String canonical() {
      return JSON.createArrayNode()
          .add(amount.minor())
          .add(amount.currency().code())
          .add(manualCapture)
          .add(confirm)
          .add(card.number)
          .add(card.expiryMonth)
          .add(card.expiryYear)
          .add(description.orElse(null))
          .add(metadata)
          .toString();
    }
  }

  /** Not a record: it must not print itself. */
  static final class CardData {
    final String number;
    final int expiryMonth;
    final int expiryYear;
    final Optional<String> cvc;

    CardData(String number, int expiryMonth, int expiryYear, Optional<String> cvc) {
      this.number = number;
      this.expiryMonth = expiryMonth;
      this.expiryYear = expiryYear;
      this.cvc = cvc;
    }
  }

  static Create create(byte[] bytes) {
    ObjectNode body = object(bytes, false);
    only(
        body,
        "",
        Set.of("amount", "currency", "capture", "confirm", "card", "description", "metadata"));
    long minor = amount(body).orElseThrow(() -> missing("amount"));
    String code = text(body, "currency", "currency", 3).orElseThrow(() -> missing("currency"));
    Currency currency =
        Currency.of(code).orElseThrow(() -> invalid("currency", "no active ISO 4217 code"));
    boolean manual =
        text(body, "capture", "capture", 20)
            .map(it ->
                switch (it) {
                  case "automatic" -> false;
                  case "manual" -> true;
                  case String other -> throw invalid("capture", "automatic or manual");
                })
            .orElse(false);
    JsonNode confirmed = body.path("confirm");
    if (!confirmed.isMissingNode() && !confirmed.isBoolean()) {
      throw invalid("confirm", "true or false");
    }
    boolean confirm = confirmed.isMissingNode() || confirmed.booleanValue();
    CardData card = card(body.path("card"));
    if (confirm && card.cvc.isEmpty()) {
      throw missing("card.cvc");
    }
    if (!confirm && card.cvc.isPresent()) {
      throw invalid("card.cvc", "comes with the confirmation; it is never stored");
    }
    return new Create(
        new Amount(minor, currency),
        manual,
        confirm,
        card,
        text(body, "description", "description", 500),
        metadata(body.path("metadata")));
  }

  /** The CVC of a confirmation. */
  static String confirm(byte[] bytes) {
    ObjectNode body = object(bytes, false);
    only(body, "", Set.of("cvc"));
    String cvc = text(body, "cvc", "cvc", 4).orElseThrow(() -> missing("cvc"));
    if (!CardCheck.isCvc(cvc)) {
      throw invalid("cvc", "three or four digits");
    }
    return cvc;
  }

  /** The amount of a capture or refund, if one is given. */
  static Optional<Long> part(byte[] bytes) {
    ObjectNode body = object(bytes, true);
    only(body, "", Set.of("amount"));
    return amount(body);
  }

  /** The body of a void: nothing. */
  static void nothing(byte[] bytes) {
    only(object(bytes, true), "", Set.of());
  }

  /** Any one object, for the switches of operators. */
  static ObjectNode any(byte[] bytes) {
    return object(bytes, false);
  }

  private static ObjectNode object(byte[] bytes, boolean mayBeEmpty) {
    if (mayBeEmpty && bytes.length == 0) {
      return JSON.createObjectNode();
    }
    JsonNode node;
    try {
      node = JSON.readTree(bytes);
    } catch (JacksonException | StackOverflowError e) {
      // The parser's own words may repeat what was sent.
      throw Refusal.of(Code.INVALID_JSON, "the body is not one well-formed JSON object" + at(e));
    }
    if (!(node instanceof ObjectNode object)) {
      throw Refusal.of(Code.INVALID_JSON, "the body is not one JSON object");
    }
    return object;
  }

  private static String at(Throwable e) {
    return e instanceof JacksonException json && json.getLocation() != null
        ? " (line %d, column %d)"
            .formatted(json.getLocation().getLineNr(), json.getLocation().getColumnNr())
        : "";
  }

  private static CardData card(JsonNode node) {
    if (node.isMissingNode()) {
      throw missing("card");
    }
    if (!(node instanceof ObjectNode card)) {
      throw invalid("card", "an object");
    }
    only(card, "card.", Set.of("number", "expiry_month", "expiry_year", "cvc"));
    String number =
        text(card, "number", "card.number", 40).orElseThrow(() -> missing("card.number"));
    return new CardData(
        number,
        small(card, "expiry_month"),
        small(card, "expiry_year"),
        text(card, "cvc", "card.cvc", 10));
  }

  private static int small(ObjectNode card, String name) {
    JsonNode value = card.path(name);
    if (value.isMissingNode()) {
      throw missing("card." + name);
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw invalid("card." + name, "a whole number");
    }
    return value.intValue();
  }

  private static Optional<Long> amount(ObjectNode body) {
    JsonNode value = body.path("amount");
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || !Amount.fits(value.longValue())) {
      throw invalid("amount", "a whole number of minor units, 1 to " + Amount.MOST);
    }
    return Optional.of(value.longValue());
  }

  private static Optional<String> text(ObjectNode body, String name, String field, int most) {
    JsonNode value = body.path(name);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw invalid(field, "a text");
    }
    String text = value.stringValue();
    if (text.length() > most) {
      throw invalid(field, "a text of at most " + most + " characters");
    }
    return Optional.of(clean(field, text));
  }

  /** PostgreSQL has no NUL in texts; half of a surrogate pair is no character at all. */
  private static String clean(String field, String text) {
    boolean bad =
        text.codePoints()
            .anyMatch(
                c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    if (bad) {
      throw invalid(field, "a text of Unicode characters without NUL");
    }
    if (!field.startsWith("card.") && !Masking.mask(text).equals(text)) {
      throw invalid(field, "a text without a card number");
    }
    return text;
  }

  private static String metadata(JsonNode node) {
    if (node.isMissingNode()) {
      return "{}";
    }
    if (!(node instanceof ObjectNode object)) {
      throw invalid("metadata", "an object of texts");
    }
    if (object.size() > 20) {
      throw invalid("metadata", "an object of at most 20 texts");
    }
    for (var entry : object.properties()) {
      if (entry.getKey().length() > 40) {
        throw invalid("metadata", "an object whose names have at most 40 characters");
      }
      clean("metadata", entry.getKey());
      if (!entry.getValue().isString() || entry.getValue().stringValue().length() > 500) {
        throw invalid("metadata", "an object of texts of at most 500 characters");
      }
      clean("metadata", entry.getValue().stringValue());
    }
    return object.toString();
  }

  private static void only(ObjectNode body, String prefix, Set<String> known) {
    for (String name : body.propertyNames()) {
      if (!known.contains(name)) {
        // The name came from outside: it is repeated only if it looks like a name.
        String shown = name.matches("[a-z][a-z_]{0,39}") ? prefix + name : prefix + "?";
        throw Refusal.field(Code.UNKNOWN_FIELD, shown, "there is no such field");
      }
    }
  }

  private static Refusal missing(String field) {
    return Refusal.field(Code.INVALID_FIELD, field, "is missing");
  }

  private static Refusal invalid(String field, String wanted) {
    return Refusal.field(Code.INVALID_FIELD, field, "must be " + wanted);
  }
}
