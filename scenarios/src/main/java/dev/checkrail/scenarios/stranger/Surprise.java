package dev.checkrail.scenarios.stranger;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A fault of the set that {@code demo --blind} draws from.
 *
 * @param cause in the words of a diagnosis
 * @param what for people
 * @param acts of a {@link Stranger}
 */
record Surprise(String cause, String what, List<JsonNode> acts) {
  private static final JsonMapper JSON = new JsonMapper();

  Surprise {
    acts = List.copyOf(acts);
  }

  static List<Surprise> all(JsonNode places) {
    String second = places.path("secondHost").asString();
    String payPool = places.path("payPool").asString();
    String prefix = places.path("payPrefix").asString();
    int reports = places.path("ports").path("reports").asInt();
    List<Surprise> all = new ArrayList<>();
    all.add(
        new Surprise(
            "lb-change",
            "a route: payments of " + second + " go to the reports server",
            List.of(
                insert("acl is_reports ", "    acl is_reports hdr(host) -i " + second), reload())));
    all.add(
        new Surprise(
            "lb-change",
            "the reports server stands in the payments pool with 40 % of the weight",
            List.of(
                insert(
                    "server " + prefix + "3 ",
                    "    server extra 127.0.0.1:" + reports + " weight 200 check"),
                reload())));
    all.add(
        new Surprise(
            "lb-change",
            "timeout server 30, which is 30 milliseconds",
            List.of(replace("timeout server 5s", "timeout server 30"), reload())));
    all.add(
        new Surprise(
            "lb-change",
            "maxconn 1 on each payment server",
            List.of(replace("maxconn 64", "maxconn 1"), reload())));
    all.add(
        new Surprise(
            "lb-runtime",
            "two payment servers are told maint over the socket",
            List.of(
                socket("@1 set server " + payPool + "/" + prefix + "1 state maint"),
                socket("@1 set server " + payPool + "/" + prefix + "2 state maint"),
                fault("pay-3", "workers", 3))));
    all.add(
        new Surprise(
            "backend",
            "one payment server has two workers left",
            List.of(fault("pay-3", "workers", 1))));
    all.add(
        new Surprise(
            "backend",
            "one payment server answers 500, and its check stays green",
            List.of(fault("pay-2", "error_share", 1))));
    all.add(
        new Surprise(
            "database",
            "each payment waits 2.5 s in a slow statement",
            everyPay("slow_statement_millis", 2500)));
    all.add(
        new Surprise(
            "rate-limit",
            "each key may do 5 requests a second",
            everyPay("rate_limit_per_second", 5)));
    all.add(
        new Surprise(
            "acquirer",
            "both acquirers take 6 s",
            List.of(acquirer("acq-a", 6000), acquirer("acq-b", 6000))));
    return List.copyOf(all);
  }

  private static ObjectNode act(String what) {
    return JSON.createObjectNode().put("do", what);
  }

  private static JsonNode insert(String after, String line) {
    return act("insert").put("file", "haproxy.cfg").put("after", after).put("line", line);
  }

  private static JsonNode replace(String old, String by) {
    return act("replace").put("file", "haproxy.cfg").put("old", old).put("new", by);
  }

  private static JsonNode reload() {
    return act("reload");
  }

  private static JsonNode socket(String command) {
    return act("socket").put("command", command);
  }

  private static JsonNode fault(String instance, String name, double value) {
    ObjectNode act = act("fault").put("instance", instance);
    ObjectNode switches = act.putObject("switches");
    if (value == Math.rint(value)) {
      switches.put(name, (long) value);
    } else {
      switches.put(name, value);
    }
    return act;
  }

  private static List<JsonNode> everyPay(String name, double value) {
    ArrayNode acts = JSON.createArrayNode();
    for (int i = 1; i <= 3; i++) {
      acts.add(fault("pay-" + i, name, value));
    }
    List<JsonNode> all = new ArrayList<>();
    acts.forEach(all::add);
    return all;
  }

  private static JsonNode acquirer(String name, long millis) {
    ObjectNode act = act("acquirer").put("name", name);
    act.putObject("conduct").put("mode", "slow").put("millis", millis).put("share", 1);
    return act;
  }
}
