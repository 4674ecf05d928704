package dev.checkrail.gateway.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Until when somebody waits for an answer: header {@code X-Request-Deadline}, or for ever. */
record Deadline(Instant at, InstantSource clock) {
  private static final Duration FOR_EVER = Duration.ofHours(1);

  /** RFC 3339, or milliseconds since 1970. */
  static Deadline of(Optional<String> header, InstantSource clock) {
    if (header.isEmpty()) {
      return new Deadline(clock.instant().plus(FOR_EVER), clock);
    }
    String text = header.get().strip();
    try {
      return new Deadline(
          text.matches("[0-9]{1,15}")
              ? Instant.ofEpochMilli(Long.parseLong(text))
              : OffsetDateTime.parse(text).toInstant(),
          clock);
    } catch (DateTimeParseException e) {
      throw Refusal.field(
          Code.INVALID_HEADER,
          "X-Request-Deadline",
          "must be a time of RFC 3339 or milliseconds since 1970");
    }
  }

  Duration left() {
    return Duration.between(clock.instant(), at);
  }

  boolean isOver() {
    return !left().isPositive();
  }

  /** Refuses what nobody waits for. */
  void check() {
    if (isOver()) {
      throw Refusal.of(Code.DEADLINE_EXCEEDED, "the deadline of the request has passed");
    }
  }
}
