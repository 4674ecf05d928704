package dev.checkrail.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.checkrail.logs.CapturedHeaders;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.Read;
import dev.checkrail.logs.RedactedText;
import dev.checkrail.prove.Lot;
import dev.checkrail.prove.Sorter;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Replayed;
import dev.checkrail.report.Request;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * The stage that replays: counts recorded requests by what becomes of them in what was proved.
 *
 * <p>Nothing is sent. A record is sorted by all that it tells; its outcome holds for every request
 * that would have been logged like that, or is undecided. What a persistence cookie or a hash
 * decides is not in a log, so shares of servers are nominal.
 *
 * <p>A log may be cut into pieces, each counted by {@link #another} on a thread of its own and put
 * together with {@link #add}: the answer is the same. Each by itself is for one thread.
 */
public final class Replay {
  private static final int FRONTENDS = 20;
  private static final int LONGEST_EXAMPLE = 300;
  private static final double MISTAKE = 0.05;

  /** So many records between two looks at the time. */
  private static final int LOOKED_AT = 64;

  private final Sorter sorter;
  private final Captures captures;
  private final CapturedHeaders names;
  private final LineReader reader;
  private final Map<Lot, Count> lots = new IdentityHashMap<>();
  private final Map<String, Rejects> rejected = new TreeMap<>();
  private long lines;

  private static final class Count {
    long requests;
    double weight;
    double squares;
    double shifted;
    long first = Long.MAX_VALUE;
    Optional<LogRecord> example = Optional.empty();

    void add(long at, LogRecord record, double each) {
      requests++;
      weight += each;
      squares += each * each;
      if (at < first) {
        first = at;
        example = Optional.of(record);
      }
    }

    /** The part of it that others serve. */
    void shift(Count other, double part) {
      shifted += other.weight * part;
    }

    void add(Count other) {
      requests += other.requests;
      weight += other.weight;
      squares += other.squares;
      if (other.first < first) {
        first = other.first;
        example = other.example;
      }
    }
  }

  private static final class Rejects {
    long lines;
    long first = Long.MAX_VALUE;
    String example = "";

    void add(long count, long at, String text) {
      lines += count;
      if (at < first) {
        first = at;
        example = text;
      }
    }
  }

  /**
   * Counts from now on.
   *
   * @param sorter of one configuration, or of two; belongs to this object from now on
   * @param captures of the configuration whose log it is: the first one
   */
  public Replay(Sorter sorter, Captures captures) {
    this.sorter = sorter;
    this.captures = captures;
    this.names = captures.names();
    // Times do not matter here, so neither does their zone.
    this.reader = new LineReader(ZoneOffset.UTC, () -> names);
  }

  /**
   * A sample of kept records: each stands for as many as its slot has seen for each one kept.
   *
   * @param late asked now and then
   * @return empty if it was too late before all of them were counted: a part of them is no sample
   */
  public static Optional<ReplayReport> kept(
      Sorter sorter, Captures captures, List<KeptRecords.Slot> sample, BooleanSupplier late) {
    Replay replay = new Replay(sorter, captures);
    for (KeptRecords.Slot slot : sample) {
      double each = (double) slot.seen() / Math.max(1, slot.records().size());
      for (LogRecord record : slot.records()) {
        if (replay.lines % LOOKED_AT == 0 && late.getAsBoolean()) {
          return Optional.empty();
        }
        replay.record(record, each);
      }
    }
    return Optional.of(replay.report(true));
  }

  /** The same, having counted nothing, for another thread. */
  public Replay another() {
    return new Replay(sorter.another(), captures);
  }

  /**
   * Counts a line.
   *
   * @param at its place among all lines; the first one is the example
   */
  public void line(long at, byte[] bytes, int offset, int length) {
    lines++;
    switch (reader.read(bytes, offset, length)) {
      case Read.Parsed parsed -> {
        Optional<String> not = sort(at, parsed.record(), 1);
        if (not.isPresent()) {
          reject(at, not.get(), bytes, offset, length);
        }
      }
      case Read.Refused refused -> reject(at, words(refused.reason()), bytes, offset, length);
    }
  }

  private void record(LogRecord record, double each) {
    lines++;
    Optional<String> not = sort(lines, record, each);
    if (not.isPresent()) {
      rejected.computeIfAbsent(not.get(), r -> new Rejects()).add(1, lines, "(kept record)");
    }
  }

  /** Why it is none of the requests; empty if it was counted. */
  private Optional<String> sort(long at, LogRecord record, double each) {
    if (!captures.has(record.frontend())) {
      return Optional.of("the configuration has no frontend " + RedactedText.of(record.frontend()));
    }
    if (record.method().isEmpty() && captures.isHttp(record.frontend())) {
      return Optional.of("no request came, or none that HAProxy could read");
    }
    Optional<Lot> lot = sorter.at(Told.by(record, captures.request(record.frontend())));
    if (lot.isEmpty()) {
      return Optional.of(
          "the frontend " + RedactedText.of(record.frontend()) + " has no listener of its own");
    }
    Count count = lots.get(lot.get());
    if (count == null) {
      count = new Count();
      lots.put(lot.get(), count);
    }
    count.add(at, record, each);
    return Optional.empty();
  }

  private void reject(long at, String reason, byte[] bytes, int offset, int length) {
    Rejects rejects = rejected.get(reason);
    if (rejects == null) {
      String key = rejected.size() < FRONTENDS + Read.Reason.values().length ? reason : "other";
      rejects = rejected.computeIfAbsent(key, r -> new Rejects());
    }
    rejects.add(1, at, rejects.lines == 0 || at < rejects.first ? text(bytes, offset, length) : "");
  }

  private static String text(byte[] bytes, int offset, int length) {
    String text =
        RedactedText.of(
            new String(bytes, offset, Math.min(length, LineReader.LONGEST), ISO_8859_1).strip());
    String shown = text.replaceAll("[\\x00-\\x1f\\x7f-\\xa0]", "?");
    return shown.length() <= LONGEST_EXAMPLE ? shown : shown.substring(0, LONGEST_EXAMPLE) + "…";
  }

  private static String words(Read.Reason reason) {
    return switch (reason) {
      case EMPTY -> "an empty line";
      case TOO_LONG -> "longer than " + LineReader.LONGEST + " bytes";
      case TRUNCATED -> "cut before it says how the request ended";
      case BAD_NUMBER -> "a field that has to be a number is none";
      case BAD_DATE -> "a date that is none";
      case NOT_TEXT -> "no text";
      case NOTICE -> "something that HAProxy says of itself";
      case CONNECTION_ERROR -> "a connection that ended before a request";
      case OWN_PROBE -> "a request of our own probes";
      case UNKNOWN_FORMAT -> "not a format that is known";
    };
  }

  /** Counts what another one of the same tables has counted. */
  public void add(Replay other) {
    lines += other.lines;
    other.lots.forEach((lot, count) -> lots.computeIfAbsent(lot, l -> new Count()).add(count));
    other.rejected.forEach((reason, one) ->
        rejected
            .computeIfAbsent(reason, r -> new Rejects())
            .add(one.lines, one.first, one.example));
  }

  /** What was counted. */
  public ReplayReport report() {
    return report(false);
  }

  private ReplayReport report(boolean sample) {
    // Lots of several threads, or forgotten and found again, may be equal.
    Map<Lot, Count> equal = new LinkedHashMap<>();
    sorted(lots)
        .forEach(one -> equal.computeIfAbsent(one.getKey(), l -> new Count()).add(one.getValue()));
    Count all = new Count();
    Count moved = new Count();
    Count unclear = new Count();
    Count undecided = new Count();
    Map<Outcome, Count> by = new HashMap<>();
    Map<Pair, Count> moves = new HashMap<>();
    Map<String, Count> open = new TreeMap<>();
    Map<String, Count> services = new TreeMap<>();
    Map<String, Count> whole = new TreeMap<>();
    Loads loads = new Loads();
    equal.forEach((lot, count) -> {
      all.add(count);
      by.computeIfAbsent(lot.now(), o -> new Count()).add(count);
      loads.add(lot, count.weight);
      lot.services().forEach(name -> whole.computeIfAbsent(name, n -> new Count()).add(count));
      if (lot.undecided()) {
        undecided.add(count);
      }
      switch (lot.move()) {
        case STAYS -> {}
        case MOVES -> {
          double apart = apart(lot);
          moved.add(count);
          all.shift(count, apart);
          moves
              .computeIfAbsent(
                  new Pair(lot.before().orElse(lot.now()), lot.now()), p -> new Count())
              .add(count);
          lot.services()
              .forEach(name -> {
                services.computeIfAbsent(name, n -> new Count()).add(count);
                whole.computeIfAbsent(name, n -> new Count()).shift(count, apart);
              });
        }
        case UNCLEAR -> {
          unclear.add(count);
          open.computeIfAbsent(lot.because().orElse(""), b -> new Count()).add(count);
        }
      }
    });
    Replayed replayed =
        new Replayed(
            lines,
            all.requests,
            undecided.requests,
            rejected(),
            sorted(by).stream()
                .map(one ->
                    new Replayed.By(
                        one.getKey(),
                        one.getValue().requests,
                        share(one.getValue(), all),
                        example(one.getValue())))
                .toList(),
            sorted(moves).stream()
                .map(one ->
                    new Replayed.Move(
                        one.getKey().from(),
                        one.getKey().to(),
                        one.getValue().requests,
                        share(one.getValue(), all),
                        example(one.getValue())))
                .toList(),
            sorted(open).stream()
                .map(one ->
                    new Replayed.Unclear(
                        one.getKey(),
                        one.getValue().requests,
                        share(one.getValue(), all),
                        example(one.getValue())))
                .toList(),
            loads.list(all.weight));
    return new ReplayReport(
        replayed,
        part(moved, all, sample),
        shifted(all, sample),
        part(unclear, all, sample),
        sorted(services).stream()
            .map(one ->
                new ReplayReport.ServicePart(
                    one.getKey(),
                    part(one.getValue(), all, sample),
                    shifted(whole.getOrDefault(one.getKey(), all), sample)))
            .toList());
  }

  private record Pair(Outcome from, Outcome to) {}

  private List<Replayed.Rejected> rejected() {
    List<Replayed.Rejected> list = new ArrayList<>();
    rejected.forEach(
        (reason, one) -> list.add(new Replayed.Rejected(reason, one.lines, one.example)));
    list.sort(Comparator.comparingLong(Replayed.Rejected::lines).reversed());
    return list;
  }

  private static <K> List<Map.Entry<K, Count>> sorted(Map<K, Count> counts) {
    List<Map.Entry<K, Count>> list = new ArrayList<>(counts.entrySet());
    list.sort(
        Comparator.<Map.Entry<K, Count>>comparingDouble(one -> -one.getValue().weight)
            .thenComparingLong(one -> one.getValue().first));
    return list;
  }

  private static double share(Count count, Count all) {
    return all.weight == 0 ? 0 : count.weight / all.weight;
  }

  private Request example(Count count) {
    return Examples.of(count.example.orElseThrow(), captures);
  }

  /** What moves in something that outcomes do not show moves as a whole. */
  private static double apart(Lot lot) {
    double part = lot.before().orElse(lot.now()).apart(lot.now());
    return part == 0 ? 1 : part;
  }

  private static ReplayReport.Part part(Count some, Count all, boolean sample) {
    return part(some.requests, share(some, all), all, sample);
  }

  private static ReplayReport.Part shifted(Count all, boolean sample) {
    return part(
        all.requests, all.weight == 0 ? 0 : Math.min(1, all.shifted / all.weight), all, sample);
  }

  /**
   * A share and its bounds. Weights make a sample worth less than its size: (Σw)²/Σw² records of
   * equal weight tell as much. The bounds hold for the mean of any values from 0 to 1 (Hoeffding).
   */
  private static ReplayReport.Part part(long requests, double share, Count all, boolean sample) {
    if (!sample) {
      return new ReplayReport.Part(requests, share, share, share);
    }
    double worth = all.squares == 0 ? 0 : all.weight * all.weight / all.squares;
    return new ReplayReport.Part(
        requests,
        share,
        Bounds.low(share, worth, MISTAKE / 2),
        Bounds.high(share, worth, MISTAKE / 2));
  }
}
