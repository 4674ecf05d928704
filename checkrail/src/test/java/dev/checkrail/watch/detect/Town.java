package dev.checkrail.watch.detect;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Fit;
import dev.checkrail.watch.traffic.Route;
import dev.checkrail.watch.traffic.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A load balancer with users and servers on a virtual clock: request by request, seeded. Users come
 * by chance (Poisson), a server works on so many requests at once and lets others wait, HAProxy's
 * server time-out and the users' patience cut. What of it the socket and the log would have told
 * becomes a {@link Moment} for each second.
 */
final class Town {
  static final long START = 1_700_000_000L;
  private static final int RING = 64;
  private static final int TABLE = 4096;
  private static final int BANDS = Band.values().length;

  /** Lognormal with median 1 and a 99th percentile of about 4. */
  private static final double[] TIMES = times();

  final SplittableRandom random;
  final Map<String, Server> servers = new LinkedHashMap<>();
  final List<Stream> streams = new ArrayList<>();

  /** Seconds. */
  double serverTimeout = 5;

  double patience = 8;
  boolean logged = true;
  String name = "edge";

  /** What happens besides, told with the next moment. */
  final List<Moment.Event> events = new ArrayList<>();

  final List<Drifting.Since> drifts = new ArrayList<>();
  boolean blindSocket;
  int brokenConnections;
  Snapshot.@Nullable Worker oldWorker;
  OptionalLong replaced = OptionalLong.empty();
  String approved = "a".repeat(64);

  long second = START;
  private Optional<Instant> blindSince = Optional.empty();
  private boolean gap;

  /** When a user saw a failure first; infinite as long as none did. */
  double firstFailure = Double.POSITIVE_INFINITY;

  /** When a request arrived first that was sent where it does not belong. */
  double firstMisrouted = Double.POSITIVE_INFINITY;

  Town(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private static double[] times() {
    SplittableRandom random = new SplittableRandom(1);
    double[] all = new double[TABLE];
    for (int i = 0; i < TABLE; i++) {
      all[i] = Math.exp(0.6 * random.nextGaussian());
    }
    return all;
  }

  /** A server. */
  final class Server {
    final ServerName name;
    int weight = 100;
    Snapshot.State state = Snapshot.State.UP;
    long changed = START - 100_000;

    /** How many requests it works on at once; 0: any number. */
    int workers;

    double[] free = new double[0];

    /** It draws requests as if its weight were this; 0: as its weight says. */
    int draws;

    /** Its requests take so many times longer. */
    double slower = 1;

    /** Median milliseconds, whatever is asked; 0: as long as the request takes. */
    double millis;

    /** So many of its requests end like that instead, at once. */
    double spoilt;

    Band spoiltBand = Band.ERROR;

    /** It accepts and never answers. */
    boolean frozen;

    int retries;
    int sessions;
    final int[] held = new int[RING];
    final int[] arrived = new int[RING];
    final int[] completed = new int[RING];
    final int[] timedOut = new int[RING];
    final int[] failed = new int[RING];

    Server(String name) {
      this.name = ServerName.of(name);
    }

    Server workers(int count) {
      workers = count;
      free = new double[count];
      return this;
    }

    void state(Snapshot.State now) {
      state = now;
      changed = second;
    }

    int draws() {
      return !usable() ? 0 : draws > 0 ? draws : weight;
    }

    boolean usable() {
      return (state == Snapshot.State.UP || state == Snapshot.State.UNCHECKED) && weight > 0;
    }
  }

  /** Users of one route. */
  final class Stream {
    final Route route;
    final List<Server> to = new ArrayList<>();
    final double[] shares = new double[BANDS];

    /** Requests by second. */
    double rate;

    /** Median milliseconds. */
    double millis;

    /** All are one client. */
    boolean oneClient;

    /** That share of them goes elsewhere. */
    double elsewhere;

    @Nullable Server other;
    Fit otherFit = Fit.MISROUTED;
    boolean otherUnserved = true;
    private final Map<Server, Cell[]> cells = new LinkedHashMap<>();
    private int next;
    long requests;

    Stream(String service, double rate, double millis) {
      this.route = Given.route(service);
      this.rate = rate;
      this.millis = millis;
      shares[Band.SUCCESS.ordinal()] = 1;
    }

    Stream ends(Band band, double share) {
      shares[Band.SUCCESS.ordinal()] += shares[band.ordinal()] - share;
      shares[band.ordinal()] = share;
      return this;
    }

    double ends(Band band) {
      return shares[band.ordinal()];
    }

    Stream to(String... names) {
      for (String one : names) {
        to.add(server(one));
      }
      return this;
    }

    private @Nullable Server pick() {
      int weights = 0;
      for (Server one : to) {
        weights += one.draws();
      }
      if (weights == 0) {
        return null;
      }
      // Round robin for equal weights, by chance else.
      boolean equal = true;
      for (Server one : to) {
        equal &= !one.usable() || one.draws() == 100;
      }
      if (equal) {
        while (true) {
          Server one = to.get(next++ % to.size());
          if (one.usable()) {
            return one;
          }
        }
      }
      int at = random.nextInt(weights);
      for (Server one : to) {
        at -= one.draws();
        if (at < 0) {
          return one;
        }
      }
      return null;
    }

    private Band band() {
      double at = random.nextDouble();
      at -= shares[0];
      int i = 0;
      while (at >= 0 && i < BANDS - 1) {
        at -= shares[++i];
      }
      return Band.values()[i];
    }
  }

  /** What ended in a second at one server. */
  private static final class Cell {
    final long[] bands = new long[BANDS];
    long responseMillis;
    Spread times = new Spread();
    boolean any;
    Fit fit = Fit.RIGHT;
    boolean unserved;
  }

  Server server(String name) {
    return servers.computeIfAbsent(name, Server::new);
  }

  Stream stream(String service, double rate, double millis) {
    Stream stream = new Stream(service, rate, millis);
    streams.add(stream);
    return stream;
  }

  // --- a second goes by

  /** Lets a second go by and tells what was observed of it. */
  Moment next() {
    for (Stream stream : streams) {
      arrivals(stream);
    }
    Moment moment = moment();
    second++;
    return moment;
  }

  private void arrivals(Stream stream) {
    if (stream.rate <= 0) {
      return;
    }
    double at = second;
    while (true) {
      at -= Math.log(1 - random.nextDouble()) / stream.rate;
      if (at >= second + 1) {
        return;
      }
      request(stream, at);
    }
  }

  private void request(Stream stream, double at) {
    boolean other = stream.other != null && random.nextDouble() < stream.elsewhere;
    Server server = other ? stream.other : stream.pick();
    if (other && (stream.otherFit.wrong() || stream.otherUnserved)) {
      firstMisrouted = Math.min(firstMisrouted, at);
    }
    stream.requests++;
    if (server == null) {
      end(stream, null, at, at, Band.ERROR, false);
      return;
    }
    server.arrived[slot(at)]++;
    Band band = stream.band();
    double takes =
        (server.millis > 0 ? server.millis : stream.millis)
            / 1_000
            * server.slower
            * TIMES[random.nextInt(TABLE)];
    if (server.spoilt > 0 && random.nextDouble() < server.spoilt) {
      band = server.spoiltBand;
      takes = 0.001;
    }
    double start = at;
    if (server.frozen) {
      takes = 1e6;
    } else if (server.workers > 0) {
      int first = 0;
      for (int i = 1; i < server.free.length; i++) {
        if (server.free[i] < server.free[first]) {
          first = i;
        }
      }
      start = Math.max(at, server.free[first]);
      server.free[first] = start + takes;
    }
    double end = start + takes;
    boolean answered = true;
    if (end - at > serverTimeout) {
      end = at + serverTimeout;
      band = Band.TIMED_OUT;
      answered = false;
    }
    if (end - at > patience) {
      end = at + patience;
      band = Band.GAVE_UP;
      answered = false;
    }
    end = Math.min(end, second + RING - 2);
    end(stream, server, at, end, band, other);
    for (long boundary = (long) Math.floor(at) + 1; boundary <= end; boundary++) {
      server.held[Math.floorMod(boundary, RING)]++;
    }
    if (answered) {
      server.completed[slot(end)]++;
      if (band == Band.ERROR) {
        server.failed[slot(end)]++;
      }
    } else {
      server.timedOut[slot(end)]++;
    }
  }

  private void end(
      Stream stream, @Nullable Server server, double at, double end, Band band, boolean other) {
    if (band.failure()) {
      firstFailure = Math.min(firstFailure, end);
    }
    Server key = server == null ? nowhere : server;
    Cell[] ring = stream.cells.computeIfAbsent(key, it -> new Cell[RING]);
    int slot = slot(end);
    Cell cell = ring[slot];
    if (cell == null) {
      cell = new Cell();
      ring[slot] = cell;
    }
    if (!cell.any) {
      cell.any = true;
      cell.fit = other ? stream.otherFit : server == null ? Fit.NOT_ROUTED : Fit.RIGHT;
      cell.unserved = other && stream.otherUnserved;
    }
    int millis = (int) Math.round((end - at) * 1_000);
    cell.bands[band.ordinal()]++;
    cell.responseMillis += millis;
    cell.times.add(millis);
  }

  private final Server nowhere = new Server("be_none/none");

  private static int slot(double at) {
    return (int) Math.floorMod((long) Math.floor(at), (long) RING);
  }

  // --- what is told of it

  private long running; // requests of this minute

  private Moment moment() {
    int slot = Math.floorMod(second, RING);
    List<Moment.Flow> flows = new ArrayList<>();
    Map<String, long[]> clients = new LinkedHashMap<>();
    List<Moment.Busy> busy = new ArrayList<>();
    long parsed = 0;
    for (Stream stream : streams) {
      for (Map.Entry<Server, Cell[]> entry : stream.cells.entrySet()) {
        Cell cell = entry.getValue()[slot];
        if (cell == null) {
          continue;
        }
        entry.getValue()[slot] = null;
        boolean none = entry.getKey() == nowhere;
        Ended ended = Ended.of(cell.bands);
        parsed += ended.requests();
        long[] reached = clients.computeIfAbsent(stream.route.service(), it -> new long[2]);
        reached[0] += stream.oneClient ? 1 : Math.round(ended.requests() * 0.95);
        reached[1] += stream.oneClient ? 0 : ended.failures();
        flows.add(
            new Moment.Flow(
                stream.route,
                none ? stream.to.getFirst().name.pool() : entry.getKey().name.pool(),
                none ? "" : entry.getKey().name.server(),
                cell.fit,
                cell.unserved,
                ended,
                Map.of(),
                0,
                0,
                0,
                cell.responseMillis,
                cell.times));
      }
      if (stream.oneClient && stream.rate > 0) {
        long most = (long) (stream.rate * (Math.floorMod(second, 60) + 1));
        if (busy.isEmpty() || busy.getFirst().requests() < most) {
          busy.addFirst(new Moment.Busy("key", most, 0));
        }
      }
    }
    List<Moment.Reach> reach = new ArrayList<>();
    clients.forEach(
        (service, counts) -> reach.add(new Moment.Reach(service, counts[0], counts[1])));
    running = parsed + (Math.floorMod(second, 60) == 0 ? 0 : running);
    Instant at = Given.at(second);
    Optional<Moment.Stats> stats = Optional.empty();
    List<Moment.Blind> blind = new ArrayList<>();
    if (blindSocket) {
      blindSince = Optional.of(blindSince.orElse(at));
      blind.add(new Moment.Blind(Moment.Blind.Part.STATS, blindSince.get(), "no answer in time"));
      gap = true;
    } else {
      blindSince = Optional.empty();
      stats = Optional.of(stats(slot, parsed));
      gap = false;
    }
    for (Server server : servers.values()) {
      server.arrived[slot] = 0;
      server.completed[slot] = 0;
      server.timedOut[slot] = 0;
      server.failed[slot] = 0;
      server.held[slot] = 0;
    }
    Moment moment =
        new Moment(
            name,
            at,
            Optional.of(approved),
            stats,
            logged
                ? Optional.of(new Moment.Logged(second, 1, flows, reach, busy, running, List.of()))
                : Optional.empty(),
            logged
                ? Optional.of(new Moment.Intake(parsed, 0, brokenConnections, 0, 0, 0, 0, ""))
                : Optional.empty(),
            List.of(),
            drifts.isEmpty()
                ? Drifting.UNKNOWN
                : new Drifting(
                    Optional.of(at), drifts, 0, List.of(), Optional.empty(), Optional.empty()),
            events,
            Map.of(),
            blind);
    events.clear();
    brokenConnections = 0;
    replaced = OptionalLong.empty();
    return moment;
  }

  private Moment.Stats stats(int slot, long parsed) {
    Map<String, List<Moment.Server>> pools = new LinkedHashMap<>();
    int boundary = Math.floorMod(second + 1, RING);
    for (Server server : servers.values()) {
      pools
          .computeIfAbsent(server.name.pool(), it -> new ArrayList<>())
          .add(
              new Moment.Server(
                  server.name,
                  "127.0.0.1:1",
                  server.state,
                  Admin.READY,
                  false,
                  server.weight,
                  server.weight,
                  server.held[boundary],
                  OptionalInt.empty(),
                  0,
                  Optional.of(
                      new Snapshot.Check("L7OK", OptionalInt.of(200), OptionalInt.of(1), "")),
                  Duration.ofSeconds(second - server.changed),
                  gap
                      ? Optional.empty()
                      : Optional.of(
                          new Moment.Came(
                              server.arrived[slot],
                              server.completed[slot],
                              0,
                              server.timedOut[slot],
                              server.retries,
                              0,
                              0,
                              0,
                              server.completed[slot] - server.failed[slot],
                              0,
                              0,
                              server.failed[slot]))));
      server.retries = 0;
    }
    List<Moment.Pool> all = new ArrayList<>();
    pools.forEach((pool, members) ->
        all.add(
            new Moment.Pool(
                pool,
                true,
                0,
                0,
                (int) members.stream().filter(Moment.Server::usable).count(),
                0,
                members)));
    List<Snapshot.Worker> workers = new ArrayList<>();
    workers.add(CURRENT);
    if (oldWorker != null) {
      workers.add(oldWorker);
    }
    return new Moment.Stats(
        second,
        OptionalDouble.of(1),
        gap,
        replaced,
        Optional.empty(),
        workers,
        List.of(
            new Moment.Front(
                "fe",
                true,
                true,
                0,
                OptionalInt.empty(),
                OptionalLong.of(parsed),
                OptionalLong.of(parsed),
                OptionalLong.of(0))),
        all);
  }

  private static final Snapshot.Worker CURRENT =
      new Snapshot.Worker(
          100,
          false,
          true,
          Duration.ofHours(1),
          OptionalInt.of(1),
          Optional.empty(),
          OptionalInt.of(10),
          OptionalLong.empty(),
          OptionalLong.empty(),
          List.of());

  // --- helpers of stories

  void event(Moment.Event.What what, String text) {
    events.add(new Moment.Event(Given.at(second), what, "ada", text, Optional.empty()));
  }

  /** A server was told something by us. */
  void told(String server, Optional<String> state, Optional<String> weight) {
    events.add(
        new Moment.Event(
            Given.at(second),
            Moment.Event.What.RUNTIME,
            "ada",
            "runtime.told lb edge",
            Optional.empty(),
            "",
            Optional.of(new Moment.Event.Told(server, state, weight))));
  }

  void drift(Drift.Part part, String text) {
    drift(part, part.word(), text);
  }

  void drift(Drift.Part part, String key, String text) {
    drifts.add(
        new Drifting.Since(
            new Drift.Found(part, key, "approved.cfg", text, text), Given.at(second)));
  }

  /** The payment gateway of the examples, with the failures of an ordinary day. */
  static Town ordinary(long seed, double rate) {
    Town town = new Town(seed);
    town.stream("payments", rate, 100)
        .to("be_pay/pay-1", "be_pay/pay-2", "be_pay/pay-3")
        .ends(Band.DECLINED, 0.09)
        .ends(Band.UNPROCESSABLE, 0.01)
        .ends(Band.CONFLICT, 0.002)
        .ends(Band.UNAUTHENTICATED, 0.003)
        .ends(Band.LIMITED, 0.003)
        .ends(Band.LEFT, 0.003)
        .ends(Band.ERROR, 0.0006)
        .ends(Band.TIMED_OUT, 0.0002);
    town.stream("catalogue", rate / 3, 20)
        .to("be_web/web-1", "be_web/web-2")
        .ends(Band.REDIRECTED, 0.02)
        .ends(Band.NOT_FOUND, 0.015)
        .ends(Band.ERROR, 0.0003);
    town.server("be_reports/rep-1").workers(4).millis = 500; // the mean is 600
    town.stream("reports", Math.min(1, rate / 60), 550).to("be_reports/rep-1");
    return town;
  }
}
