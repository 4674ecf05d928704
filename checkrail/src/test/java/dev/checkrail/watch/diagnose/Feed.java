package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Ended;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Fit;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Second;
import dev.checkrail.watch.traffic.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What an observer beside a {@link Fleet} gets to see of it, second by second. */
final class Feed {
  static final long EPOCH = 1_800_000_000L;

  private final Fleet fleet;
  private final List<Moment.Event> events = new ArrayList<>();
  private final List<Drifting.Since> drift = new ArrayList<>();
  private final Map<String, Scope> scopes = new HashMap<>();
  private final Map<String, Integer> downsBefore = new HashMap<>();
  private Map<Fleet.LineKey, Fleet.Line> linesBefore = Map.of();
  private Map<String, int[]> clientsBefore = Map.of();
  private List<Second.Refused> refusedBefore = List.of();
  private final Map<String, Long> busy = new HashMap<>();
  private int brokenBefore;
  private int workerBefore = 1;
  private int acts;
  private boolean goneBack;
  private final Set<String> harmless = new TreeSet<>();
  boolean blindStats;
  boolean blindLog;
  boolean withDependencies = true;

  /** So many keys are shared by all users; 0: each user is a client of its own. */
  int merchants;

  boolean withLog = true;
  double failedReloads;

  Feed(Fleet fleet) {
    this.fleet = fleet;
  }

  private Instant time(double seconds) {
    return Instant.ofEpochSecond(EPOCH).plusMillis(Math.round(seconds * 1000));
  }

  // --- acts

  /** A change through the pipeline. */
  void apply(Fleet.Config next) {
    String digest = "digest-" + ++acts;
    next.digest = digest;
    Scope scope = difference(fleet.worker.config, next);
    events.add(event(Moment.Event.What.APPLY_BEGAN, "apply.began lb edge", digest));
    fleet.after(
        0.4,
        () -> {
          fleet.reload(next);
          fleet.approved = next;
          scopes.put(digest, scope);
          fleet.after(
              0.6,
              () ->
                  events.add(event(Moment.Event.What.APPLY_ENDED, "apply.serves lb edge", digest)));
        });
  }

  /** The same, and it does no harm. */
  void applyHarmless(Fleet.Config next) {
    apply(next);
    harmless.add(next.digest);
  }

  /** Whether going back from it would help nobody: it did no harm, or it is gone already. */
  boolean isHarmless(Act act) {
    return act.digest().map(harmless::contains).orElse(false) || goneBack;
  }

  /** The way back. */
  void rollback(Fleet.Config back) {
    rollback(back, "rollback.serves lb edge");
  }

  /** What became of a way back that did nothing. */
  void tell(String ended) {
    events.add(event(Moment.Event.What.ROLLBACK_ENDED, ended, "digest-" + ++acts));
  }

  /** The way back, ended by who began it, or at the next start if that was killed. */
  void rollback(Fleet.Config back, String ended) {
    goneBack = true;
    String digest = "digest-" + ++acts;
    Scope scope = difference(fleet.worker.config, back);
    events.add(event(Moment.Event.What.ROLLBACK_BEGAN, "rollback.ordered lb edge", digest));
    fleet.after(
        0.4,
        () -> {
          fleet.reload(back);
          fleet.approved = back;
          scopes.put(digest, scope);
          drift.clear();
          fleet.after(
              0.6, () -> events.add(event(Moment.Event.What.ROLLBACK_ENDED, ended, digest)));
        });
  }

  /** By hand, and reloaded. */
  void bypass(Fleet.Config next, Drift.Part part) {
    Scope scope = difference(fleet.worker.config, next);
    fleet.reload(next);
    fleet.after(
        1 + fleet.random.nextDouble(),
        () -> {
          scopes.put("bypass", scope);
          found(part, "file /etc/haproxy/haproxy.cfg", "was changed");
          found(Drift.Part.RELOAD, "reload", "somebody else reloaded");
        });
  }

  void found(Drift.Part part, String key, String text) {
    String subject = key.substring(key.indexOf(' ') + 1);
    drift.add(
        new Drifting.Since(
            new Drift.Found(part, key, subject, subject + " " + text, subject + " " + text),
            time(fleet.now)));
  }

  /** Told by people or programs. */
  void told(String text, String scope) {
    events.add(
        new Moment.Event(
            time(fleet.now),
            Moment.Event.What.TOLD,
            "ada",
            "event " + scope + "; text: " + text,
            Optional.empty(),
            scope,
            Optional.empty()));
  }

  private Moment.Event event(Moment.Event.What what, String text, String digest) {
    return new Moment.Event(
        time(fleet.now),
        what,
        "ada",
        text,
        digest.isEmpty() ? Optional.empty() : Optional.of(digest));
  }

  Moved moved() {
    return act ->
        act.kind() == Act.Kind.BYPASS
            ? Optional.ofNullable(scopes.get("bypass"))
            : act.digest().flatMap(d -> Optional.ofNullable(scopes.get(d)));
  }

  /** The difference, over all kinds of requests that there are. */
  static Scope difference(Fleet.Config old, Fleet.Config now) {
    List<Scope.Part> parts = new ArrayList<>();
    Set<Scope.Part> routes = new java.util.LinkedHashSet<>();
    for (Fleet.Kind kind : Fleet.Kind.values()) {
      List<String> hosts =
          switch (kind) {
            case PAY, LIST ->
                List.of(
                    "pay.example.com",
                    "PAY.EXAMPLE.COM",
                    "pay.example.com:443",
                    "pay-eu.example.com",
                    "PAY-EU.EXAMPLE.COM",
                    "pay-eu.example.com:443");
            case CATALOGUE -> List.of("shop.example.com");
            case REPORT -> List.of("reports.example.com");
          };
      for (String host : hosts) {
        for (int tenant = 0; tenant < 10; tenant++) {
          Fleet.Request r = new Fleet.Request();
          r.kind = kind;
          r.host = host;
          r.tenant = "t" + tenant;
          String from = old.route(r);
          String to = now.route(r);
          if (now.redirects && !old.redirects && kind != Fleet.Kind.REPORT) {
            routes.add(new Scope.Part(Scope.Touch.ANSWER, "", "", "", from, "301"));
          } else if (now.misdirected.test(r) && !old.misdirected.test(r)) {
            routes.add(new Scope.Part(Scope.Touch.ANSWER, "", "", "", from, "421"));
          } else if (!from.equals(to)) {
            routes.add(new Scope.Part(Scope.Touch.ROUTE, "", to, "", from, to));
          }
        }
      }
    }
    parts.addAll(routes);
    now.pools.forEach((name, pool) -> {
      Fleet.Pool before = old.pool(name);
      setting(parts, Scope.Touch.BALANCE, name, "", before.balance, pool.balance);
      setting(
          parts,
          Scope.Touch.TIMEOUT_SERVER,
          name,
          "",
          Math.round(before.timeoutServer * 1000) + "ms",
          Math.round(pool.timeoutServer * 1000) + "ms");
      setting(
          parts,
          Scope.Touch.TIMEOUT_QUEUE,
          name,
          "",
          Math.round(before.timeoutQueue * 1000) + "ms",
          Math.round(pool.timeoutQueue * 1000) + "ms");
      setting(
          parts,
          Scope.Touch.RETRY,
          name,
          "",
          before.retries + " " + new TreeSet<>(before.retryOn),
          pool.retries + " " + new TreeSet<>(pool.retryOn));
      for (Fleet.Server server : pool.servers) {
        Optional<Fleet.Server> was =
            before.servers.stream().filter(s -> s.name.equals(server.name)).findFirst();
        if (was.isEmpty()) {
          parts.add(
              new Scope.Part(
                  Scope.Touch.SERVER_ADDED, "", name, server.name, "", "" + server.weight));
          continue;
        }
        setting(
            parts,
            Scope.Touch.ADDRESS,
            name,
            server.name,
            was.get().target.name,
            server.target.name);
        setting(
            parts,
            Scope.Touch.WEIGHT,
            name,
            server.name,
            "" + was.get().weight,
            "" + server.weight);
        setting(
            parts,
            Scope.Touch.LIMIT,
            name,
            server.name,
            "" + was.get().maxconn,
            "" + server.maxconn);
        setting(
            parts,
            Scope.Touch.CHECK,
            name,
            server.name,
            was.get().check ? "every 1000ms" : "",
            server.check ? "every 1000ms" : "");
      }
    });
    if (now.losesCredentials != old.losesCredentials) {
      parts.add(new Scope.Part(Scope.Touch.OTHER, "", "be_pay", "", "", "what servers get"));
    }
    if (now.onlyNewTls && !old.onlyNewTls) {
      parts.add(new Scope.Part(Scope.Touch.TLS, "", "", "", "TLSv1.2", "TLSv1.3"));
    }
    if (now.deny != old.deny) {
      parts.add(new Scope.Part(Scope.Touch.RATE, "", "", "", "" + old.deny, "" + now.deny));
    }
    return new Scope(parts, true);
  }

  private static void setting(
      List<Scope.Part> parts, Scope.Touch touch, String pool, String server, String a, String b) {
    if (!a.equals(b)) {
      parts.add(new Scope.Part(touch, "", pool, server, a, b));
    }
  }

  /** What a look at the start finds: a worker that somebody else's reload made before. */
  void foundAtStart(double since) {
    events.clear();
    events.add(
        new Moment.Event(
            time(since),
            Moment.Event.What.RELOADED_BY_OTHERS,
            "",
            "worker 2 serves since",
            Optional.empty()));
  }

  // --- moments

  /** The moment of the second that has just ended; begins the next one. */
  Moment next() {
    long second = EPOCH + Math.round(fleet.now) - 1;
    List<Moment.Blind> blind = new ArrayList<>();
    Optional<Moment.Stats> stats = Optional.of(stats(second));
    if (blindStats) {
      stats = Optional.empty();
      blind.add(new Moment.Blind(Moment.Blind.Part.STATS, time(fleet.now), "nobody listens"));
    }
    Optional<Moment.Logged> log = withLog ? Optional.of(logged(second - 1)) : Optional.empty();
    if (blindLog) {
      log = Optional.empty();
      blind.add(new Moment.Blind(Moment.Blind.Part.LOG, time(fleet.now), "nothing arrives"));
    }
    Moment moment =
        new Moment(
            "edge",
            time(fleet.now),
            Optional.of(fleet.approved.digest),
            stats,
            log,
            blindLog || !withLog
                ? Optional.empty()
                : Optional.of(new Moment.Intake(0, 0, brokenBefore, 0, 0, 0, 0, "")),
            probed(),
            new Drifting(
                Optional.of(time(fleet.now)),
                drift,
                0,
                List.of(),
                Optional.empty(),
                Optional.empty()),
            List.copyOf(events),
            withDependencies ? dependencies() : Map.of(),
            blind);
    events.clear();
    if (workerBefore != fleet.worker.number) {
      boolean ours = moment.events().stream().anyMatch(e -> e.digest().isPresent()) || oursLately();
      if (!ours) {
        events.add(event(Moment.Event.What.RELOADED_BY_OTHERS, "another worker serves", ""));
      }
    }
    lastOurs =
        moment.events().stream().anyMatch(e -> e.digest().isPresent()) ? fleet.now : lastOurs;
    workerBefore = fleet.worker.number;
    linesBefore = new TreeMap<>(fleet.lines);
    clientsBefore = new HashMap<>();
    fleet.byClient.forEach((client, counts) -> {
      int[] sum = clientsBefore.computeIfAbsent(known(client), it -> new int[counts.length]);
      for (int i = 0; i < counts.length; i++) {
        sum[i] += counts[i];
      }
    });
    brokenBefore = fleet.handshakeFailures;
    fleet.handshakeFailures = 0;
    fleet.lines.clear();
    refusedBefore = refused();
    fleet.refused.clear();
    fleet.byClient.clear();
    fleet.byMerchant.clear();
    return moment;
  }

  private double lastOurs = -1000;

  private boolean oursLately() {
    return fleet.now - lastOurs < 5;
  }

  private Moment.Stats stats(long second) {
    List<Moment.Pool> pools = new ArrayList<>();
    long arrived = 0;
    for (Map.Entry<String, List<Fleet.Live>> pool : fleet.worker.servers.entrySet()) {
      List<Moment.Server> servers = new ArrayList<>();
      int sessions = 0;
      int active = 0;
      for (Fleet.Live live : pool.getValue()) {
        Moment.Came came = Moment.Came.NOTHING;
        int held = 0;
        for (Fleet.Worker worker : fleet.workers) {
          for (Fleet.Live one : worker.of(pool.getKey())) {
            if (one.file.name.equals(live.file.name)) {
              came = came.plus(came(one));
              held += one.sessions;
            }
          }
        }
        sessions += held;
        arrived += came.arrived();
        active += live.usable() ? 1 : 0;
        servers.add(
            new Moment.Server(
                new ServerName(pool.getKey(), live.file.name),
                live.target.name,
                live.maint
                    ? Snapshot.State.MAINT
                    : !live.file.check
                        ? Snapshot.State.UNCHECKED
                        : live.up
                            ? live.badChecks > 0 ? Snapshot.State.GOING_DOWN : Snapshot.State.UP
                            : Snapshot.State.DOWN,
                live.maint ? Admin.MAINT : Admin.READY,
                false,
                live.weight,
                live.file.weight,
                held,
                OptionalInt.of(live.file.maxconn),
                0,
                live.file.check
                    ? Optional.of(
                        new Snapshot.Check(
                            live.lastCheck, OptionalInt.empty(), OptionalInt.of(3), ""))
                    : Optional.empty(),
                Duration.ofSeconds(100),
                Optional.of(came)));
      }
      pools.add(
          new Moment.Pool(
              pool.getKey(),
              true,
              sessions,
              fleet.workers.stream()
                  .mapToInt(w -> {
                    var queue = w.queues.get(pool.getKey());
                    return queue == null ? 0 : queue.size();
                  })
                  .sum(),
              active,
              0,
              servers));
    }
    List<Snapshot.Worker> workers = new ArrayList<>();
    fleet.workers.removeIf(w -> w.old && w.sessions() == 0 && w != fleet.pinnedTo);
    workers.add(worker(fleet.worker));
    fleet.workers.stream().filter(w -> w != fleet.worker).forEach(w -> workers.add(worker(w)));
    for (Fleet.Worker one : fleet.workers) {
      one.servers
          .values()
          .forEach(all ->
              all.forEach(live -> {
                live.came = 0;
                live.connectErrors = 0;
                live.responseErrors = 0;
                live.retries = 0;
                live.redispatches = 0;
                live.aborted = 0;
                live.ended = 0;
                Arrays.fill(live.classes, 0);
              }));
    }
    long requests = fleet.cameIn;
    fleet.cameIn = 0;
    return new Moment.Stats(
        second,
        OptionalDouble.of(1),
        false,
        workerBefore != fleet.worker.number ? OptionalLong.of(workerBefore) : OptionalLong.empty(),
        Optional.of(
            new Processes.Master(1, fleet.reloads + fleet.failedReloads, fleet.failedReloads)),
        workers,
        List.of(
            new Moment.Front(
                "fe",
                true,
                true,
                0,
                OptionalInt.of(10_000),
                OptionalLong.of(requests + fleet.handshakeFailures),
                OptionalLong.of(requests),
                OptionalLong.of(0))),
        pools);
  }

  private static Moment.Came came(Fleet.Live one) {
    long completed = Arrays.stream(one.classes).sum();
    return new Moment.Came(
        one.came,
        completed,
        one.connectErrors,
        one.responseErrors,
        one.retries,
        one.redispatches,
        one.aborted,
        0,
        one.classes[2],
        one.classes[3],
        one.classes[4],
        one.classes[5]);
  }

  private Snapshot.Worker worker(Fleet.Worker one) {
    List<Snapshot.Held> held = new ArrayList<>();
    if (one.old) {
      one.servers.forEach((pool, all) ->
          all.forEach(live -> {
            if (live.sessions > 0) {
              held.add(
                  new Snapshot.Held(
                      new ServerName(pool, live.file.name), live.sessions, Optional.empty()));
            }
          }));
    }
    return new Snapshot.Worker(
        one.number,
        one.old,
        true,
        Duration.ofSeconds(10),
        OptionalInt.of(0),
        Optional.empty(),
        OptionalInt.of(one == fleet.pinnedTo && one.old ? 20 + one.sessions() : one.sessions()),
        OptionalLong.empty(),
        OptionalLong.of(0),
        held);
  }

  private String known(String client) {
    return merchants == 0 ? client : "m" + Math.floorMod(client.hashCode(), merchants);
  }

  /** Eight of each kind, as the log intake tells them. */
  private List<Second.Refused> refused() {
    Map<Fleet.RefusedKey, Integer> sums = new HashMap<>();
    fleet.refused.forEach((key, count) ->
        sums.merge(
            new Fleet.RefusedKey(key.service(), key.status(), known(key.client())),
            count,
            Integer::sum));
    Map<String, Integer> told = new HashMap<>();
    return sums.entrySet().stream()
        .map(e ->
            new Second.Refused(
                e.getKey().service(),
                refusal(e.getKey().status()),
                e.getKey().client(),
                e.getValue()))
        .sorted(
            Comparator.comparingLong(Second.Refused::requests)
                .reversed()
                .thenComparing(Second.Refused::client))
        .filter(one -> told.merge(one.service() + " " + one.band(), 1, Integer::sum) <= 8)
        .toList();
  }

  private static Band refusal(int status) {
    return switch (status) {
      case 402 -> Band.DECLINED;
      case 404 -> Band.NOT_FOUND;
      case 429 -> Band.LIMITED;
      default -> Band.REFUSED;
    };
  }

  private Moment.Logged logged(long second) {
    List<Moment.Flow> flows = new ArrayList<>();
    Map<String, long[]> reach = new TreeMap<>();
    linesBefore.forEach((key, line) -> flows.add(flow(key, line)));
    long all = clientsBefore.size();
    long failed = clientsBefore.values().stream().filter(c -> c[1] > 0).count();
    if (second % 60 == 0) {
      busy.clear();
    }
    clientsBefore.forEach((client, counts) -> busy.merge(client, (long) counts[0], Long::sum));
    List<Moment.Busy> busiest =
        busy.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(5)
            .map(e -> new Moment.Busy(e.getKey(), e.getValue(), 0))
            .toList();
    return new Moment.Logged(
        second,
        1,
        flows,
        List.of(new Moment.Reach("*", all, failed)),
        busiest,
        busy.values().stream().mapToLong(Long::longValue).sum(),
        refusedBefore);
  }

  private static Moment.Flow flow(Fleet.LineKey key, Fleet.Line line) {
    Map<Band, Long> bands = new EnumMap<>(Band.class);
    Map<String, Long> terminations = new LinkedHashMap<>();
    line.ends.forEach((end, count) -> {
      String[] parts = end.split(" ", -1);
      bands.merge(band(Integer.parseInt(parts[0]), parts[1]), (long) count, Long::sum);
      terminations.merge(parts[1], (long) count, Long::sum);
    });
    Spread times = new Spread();
    line.millis.forEach(times::add);
    Set<String> ways = new TreeSet<>(List.of(key.approved().split("\\|")));
    Fit fit =
        key.pool().isEmpty()
            ? Fit.TURNED_AWAY
            : !ways.contains(key.pool())
                ? Fit.MISROUTED
                : ways.size() > 1 ? Fit.POSSIBLE : Fit.RIGHT;
    boolean unserved = key.service().equals("payments") && key.server().equals("rep-1");
    return new Moment.Flow(
        new Route("fe", key.service(), key.approved(), ways.size() > 1 ? "case of the host" : ""),
        key.pool(),
        key.server(),
        fit,
        unserved,
        Ended.of(bands),
        terminations,
        line.retries,
        Math.round(line.queue * 1000),
        Math.round(line.connect * 1000),
        Math.round(line.response * 1000),
        times);
  }

  private static Band band(int status, String termination) {
    return switch (termination) {
      case "sH", "sQ" -> Band.TIMED_OUT;
      case "SC" -> Band.ERROR;
      case "CH", "CQ" -> Band.GAVE_UP;
      case "LR" -> Band.REDIRECTED;
      default ->
          status >= 500
              ? Band.ERROR
              : switch (status) {
                case 202 -> Band.PENDING;
                case 401 -> Band.UNAUTHENTICATED;
                case 402 -> Band.DECLINED;
                case 404 -> Band.NOT_FOUND;
                case 409 -> Band.CONFLICT;
                case 429 -> Band.LIMITED;
                default -> status >= 400 ? Band.REFUSED : Band.SUCCESS;
              };
    };
  }

  private List<Probed> probed() {
    List<Probed> all = new ArrayList<>();
    for (Fleet.ProbeSeen seen : fleet.probes.values()) {
      ProbeTarget.Kind kind = ProbeTarget.Kind.valueOf(seen.kind());
      boolean outside = kind == ProbeTarget.Kind.OUTSIDE;
      if (!outside
          && fleet.worker.of(seen.subject().substring(0, seen.subject().indexOf('/'))).stream()
              .noneMatch(l -> seen.subject().endsWith("/" + l.file.name))) {
        continue;
      }
      all.add(
          new Probed(
              new ProbeTarget(
                  kind,
                  outside ? List.of() : List.of(ServerName.of(seen.subject())),
                  seen.subject(),
                  "127.0.0.1",
                  80,
                  false,
                  ProbeTarget.Proxy.NONE,
                  Optional.empty(),
                  List.of(),
                  List.of("payments")),
              time(fleet.now),
              Probed.Outcome.valueOf(seen.outcome()),
              Duration.ofMillis(Math.round(seen.millis())),
              OptionalInt.empty(),
              seen.by().isEmpty() ? Optional.empty() : Optional.of(seen.by()),
              ""));
    }
    return all;
  }

  /** So many times what the policy's thresholds should be. */
  double thresholds = 1;

  private Map<String, Moment.Dependency> dependencies() {
    Map<String, Moment.Dependency> all = new TreeMap<>();
    Fleet.Database db = fleet.database;
    double waiting = fleet.pays().stream().mapToInt(Fleet.Instance::waiting).sum();
    double used = fleet.pays().stream().mapToInt(Fleet.Instance::poolInUse).max().orElse(0) / 10.0;
    put(all, "database-waiting", waiting + db.lockWaiters, 4);
    put(all, "database-pool-used", used, 0.95);
    put(all, "database-errors", db.errors, 1.5);
    put(all, "database-write-ms", 1000 * db.seconds / Math.max(1, db.statements - db.reads), 100);
    put(all, "database-read-ms", 1000 * db.readSeconds / Math.max(1, db.reads), 100);
    put(all, "rate-limit-rejections", fleet.limited, 2.5);
    put(all, "acquirer-a-ms", mean(fleet.acquirerA), 1000);
    put(all, "acquirer-b-ms", mean(fleet.acquirerB), 1000);
    put(all, "acquirer-a-errors", fleet.acquirerA.errors, 0.5);
    put(all, "acquirer-b-errors", fleet.acquirerB.errors, 0.5);
    put(all, "acquirer-unknown", fleet.unknown, 0.5);
    db.statements = 0;
    db.reads = 0;
    db.seconds = 0;
    db.readSeconds = 0;
    db.errors = 0;
    fleet.limited = 0;
    fleet.unknown = 0;
    for (Fleet.Acquirer one : List.of(fleet.acquirerA, fleet.acquirerB)) {
      one.calls = 0;
      one.errors = 0;
      one.declines = 0;
      one.seconds = 0;
    }
    return all;
  }

  private static double mean(Fleet.Acquirer one) {
    return 1000 * one.seconds / Math.max(1, one.calls - one.errors);
  }

  private void put(Map<String, Moment.Dependency> all, String name, double value, double above) {
    all.put(name, new Moment.Dependency(OptionalDouble.of(value), thresholds * above, ""));
  }
}
