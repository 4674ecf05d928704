package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.traffic.Spread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The last minutes, and since when users are harmed.
 *
 * <p>Each way of being harmed is a stream with a CUSUM of its own: the log of the likelihood ratio
 * of "the share rose" against "it is as before", never below 0. It is looked at each second and
 * needs no correction for that: its threshold is a false-alarm rate per second of looking (e^-h),
 * not per test. A stream's harm began where its sum last left 0.
 *
 * <p>Who begins in the middle of an outage has no "before". So until there is one a share of
 * failures that is no usual one anywhere counts as harm. As long as that lasts nothing is learned
 * from it; after {@link #PATIENCE} it is. Confined.
 */
final class History {
  private static final int KEPT = 240;
  private static final int BASELINE = 60;

  /** What lasted for less says little of how it goes on. */
  private static final double SHORT = 5;

  private static final int QUIET = 20;

  /** e^12: one false alarm in 160 000 seconds of one stream. */
  private static final double ALARM = 12;

  /** What is past must not weigh for long. */
  private static final double MOST = 30;

  /** So many answers of a service may be slow, by the tail's measure, though all is as ever. */
  private static final double SLOW = 0.02;

  /** Share of a service's answers; where so many were slow, it is slow. */
  private static final double MANY = 0.15;

  /** Fewer times say little of how long it takes. */
  private static final int ENOUGH = 20;

  private static final double[] RISEN = {0.05, 0.2, 0.6};
  private static final double SLOWER_AT_MOST = 3;
  private static final String ALL = "*";

  /** Fewer seconds are no "before". */
  static final double LEARNED = 5;

  /** A change is seen so much later than it was made, at most. */
  private static final double NOTICED = 2.5;

  /** No service that works fails as often as that. */
  private static final double FAILS = 0.1;

  private static final double[] OUTAGE = {0.3, 0.7};

  /** For so long what was found at the start is not taken for usual. */
  static final double PATIENCE = 180;

  private static final class Stream {
    double sum;
    double since;
    boolean alarmed;
    double lastHot;
  }

  /** What is as usual, summed up. */
  static final class Usual {
    final Map<Cell, Sums> cells = new TreeMap<>();
    final Map<String, Sums> services = new TreeMap<>();
    // Of services whose times are those before the harm in which this was learned.
    private final Map<String, Spread> timesBefore = new TreeMap<>();
    private final Map<String, Double> slowShares = new TreeMap<>();
    final Regulars regulars = new Regulars(this);
    final Map<String, double[]> sessions = new TreeMap<>(); // mean, most, arrivals per second
    final Map<String, Double> queues = new TreeMap<>(); // most
    final Map<String, double[]> dependencies = new TreeMap<>(); // mean, most, seconds in trouble
    final Map<String, Double> busy = new TreeMap<>();
    double requests;
    double clients;
    double handshakes;
    double came; // requests at the listening sides, in so many seconds
    double cameSeconds;
    double seconds;

    Sums service(String name) {
      return services.getOrDefault(name, new Sums());
    }

    /** Share of a kind among requests of a service. */
    double share(String service, Kind kind) {
      Sums sums = service(service);
      double news = regulars.usualNews(new Tick.Refusals(service, kind));
      return (sums.of(kind) * news + 0.3) / (sums.requests + 60);
    }

    int slowAbove(String service) {
      Spread times = times(service);
      if (times.count() < ENOUGH) {
        return 2_000;
      }
      int usual = times.quantile(0.95);
      return Math.max(3 * usual, usual + 300);
    }

    /**
     * What one in ten took at most, clearly beyond the usual one. A few beyond it say nothing,
     * tails are like that; if most are, all of the service is slower, though none may be slow by
     * the tail's measure.
     */
    int slowerAbove(String service) {
      Spread times = times(service);
      if (times.count() < 200) {
        return slowAbove(service);
      }
      int usual = times.quantile(0.5);
      int tail = 11 * times.quantile(0.9) / 10;
      return Math.min(slowAbove(service), Math.max(tail, Math.max(5 * usual / 2, usual + 200)));
    }

    /** Share of a service's answers that are slow as ever. */
    double slowShare(String service) {
      return Math.max(SLOW, slowShares.getOrDefault(service, 0.0));
    }

    /**
     * What is usual here is of seconds in which some had to wait: slow stays what was slow before,
     * or those who waited then would hide those who wait now. Where many did, that is usual.
     */
    void slowAsBefore(Usual before) {
      services.forEach((service, sums) -> {
        Spread known = before.times(service);
        double share = sums.slowerThan(before.slowAbove(service)) / Math.max(1, sums.requests);
        if (known.count() >= ENOUGH && share < MANY) {
          timesBefore.put(service, known);
          slowShares.put(service, share);
        }
      });
    }

    private Spread times(String service) {
      return timesBefore.getOrDefault(service, service(service).times);
    }

    double rate(double sum) {
      return seconds == 0 ? 0 : sum / seconds;
    }
  }

  final Deque<Tick> ticks = new ArrayDeque<>();
  private final Map<String, Stream> streams = new TreeMap<>();
  private Usual usual = new Usual();
  private Optional<Double> begun = Optional.empty();
  private boolean frozen;

  /** When the last harm was over. What is usual is not learned from it, nor from what followed. */
  private double calmSince = Double.NEGATIVE_INFINITY;

  private boolean learned;
  private boolean resigned;
  private Optional<Double> harmedSince = Optional.empty();
  private double lastHot;

  /** Since when users are harmed, if they are; seconds since 1970. */
  Optional<Double> harmedSince() {
    return harmedSince;
  }

  Usual usual() {
    return usual;
  }

  /** Whether users were harmed from the first look on, so that nobody knows what is usual. */
  boolean withoutBefore() {
    return !learned && harmedSince.isPresent();
  }

  /** For how many seconds it has been looked at. */
  double lookedFor(Tick now) {
    return now.time - begun.orElse(now.time);
  }

  /** Whether harm was taken for usual in this second, because it was never seen without it. */
  boolean resigned() {
    return resigned;
  }

  /**
   * Takes in a second.
   *
   * @param answered whether it is published why users are harmed: then nobody learns to live with
   *     it
   */
  void add(Tick tick, boolean answered) {
    if (begun.isEmpty()) {
      begun = Optional.of(tick.time);
    }
    ticks.addLast(tick);
    while (ticks.size() > KEPT) {
      ticks.removeFirst();
    }
    calmSince = Math.min(calmSince, tick.time); // a clock that was set back
    if (!frozen) {
      learnUntil(tick.time - 3);
    }
    look(tick);
    judge(tick, answered);
  }

  /** Ticks since the harm began, a second before it included. */
  List<Tick> since(double began) {
    return ticks.stream().filter(tick -> tick.time >= began - 1.01).toList();
  }

  private void judge(Tick tick, boolean answered) {
    resigned = withoutBefore() && lookedFor(tick) > PATIENCE && !answered;
    double first = Double.MAX_VALUE;
    boolean hot = false;
    for (Stream stream : streams.values()) {
      if (stream.alarmed) {
        first = Math.min(first, stream.since);
        if (stream.sum > 0 && tick.time - stream.lastHot < QUIET) {
          hot = true;
        }
      }
    }
    if (hot) {
      lastHot = tick.time;
    }
    if (harmedSince.isEmpty()) {
      if (first < Double.MAX_VALUE) {
        harmedSince = Optional.of(first);
        frozen = true;
        learnUntil(first - 1.5);
        lastHot = tick.time;
      }
    } else if (tick.time - lastHot > QUIET || resigned) {
      harmedSince = Optional.empty();
      frozen = false;
      learned = true;
      calmSince =
          resigned
              ? Double.NEGATIVE_INFINITY
              : usual.seconds < LEARNED ? lastHot + SHORT : tick.time;
      streams.clear();
    } else if (first < harmedSince.get()) {
      harmedSince = Optional.of(first);
      learnUntil(first - 1.5);
    }
  }

  /**
   * If there is harm of a new kind, that is what counts from now on; what was there before is
   * usual.
   *
   * @param known streams that were known to be alarmed
   * @param from the new ones began after that
   * @return whether there is
   */
  boolean another(Set<String> known, double from) {
    double first = Double.MAX_VALUE;
    for (Map.Entry<String, Stream> one : streams.entrySet()) {
      if (one.getValue().alarmed
          && !known.contains(one.getKey().replaceFirst(" 0\\.[0-9]+$", ""))
          && one.getValue().since > from) {
        first = Math.min(first, one.getValue().since);
      }
    }
    if (first == Double.MAX_VALUE) {
      return false;
    }
    double begin = first;
    double lasted = first - harmedSince.orElse(first);
    streams.values().removeIf(stream -> stream.since < begin);
    harmedSince = Optional.of(first);
    usual = usualAmid(first - 1.5, lasted < SHORT ? BASELINE : Math.min(BASELINE, lasted));
    learned |= usual.seconds >= LEARNED;
    return true;
  }

  /**
   * While harm goes on that is a matter for a ticket, the load balancer was changed: whether
   * somebody is harmed since then who was not, with all that was there until then as usual. That is
   * known sooner than by {@link #another}: the harm may have begun before much was known.
   *
   * @param act when it was changed, found out a second late or two
   * @return whether there is; then that is what counts from now on
   */
  boolean anew(double act) {
    double from = act - NOTICED;
    double lasted = from - harmedSince.orElse(from);
    if (lasted < LEARNED) {
      return false;
    }
    Usual before = usual;
    Map<String, Stream> known = new TreeMap<>(streams);
    usual = usualAmid(from, Math.min(BASELINE, lasted));
    streams.clear();
    double first = Double.MAX_VALUE;
    if (usual.seconds >= LEARNED) {
      ticks.stream().filter(tick -> tick.time > from).forEach(this::look);
      first =
          streams.values().stream()
              .filter(stream -> stream.alarmed)
              .mapToDouble(stream -> stream.since)
              .min()
              .orElse(Double.MAX_VALUE);
    }
    if (first == Double.MAX_VALUE) {
      usual = before;
      streams.clear();
      streams.putAll(known);
      return false;
    }
    harmedSince = Optional.of(first);
    return true;
  }

  /**
   * The minute before is usual. So soon after harm it is not all calm: then what was usual before
   * the harm stays so, if it is known.
   */
  private void learnUntil(double end) {
    double calm = Math.min(BASELINE, end - calmSince);
    if (calm == BASELINE || usual.seconds < LEARNED) {
      usual = usualUntil(end, Math.max(0, calm));
    }
  }

  /** The same in the middle of harm. */
  private Usual usualAmid(double end, double seconds) {
    Usual amid = usualUntil(end, seconds);
    amid.slowAsBefore(usual);
    return amid;
  }

  private Usual usualUntil(double end, double seconds) {
    Usual sum = new Usual();
    Map<String, Long> before = Map.of();
    for (Tick tick : ticks) {
      if (tick.time <= end) {
        sum.regulars.add(tick, tick.time >= end - seconds);
      }
      if (tick.time > end || tick.time < end - seconds) {
        before = tick.busy;
        continue;
      }
      if (!tick.seen && !tick.logged) {
        continue;
      }
      sum.seconds++;
      sum.requests += tick.requests;
      sum.clients += tick.clients;
      sum.handshakes += tick.handshakes;
      if (tick.seen && tick.came.isPresent()) {
        sum.came += tick.came.getAsDouble();
        sum.cameSeconds++;
      }
      tick.flows.forEach((cell, flow) -> {
        sum.cells.computeIfAbsent(cell, it -> new Sums()).add(flow);
        sum.services.computeIfAbsent(cell.service(), it -> new Sums()).add(flow);
      });
      tick.servers.forEach((name, at) -> {
        double[] all = sum.sessions.computeIfAbsent(name.toString(), it -> new double[4]);
        all[0] += at.sessions();
        all[1] = Math.max(all[1], at.sessions());
        all[2] += at.arrived();
        all[3] += at.connectErrors();
      });
      tick.queues.forEach((pool, queue) -> sum.queues.merge(pool, (double) queue, Math::max));
      tick.dependencies.forEach((name, value) -> {
        if (value.value().isPresent()) {
          double[] all = sum.dependencies.computeIfAbsent(name, it -> new double[3]);
          all[0] += value.value().getAsDouble();
          all[1] = Math.max(all[1], value.value().getAsDouble());
          all[2] += value.inTrouble() ? 1 : 0;
        }
      });
      for (Map.Entry<String, Long> one : tick.busy.entrySet()) {
        Long then = before.get(one.getKey());
        if (then != null && one.getValue() > then) {
          sum.busy.merge(one.getKey(), (double) (one.getValue() - then), Double::sum);
        }
      }
      before = tick.busy;
    }
    sum.regulars.forgetOthers();
    return sum;
  }

  // --- streams

  private static final Map<String, List<Kind>> GROUPS =
      new TreeMap<>(
          Map.of(
              "failures",
              List.of(
                  Kind.TIMEOUT,
                  Kind.QUEUE_TIMEOUT,
                  Kind.CONNECT,
                  Kind.ERROR,
                  Kind.GAVE_UP,
                  Kind.BROKEN),
              "404",
              List.of(Kind.NOT_FOUND),
              "redirects",
              List.of(Kind.REDIRECTED),
              "429",
              List.of(Kind.LIMITED),
              "402",
              List.of(Kind.DECLINED),
              "pending",
              List.of(Kind.PENDING),
              "4xx",
              List.of(Kind.REFUSED)));

  private void look(Tick tick) {
    if (usual.seconds < LEARNED) {
      if (!learned) {
        outage(tick);
      }
      return;
    }
    if (!learned) {
      learned = true;
      streams.clear();
    }
    Map<Cell, Sums> flows = new TreeMap<>(tick.flows);
    tick.flows.forEach((cell, sums) -> {
      if (!cell.pool().isEmpty()) {
        flows
            .computeIfAbsent(new Cell(cell.service(), cell.pool(), ALL), it -> new Sums())
            .add(sums);
      }
    });
    tick.services.forEach((service, sums) -> flows.put(new Cell(service, ALL, ALL), sums));
    flows.forEach((cell, sums) -> {
      Sums service = usual.service(cell.service());
      GROUPS.forEach((name, kinds) -> {
        double bad = 0;
        double usually = 0;
        double ownBad = 0;
        Sums own = usual.cells.getOrDefault(cell, new Sums());
        for (Kind kind : kinds) {
          Tick.Refusals refusals = new Tick.Refusals(cell.service(), kind);
          double news = usual.regulars.news(refusals, tick);
          double usualNews = usual.regulars.usualNews(refusals);
          bad += sums.of(kind) * news;
          usually += service.of(kind) * usualNews;
          ownBad += own.of(kind) * usualNews;
        }
        double usualShare = atMost(usually, service.requests);
        if (own.requests > 30) {
          usualShare = Math.max(usualShare, ownBad / own.requests);
        }
        share(cell + " " + name, tick, bad, sums.requests, usualShare, delay(sums));
      });
      double slow = sums.slowerThan(usual.slowAbove(cell.service()));
      double usually = usual.slowShare(cell.service());
      share(cell + " slow", tick, slow, sums.requests, usually, Math.min(10, seconds(sums, 0.9)));
      slower(cell + " slower", tick, sums.slowerThan(usual.slowerAbove(cell.service())), sums);
    });
    stuck(tick);
    queues(tick);
    double usualBroken = Math.max(0.05, usual.rate(usual.handshakes));
    poisson("handshakes", tick, tick.handshakes, usualBroken, Math.max(4 * usualBroken, 0.4));
    tick.servers.forEach((name, at) -> {
      double[] before = usual.sessions.getOrDefault(name.toString(), new double[4]);
      double usually = Math.max(0.02, usual.rate(before[3]));
      poisson(
          name + " connect errors", tick, at.connectErrors(), usually, Math.max(5 * usually, 0.5));
    });
  }

  /** What is harm wherever it is seen. */
  private void outage(Tick tick) {
    Map<Cell, Sums> flows = new TreeMap<>(tick.flows);
    tick.flows.forEach((cell, sums) ->
        flows.computeIfAbsent(new Cell(cell.service(), ALL, ALL), it -> new Sums()).add(sums));
    flows.forEach((cell, sums) -> {
      for (double share : OUTAGE) {
        double bad = Math.min(sums.failures(), sums.requests);
        double gain =
            bad * Math.log(share / FAILS)
                + (sums.requests - bad) * Math.log((1 - share) / (1 - FAILS));
        gain(cell + " failures " + share, tick, gain, 1 + delay(sums));
      }
    });
  }

  /** The share may well be as high as that: what was seen little of is not known well. */
  private static double atMost(double bad, double all) {
    return (bad + 1 + 1.5 * Math.sqrt(bad + 1)) / (all + 30);
  }

  /** How long those that ended now had been under way. */
  private static double delay(Sums sums) {
    double late = sums.of(Kind.TIMEOUT) + sums.of(Kind.GAVE_UP) + sums.of(Kind.QUEUE_TIMEOUT);
    return late > 0 ? seconds(sums, 1) : 0;
  }

  private static double seconds(Sums sums, double part) {
    return sums.times.count() == 0 ? 0 : sums.times.quantile(part) / 1000.0;
  }

  /** A rise to a little, to much, and to most of them: who waits for the wrong one waits long. */
  private void share(String name, Tick tick, double bad, double all, double usually, double delay) {
    if (all <= 0) {
      return;
    }
    double p0 = Math.max(0.003, Math.min(0.5, usually));
    for (double risen : RISEN) {
      double p1 = Math.max(risen, 3 * p0);
      if (p1 > 0.9 || (risen < 0.1 && p1 > 0.15)) {
        continue;
      }
      double gain =
          Math.min(bad, all) * Math.log(p1 / p0)
              + Math.max(0, all - bad) * Math.log((1 - p1) / (1 - p0));
      gain(name + " " + risen, tick, gain, 1 + delay);
    }
  }

  /**
   * Most of them: a second in which everybody waits is not enough, five one after the other are.
   */
  private void slower(String name, Tick tick, double slower, Sums sums) {
    double all = sums.requests;
    if (all > 0) {
      double gain =
          Math.min(slower, all) * Math.log(0.6 / 0.1)
              + Math.max(0, all - slower) * Math.log(0.4 / 0.9);
      gain(name, tick, Math.min(SLOWER_AT_MOST, gain), 1);
    }
  }

  private void poisson(String name, Tick tick, double count, double usually, double risen) {
    gain(name, tick, count * Math.log(risen / usually) - (risen - usually), 0.5);
  }

  /** Sessions come and none ends: no error counter moves until the time-out. */
  private void stuck(Tick tick) {
    tick.servers.forEach((name, at) -> {
      double[] before = usual.sessions.getOrDefault(name.toString(), new double[4]);
      double most = before[1] + 2 + 0.5 * before[1];
      double over = at.sessions() - most;
      boolean held = over > 0 && at.completed() <= 0.35 * at.arrived() + 0.5;
      gain(name + " stuck", tick, held ? Math.min(5, 1.5 + over) : over > 3 * most ? 3 : -4, 1);
    });
  }

  private void queues(Tick tick) {
    tick.queues.forEach((pool, queue) -> {
      double over = queue - usual.queues.getOrDefault(pool, 0.0) - 3;
      gain(pool + " queue", tick, over > 0 ? Math.min(4, 1.5 + over / 2) : -4, 1);
    });
  }

  private void gain(String name, Tick tick, double gain, double delay) {
    Stream stream = streams.computeIfAbsent(name, it -> new Stream());
    if (stream.sum <= 0 && gain > 0) {
      stream.since = tick.time - delay;
    }
    stream.sum = Math.min(MOST, Math.max(0, stream.sum + gain));
    if (gain > 0 && stream.sum > ALARM) {
      stream.lastHot = tick.time;
    }
    if (stream.sum > ALARM) {
      stream.alarmed = true;
    } else if (stream.sum == 0 && harmedSince.isEmpty()) {
      stream.alarmed = false;
    }
  }

  /** Names of the streams that say that users are harmed. */
  List<String> alarmed() {
    List<String> names = new ArrayList<>();
    streams.forEach((name, stream) -> {
      if (stream.alarmed) {
        names.add(name.replaceFirst(" 0\\.[0-9]+$", ""));
      }
    });
    return names.stream().distinct().toList();
  }

  /** The last address that a server had before the harm, and whether another worker came since. */
  Optional<Tick> lastBefore(double time) {
    Tick last = null;
    for (Tick tick : ticks) {
      if (tick.time < time && tick.seen) {
        last = tick;
      }
    }
    return Optional.ofNullable(last);
  }

  static boolean same(ServerName name, Cell cell) {
    return cell.at(name.pool(), name.server());
  }

  /** Whether nothing at all is seen of it now. */
  boolean blind() {
    Tick tick = ticks.peekLast();
    return tick != null && tick.blindTo(Moment.Blind.Part.STATS);
  }
}
