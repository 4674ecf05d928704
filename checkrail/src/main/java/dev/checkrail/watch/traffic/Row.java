package dev.checkrail.watch.traffic;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests of one route that went to one server.
 *
 * @param pool as logged; empty if none was chosen
 * @param server as logged; empty if there was none
 * @param fit whether they may go there
 * @param unserved whether the policy's inventory says that the server does not serve them
 * @param bands how many ended how; bands without any are left out
 * @param statusClasses how many by first digit of the status; 0 where none was sent
 * @param terminations how many by the first two characters of the termination state; {@code ??}
 *     holds those for which there was no room
 * @param bytes sent to clients
 * @param retries attempts to connect beyond the first, over all requests
 * @param queueMillis sum of the time in queues
 * @param connectMillis sum of the time until servers accepted
 * @param responseMillis sum of the time until response headers
 * @param times how long they took as a whole
 */
public record Row(
    Route route,
    String pool,
    String server,
    Fit fit,
    boolean unserved,
    long requests,
    Map<Band, Long> bands,
    Map<Integer, Long> statusClasses,
    Map<String, Long> terminations,
    long bytes,
    long retries,
    long queueMillis,
    long connectMillis,
    long responseMillis,
    Spread times) {
  public Row {
    Map<Band, Long> byBand = new EnumMap<>(Band.class);
    byBand.putAll(bands);
    bands = Collections.unmodifiableMap(byBand);
    statusClasses = Collections.unmodifiableMap(new TreeMap<>(statusClasses));
    terminations = Collections.unmodifiableMap(new TreeMap<>(terminations));
  }

  /** How many of them failed. */
  public long failures() {
    return bands.entrySet().stream()
        .filter(entry -> entry.getKey().failure())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** How many requests there are in rows. */
  public static long sum(List<Row> rows) {
    return rows.stream().mapToLong(Row::requests).sum();
  }
}
