package dev.checkrail.serve;

import dev.checkrail.serve.access.Right;
import dev.checkrail.watch.MinuteRow;
import dev.checkrail.watch.Rollups;
import dev.checkrail.watch.Series;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was measured, over HTTP: seconds as long as they are in memory, before that the minutes that
 * were kept. No minute is in both.
 */
final class SeriesApi {
  private static final int NAMES = 1000;
  private static final Duration LONGEST = Duration.ofDays(10);
  private static final int MINUTE = 60;

  private final Watching watching;
  private final Rollups rollups;
  private final InstantSource clock;

  SeriesApi(Watching watching, Rollups rollups, InstantSource clock) {
    this.watching = watching;
    this.rollups = rollups;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/balancers/{balancer}/series", this::series));
  }

  private Reply series(Call call) {
    String balancer = call.parameter("balancer");
    call.may(Right.READ, balancer);
    Series series =
        watching
            .of(balancer)
            .map(Watched::series)
            .orElseThrow(() -> Problem.missing("there is no load balancer " + balancer));
    Optional<String> name = call.asked("name");
    return name.isPresent() ? one(call, series, name.get()) : names(call, series);
  }

  private static Reply names(Call call, Series series) {
    String prefix = call.asked("prefix").orElse("");
    int limit = (int) call.number("limit", NAMES, 1, NAMES);
    List<String> all = series.names().stream().filter(it -> it.startsWith(prefix)).toList();
    List<String> some = all.subList(0, Math.min(limit, all.size()));
    ObjectNode body = Wire.object();
    body.put("name", series.balancer());
    body.set("names", Wire.texts(some));
    if (some.size() < all.size()) {
      body.put("more", all.size() - some.size());
    }
    body.put("room", series.most());
    body.set("left_out", Wire.texts(List.copyOf(series.leftOut())));
    return Reply.json(200, body);
  }

  private Reply one(Call call, Series series, String name) {
    long now = clock.instant().getEpochSecond() + 1;
    long to = Math.min(now, time(call, "to").orElse(now));
    long from = time(call, "from").orElse(to - Series.SECONDS);
    if (from >= to || to - from > LONGEST.toSeconds()) {
      throw Problem.bad("from lies before to, by at most " + LONGEST.toDays() + " days");
    }
    return told(series, rollups, name, from, to, now)
        .map(body -> Reply.json(200, body))
        .orElseThrow(() ->
            Problem.missing(
                "nothing is kept of a series " + name + " then; without name all are listed"));
  }

  /** From a second to another; empty if nothing is known of such a series then. */
  static Optional<ObjectNode> told(
      Series series, Rollups rollups, String name, long from, long to, long now) {
    long whole = Math.ceilDiv(now - Series.SECONDS, MINUTE) * MINUTE; // the first minute in memory
    long begin = inMemory(series, name, Math.max(from, whole), to);
    List<MinuteRow> minutes =
        begin > from
            ? rollups.read(
                series.balancer(),
                name,
                Instant.ofEpochSecond(Math.floorDiv(from, MINUTE) * MINUTE),
                Instant.ofEpochSecond(begin))
            : List.of();
    if (minutes.isEmpty() && begin >= to && !series.names().contains(name)) {
      return Optional.empty();
    }
    ObjectNode body = Wire.object();
    body.put("name", series.balancer());
    body.put("series", name);
    ArrayNode rows = body.putArray("minutes");
    for (MinuteRow row : minutes) {
      rows.addObject()
          .put("at", row.minute().toString())
          .put("seconds", row.seconds())
          .put("sum", row.sum())
          .put("least", row.least())
          .put("most", row.most())
          .put("last", row.last());
    }
    if (begin < to) {
      ObjectNode seconds = body.putObject("seconds");
      seconds.put("from", Instant.ofEpochSecond(begin).toString());
      ArrayNode values = seconds.putArray("values");
      for (double value : series.read(name, begin, to)) {
        if (Double.isNaN(value)) {
          values.addNull(); // not seen
        } else {
          values.add(value);
        }
      }
    }
    return Optional.of(body);
  }

  /**
   * From where on seconds are told: the minute of the first one that memory has. After a restart
   * that is later than a ring ago, and what was before is in the database.
   */
  private static long inMemory(Series series, String name, long begin, long to) {
    if (begin >= to) {
      return to;
    }
    double[] values = series.read(name, begin, to);
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        return Math.max(begin, Math.floorDiv(begin + i, MINUTE) * MINUTE);
      }
    }
    return to;
  }

  private static Optional<Long> time(Call call, String name) {
    return call.asked(name)
        .map(text -> {
          try {
            Instant at = Instant.parse(text);
            long second = at.getEpochSecond();
            if (second < 0 || second > Instant.parse("9999-01-01T00:00:00Z").getEpochSecond()) {
              throw new DateTimeException("too far");
            }
            return second;
          } catch (DateTimeException e) {
            throw Problem.bad(name + " has to be a time such as 2026-01-31T12:00:00Z");
          }
        });
  }
}
