package dev.checkrail.gateway.api;

import dev.checkrail.gateway.acquiring.Disturbance;
import dev.checkrail.gateway.operations.Faults;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The fault switches in the words of the API. */
final class FaultJson {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> KNOWN =
      Set.of(
          "reset",
          "slow_statement_millis",
          "leaked_connections",
          "rate_limit_per_second",
          "acquirer_slow_millis",
          "acquirer_down",
          "acquirer_half_answers",
          "acquirer_charged_but_timed_out",
          "workers",
          "error_share",
          "memory_leak_mb");

  private FaultJson() {}

  static String of(Faults faults) {
    ObjectNode node = JSON.createObjectNode();
    node.put("slow_statement_millis", faults.slowStatementMillis());
    node.put("leaked_connections", faults.leakedConnections());
    node.put("rate_limit_per_second", faults.rateLimitPerSecond());
    node.put("acquirer_slow_millis", faults.acquirer().slowMillis());
    node.put("acquirer_down", faults.acquirer().down());
    node.put("acquirer_half_answers", faults.acquirer().halfAnswers());
    node.put("acquirer_charged_but_timed_out", faults.acquirer().timedOut());
    node.put("workers", faults.workers());
    node.put("error_share", faults.errorShare());
    node.put("memory_leak_mb", faults.memoryLeakMb());
    return node.toString();
  }

  static Faults change(Faults now, ObjectNode body) {
    for (String name : body.propertyNames()) {
      if (!KNOWN.contains(name)) {
        throw Refusal.field(Code.UNKNOWN_FIELD, "?", "there is no such switch");
      }
    }
    Faults was = flag(body, "reset", false) ? Faults.OFF : now;
    Disturbance acquirer = was.acquirer();
    return new Faults(
        number(body, "slow_statement_millis", was.slowStatementMillis(), 60_000),
        number(body, "leaked_connections", was.leakedConnections(), 1000),
        number(body, "rate_limit_per_second", was.rateLimitPerSecond(), 1_000_000),
        new Disturbance(
            number(body, "acquirer_slow_millis", acquirer.slowMillis(), 60_000),
            flag(body, "acquirer_down", acquirer.down()),
            flag(body, "acquirer_half_answers", acquirer.halfAnswers()),
            flag(body, "acquirer_charged_but_timed_out", acquirer.timedOut())),
        number(body, "workers", was.workers(), 1_000_000),
        share(body, "error_share", was.errorShare()),
        number(body, "memory_leak_mb", was.memoryLeakMb(), 100_000));
  }

  private static int number(ObjectNode body, String name, int was, int most) {
    JsonNode value = body.path(name);
    if (value.isMissingNode()) {
      return was;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 0
        || value.intValue() > most) {
      throw Refusal.field(Code.INVALID_FIELD, name, "must be a whole number, 0 to " + most);
    }
    return value.intValue();
  }

  private static double share(ObjectNode body, String name, double was) {
    JsonNode value = body.path(name);
    if (value.isMissingNode()) {
      return was;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() <= 1)) {
      throw Refusal.field(Code.INVALID_FIELD, name, "must be a number, 0 to 1");
    }
    return value.doubleValue();
  }

  private static boolean flag(ObjectNode body, String name, boolean was) {
    JsonNode value = body.path(name);
    if (value.isMissingNode()) {
      return was;
    }
    if (!value.isBoolean()) {
      throw Refusal.field(Code.INVALID_FIELD, name, "must be true or false");
    }
    return value.booleanValue();
  }
}
