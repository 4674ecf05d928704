package dev.checkrail.watch.traffic;

import dev.checkrail.logs.LogRecord;
import dev.checkrail.prove.Region;
import dev.checkrail.replay.Told;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts records second by second: by route of the approved rules, pool, server, status and
 * termination state.
 *
 * <p>A request counts for the second in which it <i>ended</i>, by the clock that the load balancer
 * logs with: that is when its outcome came. What was counted for a second is kept for {@link
 * Limits#seconds}; a record of an older one is counted as late and nowhere else. Memory is fixed:
 * rows, services, clients and words are limited, and what does not fit is counted under {@link
 * Route#OTHER}.
 *
 * <p>One thread adds and others ask: everything is under one lock, held for a batch.
 */
public final class Traffic {
  private static final int AHEAD = 2;
  private static final int STEP_MILLIS = 2_000;
  private static final int GRACE_MILLIS = 300;
  private static final int LAGS = 10;
  private static final int MINUTES = 15;
  private static final int NAMED = 4;
  private static final int ROUTES = 16_384;

  private final InstantSource clock;
  private final Limits limits;
  private final @Nullable Slot[] ring;
  private final long[] lagSecond = new long[LAGS];
  private final long[] lag = new long[LAGS];
  private final @Nullable Minute[] minutes = new Minute[MINUTES];
  private final Map<Region, Map<String, Route>> routes = new IdentityHashMap<>();
  private Optional<Approved> approved = Optional.empty();
  private int rows;
  private long records;
  private long late;
  private long ahead;
  private long other;
  private long clockSteps;
  private long lastMillis;

  /** The busiest clients of a minute. */
  private static final class Minute {
    final long minute;
    final Heavy clients;

    Minute(long minute, int room) {
      this.minute = minute;
      this.clients = new Heavy(room);
    }
  }

  /** Counts from now on, without an approved configuration to judge by. */
  public Traffic(InstantSource clock, Limits limits) {
    this.clock = clock;
    this.limits = limits;
    this.ring = new Slot[limits.seconds()];
  }

  /** From now on requests are judged by this. It belongs to this object alone then. */
  public synchronized void judgeBy(Approved rules) {
    this.approved = Optional.of(rules);
    routes.clear();
  }

  /** Whether there is anything that requests are judged by. */
  public synchronized boolean judges() {
    return approved.isPresent();
  }

  /** Counts a record. */
  public void add(LogRecord record) {
    add(List.of(record));
  }

  /** Counts records, in any order. */
  public synchronized void add(List<LogRecord> batch) {
    long now = clock.millis();
    step(now);
    long second = Math.floorDiv(now, 1_000);
    for (LogRecord record : batch) {
      add(record, now, second);
    }
  }

  private void add(LogRecord record, long now, long nowSecond) {
    records++;
    long end = record.at().toEpochMilli() + Math.max(0, record.times().active());
    long second = Math.floorDiv(end, 1_000);
    lagged(nowSecond, now - end);
    if (second > nowSecond + AHEAD) {
      ahead++;
      return;
    }
    if (second <= nowSecond - limits.seconds()) {
      late++;
      return;
    }
    Slot slot = slot(second);
    if (slot == null) {
      late++;
      return;
    }
    Band ended = Band.of(record);
    Optional<Region> region =
        ended == Band.NO_REQUEST ? Optional.empty() : approved.flatMap(rules -> at(rules, record));
    boolean pending = ended == Band.SUCCESS && isPending(region, record.status());
    Band band = pending ? Band.PENDING : ended;
    Cell.Key key = key(record, band, region);
    Cell cell = slot.cells.get(key);
    if (cell == null) {
      if (slot.cells.size() >= limits.rowsPerSecond() || rows >= limits.rows()) {
        key = Cell.Key.OTHER;
        cell = slot.cells.get(key);
      }
      if (cell == null) {
        cell = new Cell();
        slot.cells.put(key, cell);
        rows++;
      }
    }
    if (key.equals(Cell.Key.OTHER)) {
      other++;
    }
    cell.add(record, band);
    Optional<String> client = record.clientKey().or(record::client);
    if (client.isPresent() && band != Band.NO_REQUEST) {
      String service = key.route().service();
      slot.client(service, Distinct.hash(client.get()), band.failure(), limits.services());
      if (band.refusal()) {
        slot.refused(service, band, client.get());
      }
      minute(Math.floorDiv(second, 60)).ifPresent(m -> m.clients.add(client.get(), band.failure()));
    }
  }

  // Time.

  /** The clock went back: what is in its future now was counted by another time. */
  private void step(long now) {
    if (now < lastMillis - STEP_MILLIS) {
      clockSteps++;
      long second = Math.floorDiv(now, 1_000);
      for (int i = 0; i < ring.length; i++) {
        Slot slot = ring[i];
        if (slot != null && slot.second >= second) {
          rows -= slot.cells.size();
          ring[i] = null;
        }
      }
      for (int i = 0; i < minutes.length; i++) {
        Minute minute = minutes[i];
        if (minute != null && minute.minute > Math.floorDiv(second, 60)) {
          minutes[i] = null;
        }
      }
    }
    lastMillis = now;
  }

  private void lagged(long nowSecond, long millis) {
    int i = Math.floorMod(nowSecond, LAGS);
    if (lagSecond[i] != nowSecond) {
      lagSecond[i] = nowSecond;
      lag[i] = millis;
    }
    lag[i] = Math.min(lag[i], millis);
  }

  private long lagMillis(long nowSecond) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < LAGS; i++) {
      if (lagSecond[i] > nowSecond - LAGS && lagSecond[i] <= nowSecond) {
        least = Math.min(least, lag[i]);
      }
    }
    return least == Long.MAX_VALUE ? -1 : Math.max(0, least);
  }

  /** The second's slot; null if a later one has its place. */
  private @Nullable Slot slot(long second) {
    int i = Math.floorMod(second, ring.length);
    Slot slot = ring[i];
    if (slot != null && slot.second > second) {
      return null;
    }
    if (slot == null || slot.second < second) {
      if (slot != null) {
        rows -= slot.cells.size();
      }
      slot = new Slot(second);
      ring[i] = slot;
    }
    return slot;
  }

  private Optional<Minute> minute(long number) {
    int i = Math.floorMod(number, MINUTES);
    Minute minute = minutes[i];
    if (minute == null || minute.minute < number) {
      minute = new Minute(number, limits.heavy());
      minutes[i] = minute;
    }
    return minute.minute == number ? Optional.of(minute) : Optional.empty();
  }

  // Routes.

  private static Optional<Region> at(Approved rules, LogRecord record) {
    return rules.regions().at(Told.by(record, rules.captures(record.frontend())));
  }

  private boolean isPending(Optional<Region> region, int status) {
    return region.isPresent()
        && approved.isPresent()
        && approved.get().isPending(region.get(), status);
  }

  private Cell.Key key(LogRecord record, Band band, Optional<Region> found) {
    String pool = record.backend().equals(record.frontend()) ? "" : record.backend();
    String server = record.server().orElse("");
    if (approved.isEmpty()) {
      return new Cell.Key(
          new Route(record.frontend(), "-", "?", ""),
          record.backend(),
          server,
          Fit.NOT_JUDGED,
          false);
    }
    Approved rules = approved.get();
    if (band == Band.NO_REQUEST) {
      return new Cell.Key(
          new Route(record.frontend(), "-", "(none)", ""), pool, server, Fit.NOT_ROUTED, false);
    }
    if (found.isEmpty()) {
      return new Cell.Key(
          new Route(record.frontend(), "-", "(none)", ""),
          record.backend(),
          server,
          Fit.STRANGE_FRONTEND,
          false);
    }
    Region region = found.get();
    // A "listen" section is a frontend and a pool of one name.
    boolean ownPool = region.pools().contains(record.frontend());
    String to = ownPool || !server.isEmpty() ? record.backend() : pool;
    return new Cell.Key(
        route(record.frontend(), region),
        to,
        server,
        fit(record, region, to),
        rules.isUnserved(region, record.backend(), record.server()));
  }

  private Route route(String frontend, Region region) {
    if (routes.size() >= ROUTES) {
      routes.clear();
    }
    return routes
        .computeIfAbsent(region, r -> new HashMap<>())
        .computeIfAbsent(
            frontend,
            f -> new Route(f, services(region), ways(region), String.join(", ", unseen(region))));
  }

  private static List<String> unseen(Region region) {
    List<String> all = new ArrayList<>(region.unseen());
    all.addAll(region.unmodelled());
    return all.size() <= NAMED ? all : all.subList(0, NAMED);
  }

  private static String services(Region region) {
    List<String> all = new ArrayList<>(region.services());
    region.perhaps().forEach(service -> all.add(service + "?"));
    return all.isEmpty() ? "-" : String.join("+", all);
  }

  private static String ways(Region region) {
    List<String> all = new ArrayList<>(region.pools().stream().limit(NAMED).toList());
    if (region.pools().size() > NAMED) {
      all.add("and " + (region.pools().size() - NAMED) + " more");
    }
    if (region.answered()) {
      all.add("(answer)");
    }
    if (region.unfollowed()) {
      all.add("?");
    }
    return String.join("|", all);
  }

  /**
   * Whether it went where the rules send it.
   *
   * @param pool where it went; empty if no pool was chosen
   */
  private static Fit fit(LogRecord record, Region region, String pool) {
    if (region.unfollowed()) {
      return Fit.UNDECIDED;
    }
    if (!pool.isEmpty()) {
      return !region.allows(pool) ? Fit.MISROUTED : region.certain() ? Fit.RIGHT : Fit.POSSIBLE;
    }
    if (region.allowsAnswer()) {
      return region.certain() ? Fit.RIGHT : Fit.POSSIBLE;
    }
    return turnedAway(record) ? Fit.TURNED_AWAY : Fit.NOT_ROUTED;
  }

  /**
   * Whether rules answered: state {@code LR} (a redirect, an answer, a page of its own) or {@code
   * PR} (denied) or {@code PT} (a tarpit), but not for a request that HAProxy itself found bad
   * (400) or could not take.
   */
  private static boolean turnedAway(LogRecord record) {
    return record.termination().startsWith("LR")
        || record.termination().startsWith("PT")
        || (record.termination().startsWith("PR")
            && record.status() != 400
            && record.status() > 0
            && (record.status() < 500 || record.status() == 503));
  }

  // Answers.

  /**
   * The latest second of which all records should be there: the one before this, minus what records
   * are behind.
   */
  public synchronized long settled() {
    long now = clock.millis();
    long second = Math.floorDiv(now - GRACE_MILLIS, 1_000);
    return second - 1 - Math.max(0, lagMillis(Math.floorDiv(now, 1_000))) / 1_000;
  }

  /** What was counted for a second; nothing if it is not kept. */
  public Second snapshot(long epochSecond) {
    return snapshot(epochSecond, 1);
  }

  /**
   * What was counted for several seconds together; distinct clients are those of all of them.
   *
   * @param from the first one
   */
  public synchronized Second snapshot(long from, int seconds) {
    Map<Cell.Key, Cell> cells = new HashMap<>();
    Map<String, Slot.Reached> reached = new HashMap<>();
    Map<Slot.Refusals, Heavy> refused = new HashMap<>();
    for (int i = 0; i < Math.min(seconds, ring.length); i++) {
      Slot slot = ring[Math.floorMod(from + i, ring.length)];
      if (slot == null || slot.second != from + i) {
        continue;
      }
      slot.cells.forEach((key, cell) -> cells.computeIfAbsent(key, k -> new Cell()).add(cell));
      slot.reached.forEach((service, one) -> {
        Slot.Reached all = reached.computeIfAbsent(service, s -> new Slot.Reached());
        all.all.add(one.all);
        all.failed.add(one.failed);
      });
      slot.refused.forEach((what, one) ->
          refused.computeIfAbsent(what, it -> new Heavy(Slot.MOST_REFUSED)).add(one));
    }
    List<Row> all = new ArrayList<>();
    cells.forEach((key, cell) -> all.add(cell.row(key)));
    all.sort(
        Comparator.comparingLong((Row row) -> row.requests())
            .reversed()
            .thenComparing(row -> row.route().service())
            .thenComparing(Row::pool)
            .thenComparing(Row::server));
    List<Second.Clients> clients = new ArrayList<>();
    reached.forEach((service, one) ->
        clients.add(new Second.Clients(service, one.all.count(), one.failed.count())));
    clients.sort(
        Comparator.comparingLong(Second.Clients::all)
            .reversed()
            .thenComparing(Second.Clients::service));
    return new Second(from, seconds, all, clients, refused(refused));
  }

  private static List<Second.Refused> refused(Map<Slot.Refusals, Heavy> counted) {
    List<Second.Refused> all = new ArrayList<>();
    counted.forEach((what, clients) -> {
      for (Client one : clients.busiest(Slot.MOST_REFUSED)) {
        long surely = one.requests() - one.atMostTooHigh();
        if (surely > 0) {
          all.add(new Second.Refused(what.service(), what.band(), one.key(), surely));
        }
      }
    });
    all.sort(
        Comparator.comparingLong(Second.Refused::requests)
            .reversed()
            .thenComparing(Second.Refused::service)
            .thenComparing(Second.Refused::band)
            .thenComparing(Second.Refused::client));
    return all;
  }

  /** The busiest clients of the minute in which a second lies, the busiest first. */
  public synchronized List<Client> busiest(long epochSecond, int most) {
    return minuteOf(epochSecond).map(minute -> minute.clients.busiest(most)).orElse(List.of());
  }

  /**
   * Requests of all clients in the minute in which a second lies, counted as {@link #busiest} is:
   * those of seconds that are not complete yet, too.
   */
  public synchronized long ofClients(long epochSecond) {
    return minuteOf(epochSecond).map(minute -> minute.clients.all()).orElse(0L);
  }

  private Optional<Minute> minuteOf(long epochSecond) {
    long number = Math.floorDiv(epochSecond, 60);
    return Optional.ofNullable(minutes[Math.floorMod(number, MINUTES)])
        .filter(minute -> minute.minute == number);
  }

  /** How far all of this can be trusted. */
  public synchronized Health health() {
    return new Health(
        records, late, ahead, other, clockSteps, lagMillis(Math.floorDiv(clock.millis(), 1_000)));
  }
}
