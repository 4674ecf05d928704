package dev.checkrail.gateway.api;

import dev.checkrail.gateway.store.Key;
import java.util.Map;

/** What is sent back. */
record Answer(int status, String contentType, String body, Map<String, String> headers) {
  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  Answer {
    headers = Map.copyOf(headers);
  }

  static Answer json(int status, String body) {
    return new Answer(status, JSON, body, Map.of());
  }

  static Answer problem(Problem problem, String requestId) {
    return new Answer(
        problem.status(),
        PROBLEM,
        problem.json(requestId),
        problem.retryAfter().map(it -> Map.of("Retry-After", it.toString())).orElse(Map.of()));
  }

  static Answer stored(Key.StoredAnswer answer, boolean replayed) {
    return new Answer(
        answer.status(),
        answer.status() < 400 ? JSON : PROBLEM,
        answer.body(),
        replayed ? Map.of("Idempotent-Replayed", "true") : Map.of());
  }

  /** Not final: look again in a second. */
  static Answer processing(String body) {
    return new Answer(202, JSON, body, Map.of("Retry-After", "1"));
  }
}
