package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.bench.Truth.Wanted;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Faults that are not the load balancer's: servers, what they share, users, names, ourselves. */
final class OtherFaults {
  /** Seconds between two restarts: a server that has just begun is not one of two at once. */
  private static final double BETWEEN = 10;

  private OtherFaults() {}

  static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>();
    servers(all);
    shared(all);
    users(all);
    around(all);
    return all;
  }

  private static void servers(List<Scenario> all) {
    all.add(
        Scenario.of(
                21,
                "check and life disagree",
                "backend",
                stage -> stage.fault("{\"error_share\":1}", 2))
            .balancerIsInnocent()
            .what("pay-2 answers 500 for each payment, its check is green")
            .herring("the load balancer shows all servers up")
            .signals("failures at one server only"));
    all.add(
        Scenario.of(
                22,
                "one instance overloaded",
                "backend",
                stage -> {
                  if (stage.quiet()) {
                    stage.fault("{\"workers\":1,\"acquirer_slow_millis\":900}", 3);
                  } else {
                    stage.fault("{\"workers\":2}", 3);
                  }
                })
            .balancerIsInnocent()
            .what("pay-3 has two workers left (for few users: one, and it is slow)")
            .herring("a harmless change of another pool")
            .signals("slow at one server only; its share and configuration are as they were"));
    all.add(
        Scenario.of(23, "leak and restarts", "backend", OtherFaults::leaks)
            .balancerIsInnocent()
            .what("pay-1 runs out of memory and is started again, three times")
            .herring("its check flaps")
            .signals("it is slow before each time that it is down"));
    all.add(
        Scenario.of(
                24,
                "frozen process",
                "backend",
                stage -> {
                  long pid = stage.instance(2);
                  stage.keep(() -> stage.signal(pid, "CONT"));
                  stage.signal(pid, "STOP");
                  stage.now();
                })
            .balancerIsInnocent()
            .what("kill -STOP of pay-2")
            .herring("its port still takes connections")
            .signals("its checks time out behind a connection that is made"));
    all.add(
        Scenario.of(25, "bad deploy of one version", "other-change", OtherFaults::badDeploy)
            .balancerIsInnocent()
            .what("pay-1 and pay-2 are started again in a version whose acquirer key is wrong")
            .herring("the acquirers' 401")
            .signals("failures follow the version; the deploy was told"));
    all.add(
        Scenario.of(26, "rolling restart, done right", "none", OtherFaults::rolling)
            .wanted(Wanted.NOTHING)
            .balancerIsInnocent()
            .what("each payment server is drained, stopped, started, warmed up and used again")
            .herring("three times a server goes away")
            .signals("nobody fails"));
    all.add(
        Scenario.of(41, "retry storm", "backend", OtherFaults::storm)
            .both("backend", "surge")
            .balancerIsInnocent()
            .before(stage -> {
              // Half to two thirds busy: calm by themselves, but not able to serve all attempts of
              // clients that ask again.
              if (stage.quiet()) {
                stage.acquirers("slow", 740, 1);
                stage.workers(4);
              } else {
                stage.acquirers("slow", 620, 1);
                stage.workers(18);
              }
            })
            .what(
                "all payment servers stand still for 2 s; clients wait for 0.9 s and ask again"
                    + " at once, up to four times: servers stay saturated for some 10 s")
            .herring("arrivals double: \"a surge\"")
            .signals("keys are as many as before, attempts are more"));
  }

  private static void leaks(Stage stage) throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      Stage.Ended was = new Stage.Ended(stage.arguments(1));
      long pid = stage.instance(1);
      stage.leak(1);
      stage.now();
      stage.until("its end", () -> ProcessHandle.of(pid).map(it -> !it.isAlive()).orElse(true));
      stage.pause(2);
      stage.startInstance(1, was, command -> command);
      stage.pause(5);
    }
  }

  private static void badDeploy(Stage stage) throws IOException, InterruptedException {
    Refuses refuses = stage.keep(Refuses.start());
    List<Stage.Ended> was = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      was.add(new Stage.Ended(stage.arguments(i)));
    }
    stage.keep(() -> {
      for (int i = 1; i <= 2; i++) {
        stage.end(stage.instance(i), "KILL");
        stage.startInstance(i, was.get(i - 1), command -> command);
      }
    });
    for (int i = 1; i <= 2; i++) {
      String server = stage.places().payPool() + "/" + stage.places().pay(i);
      stage.command("lb", "runtime", stage.places().balancer(), server, "--state", "drain");
      stage.pause(1);
      stage.end(stage.instance(i), "KILL");
      stage.startInstance(
          i,
          was.get(i - 1),
          command ->
              command.stream()
                  .map(it ->
                      it.matches("acq-[ab]=http.*")
                          ? it.substring(0, 5) + "=http://127.0.0.1:" + refuses.port()
                          : it)
                  .toList());
      if (i == 1) {
        stage.command(
            "event",
            "gateway B deployed",
            "--scope",
            stage.places().pay(1) + ", " + stage.places().pay(2));
      }
      stage.now();
      stage.command("lb", "runtime", stage.places().balancer(), server, "--state", "ready");
    }
  }

  private static void rolling(Stage stage) throws IOException, InterruptedException {
    stage.command(
        "event", "rolling restart begins", "--scope", String.join(", ", stage.places().pays()));
    stage.now();
    for (int i = 1; i <= 3; i++) {
      String server = stage.places().payPool() + "/" + stage.places().pay(i);
      stage.command("lb", "runtime", stage.places().balancer(), server, "--state", "maint");
      stage.pause(4);
      Stage.Ended was = stage.end(stage.instance(i), "KILL");
      stage.startInstance(i, was, command -> command);
      stage.users("warm " + stage.places().port("pay-" + i));
      stage.pause(Crowd.WARMING_SECONDS + 1);
      stage.command("lb", "runtime", stage.places().balancer(), server, "--state", "ready");
      stage.pause(BETWEEN);
    }
  }

  private static void storm(Stage stage) throws IOException, InterruptedException {
    List<Long> pids = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      pids.add(stage.instance(i));
    }
    stage.keep(() -> stage.signal(pids, "CONT"));
    // Clients may be like that all the time: as long as nobody waits it shows in nothing. But
    // servers refuse (503) whom they had no worker for in a second, and he has gone by then: once
    // they are saturated, most of what they do is for clients that have asked again.
    stage.users("retries 4");
    stage.users("patience 0.9");
    stage.signal(pids, "STOP");
    stage.now();
    stage.pause(2);
    stage.signal(pids, "CONT");
  }

  private static void shared(List<Scenario> all) {
    all.add(
        Scenario.of(
                16,
                "slow database",
                "database",
                stage -> {
                  stage.rollOut(text ->
                      text.replace("weight 100 maxconn 64 check", "weight 100 maxconn 96 check"));
                  stage.pause(8);
                  stage.faultEverywhere("{\"slow_statement_millis\":400}");
                })
            .what("each payment waits 400 ms in a statement, 8 s after a change for more capacity")
            .herring("the change")
            .signals("slow at all servers; the database's time and pools"));
    all.add(
        Scenario.of(27, "database down", "database", OtherFaults::databaseDown)
            .balancerIsInnocent()
            .what("the database is stopped at once")
            .herring("all servers fail: \"the load balancer\"")
            .signals("all servers in the same second; no change"));
    all.add(
        Scenario.of(
                28,
                "pool exhausted",
                "database",
                stage -> stage.faultEverywhere("{\"leaked_connections\":16}"))
            .balancerIsInnocent()
            .what("all of the connections of each payment server's pool are leaked")
            .herring("the database itself is idle and fast")
            .signals("pools are full, requests wait for one"));
    all.add(
        Scenario.of(
                32,
                "limit too low",
                "rate-limit",
                stage -> stage.faultEverywhere("{\"rate_limit_per_second\":1}"))
            .balancerIsInnocent()
            .what("the gateway's limit is 1 a second for each key")
            .herring("a harmless change before")
            .signals("429 by all servers"));
    all.add(
        Scenario.of(
                35,
                "acquirer slow",
                "acquirer",
                stage -> {
                  stage.now();
                  stage.acquirer("acq-a", "slow", 4000L + Stage.ACQUIRER_MILLIS, 1);
                })
            .balancerIsInnocent()
            .what("an acquirer takes 4 s more for all cards")
            .herring("all servers are slow")
            .signals("the gateway's trouble with that acquirer"));
    all.add(
        Scenario.of(36, "acquirers down", "acquirer", OtherFaults::acquirerDown)
            .balancerIsInnocent()
            .what("the ports of both acquirers are closed")
            .herring("all servers fail")
            .signals("the gateway's trouble with that acquirer"));
    all.add(
        Scenario.of(
                37,
                "acquirer half-answers",
                "acquirer",
                stage -> {
                  stage.now();
                  stage.acquirers("half-answer", 0, 0.2);
                })
            .balancerIsInnocent()
            .what("20 % of the acquirers' answers break off; the card is charged")
            .herring("a loss on the way")
            .signals("outcomes are not known, then they are"));
    all.add(
        Scenario.of(
                38,
                "declines rise",
                "acquirer",
                stage -> {
                  stage.users("declines 0.6");
                  stage.now();
                })
            .wanted(Wanted.TICKET)
            .balancerIsInnocent()
            .what("60 % of cards are declined")
            .herring("a fall of the success rate")
            .signals("402 only"));
  }

  private static void databaseDown(Stage stage) throws IOException, InterruptedException {
    long pid = stage.postmaster();
    stage.keep(() -> {
      // Whoever started it keeps a lock on its folder: both are started again.
      Stage.Ended was = stage.end(stage.process("database\0--data"), "TERM");
      stage.start(was, command -> command, "database");
      stage.until("the database", () -> ProcessHandle.of(stage.postmaster()).isPresent());
    });
    stage.signal(pid, "QUIT");
    stage.now();
  }

  /** Both: if one of them is down, the other takes its payments, and nobody is harmed. */
  private static void acquirerDown(Stage stage) throws IOException, InterruptedException {
    for (String name : List.of("acq-a", "acq-b")) {
      Stage.Ended was = stage.end(stage.process("acquirer\0", "--name\0" + name + "\0"), "KILL");
      stage.now();
      stage.keep(() -> stage.start(was, command -> command, name));
    }
  }

  private static void users(List<Scenario> all) {
    all.add(
        Scenario.of(
                34,
                "one merchant loops",
                "merchant",
                stage -> {
                  stage.users("loop " + 5 * stage.places().load());
                  stage.now();
                })
            .or("abuse")
            .wanted(Wanted.TICKET)
            .balancerIsInnocent()
            .what("one key asks the same again and again, five times as much as all users")
            .herring("most of all answers are 429")
            .signals("429 for a single key; all others are served"));
    all.add(
        Scenario.of(
                39,
                "card testing",
                "abuse",
                stage -> {
                  stage.users("testing " + 0.66 * stage.places().load());
                  stage.now();
                })
            .wanted(Wanted.TICKET)
            .balancerIsInnocent()
            .what("payments of one unit with many cards from few addresses, declined")
            .herring("a fall of the success rate")
            .signals("few sources"));
    all.add(
        Scenario.of(
                40,
                "flash sale",
                "surge",
                stage -> {
                  for (int i = 2; i <= 6; i++) {
                    stage.users("rate " + i);
                    stage.now();
                    stage.pause(1);
                  }
                })
            .balancerIsInnocent()
            .before(stage -> {
              if (stage.quiet()) {
                stage.acquirers("slow", 120, 1); // with 250 ms, few users are too many already
                stage.workers(1);
              } else {
                stage.workers(5);
              }
            })
            .what("six times as many users within 5 s")
            .herring("everything is saturated at once")
            .signals("they came before anything was slow; all servers alike; no change"));
  }

  private static void around(List<Scenario> all) {
    all.add(
        Scenario.of(42, "name resolution", "network", OtherFaults::renamed)
            .balancerIsInnocent()
            .before(OtherFaults::named)
            .what("the resolver says that pay-2 is where the catalogue is")
            .herring("no change at all")
            .signals("the server's address in memory; another service answers there"));
    all.add(
        Scenario.of(
                45,
                "the watcher is blind",
                "observer",
                stage -> {
                  long master = stage.haproxyMaster();
                  stage.keep(() -> stage.signal(master, "CONT"));
                  stage.signal(master, "STOP");
                  stage.now();
                })
            .balancerIsInnocent()
            .what("the load balancer's master process, which answers our questions, is frozen")
            .herring("all series end: \"an outage\"")
            .signals("users and the log go on"));
  }

  private static void named(Stage stage) throws IOException, InterruptedException {
    Resolver resolver = stage.keep(Resolver.start(stage.places().port("dns")));
    stage.own(resolver);
    String pay = stage.places().pay(2);
    stage.edit(text ->
        Edge.line(
                text,
                "server " + pay + " ",
                it ->
                    it.replace("127.0.0.1:", "pay-2.local:")
                        + " resolvers own init-addr 127.0.0.1 resolve-prefer ipv4")
            + """

            resolvers own
                nameserver here 127.0.0.1:%d
                resolve_retries 2
                timeout resolve 1s
                timeout retry 500ms
                hold valid 1s
            """
                .formatted(stage.places().port("dns")));
  }

  private static void renamed(Stage stage) throws IOException, InterruptedException {
    InetAddress catalogue = InetAddress.getByAddress(new byte[] {127, 0, 0, 9});
    stage.keep(Catalogue.start(catalogue, stage.places().port("pay-2")));
    stage.resolver().answer(catalogue);
    stage.now();
  }
}
