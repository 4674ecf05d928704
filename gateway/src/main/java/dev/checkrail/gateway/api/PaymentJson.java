package dev.checkrail.gateway.api;

import dev.checkrail.gateway.payment.Attempt;
import dev.checkrail.gateway.payment.Standing;
import dev.checkrail.gateway.store.PaymentRow;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A payment in the words of the API. */
public final class PaymentJson {
  private static final JsonMapper JSON = new JsonMapper();

  private PaymentJson() {}

  /** One payment. */
  public static String of(PaymentRow payment) {
    return node(payment).toString();
  }

  static String page(List<PaymentRow> payments, boolean more) {
    ObjectNode page = JSON.createObjectNode();
    ArrayNode data = page.putArray("data");
    payments.forEach(it -> data.add(node(it)));
    page.put("has_more", more);
    return page.toString();
  }

  private static ObjectNode node(PaymentRow payment) {
    Standing standing = payment.standing();
    ObjectNode node = JSON.createObjectNode();
    node.put("id", payment.id());
    node.put("amount", standing.amount());
    node.put("currency", payment.currency().code());
    node.put("capture", payment.manualCapture() ? "manual" : "automatic");
    node.put("status", standing.state().word());
    node.put("amount_authorised", standing.authorised());
    node.put("amount_captured", standing.captured());
    node.put("amount_refunded", standing.refunded());
    payment.declineCode().ifPresent(it -> node.put("decline_code", it));
    node.putObject("card")
        .put("brand", payment.card().brand().word())
        .put("last4", payment.card().last4())
        .put("expiry_month", payment.card().expiryMonth())
        .put("expiry_year", payment.card().expiryYear());
    payment.description().ifPresent(it -> node.put("description", it));
    node.set("metadata", JSON.readTree(payment.metadata()));
    ArrayNode attempts = node.putArray("attempts");
    for (Attempt attempt : standing.attempts()) {
      attempts
          .addObject()
          .put("reference", attempt.reference())
          .put("kind", attempt.kind().word())
          .put("amount", attempt.amount())
          .put("state", attempt.state().word())
          .put("acquirer", attempt.acquirer());
    }
    node.put("created_at", payment.createdAt().toString());
    return node;
  }
}
