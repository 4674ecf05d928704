package dev.checkrail.scenarios;

import dev.checkrail.scenarios.topology.Staging;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How payments come to the server that cannot take them. */
enum Variant {
  /** The change of 18 August 2024: a second line of the same ACL name. */
  A("a second line \"acl is_reports\" sends the host of some users to the reports server"),
  /** The server stands in the payments pool; a purchase's key decides, so retries meet it again. */
  B("the reports server stands in the payments pool with 40 % of the weight, sticky by key"),
  /** As A, and its check shares its workers: it goes down and comes back. */
  C("as A, and the check of the reports server needs one of its workers: intermittent");

  private static final JsonMapper JSON = new JsonMapper();

  private final String what;

  Variant(String what) {
    this.what = what;
  }

  String what() {
    return what;
  }

  /** What somebody does to the file. */
  List<ObjectNode> edits(Staging staging) {
    return switch (this) {
      case A, C ->
          List.of(
              edit("insert")
                  .put("after", "acl is_reports ")
                  .put("line", "    acl is_reports hdr(host) -i " + staging.secondHost()));
      case B ->
          List.of(
              edit("replace")
                  .put("old", "backend " + staging.payPool() + "\n    balance roundrobin")
                  .put(
                      "new", "backend " + staging.payPool() + "\n    balance hdr(Idempotency-Key)"),
              edit("insert")
                  .put("after", "server " + staging.pay(3) + " ")
                  .put(
                      "line",
                      "    server "
                          + staging.reportsServer()
                          + " 127.0.0.1:"
                          + staging.port("reports")
                          + " weight 200 check"));
    };
  }

  /** The same with a limit on that server, which keeps most of it from happening. */
  List<ObjectNode> limitedEdits(Staging staging) {
    String server = "server " + staging.reportsServer() + " 127.0.0.1:" + staging.port("reports");
    String weight = this == B ? " weight 200" : " weight 100";
    List<ObjectNode> all = new java.util.ArrayList<>(edits(staging));
    all.add(edit("replace").put("old", server + weight).put("new", server + weight + " maxconn 4"));
    return List.copyOf(all);
  }

  static ObjectNode act(String what) {
    return JSON.createObjectNode().put("do", what);
  }

  private static ObjectNode edit(String what) {
    return act(what).put("file", "haproxy.cfg");
  }
}
