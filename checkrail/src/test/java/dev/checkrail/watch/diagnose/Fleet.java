package dev.checkrail.watch.diagnose;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A small fleet in virtual time: users, a load balancer, payment instances, catalogue, reports, a
 * database, two acquirers. Each request is followed through queues, limits and time-outs; what
 * happens to it follows from these, and from nothing else. Seeded; seconds as doubles.
 */
final class Fleet {
  private record Event(double at, long order, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Double.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long order;
  double now;
  final Random random;

  Fleet(long seed, double rate) {
    this.random = new Random(seed);
    this.rate = rate;
    this.approved = base();
    this.worker = new Worker(approved, 1);
    workers.add(worker);
    begin();
  }

  void at(double when, Runnable what) {
    events.add(new Event(Math.max(now, when), order++, what));
  }

  void after(double pause, Runnable what) {
    at(now + pause, what);
  }

  /** Lets the world go on until this time. */
  void until(double end) {
    for (Event next = events.peek(); next != null && next.at <= end; next = events.peek()) {
      events.poll();
      now = next.at;
      next.what.run();
    }
    now = end;
  }

  private double exp(double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  private double around(double median, double spread) {
    return median * Math.exp(spread * random.nextGaussian());
  }

  // --- what is behind

  /** The database: so many statements at once, each a few milliseconds. */
  final class Database {
    boolean down;
    boolean full;
    double extra;
    double readExtra;
    double lockedUntil;
    int lockWaiters;
    private int running;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    // of this second
    int statements;
    double seconds;
    double readSeconds;
    int reads;
    int errors;

    void run(boolean write, Consumer<Boolean> done) {
      if (down) {
        errors++;
        after(0.002, () -> done.accept(false));
        return;
      }
      if (lockedUntil > now) {
        lockWaiters++;
        at(
            lockedUntil,
            () -> {
              lockWaiters--;
              run(write, done);
            });
        return;
      }
      if (write && full) {
        errors++;
        after(0.004, () -> done.accept(false));
        return;
      }
      if (running >= 24) {
        waiting.add(() -> start(write, done));
      } else {
        start(write, done);
      }
    }

    private void start(boolean write, Consumer<Boolean> done) {
      running++;
      double takes = 0.002 + exp(0.005) + (write ? extra : extra + readExtra);
      statements++;
      if (write) {
        seconds += takes;
      } else {
        readSeconds += takes;
        reads++;
      }
      after(
          takes,
          () -> {
            running--;
            done.accept(!down);
            Runnable next = waiting.poll();
            if (next != null) {
              next.run();
            }
          });
    }
  }

  /** An acquirer: a time, and what it says. */
  final class Acquirer {
    double median = 0.07;
    double spread = 0.35;
    double extra;
    double tail;
    double tailSeconds;
    boolean down;
    double halfAnswers;
    double declined = 0.04;
    // of this second
    int calls;
    int errors;
    int declines;
    double seconds;

    /** 0 approved, 1 declined, 2 no connection, 3 nothing came back. */
    void call(boolean validKey, String brand, boolean tiny, Consumer<Integer> done) {
      calls++;
      if (down) {
        errors++;
        after(0.003, () -> done.accept(2));
        return;
      }
      if (!validKey) {
        after(0.02, () -> done.accept(4));
        return;
      }
      double takes =
          around(median, spread) + extra + (random.nextDouble() < tail ? tailSeconds : 0);
      boolean half = random.nextDouble() < halfAnswers;
      double no = tiny ? 0.95 : brand.equals(badBrand) ? badBrandDeclined : declined;
      boolean refused = random.nextDouble() < no;
      after(
          takes,
          () -> {
            seconds += takes;
            if (half) {
              errors++;
              done.accept(3);
            } else {
              if (refused) {
                declines++;
              }
              done.accept(refused ? 1 : 0);
            }
          });
    }
  }

  String badBrand = "";
  double badBrandDeclined = 0.6;
  final Database database = new Database();
  final Acquirer acquirerA = new Acquirer();
  final Acquirer acquirerB = new Acquirer();
  double perKeyLimit = 400;
  private final Map<String, double[]> buckets = new HashMap<>();
  int limited;
  int duplicates;
  int unknown;
  private final Map<String, Integer> keys = new HashMap<>(); // 1 in progress, else its status

  private boolean admitted(String merchant) {
    double[] bucket = buckets.computeIfAbsent(merchant, m -> new double[] {allowed(m), now});
    double limit = allowed(merchant);
    bucket[0] = Math.min(limit, bucket[0] + (now - bucket[1]) * limit);
    bucket[1] = now;
    if (bucket[0] < 1) {
      limited++;
      return false;
    }
    bucket[0]--;
    return true;
  }

  private double allowed(String merchant) {
    return merchant.equals("m-small") ? Math.max(1, Math.min(perKeyLimit, rate / 60)) : perKeyLimit;
  }

  /** A process that answers. */
  final class Instance {
    final String name;
    final String serves;
    int workers;
    double slow = 1;
    boolean dead;
    boolean stopped;
    boolean frozenByHand;
    boolean brokenPayments;
    boolean refuses;
    boolean validKey = true;
    double loss;
    double fails = 0.0005;
    int heldConnections;
    int connections = 10;
    String version = "A";
    double started = -1000;
    private int busy;
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private int inUse;
    private final Deque<Runnable> forConnection = new ArrayDeque<>();
    private final List<Runnable> frozen = new ArrayList<>();
    private int life;

    Instance(String name, String serves, int workers) {
      this.name = name;
      this.serves = serves;
      this.workers = workers;
    }

    int waiting() {
      return forConnection.size();
    }

    int poolInUse() {
      return Math.min(connections, inUse + heldConnections);
    }

    int queued() {
      return queue.size();
    }

    void kill() {
      dead = true;
      life++;
      busy = 0;
      inUse = 0;
      queue.clear();
      forConnection.clear();
    }

    void start() {
      dead = false;
      started = now;
    }

    void resume() {
      stopped = false;
      List<Runnable> all = List.copyOf(frozen);
      frozen.clear();
      all.forEach(Runnable::run);
    }

    /** Goes on when the process runs, if it is still the same one. */
    private Runnable awake(Runnable what) {
      int mine = life;
      return () -> {
        if (mine != life) {
          return;
        }
        if (stopped) {
          frozen.add(what);
        } else {
          what.run();
        }
      };
    }

    void take(Request request, Consumer<Integer> reply) {
      awake(
              () -> {
                if (busy >= workers) {
                  double came = now;
                  // What nobody waits for any more is not started.
                  queue.add(() -> {
                    if (now - came < 8) {
                      work(request, reply);
                    } else {
                      started();
                    }
                  });
                } else {
                  work(request, reply);
                }
              })
          .run();
    }

    private void started() {
      Runnable next = busy < workers ? queue.poll() : null;
      if (next != null) {
        next.run();
      }
    }

    private void work(Request request, Consumer<Integer> reply) {
      busy++;
      int mine = life;
      Consumer<Integer> done =
          status ->
              awake(
                      () -> {
                        if (mine != life) {
                          return;
                        }
                        busy--;
                        reply.accept(status);
                        started();
                      })
                  .run();
      after((0.004 + exp(0.003)) * slow, awake(() -> answer(request, done)));
    }

    private void answer(Request request, Consumer<Integer> done) {
      if (serves.equals("web")) {
        after(0.004 * slow, () -> done.accept(request.kind == Kind.CATALOGUE ? 200 : 404));
        return;
      }
      if (serves.equals("rep")) {
        if (request.kind == Kind.REPORT) {
          database.run(false, ok -> done.accept(ok ? 200 : 500));
        } else if (request.probe) {
          after(0.002, () -> done.accept(refuses ? 503 : 401));
        } else if (refuses) {
          done.accept(503);
        } else {
          after(6, () -> done.accept(504)); // it looks for an acquirer that it does not have
        }
        return;
      }
      if (request.probe || request.anonymous) {
        done.accept(401);
        return;
      }
      if (request.kind == Kind.CATALOGUE || request.kind == Kind.REPORT) {
        done.accept(404);
        return;
      }
      if (!admitted(request.merchant)) {
        done.accept(429);
        return;
      }
      if (random.nextDouble() < fails) {
        done.accept(500);
        return;
      }
      if (request.kind == Kind.LIST) {
        connection(() -> database.run(false, ok -> free(() -> done.accept(ok ? 200 : 500))), done);
        return;
      }
      if (brokenPayments) {
        done.accept(500);
        return;
      }
      Integer known = keys.get(request.key);
      if (known != null) {
        duplicates++;
        done.accept(known == 1 ? 409 : known);
        return; // 202 as long as the acquirer has not said what became of it
      }
      connection(
          () ->
              database.run(
                  true,
                  ok ->
                      free(() -> {
                        if (ok) {
                          keys.put(request.key, 1);
                          pay(request, done);
                        } else {
                          done.accept(500);
                        }
                      })),
          done);
    }

    private void pay(Request request, Consumer<Integer> done) {
      Acquirer acquirer = request.brand.equals("visa") ? acquirerA : acquirerB;
      acquirer.call(
          validKey,
          request.brand,
          request.tiny,
          said -> {
            int status =
                switch (said) {
                  case 0 -> 201;
                  case 1 -> 402;
                  case 2 -> 503;
                  case 3 -> 202;
                  default -> 502;
                };
            if (said == 3) {
              unknown++;
            }
            awake(() ->
                    connection(
                        () ->
                            database.run(
                                true,
                                ok ->
                                    free(() -> {
                                      if (ok && status == 202) {
                                        keys.put(request.key, status);
                                        after(1, () -> keys.put(request.key, 201));
                                      } else if (ok && (status == 201 || status == 402)) {
                                        keys.put(request.key, status);
                                      } else {
                                        keys.remove(request.key);
                                      }
                                      done.accept(ok ? status : 500);
                                    })),
                        done))
                .run();
          });
    }

    private void connection(Runnable then, Consumer<Integer> done) {
      if (inUse + heldConnections < connections) {
        inUse++;
        then.run();
        return;
      }
      boolean[] over = {false};
      Runnable go =
          () -> {
            if (!over[0]) {
              over[0] = true;
              inUse++;
              then.run();
            } else {
              next();
            }
          };
      forConnection.add(go);
      after(
          3,
          () -> {
            if (!over[0]) {
              over[0] = true;
              forConnection.remove(go);
              done.accept(500);
            }
          });
    }

    private void free(Runnable then) {
      inUse--;
      then.run();
      next();
    }

    private void next() {
      if (inUse + heldConnections < connections) {
        Runnable next = forConnection.poll();
        if (next != null) {
          next.run();
        }
      }
    }
  }

  final Instance pay1 = new Instance("pay-1", "pay", 32);
  final Instance pay2 = new Instance("pay-2", "pay", 32);
  final Instance pay3 = new Instance("pay-3", "pay", 32);
  final Instance rep1 = new Instance("rep-1", "rep", 4);
  final Instance web1 = new Instance("web-1", "web", 16);
  final Instance web2 = new Instance("web-2", "web", 16);

  List<Instance> pays() {
    return List.of(pay1, pay2, pay3);
  }

  // --- configuration

  /** What is asked. */
  enum Kind {
    PAY,
    LIST,
    CATALOGUE,
    REPORT
  }

  /** One attempt's contents. */
  static final class Request {
    Kind kind = Kind.PAY;
    String host = "pay.example.com";
    String tenant = "t0";
    String merchant = "m-1";
    String brand = "visa";
    String key = "";
    String client = "c";
    String source = "10.0.0.1";
    boolean oldTls;
    boolean tiny;
    boolean probe;
    boolean anonymous;
    boolean pinned;

    String service() {
      return switch (kind) {
        case PAY, LIST -> "payments";
        case CATALOGUE -> "catalogue";
        case REPORT -> "reports";
      };
    }

    Request copy() {
      Request other = new Request();
      other.kind = kind;
      other.host = host;
      other.tenant = tenant;
      other.merchant = merchant;
      other.brand = brand;
      other.key = key;
      other.client = client;
      other.source = source;
      other.oldTls = oldTls;
      other.tiny = tiny;
      other.probe = probe;
      other.pinned = pinned;
      return other;
    }
  }

  static final class Server {
    final String name;
    Instance target;
    int weight = 100;
    int maxconn = 64;
    boolean check = true;

    Server(String name, Instance target) {
      this.name = name;
      this.target = target;
    }
  }

  static final class Pool {
    final String name;
    String balance = "roundrobin";
    final List<Server> servers = new ArrayList<>();
    double timeoutServer = 5;
    double timeoutQueue = 2;
    double timeoutConnect = 1;
    int retries = 3;
    final Set<String> retryOn = new HashSet<>(Set.of("conn-failure"));

    Pool(String name) {
      this.name = name;
    }

    Server server(String wanted) {
      return servers.stream().filter(s -> s.name.equals(wanted)).findFirst().orElseThrow();
    }
  }

  static final class Config {
    Predicate<Request> toReports = r -> r.host.equals("reports.example.com");
    Predicate<Request> toWebFirst = r -> false;
    Predicate<Request> misdirected = r -> false;
    Predicate<Request> losesCredentials = r -> false;
    Predicate<Request> toPay =
        r -> {
          String host = r.host.toLowerCase(Locale.ROOT).replace(":443", "");
          return host.equals("pay.example.com") || host.equals("pay-eu.example.com");
        };
    final Set<String> tenants = new HashSet<>();
    final Map<String, Pool> pools = new LinkedHashMap<>();
    boolean onlyNewTls;
    int deny;
    boolean redirects;
    String digest = "d0";

    String route(Request r) {
      if (toWebFirst.test(r)) {
        return "be_web";
      }
      if (toReports.test(r)) {
        return "be_reports";
      }
      return toPay.test(r) && tenants.contains(r.tenant) ? "be_pay" : "be_web";
    }

    Pool pool(String name) {
      Pool found = pools.get(name);
      if (found == null) {
        throw new IllegalStateException(name);
      }
      return found;
    }

    Config copy() {
      Config other = new Config();
      other.toReports = toReports;
      other.toWebFirst = toWebFirst;
      other.misdirected = misdirected;
      other.losesCredentials = losesCredentials;
      other.toPay = toPay;
      other.tenants.addAll(tenants);
      other.onlyNewTls = onlyNewTls;
      other.deny = deny;
      other.redirects = redirects;
      pools.forEach((name, pool) -> {
        Pool same = new Pool(name);
        same.balance = pool.balance;
        same.timeoutServer = pool.timeoutServer;
        same.timeoutQueue = pool.timeoutQueue;
        same.timeoutConnect = pool.timeoutConnect;
        same.retries = pool.retries;
        same.retryOn.clear();
        same.retryOn.addAll(pool.retryOn);
        pool.servers.forEach(s -> {
          Server server = new Server(s.name, s.target);
          server.weight = s.weight;
          server.maxconn = s.maxconn;
          server.check = s.check;
          same.servers.add(server);
        });
        other.pools.put(name, same);
      });
      return other;
    }
  }

  private Config base() {
    Config config = new Config();
    for (int i = 0; i < 10; i++) {
      config.tenants.add("t" + i);
    }
    Pool pay = new Pool("be_pay");
    pays().forEach(one -> pay.servers.add(new Server(one.name, one)));
    Pool reports = new Pool("be_reports");
    reports.servers.add(new Server("rep-1", rep1));
    reports.servers.getFirst().maxconn = 100_000;
    Pool web = new Pool("be_web");
    web.servers.add(new Server("web-1", web1));
    web.servers.add(new Server("web-2", web2));
    for (Pool pool : List.of(pay, reports, web)) {
      config.pools.put(pool.name, pool);
    }
    return config;
  }

  // --- load balancer

  /** What a worker knows of a server at run time. */
  static final class Live {
    final Server file;
    Instance target;
    boolean maint;
    int weight;
    boolean up = true;
    int badChecks;
    int goodChecks;
    String lastCheck = "L7OK";
    int sessions;
    double current;
    long downs;
    // of this second
    int came;
    int connectErrors;
    int responseErrors;
    int retries;
    int redispatches;
    int aborted;
    int ended;
    final int[] classes = new int[6];

    Live(Server file) {
      this.file = file;
      this.target = file.target;
      this.weight = file.weight;
    }

    boolean usable() {
      return !maint && weight > 0 && (up || !file.check);
    }
  }

  final class Worker {
    final Config config;
    final int number;
    final Map<String, List<Live>> servers = new LinkedHashMap<>();
    final Map<String, Deque<Transaction>> queues = new HashMap<>();
    boolean old;

    Worker(Config config, int number) {
      this.config = config;
      this.number = number;
      config.pools.forEach((name, pool) -> {
        servers.put(name, new ArrayList<>(pool.servers.stream().map(Live::new).toList()));
        queues.put(name, new ArrayDeque<>());
      });
    }

    List<Live> of(String pool) {
      return servers.getOrDefault(pool, List.of());
    }

    Live live(String pool, String server) {
      return of(pool).stream().filter(l -> l.file.name.equals(server)).findFirst().orElseThrow();
    }

    int sessions() {
      return servers.values().stream().flatMap(List::stream).mapToInt(l -> l.sessions).sum();
    }
  }

  Config approved;
  Worker worker;
  final List<Worker> workers = new ArrayList<>();
  boolean pinning;
  int reloads;
  int failedReloads;
  private final Map<String, Deque<Double>> bySource = new HashMap<>();

  /** Starts a new worker; the old one finishes what it holds. */
  void reload(Config next) {
    worker.old = true;
    worker = new Worker(next, worker.number + 1);
    workers.add(worker);
    reloads++;
  }

  /** A request inside the load balancer. */
  final class Transaction {
    final Worker by;
    final Request request;
    final double began;
    final Consumer<Integer> told;
    final String pool;
    @Nullable Live server;
    boolean over;
    boolean held;
    int retriesLeft;
    int retried;
    int run;
    double queuedAt;
    double queueTime;
    double connectTime;
    double sentAt = -1;

    Transaction(Worker by, Request request, String pool, Consumer<Integer> told) {
      this.by = by;
      this.request = request;
      this.began = now;
      this.pool = pool;
      this.told = told;
      this.retriesLeft = by.config.pool(pool).retries;
    }

    void begin() {
      after(request.probe ? 1 : patience, () -> end(-1, "C" + (sentAt < 0 ? "Q" : "H")));
      dispatch();
    }

    private void dispatch() {
      if (over) {
        return;
      }
      List<Live> usable = by.of(pool).stream().filter(Live::usable).toList();
      if (usable.isEmpty()) {
        end(503, "SC");
        return;
      }
      List<Live> free = usable.stream().filter(l -> l.sessions < l.file.maxconn).toList();
      if (free.isEmpty()) {
        queuedAt = now;
        int mine = ++run;
        by.queues.get(pool).add(this);
        after(
            by.config.pool(pool).timeoutQueue,
            () -> {
              if (!over && mine == run && by.queues.get(pool).remove(this)) {
                queueTime += now - queuedAt;
                end(503, "sQ");
              }
            });
        return;
      }
      to(choose(free));
    }

    private Live choose(List<Live> free) {
      String balance = by.config.pool(pool).balance;
      if (balance.equals("leastconn")) {
        return free.stream()
            .min((a, b) ->
                Double.compare(
                    (a.sessions + 1.0) / a.weight + a.current * 1e-9,
                    (b.sessions + 1.0) / b.weight + b.current * 1e-9))
            .map(l -> {
              l.current = order;
              return l;
            })
            .orElseThrow();
      }
      if (balance.equals("source")) {
        return free.get(Math.floorMod(request.source.hashCode(), free.size()));
      }
      double total = free.stream().mapToDouble(l -> l.weight).sum();
      free.forEach(l -> l.current += l.weight);
      Live best = free.stream().max((a, b) -> Double.compare(a.current, b.current)).orElseThrow();
      best.current -= total;
      return best;
    }

    void leaveQueue() {
      queueTime += now - queuedAt;
      run++;
      dispatch();
    }

    private void to(Live live) {
      server = live;
      held = true;
      live.sessions++;
      live.came++;
      int mine = ++run;
      Instance target = live.target;
      double began = now;
      if (target.dead) {
        after(0.0005, () -> noConnection(live, mine));
        return;
      }
      if (random.nextDouble() < target.loss) {
        after(by.config.pool(pool).timeoutConnect, () -> noConnection(live, mine));
        return;
      }
      double path = 0.0005;
      after(
          path,
          () -> {
            if (over || mine != run) {
              return;
            }
            connectTime = now - began;
            sentAt = now;
            request.anonymous = by.config.losesCredentials.test(request);
            target.take(
                request,
                status -> {
                  double late = random.nextDouble() < target.loss ? 0.2 + exp(0.4) : 0;
                  after(late, () -> answered(status, mine));
                });
            after(by.config.pool(pool).timeoutServer, () -> silent(live, mine));
          });
    }

    private void noConnection(Live live, int mine) {
      if (over || mine != run) {
        return;
      }
      live.connectErrors++;
      if (retriesLeft <= 0) {
        end(503, "SC");
        return;
      }
      retriesLeft--;
      retried++;
      live.retries++;
      release();
      run++;
      boolean other = retriesLeft == 0 || !live.usable();
      if (other) {
        live.redispatches++;
        dispatch();
      } else {
        int next = run;
        after(
            1,
            () -> {
              if (!over && next == run) {
                if (live.usable()) {
                  to(live);
                } else {
                  dispatch();
                }
              }
            });
      }
    }

    private void silent(Live live, int mine) {
      if (over || mine != run) {
        return;
      }
      live.responseErrors++;
      if (by.config.pool(pool).retryOn.contains("response-timeout") && retriesLeft > 0) {
        retriesLeft--;
        retried++;
        live.retries++;
        release();
        run++;
        dispatch();
        return;
      }
      end(504, "sH");
    }

    private void answered(int status, int mine) {
      if (over || mine != run) {
        return;
      }
      if (status == 503
          && by.config.pool(pool).retryOn.contains("503")
          && retriesLeft > 0
          && server != null) {
        retriesLeft--;
        retried++;
        server.retries++;
        release();
        run++;
        dispatch();
        return;
      }
      if (server != null) {
        server.classes[status / 100]++;
      }
      end(status, "--");
    }

    private void release() {
      if (held && server != null) {
        held = false;
        server.sessions--;
        server.ended++;
        Deque<Transaction> queue = by.queues.get(pool);
        for (Transaction next = queue.poll(); next != null; next = queue.poll()) {
          if (!next.over) {
            next.leaveQueue();
            break;
          }
        }
      }
    }

    private void end(int status, String termination) {
      if (over) {
        return;
      }
      if (termination.equals("CQ")) {
        by.queues.get(pool).remove(this);
      }
      over = true;
      if (termination.startsWith("C") && server != null) {
        server.aborted++;
      }
      boolean served = held || sentAt >= 0;
      release();
      if (!request.probe) {
        log(
            request,
            pool,
            served && server != null ? server.file.name : "",
            status,
            termination,
            now - began,
            queueTime,
            connectTime,
            sentAt < 0 || !termination.equals("--") ? -1 : now - sentAt,
            retried);
      }
      told.accept(status);
    }
  }

  /** Through the front door; what comes back is a status, -1 for nothing. */
  void send(Request request, Consumer<Integer> told) {
    Worker by = worker;
    if (pinning && request.pinned) {
      by = workers.getFirst().old && pinnedTo != null ? pinnedTo : worker;
    }
    Config config = by.config;
    if (config.onlyNewTls && request.oldTls) {
      handshakeFailures++;
      after(0.02, () -> told.accept(-1));
      return;
    }
    cameIn++;
    if (config.deny > 0 && !request.probe) {
      Deque<Double> seen = bySource.computeIfAbsent(request.source, s -> new ArrayDeque<>());
      seen.add(now);
      while (!seen.isEmpty() && seen.peek() < now - 10) {
        seen.poll();
      }
      if (seen.size() > config.deny) {
        log(request, "", "", 429, "PR", 0.001, 0, 0, -1, 0);
        after(0.001, () -> told.accept(429));
        return;
      }
    }
    if (config.redirects && request.kind != Kind.REPORT) {
      if (!request.probe) {
        log(request, "", "", 301, "LR", 0.001, 0, 0, -1, 0);
      }
      after(0.03, () -> told.accept(301));
      return;
    }
    if (config.misdirected.test(request)) {
      if (!request.probe) {
        log(request, "", "", 421, "LR", 0.001, 0, 0, -1, 0);
      }
      after(0.001, () -> told.accept(421));
      return;
    }
    String pool = config.route(request);
    if (!config.pools.containsKey(pool)) {
      told.accept(503);
      return;
    }
    new Transaction(by, request, pool, told).begin();
  }

  @Nullable Worker pinnedTo;

  // --- checks and probes

  private void checks() {
    for (List<Live> pool : worker.servers.values()) {
      for (Live live : pool) {
        if (live.file.check && !live.maint) {
          check(worker, live);
        }
      }
    }
    after(1, this::checks);
  }

  private void check(Worker by, Live live) {
    Instance target = live.target;
    String result =
        target.dead
            ? "L4CON"
            : target.stopped
                ? "L7TOUT"
                : random.nextDouble() < target.loss * 1.2 ? "L4TOUT" : "L7OK";
    live.lastCheck = result;
    if (result.equals("L7OK")) {
      live.badChecks = 0;
      live.goodChecks++;
      if (!live.up && live.goodChecks >= 2) {
        live.up = true;
      }
    } else {
      live.goodChecks = 0;
      live.badChecks++;
      if (live.up && live.badChecks >= 3) {
        live.up = false;
        live.downs++;
      }
    }
  }

  /** What a probe found. */
  record ProbeSeen(String kind, String subject, String outcome, String by, double millis) {}

  final Map<String, ProbeSeen> probes = new TreeMap<>();

  private void probe() {
    Map<String, Instance> targets = new LinkedHashMap<>();
    worker.servers.forEach(
        (pool, all) -> all.forEach(l -> targets.put(pool + "/" + l.file.name, l.target)));
    targets.forEach((subject, target) -> {
      direct("CHECK", subject, target, false);
      if (subject.startsWith("be_pay/")) {
        direct("CAPABILITIES", subject, target, false);
        direct("SAFE", subject, target, true);
      }
    });
    outside("pay.example.com");
    outside("pay-eu.example.com");
    after(2, this::probe);
  }

  private void direct(String kind, String subject, Instance target, boolean works) {
    String id = kind + " " + subject;
    double began = now;
    if (target.dead) {
      probes.put(id, new ProbeSeen(kind, subject, "REFUSED", "", 1));
      return;
    }
    if (random.nextDouble() < target.loss || random.nextDouble() < 0.001) {
      after(1, () -> probes.put(id, new ProbeSeen(kind, subject, "TIMEOUT", "", 1000)));
      return;
    }
    boolean[] known = {false};
    Consumer<String> found =
        outcome -> {
          if (!known[0]) {
            known[0] = true;
            probes.put(
                id, new ProbeSeen(kind, subject, outcome, target.name, (now - began) * 1000));
          }
        };
    after(1, () -> found.accept("TIMEOUT"));
    if (!works) {
      // The health thread has a thread of its own.
      target
          .awake(() ->
              after(
                  0.003,
                  () ->
                      found.accept(
                          kind.equals("CAPABILITIES") && !target.serves.equals("pay")
                              ? "WRONG"
                              : "GOOD")))
          .run();
      return;
    }
    Request ask = new Request();
    ask.probe = true;
    target.take(
        ask,
        status ->
            found.accept(
                status == 401 ? "GOOD" : status == 404 || status >= 500 ? "BAD_STATUS" : "GOOD"));
  }

  private void outside(String host) {
    String id = "OUTSIDE " + host;
    Request ask = new Request();
    ask.probe = true;
    ask.host = host;
    double began = now;
    boolean[] known = {false};
    after(
        1,
        () -> {
          if (!known[0]) {
            known[0] = true;
            probes.put(
                id, new ProbeSeen("OUTSIDE", "payments through " + host, "TIMEOUT", "", 1000));
          }
        });
    send(
        ask,
        status -> {
          if (!known[0]) {
            known[0] = true;
            probes.put(
                id,
                new ProbeSeen(
                    "OUTSIDE",
                    "payments through " + host,
                    status == 401 ? "GOOD" : status < 0 ? "TIMEOUT" : "BAD_STATUS",
                    "",
                    (now - began) * 1000));
          }
        });
  }

  // --- users

  double rate;
  double surge = 1;
  double patience = 8;
  boolean impatientRetries;
  double upperCase = 0.07;
  boolean oneSource;
  boolean noTraffic;
  private int users;
  int clientFailures;
  double loop;
  double cardTesting;

  private void arrivals() {
    after(
        exp(1 / (rate * surge)),
        () -> {
          if (!noTraffic) {
            user();
          }
          arrivals();
        });
  }

  private void user() {
    Request r = new Request();
    users++;
    r.key = "k" + users;
    r.client = "c" + random.nextInt(4000);
    double what = random.nextDouble();
    r.kind =
        what < 0.70
            ? Kind.PAY
            : what < 0.82 ? Kind.LIST : what < 0.95 ? Kind.CATALOGUE : Kind.REPORT;
    r.tenant = "t" + random.nextInt(10);
    r.merchant = random.nextDouble() < 0.04 ? "m-small" : "m-" + random.nextInt(30);
    r.brand = random.nextDouble() < 0.55 ? "visa" : "master";
    r.oldTls = random.nextDouble() < 0.06;
    r.source = oneSource ? "10.0.0.1" : "10.0." + random.nextInt(200) + "." + random.nextInt(200);
    r.pinned = random.nextDouble() < 0.35;
    r.host =
        switch (r.kind) {
          case PAY, LIST -> {
            String host = random.nextDouble() < 0.4 ? "pay-eu.example.com" : "pay.example.com";
            double how = random.nextDouble();
            yield how < upperCase / 2
                ? host.toUpperCase(Locale.ROOT)
                : how < upperCase ? host + ":443" : host;
          }
          case CATALOGUE -> "shop.example.com";
          case REPORT -> "reports.example.com";
        };
    attempt(r, 0, 0, now + patience);
  }

  private void attempt(Request r, int number, int hops, double until) {
    send(
        r,
        status -> {
          if (status == 301 && hops < 5) {
            attempt(r, number, hops + 1, until);
            return;
          }
          if (status == 202 && now + 0.5 < until) {
            after(0.5, () -> attempt(r.copy(), number, 0, until));
            return;
          }
          boolean failed = status < 0 || status >= 500 || status == 301;
          if (failed) {
            clientFailures++;
            if (impatientRetries ? number < 6 : number < 1) {
              after(
                  impatientRetries ? 0.01 : 0.5 + random.nextDouble(),
                  () -> attempt(r.copy(), number + 1, 0, now + patience));
            }
          }
        });
  }

  private void looping() {
    after(
        loop > 0 ? exp(1 / loop) : 0.2,
        () -> {
          if (loop > 0) {
            Request r = new Request();
            r.kind = Kind.LIST;
            r.merchant = "m-7";
            r.client = "c-loop";
            r.source = "10.9.9.9";
            r.key = "loop";
            send(r, status -> {});
          }
          looping();
        });
  }

  private void testing() {
    after(
        cardTesting > 0 ? exp(1 / cardTesting) : 0.2,
        () -> {
          if (cardTesting > 0) {
            Request r = new Request();
            users++;
            r.key = "x" + users;
            r.merchant = "m-9";
            r.client = "c-evil" + random.nextInt(3);
            r.source = "10.66.6." + random.nextInt(3);
            r.tiny = true;
            r.brand = random.nextBoolean() ? "visa" : "master";
            send(r, status -> {});
          }
          testing();
        });
  }

  /** A short pause of one instance now and then, as garbage collectors make them. */
  private void pauses() {
    after(
        exp(20),
        () -> {
          Instance one = pays().get(random.nextInt(3));
          if (!one.stopped && !one.dead) {
            one.stopped = true;
            after(
                0.03 + exp(0.05),
                () -> {
                  if (!one.frozenByHand) {
                    one.resume();
                  }
                });
          }
          pauses();
        });
  }

  private void begin() {
    after(0.1, this::checks);
    after(0.2, this::probe);
    arrivals();
    looping();
    testing();
    pauses();
  }

  // --- the log

  /** How requests of a kind ended in one second. */
  static final class Line {
    int requests;
    final Map<String, Integer> ends = new TreeMap<>(); // "status termination"
    final List<Integer> millis = new ArrayList<>();
    double queue;
    double connect;
    double response;
    int responses;
    int retries;
  }

  /** Service, approved pools, pool, server. */
  record LineKey(String service, String approved, String pool, String server)
      implements Comparable<LineKey> {
    @Override
    public int compareTo(LineKey o) {
      return toString().compareTo(o.toString());
    }
  }

  final Map<LineKey, Line> lines = new TreeMap<>();
  final Map<String, int[]> byClient = new HashMap<>();
  final Map<String, int[]> byMerchant = new HashMap<>();
  final Map<RefusedKey, Integer> refused = new HashMap<>();

  record RefusedKey(String service, int status, String client) {}

  int handshakeFailures;
  long cameIn;
  boolean logLost;

  private void log(
      Request r,
      String pool,
      String server,
      int status,
      String termination,
      double whole,
      double queue,
      double connect,
      double response,
      int retries) {
    LineKey key = new LineKey(r.service(), waysOf(r), pool, server);
    Line line = lines.computeIfAbsent(key, k -> new Line());
    line.requests++;
    line.ends.merge(status + " " + termination, 1, Integer::sum);
    line.millis.add((int) Math.round(whole * 1000));
    line.queue += queue;
    line.connect += connect;
    if (response >= 0) {
      line.response += response;
      line.responses++;
    }
    line.retries += retries;
    boolean bad = status < 0 || status >= 500;
    byClient.computeIfAbsent(r.client, c -> new int[2])[0]++;
    byMerchant.computeIfAbsent(r.merchant, c -> new int[2])[0]++;
    if (status >= 400 && status < 500) {
      refused.merge(new RefusedKey(r.service(), status, r.client), 1, Integer::sum);
    }
    if (bad) {
      byClient.get(r.client)[1]++;
      byMerchant.get(r.merchant)[1]++;
    }
  }

  /** The log has hosts without their case. */
  private String waysOf(Request r) {
    Request lower = r.copy();
    lower.host = r.host.toLowerCase(Locale.ROOT);
    Request upper = r.copy();
    upper.host = r.host.toUpperCase(Locale.ROOT);
    String a = approved.route(lower);
    String b = approved.route(upper);
    return a.equals(b) ? a : a + "|" + b;
  }
}
