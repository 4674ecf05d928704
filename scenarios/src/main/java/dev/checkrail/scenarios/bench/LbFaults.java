package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.bench.Truth.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Faults of the load balancer: changes of its files, and of what it has in memory. */
final class LbFaults {
  private static final String CHANGE = "lb-change";
  private static final String RUNTIME = "lb-runtime";
  private static final String PLACED = "weight 100 maxconn 64 check";

  private LbFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.of(1, "route of 40 % by hand", CHANGE, LbFaults::route)
            .what(
                "a second line of the same ACL name sends a host of paying users to the reports"
                    + " server; edited by hand and reloaded")
            .herring("56 % of the database's pools are held since 10 s before")
            .signals("drift; moved hosts fail, others do not; sessions pile up at rep-1"),
        Scenario.of(2, "incapable server added", CHANGE, LbFaults::incapable)
            .what("the reports server stands in the payments pool with weight 200, by hash")
            .herring("a gateway deploy of pay-2 was told before")
            .signals("the server's share is as configured, and it fails; its siblings do not"),
        Scenario.of(
                3,
                "incapable server, fails fast",
                CHANGE,
                stage ->
                    stage.apply(text ->
                        Edge.after(
                            text.replaceFirst("balance roundrobin", "balance leastconn"),
                            "server " + stage.places().pay(3) + " ",
                            added(stage, 100))))
            .before(LbFaults::reportsRefuse)
            .what("a server that answers 503 at once, under leastconn")
            .herring("requests get faster")
            .signals("the failing server draws more than its share"),
        Scenario.of(
                4,
                "wrong address",
                CHANGE,
                stage ->
                    stage.apply(text ->
                        Edge.line(
                            text,
                            "server " + stage.places().pay(3) + " ",
                            it ->
                                it.replace(
                                    ":" + stage.places().port("pay-3"),
                                    ":" + stage.places().port("shop-1")))))
            .what("pay-3 has the catalogue's address: 404 for payments, 200 for the check")
            .signals("404 at one server; another service answers there"),
        Scenario.of(
                5,
                "shadowed rule",
                CHANGE,
                stage ->
                    stage.apply(text ->
                        Edge.before(
                            text,
                            "use_backend " + stage.places().reportsPool(),
                            "    use_backend "
                                + stage.places().shopPool()
                                + " if { path_beg /v1 }")))
            .what("a broad rule in front sends all of /v1 to the shop")
            .herring("the shop's pool has more to do")
            .signals("the payments pool dries up without an error; 404 at the shop"),
        Scenario.of(
                6, "case of the host", CHANGE, stage -> stage.apply(text -> strict(stage, text)))
            .before(stage -> stage.users("shouting 0.07"))
            .what("hosts are compared as they are written; 7 % of users write them otherwise")
            .signals("only those clients, below every threshold of the whole"),
        Scenario.of(7, "truncated map", CHANGE, LbFaults::cutMap)
            .what("half of the tenants' map is gone, the configuration's text is the same; by hand")
            .herring("the configuration did not change")
            .signals("another digest of a referenced file; lost tenants fail, others do not"),
        Scenario.of(
                8,
                "redirect loop",
                CHANGE,
                stage ->
                    stage.apply(text ->
                        Edge.before(
                            text,
                            "use_backend " + stage.places().reportsPool(),
                            "    http-request redirect scheme https code 302 unless { ssl_fc }")))
            .what("a redirect to https, behind a hop that ends TLS")
            .signals("all of a route is redirected, servers idle, no error anywhere"),
        Scenario.of(
                9,
                "time without unit",
                CHANGE,
                stage -> {
                  stage.acquirers("slow", Stage.ACQUIRER_MILLIS * 6 / 5, 1);
                  stage.apply(text -> text.replace("timeout server 5s", "timeout server 30"));
                })
            .what("timeout server 30, which is 30 milliseconds")
            .herring("acquirers are 20 % slower at the same time")
            .signals("all servers alike cut at 30 ms; the gateway says 201 for the same requests"),
        Scenario.of(
                10,
                "time-out below the acquirer's",
                CHANGE,
                stage ->
                    stage.apply(text -> text.replace("timeout server 5s", "timeout server 2s")))
            .before(stage -> stage.acquirers("slow", 3000, 0.15))
            .what("timeout server 2s, while acquirers take 3 s for 15 % of cards, as ever")
            .herring("the acquirers' tail looks guilty, but is as it was")
            .signals("cut sharply at 2.0 s"),
        Scenario.of(
                11,
                "maxconn too small",
                CHANGE,
                stage ->
                    stage.apply(text ->
                        text.replace(PLACED, PLACED.replace("64", stage.quiet() ? "1" : "2"))))
            .before(stage -> {
              if (stage.quiet()) {
                stage.acquirers("slow", 450, 1); // else one at a time is enough for so few
              }
            })
            .what("maxconn 2 (1 for few users) on all payment servers")
            .signals("queues at all servers, answers as fast as ever once they have their turn"),
        Scenario.of(
                12,
                "retries of POST",
                CHANGE,
                stage -> {
                  stage.apply(text ->
                      Edge.after(
                              text,
                              "balance roundrobin",
                              "    retry-on 503 conn-failure response-timeout\n    retries 3")
                          .replace("timeout server 5s", "timeout server 1s"));
                  stage.fault("{\"acquirer_slow_millis\":3000}", 2);
                })
            .both(CHANGE, "backend")
            .what("time-outs after 1 s are tried again, payments too, while pay-2 is slow")
            .herring("acquirers see more calls")
            .signals("attempts per request; duplicates of keys"),
        Scenario.of(13, "check dropped, then a crash", CHANGE, LbFaults::checkDropped)
            .both(CHANGE, "backend")
            .what("checks are dropped; 60 s later a payment server is killed")
            .herring("the change is old by then")
            .signals("no check, connections fail"),
        Scenario.of(
                14,
                "skew by hash",
                CHANGE,
                stage ->
                    stage.apply(text -> text.replaceFirst("balance roundrobin", "balance source")))
            .before(stage -> {
              stage.users("source one");
              crowded(stage);
            })
            .what("balance source, while all clients come through one proxy")
            .herring("one server looks slow")
            .signals("one server has all requests"),
        Scenario.of(17, "runtime drain", RUNTIME, LbFaults::drained)
            .before(LbFaults::crowded)
            .what("two of three payment servers are told maint over the socket")
            .herring("the third is saturated and slow")
            .signals("memory is not as the file says, and nobody of ours did it"),
        Scenario.of(18, "state lost by a reload", CHANGE, LbFaults::stateLost)
            .before(stage -> {
              stage.runtime("set server " + server(stage, 2) + " state maint");
              stage.set("{\"error_share\":1}", 2);
            })
            .what("a server that was in maint because it is broken comes back with a reload")
            .herring("the server \"just became bad\"")
            .signals("its admin state ends with the reload"),
        Scenario.of(19, "failed reload", RUNTIME, LbFaults::landmine)
            .wanted(Wanted.TICKET)
            .what("a broken file lies on the disk, its reload failed, the old worker goes on")
            .signals("traffic as usual; the disk is not what runs"),
        Scenario.of(20, "old worker keeps bad rules", RUNTIME, LbFaults::oldWorker)
            .before(stage -> {
              // Kept connections stay where they are for as long as their clients like.
              stage.edit(text ->
                  Edge.line(text, "hard-stop-after", it -> "    close-spread-time infinite"));
              stage.edit(text ->
                  Edge.line(
                      Edge.line(text, "timeout client ", it -> "    timeout client 300s"),
                      "timeout http-keep-alive",
                      it -> "    timeout http-keep-alive 300s"));
            })
            .what(
                "a bad route was taken back by a person; 45 s later clients use the connections"
                    + " again that they have kept to its worker (no hard-stop-after; the control"
                    + " plane only observes, or it would have gone back and ended them itself)")
            .herring("file and new worker are right")
            .signals("an old worker with sessions; only connections from before fail"),
        Scenario.of(
                33,
                "coarse limit",
                CHANGE,
                stage ->
                    stage.apply(text ->
                        Edge.before(
                            text,
                            "use_backend " + stage.places().reportsPool(),
                            "    stick-table type ip size 10k expire 1m store http_req_rate(10s)\n"
                                + "    http-request track-sc0 src\n"
                                + "    http-request deny deny_status 429 if {"
                                + " sc_http_req_rate(0) gt 50 }")))
            .before(stage -> stage.users("source one"))
            .what("a limit of requests per address, while all clients come through one proxy")
            .herring("429, as if it were the gateway's own limit")
            .signals("429 by the load balancer itself; the gateway refuses nobody"),
        Scenario.of(
                44,
                "two at once",
                CHANGE,
                stage -> {
                  stage.apply(text -> strict(stage, text));
                  stage.acquirer("acq-a", "slow", 4400, 0.5);
                })
            .both(CHANGE, "acquirer")
            .before(stage -> stage.users("shouting 0.10"))
            .what("a route for 10 % of users, and a slow acquirer")
            .herring("each explains a part of the other")
            .signals("what moved explains 10 %; the rest follows the acquirer"));
  }

  /** So few workers that a server with three times its share is overloaded, and none is before. */
  private static void crowded(Stage stage) throws IOException {
    if (stage.quiet()) {
      stage.acquirers("slow", 400, 1);
      stage.workers(2);
    } else {
      stage.workers(5);
    }
  }

  private static String server(Stage stage, int number) {
    return stage.places().payPool() + "/" + stage.places().pay(number);
  }

  private static String added(Stage stage, int weight) {
    return "    server extra 127.0.0.1:%d weight %d check"
        .formatted(stage.places().port("reports"), weight);
  }

  private static void route(Stage stage) throws IOException, InterruptedException {
    stage.set("{\"leaked_connections\":9}", 1, 2, 3);
    stage.pause(10);
    stage.edit(text -> routed(stage, text));
    stage.reload();
  }

  private static String routed(Stage stage, String text) {
    return Edge.after(
        text, "acl is_reports ", "    acl is_reports hdr(host) -i " + stage.places().secondHost());
  }

  private static void incapable(Stage stage) throws IOException, InterruptedException {
    stage.command("event", "gateway 1.9 deployed", "--scope", stage.places().pay(2));
    stage.pause(14);
    stage.apply(text ->
        Edge.after(
            text.replaceFirst("balance roundrobin", "balance hdr(X-Customer)"),
            "server " + stage.places().pay(3) + " ",
            added(stage, 200)));
  }

  private static void reportsRefuse(Stage stage) throws IOException, InterruptedException {
    Stage.Ended was =
        stage.end(
            stage.process("serve\0", "--name\0" + stage.places().reportsServer() + "\0"), "KILL");
    stage.startReports(
        was,
        command ->
            command.stream()
                .map(it -> it.equals("accepts-but-cannot") ? "refuse" : it)
                .collect(Collectors.toList()));
    stage.keep(() -> {
      stage.end(
          stage.process("serve\0", "--name\0" + stage.places().reportsServer() + "\0"), "KILL");
      stage.startReports(was, command -> command);
    });
  }

  /** Hosts of payments have to be written as in the file. */
  private static String strict(Stage stage, String text) {
    return Edge.line(
        text,
        "acl is_pay_host ",
        it ->
            "    acl is_pay_host hdr(host) -m str %s %s"
                .formatted(stage.places().host(), stage.places().secondHost()));
  }

  private static void cutMap(Stage stage) throws IOException, InterruptedException {
    Path map = stage.edge().resolve("tenants.map");
    List<String> lines = Files.readAllLines(map);
    Files.write(map, lines.subList(0, lines.size() / 2));
    stage.reload();
  }

  private static void checkDropped(Stage stage) throws IOException, InterruptedException {
    stage.apply(text -> text.replace(PLACED, PLACED.replace(" check", "")));
    stage.pause(60);
    Stage.Ended was = stage.end(stage.instance(1), "KILL");
    stage.onlyNow();
    stage.keep(() -> stage.startInstance(1, was, command -> command));
  }

  private static void drained(Stage stage) throws IOException {
    stage.runtime("set server " + server(stage, 2) + " state maint");
    stage.runtime("set server " + server(stage, 1) + " state maint");
    stage.now();
  }

  private static void stateLost(Stage stage) throws IOException, InterruptedException {
    stage.apply(
        text -> Edge.line(text, "server cat-1 ", it -> it.replace("weight 100", "weight 120")),
        "--choose",
        "state " + server(stage, 2) + "=drop");
  }

  private static void landmine(Stage stage) throws IOException {
    stage.edit(text -> text + "\nbackend be_half\n    ballance roundrobin\n");
    stage.master("reload");
    stage.now();
  }

  private static void oldWorker(Stage stage) throws IOException, InterruptedException {
    long change = stage.breakGlass(text -> toTheShop(stage, text));
    long bad = stage.worker();
    // Clients that come while the bad rules serve, and keep their connections.
    stage.users("pool %d %s".formatted(kept(stage), stage.places().secondHost()));
    stage.pause(5);
    stage.takeBack(change);
    stage.until("the way back", () -> stage.worker() != bad && stage.worker() != 0);
    stage.pause(45); // long enough for the harm by the change itself to be over for everybody
    if (!stage.isOldWorker(bad)) {
      throw new IOException("no worker with the bad rules is left");
    }
    stage.users("use 8");
    stage.now();
  }

  /** How many connections: a third of all requests come over them once they are used. */
  private static int kept(Stage stage) {
    return (int) Math.max(40, 4 * stage.places().load());
  }

  private static String toTheShop(Stage stage, String text) {
    return Edge.before(
        text,
        "use_backend " + stage.places().reportsPool(),
        "    use_backend %s if { hdr(host) -i %s }"
            .formatted(stage.places().shopPool(), stage.places().secondHost()));
  }
}
