package dev.checkrail.gateway.api;

import java.util.Locale;
import java.util.Optional;

/** The codes of problems, with their HTTP status; as {@code openapi.yaml} lists them. */
enum Code {
  INVALID_JSON(400, "The body is not the JSON it should be"),
  INVALID_FIELD(400, "A field is missing or not what it should be"),
  UNKNOWN_FIELD(400, "A field that this API does not know"),
  INVALID_HEADER(400, "A header is not what it should be"),
  IDEMPOTENCY_KEY_MISSING(400, "Idempotency-Key is missing"),
  AMOUNT_TOO_LARGE(400, "More than is left"),
  CARD_NUMBER_INVALID(400, "No card number"),
  CARD_EXPIRED(400, "The card has expired"),
  CARD_NOT_A_TEST_CARD(400, "Not a test card"),
  UNAUTHENTICATED(401, "No valid API key"),
  DECLINED(402, "The acquirer declined"),
  NOT_FOUND(404, "Not found"),
  METHOD_NOT_ALLOWED(405, "Method not allowed"),
  REQUEST_IN_PROGRESS(409, "The first request with this key is running"),
  STATE_CONFLICT(409, "The payment's state does not allow it"),
  BODY_TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "Only application/json is understood"),
  IDEMPOTENCY_KEY_REUSED(422, "The key was used for another request"),
  RATE_LIMITED(429, "Too many requests"),
  INTERNAL_ERROR(500, "A defect of the gateway"),
  ACQUIRER_NO_ANSWER(502, "The acquirer did not answer; reversed, nothing is charged"),
  NOT_CONFIGURED_FOR_PAYMENTS(503, "This instance does not serve payments"),
  ACQUIRER_UNAVAILABLE(503, "No acquirer could be reached; nothing was sent"),
  DATABASE_UNAVAILABLE(503, "The database cannot be reached; nothing was sent"),
  OVERLOADED(503, "Too busy; nothing was done"),
  DRAINING(503, "This instance is being taken out of service"),
  DEADLINE_EXCEEDED(504, "Nobody waits for this any more; nothing was sent");

  private final int status;
  private final String title;

  Code(int status, String title) {
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Seconds after which the same request, with the same key, is worth a try. */
  Optional<Integer> retryAfter() {
    return status == 429 || status == 503 || this == REQUEST_IN_PROGRESS
        ? Optional.of(1)
        : Optional.empty();
  }
}
