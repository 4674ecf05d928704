package dev.checkrail.watch.diagnose;

import static dev.checkrail.watch.diagnose.Cause.*;

import dev.checkrail.balancer.Drift.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is done to a {@link Fleet}, and what is true then. */
final class Faults {
  /** What is to come of it. */
  enum Wanted {
    /** The cause is published. */
    CAUSE,
    /** A ticket at most: nobody is woken. */
    QUIET,
    /** Nothing at all. */
    NOTHING
  }

  interface Injection {
    void at(Fleet fleet, Feed feed, double when);
  }

  /**
   * @param first causes that are right in the first place
   * @param both all of these in the first two; empty if one is enough
   * @param innocent whether the load balancer has nothing to do with it
   */
  record Fault(
      int number,
      String name,
      Set<Cause> first,
      Set<Cause> both,
      Wanted wanted,
      boolean innocent,
      Injection how) {}

  private final List<Fault> all = new ArrayList<>();

  private void add(int number, String name, Set<Cause> first, boolean innocent, Injection how) {
    all.add(new Fault(number, name, first, Set.of(), Wanted.CAUSE, innocent, how));
  }

  static List<Fault> all() {
    Faults faults = new Faults();
    faults.changes();
    faults.others();
    return faults.all.stream().sorted((a, b) -> Integer.compare(a.number, b.number)).toList();
  }

  private static void on(Fleet fleet, double when, Runnable what) {
    fleet.at(when, what);
  }

  private void changes() {
    add(
        1,
        "route of 40 % by hand",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          on(f, t - 10, () -> f.pays().forEach(p -> p.heldConnections = 6));
          on(
              f,
              t,
              () -> {
                Fleet.Config bad = f.worker.config.copy();
                var before = bad.toReports;
                bad.toReports =
                    r -> before.test(r) || r.host.equalsIgnoreCase("pay-eu.example.com");
                feed.bypass(bad, Part.MAIN_FILES);
              });
        });
    add(
        2,
        "incapable server added",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          on(
              f,
              t - 20,
              () -> {
                f.pay2.version = "A1";
                feed.told("gateway A1 deployed", "pay-2");
              });
          on(
              f,
              t,
              () -> {
                Fleet.Config bad = f.worker.config.copy();
                Fleet.Server rep = new Fleet.Server("rep-1", f.rep1);
                rep.weight = 200;
                bad.pool("be_pay").servers.add(rep);
                feed.apply(bad);
              });
        });
    add(
        3,
        "incapable server, fails fast",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          f.rep1.refuses = true;
          on(
              f,
              t,
              () -> {
                Fleet.Config bad = f.worker.config.copy();
                bad.pool("be_pay").balance = "leastconn";
                bad.pool("be_pay").servers.add(new Fleet.Server("rep-1", f.rep1));
                feed.apply(bad);
              });
        });
    add(
        4,
        "wrong address",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  bad.pool("be_pay").server("pay-3").target = f.web2;
                  feed.apply(bad);
                }));
    add(
        5,
        "shadowed rule",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  bad.toWebFirst = r -> r.kind == Fleet.Kind.PAY || r.kind == Fleet.Kind.LIST;
                  feed.apply(bad);
                }));
    add(
        6,
        "case of the host",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  bad.toPay =
                      r -> r.host.equals("pay.example.com") || r.host.equals("pay-eu.example.com");
                  feed.apply(bad);
                }));
    add(
        7,
        "truncated map",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  for (int i = 5; i < 10; i++) {
                    bad.tenants.remove("t" + i);
                  }
                  feed.bypass(bad, Part.REFERENCED_FILES);
                }));
    add(
        8,
        "redirect loop",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  bad.redirects = true;
                  feed.apply(bad);
                }));
    add(
        9,
        "time without unit",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  f.acquirerA.median *= 1.2;
                  f.acquirerB.median *= 1.2;
                  Fleet.Config bad = f.worker.config.copy();
                  bad.pool("be_pay").timeoutServer = 0.03;
                  feed.apply(bad);
                }));
    add(
        10,
        "time-out below the acquirer's",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          f.acquirerA.tail = 0.15;
          f.acquirerB.tail = 0.15;
          f.acquirerA.tailSeconds = 3;
          f.acquirerB.tailSeconds = 3;
          on(
              f,
              t,
              () -> {
                Fleet.Config bad = f.worker.config.copy();
                bad.pool("be_pay").timeoutServer = 2;
                feed.apply(bad);
              });
        });
    add(
        11,
        "maxconn too small",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  // What is too small depends on how much comes.
                  int few = f.rate > 20 ? 1 : 0;
                  bad.pool("be_pay").servers.forEach(s -> s.maxconn = Math.max(few, 1));
                  if (few == 0) {
                    f.acquirerA.median = 0.4;
                    f.acquirerB.median = 0.4;
                  }
                  feed.apply(bad);
                }));
    // Both begin in the same second, and each makes the other worse: both are to be named.
    all.add(
        new Fault(
            12,
            "retries of POST",
            Set.of(LB_CHANGE, BACKEND),
            Set.of(LB_CHANGE, BACKEND),
            Wanted.CAUSE,
            false,
            (f, feed, t) ->
                on(
                    f,
                    t,
                    () -> {
                      Fleet.Config bad = f.worker.config.copy();
                      bad.pool("be_pay").retryOn.addAll(Set.of("503", "response-timeout"));
                      bad.pool("be_pay").timeoutServer = 1;
                      feed.apply(bad);
                      f.pay2.slow = 150;
                    })));
    all.add(
        new Fault(
            13,
            "check dropped, then a crash",
            Set.of(LB_CHANGE, BACKEND),
            Set.of(LB_CHANGE, BACKEND),
            Wanted.CAUSE,
            false,
            (f, feed, t) -> {
              on(
                  f,
                  t - 60,
                  () -> {
                    Fleet.Config bad = f.worker.config.copy();
                    bad.pool("be_pay").servers.forEach(s -> s.check = false);
                    feed.apply(bad);
                  });
              on(f, t, f.pay1::kill);
            }));
    add(
        14,
        "skew by hash",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          f.oneSource = true;
          f.pays().forEach(p -> p.workers = f.rate > 20 ? 3 : 1);
          if (f.rate < 20) {
            f.acquirerA.median = 0.2;
            f.acquirerB.median = 0.2;
          }
          on(
              f,
              t,
              () -> {
                Fleet.Config bad = f.worker.config.copy();
                bad.pool("be_pay").balance = "source";
                feed.apply(bad);
              });
        });
    add(
        15,
        "TLS floor",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  Fleet.Config bad = f.worker.config.copy();
                  bad.onlyNewTls = true;
                  feed.apply(bad);
                }));
    add(
        17,
        "runtime drain",
        Set.of(LB_RUNTIME),
        false,
        (f, feed, t) -> {
          f.pays().forEach(p -> p.workers = f.rate > 20 ? 3 : 1);
          if (f.rate < 20) {
            f.acquirerA.median = 0.25;
            f.acquirerB.median = 0.25;
          }
          on(
              f,
              t,
              () -> {
                for (String name : List.of("pay-1", "pay-2")) {
                  f.worker.live("be_pay", name).maint = true;
                  f.after(
                      1.2,
                      () ->
                          feed.found(Part.RUNTIME_SERVERS, "admin be_pay/" + name, "is in maint"));
                }
              });
        });
    add(
        18,
        "state lost by a reload",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          f.worker.live("be_pay", "pay-2").maint = true;
          feed.found(Part.RUNTIME_SERVERS, "admin be_pay/pay-2", "is in maint");
          f.pay2.brokenPayments = true;
          on(
              f,
              t,
              () -> {
                Fleet.Config next = f.worker.config.copy();
                next.pool("be_web").server("web-1").weight = 120;
                feed.apply(next);
              });
        });
    all.add(
        new Fault(
            19,
            "failed reload",
            Set.of(LB_RUNTIME),
            Set.of(),
            Wanted.QUIET,
            false,
            (f, feed, t) ->
                on(
                    f,
                    t,
                    () -> {
                      f.failedReloads++;
                      f.after(
                          1.2,
                          () -> {
                            feed.found(
                                Part.MAIN_FILES, "file /etc/haproxy/haproxy.cfg", "was changed");
                            feed.found(
                                Part.RELOAD,
                                "reload",
                                "somebody else ordered a reload, and it failed");
                          });
                    })));
    add(
        20,
        "old worker keeps bad rules",
        Set.of(LB_RUNTIME),
        false,
        (f, feed, t) -> {
          // A bad change was there for five seconds and was taken back; some clients stay.
          on(
              f,
              t - 12,
              () -> {
                Fleet.Config good = f.worker.config;
                Fleet.Config bad = good.copy();
                var before = bad.toReports;
                bad.toReports =
                    r -> before.test(r) || r.host.equalsIgnoreCase("pay-eu.example.com");
                feed.apply(bad);
                f.after(
                    1,
                    () -> {
                      f.pinning = true;
                      f.pinnedTo = f.worker;
                    });
                f.after(5, () -> feed.rollback(good.copy()));
              });
        });
    add(
        33,
        "coarse limit",
        Set.of(LB_CHANGE),
        false,
        (f, feed, t) -> {
          f.oneSource = true;
          on(
              f,
              t,
              () -> {
                Fleet.Config bad = f.worker.config.copy();
                bad.deny = 50;
                feed.apply(bad);
              });
        });
    all.add(
        new Fault(
            44,
            "two at once",
            Set.of(LB_CHANGE, ACQUIRER),
            Set.of(LB_CHANGE, ACQUIRER),
            Wanted.CAUSE,
            false,
            (f, feed, t) -> {
              f.upperCase = 0.10;
              on(
                  f,
                  t,
                  () -> {
                    Fleet.Config bad = f.worker.config.copy();
                    bad.toPay =
                        r ->
                            r.host.equals("pay.example.com") || r.host.equals("pay-eu.example.com");
                    feed.apply(bad);
                    f.acquirerB.extra = 6;
                  });
            }));
  }

  private void others() {
    add(
        16,
        "slow database",
        Set.of(DATABASE),
        true,
        (f, feed, t) -> on(f, t, () -> f.database.extra = 0.9));
    add(
        21,
        "check and life disagree",
        Set.of(BACKEND),
        true,
        (f, feed, t) -> on(f, t, () -> f.pay2.brokenPayments = true));
    add(
        22,
        "one instance overloaded",
        Set.of(BACKEND),
        true,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  f.pay3.workers = 1;
                  if (f.rate < 20) {
                    f.pay3.slow = 80;
                  }
                }));
    add(
        23,
        "leak and restarts",
        Set.of(BACKEND),
        true,
        (f, feed, t) -> {
          for (int i = 0; i < 3; i++) {
            on(f, t + 14 * i, () -> f.pay1.slow = 30);
            on(f, t + 14 * i + 4, () -> f.pay1.slow = 200);
            on(f, t + 14 * i + 7, f.pay1::kill);
            on(
                f,
                t + 14 * i + 9,
                () -> {
                  f.pay1.slow = 1;
                  f.pay1.start();
                });
          }
        });
    add(
        24,
        "frozen process",
        Set.of(BACKEND),
        true,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  f.pay2.frozenByHand = true;
                  f.pay2.stopped = true;
                }));
    add(
        25,
        "bad deploy of one version",
        Set.of(OTHER_CHANGE),
        true,
        (f, feed, t) -> {
          on(
              f,
              t,
              () -> {
                feed.told("gateway B deployed", "pay-1, pay-2");
                for (Fleet.Instance one : List.of(f.pay1, f.pay2)) {
                  one.version = "B";
                  one.validKey = false;
                }
              });
        });
    all.add(
        new Fault(
            26,
            "rolling restart, done right",
            Set.of(NONE),
            Set.of(),
            Wanted.NOTHING,
            true,
            (f, feed, t) -> {
              feed.told("rolling restart begins", "pay-*");
              for (int i = 0; i < 3; i++) {
                Fleet.Instance one = f.pays().get(i);
                on(f, t + 15 * i, () -> f.worker.live("be_pay", one.name).maint = true);
                on(f, t + 15 * i + 6, one::kill);
                on(f, t + 15 * i + 9, one::start);
                on(f, t + 15 * i + 11, () -> f.worker.live("be_pay", one.name).maint = false);
              }
            }));
    add(
        27,
        "database down",
        Set.of(DATABASE),
        true,
        (f, feed, t) -> on(f, t, () -> f.database.down = true));
    add(
        28,
        "pool exhausted",
        Set.of(DATABASE),
        true,
        (f, feed, t) -> on(f, t, () -> f.pays().forEach(p -> p.heldConnections = 10)));
    add(
        29,
        "lock by a migration",
        Set.of(OTHER_CHANGE, DATABASE),
        true,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  feed.told("migration 42 of payments", "database");
                  f.database.lockedUntil = f.now + 30;
                }));
    add(
        30,
        "disk full",
        Set.of(DATABASE),
        true,
        (f, feed, t) -> on(f, t, () -> f.database.full = true));
    add(
        31,
        "slow replica",
        Set.of(DATABASE),
        true,
        (f, feed, t) -> on(f, t, () -> f.database.readExtra = 1.8));
    add(
        32,
        "limit too low",
        Set.of(RATE_LIMIT),
        true,
        (f, feed, t) -> on(f, t, () -> f.perKeyLimit = Math.min(1, f.rate / 100)));
    all.add(
        new Fault(
            34,
            "one merchant loops",
            Set.of(MERCHANT, ABUSE),
            Set.of(),
            Wanted.QUIET,
            true,
            (f, feed, t) -> {
              f.perKeyLimit = f.rate / 3;
              on(f, t, () -> f.loop = f.rate * 3);
            }));
    add(
        35,
        "acquirer slow",
        Set.of(ACQUIRER),
        true,
        (f, feed, t) -> on(f, t, () -> f.acquirerA.extra = 5.2));
    add(
        36,
        "acquirer down",
        Set.of(ACQUIRER),
        true,
        (f, feed, t) -> on(f, t, () -> f.acquirerA.down = true));
    add(
        37,
        "acquirer half-answers",
        Set.of(ACQUIRER),
        true,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  f.acquirerA.halfAnswers = 0.2;
                  f.acquirerB.halfAnswers = 0.2;
                }));
    all.add(
        new Fault(
            38,
            "declines rise",
            Set.of(ACQUIRER),
            Set.of(),
            Wanted.QUIET,
            true,
            (f, feed, t) -> on(f, t, () -> f.badBrand = "visa")));
    all.add(
        new Fault(
            39,
            "card testing",
            Set.of(ABUSE),
            Set.of(),
            Wanted.QUIET,
            true,
            (f, feed, t) -> on(f, t, () -> f.cardTesting = f.rate * 0.66)));
    add(
        40,
        "flash sale",
        Set.of(SURGE),
        true,
        (f, feed, t) -> {
          f.pays().forEach(p -> p.workers = f.rate > 20 ? 6 : 1);
          if (f.rate < 20) {
            f.acquirerA.median = 0.15;
            f.acquirerB.median = 0.15;
          }
          for (int i = 0; i < 5; i++) {
            int step = i + 1;
            on(f, t + i, () -> f.surge = 1 + step);
          }
        });
    all.add(
        new Fault(
            41,
            "retry storm",
            Set.of(BACKEND, SURGE),
            Set.of(BACKEND, SURGE),
            Wanted.CAUSE,
            true,
            (f, feed, t) -> {
              f.impatientRetries = true;
              f.patience = 1.5;
              f.pays().forEach(p -> p.workers = f.rate > 20 ? 2 : 1);
              if (f.rate < 20) {
                f.acquirerA.median = 0.3;
                f.acquirerB.median = 0.3;
              }
              on(
                  f,
                  t,
                  () ->
                      f.pays()
                          .forEach(p -> {
                            p.frozenByHand = true;
                            p.stopped = true;
                          }));
              on(
                  f,
                  t + 2,
                  () ->
                      f.pays()
                          .forEach(p -> {
                            p.frozenByHand = false;
                            p.resume();
                          }));
            }));
    add(
        42,
        "name resolution",
        Set.of(NETWORK),
        true,
        (f, feed, t) -> on(f, t, () -> f.worker.live("be_pay", "pay-2").target = f.web2));
    add(
        43,
        "packets lost",
        Set.of(NETWORK),
        true,
        (f, feed, t) -> on(f, t, () -> f.pay3.loss = 0.35));
    add(
        45,
        "the watcher is blind",
        Set.of(OBSERVER),
        true,
        (f, feed, t) ->
            on(
                f,
                t,
                () -> {
                  feed.blindStats = true;
                  feed.blindLog = true;
                }));
  }
}
