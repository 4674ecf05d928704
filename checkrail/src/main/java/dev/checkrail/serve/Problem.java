package dev.checkrail.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A request that is not answered as asked; becomes {@code application/problem+json}. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final String title;
  private final transient Map<String, JsonNode> more = new LinkedHashMap<>();

  /**
   * With a sentence for the sender.
   *
   * @param type a word that programs can tell it by
   */
  Problem(int status, String type, String title, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.type = type;
    this.title = title;
  }

  static Problem bad(String detail) {
    return new Problem(400, "bad-request", "The request can't be understood", detail);
  }

  static Problem missing(String detail) {
    return new Problem(404, "not-found", "There is no such thing", detail);
  }

  static Problem refused(String detail) {
    return new Problem(422, "refused", "This can't be", detail);
  }

  static Problem conflict(String type, String detail) {
    return new Problem(409, type, "Not as things are", detail);
  }

  static Problem down(String detail) {
    return new Problem(503, "unavailable", "Not now", detail);
  }

  /** Adds a member. */
  Problem and(String name, JsonNode value) {
    more.put(name, value);
    return this;
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  String title() {
    return title;
  }

  Map<String, JsonNode> more() {
    return more;
  }
}
