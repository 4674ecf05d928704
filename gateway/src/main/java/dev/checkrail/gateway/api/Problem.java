package dev.checkrail.gateway.api;

import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A problem (RFC 9457) before it knows its request. Its words never repeat what was sent. */
record Problem(
    int status,
    String code,
    String detail,
    Optional<String> field,
    Optional<String> declineCode,
    Optional<String> payment,
    Optional<Integer> retryAfter) {
  private static final JsonMapper JSON = new JsonMapper();

  static Problem of(Code code, String detail) {
    return new Problem(
        code.status(),
        code.word(),
        detail,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        code.retryAfter());
  }

  /** About a payment that exists. */
  static Problem about(Code code, String payment, Optional<String> declineCode, String detail) {
    return new Problem(
        code.status(),
        code.word(),
        detail,
        Optional.empty(),
        declineCode,
        Optional.of(payment),
        code.retryAfter());
  }

  String json(String requestId) {
    ObjectNode node = JSON.createObjectNode();
    node.put("type", "/problems/" + code);
    node.put("title", Code.valueOf(code.toUpperCase(Locale.ROOT)).title());
    node.put("status", status);
    node.put("code", code);
    declineCode.ifPresent(it -> node.put("decline_code", it));
    field.ifPresent(it -> node.put("field", it));
    payment.ifPresent(it -> node.put("payment", it));
    node.put("detail", detail);
    node.put("request_id", requestId);
    return node.toString();
  }
}
