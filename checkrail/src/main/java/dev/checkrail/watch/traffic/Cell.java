package dev.checkrail.watch.traffic;

import dev.checkrail.logs.LogRecord;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** One row while it is counted. Confined. */
final class Cell {
  private static final Band[] BANDS = Band.values();
  private static final int WORDS = 16;
  private static final String OTHERS = "??";

  private final int[] bands = new int[BANDS.length];
  private final int[] classes = new int[6];
  private String[] states = new String[2];
  private int[] stateCounts = new int[2];
  private int words;
  private int otherStates;
  private long requests;
  private long bytes;
  private long retries;
  private long queue;
  private long connect;
  private long response;
  private final Spread times = new Spread();

  void add(LogRecord record, Band band) {
    requests++;
    bands[band.ordinal()]++;
    int first = record.status() / 100;
    classes[first >= 1 && first <= 5 ? first : 0]++;
    String termination = record.termination();
    state(termination.length() > 2 ? termination.substring(0, 2) : termination, 1);
    bytes += Math.max(0, record.bytes());
    retries += Math.max(0, record.load().retries());
    queue += Math.max(0, record.times().queue());
    connect += Math.max(0, record.times().connect());
    response += Math.max(0, record.times().response());
    times.add(record.times().active());
  }

  void add(Cell other) {
    requests += other.requests;
    for (int i = 0; i < bands.length; i++) {
      bands[i] += other.bands[i];
    }
    for (int i = 0; i < classes.length; i++) {
      classes[i] += other.classes[i];
    }
    for (int i = 0; i < other.words; i++) {
      state(other.states[i], other.stateCounts[i]);
    }
    otherStates += other.otherStates;
    bytes += other.bytes;
    retries += other.retries;
    queue += other.queue;
    connect += other.connect;
    response += other.response;
    times.add(other.times);
  }

  private void state(String word, int count) {
    for (int i = 0; i < words; i++) {
      if (states[i].equals(word)) {
        stateCounts[i] += count;
        return;
      }
    }
    if (words == WORDS) {
      otherStates += count;
      return;
    }
    if (words == states.length) {
      states = Arrays.copyOf(states, 2 * words);
      stateCounts = Arrays.copyOf(stateCounts, 2 * words);
    }
    states[words] = word;
    stateCounts[words++] = count;
  }

  Row row(Key key) {
    Map<Band, Long> byBand = new EnumMap<>(Band.class);
    for (Band band : BANDS) {
      if (bands[band.ordinal()] > 0) {
        byBand.put(band, (long) bands[band.ordinal()]);
      }
    }
    Map<Integer, Long> byClass = new TreeMap<>();
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] > 0) {
        byClass.put(i, (long) classes[i]);
      }
    }
    Map<String, Long> byState = new TreeMap<>();
    for (int i = 0; i < words; i++) {
      byState.put(states[i], (long) stateCounts[i]);
    }
    if (otherStates > 0) {
      byState.put(OTHERS, (long) otherStates);
    }
    return new Row(
        key.route(),
        key.pool(),
        key.server(),
        key.fit(),
        key.unserved(),
        requests,
        byBand,
        byClass,
        byState,
        bytes,
        retries,
        queue,
        connect,
        response,
        times.copy());
  }

  /** What is counted together. */
  record Key(Route route, String pool, String server, Fit fit, boolean unserved) {
    static final Key OTHER = new Key(Route.OTHER, "(other)", "(other)", Fit.NOT_JUDGED, false);
  }
}
