package dev.checkrail.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer.
 *
 * @param headers further ones
 * @param flow what is written instead of a body that would not fit into memory
 */
record Reply(
    int status, String type, byte[] body, Map<String, String> headers, Optional<Flow> flow) {
  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  Reply {
    headers = Map.copyOf(headers);
  }

  /** An answer that is written piece by piece; closed in any case, also if it is never asked. */
  interface Flow extends AutoCloseable {
    void write(OutputStream out) throws IOException;

    @Override
    void close();
  }

  private Reply(int status, String type, byte[] body, Map<String, String> headers) {
    this(status, type, body, headers, Optional.empty());
  }

  static Reply flowing(int status, String type, Flow flow) {
    return new Reply(status, type, new byte[0], Map.of(), Optional.of(flow));
  }

  /** What is told, without secrets. */
  static Reply json(int status, ObjectNode body) {
    return verbatim(status, (ObjectNode) Wire.redacted(body));
  }

  /** As it stands: for a secret that is handed out on purpose, and a patch that has to fit. */
  static Reply verbatim(int status, ObjectNode body) {
    return new Reply(status, JSON, bytes(Wire.text(body)), Map.of());
  }

  static Reply text(int status, String type, String body) {
    return new Reply(status, type, bytes(body), Map.of());
  }

  static Reply nothing() {
    return new Reply(204, JSON, new byte[0], Map.of());
  }

  /** RFC 9457. The type is a name, not a page: {@code urn:checkrail:problem:…}. */
  static Reply problem(Problem problem, String requestId) {
    ObjectNode body = Wire.object();
    body.put("type", "urn:checkrail:problem:" + problem.type());
    body.put("title", problem.title());
    body.put("status", problem.status());
    body.put("detail", problem.getMessage());
    body.put("request_id", requestId);
    problem.more().forEach(body::set);
    Map<String, String> headers = new LinkedHashMap<>();
    if (problem.status() == 401) {
      headers.put("WWW-Authenticate", "Bearer realm=\"checkrail\"");
    }
    if (problem.status() == 429) {
      headers.put("Retry-After", "60");
    }
    if (problem.status() == 503) {
      headers.put("Retry-After", "5");
    }
    return new Reply(problem.status(), PROBLEM, bytes(Wire.text(Wire.redacted(body))), headers);
  }

  Reply with(String header, String value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new Reply(status, type, body, all, flow);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
