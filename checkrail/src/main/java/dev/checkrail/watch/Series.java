package dev.checkrail.watch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The last seconds of what was measured of one load balancer, in fixed memory: each series is a
 * ring with a place for each second; a second that was not seen is NaN. There is room for so many
 * series and no more; what comes beyond is refused and counted. A series of which nothing was seen
 * for a whole ring makes place for another.
 *
 * <p>A series is named {@code SUBJECT MEASURE}, as in {@code server be_pay/pay-1 sessions}.
 *
 * <p>Time is that of the wall. If it jumps ahead, the seconds between are a gap. If it jumps back
 * within the ring, its seconds are written over; if it jumps back further, all rings begin anew.
 *
 * <p>Safe for many threads: each call holds one lock for as long as it takes to copy a ring.
 */
public final class Series {
  /** A quarter of an hour. */
  public static final int SECONDS = 900;

  /**
   * A thousand servers and what belongs to them. With {@link #SECONDS} a series takes 3.6 KB for
   * its values and some 200 bytes for its name and place: 78 MB if all of them are there.
   */
  public static final int MOST = 20_480;

  /** Names of series for which there was no room are remembered, so many. */
  private static final int LEFT_OUT = 1000;

  private static final class Ring {
    /** Seven digits, as in the database. */
    final float[] values;

    long newest = Long.MIN_VALUE;

    Ring(int seconds) {
      values = new float[seconds];
      Arrays.fill(values, Float.NaN);
    }
  }

  private final String balancer;
  private final int seconds;
  private final int most;
  private final Map<String, Ring> rings = new HashMap<>();
  private long newest = Long.MIN_VALUE;
  private long refused;
  private final Set<String> leftOut = new TreeSet<>();

  /** With a quarter of an hour of at most {@link #MOST} series. */
  public Series(String balancer) {
    this(balancer, SECONDS, MOST);
  }

  /**
   * With bounds of its own.
   *
   * @param seconds length of each ring, at least 120
   * @param most how many series
   */
  public Series(String balancer, int seconds, int most) {
    if (seconds < 120 || most < 1) {
      throw new IllegalArgumentException("a ring has at least 120 seconds, and there is one");
    }
    this.balancer = balancer;
    this.seconds = seconds;
    this.most = most;
  }

  /** Whose series these are. */
  public String balancer() {
    return balancer;
  }

  /**
   * Writes what was seen of a second; the last one who does so wins.
   *
   * @param second since 1970
   * @return false if there was no room for another series, or the second is older than the ring
   */
  public synchronized boolean put(String series, long second, double value) {
    if (newest != Long.MIN_VALUE && second <= newest - seconds) {
      if (second > newest - 2L * seconds) {
        return false; // late, by more than is kept
      }
      rings.clear(); // the clock was set back
      newest = Long.MIN_VALUE;
    }
    newest = Math.max(newest, second);
    Ring ring = rings.get(series);
    if (ring == null) {
      if (rings.size() >= most && !madeRoom()) {
        refused++;
        if (leftOut.size() < LEFT_OUT) {
          leftOut.add(series);
        }
        return false;
      }
      ring = new Ring(seconds);
      rings.put(series, ring);
      leftOut.remove(series);
    }
    advance(ring, second);
    ring.values[place(second)] = (float) value;
    return true;
  }

  /** Places of seconds that went by unseen hold what is a ring older; they are emptied. */
  private void advance(Ring ring, long second) {
    if (second <= ring.newest) {
      return;
    }
    if (ring.newest == Long.MIN_VALUE || second - ring.newest >= seconds) {
      Arrays.fill(ring.values, Float.NaN);
    } else {
      for (long one = ring.newest + 1; one < second; one++) {
        ring.values[place(one)] = Float.NaN;
      }
    }
    ring.newest = second;
  }

  private boolean madeRoom() {
    boolean made = false;
    for (Iterator<Ring> all = rings.values().iterator(); all.hasNext(); ) {
      if (all.next().newest <= newest - seconds) {
        all.remove();
        made = true;
      }
    }
    return made;
  }

  private int place(long second) {
    return (int) Math.floorMod(second, (long) seconds);
  }

  /**
   * What was seen of a series.
   *
   * @param from first second
   * @param to the first that is not read any more; at most a ring later
   * @return a value for each of these seconds, NaN where nothing was seen
   */
  public synchronized double[] read(String series, long from, long to) {
    if (to < from || to - from > seconds) {
      throw new IllegalArgumentException("from 0 to " + seconds + " seconds are read at once");
    }
    double[] values = new double[(int) (to - from)];
    Ring ring = rings.get(series);
    for (int i = 0; i < values.length; i++) {
      values[i] = ring == null ? Double.NaN : at(ring, from + i);
    }
    return values;
  }

  private double at(Ring ring, long second) {
    return second > ring.newest || second <= ring.newest - seconds
        ? Double.NaN
        : ring.values[place(second)];
  }

  /** The names of all series, sorted. */
  public synchronized Set<String> names() {
    return new TreeSet<>(rings.keySet());
  }

  /** How many series there is room for. */
  public int most() {
    return most;
  }

  /** Names of series for which there was no room, sorted; at most a thousand of them. */
  public synchronized Set<String> leftOut() {
    return new TreeSet<>(leftOut);
  }

  /** How often a value was refused because there was no room for another series. */
  public synchronized long refused() {
    return refused;
  }

  /**
   * A minute of all series of which something was seen in it.
   *
   * @param minute since 1970
   */
  public synchronized List<MinuteRow> minute(long minute) {
    long from = minute * 60;
    List<MinuteRow> rows = new ArrayList<>();
    rings.forEach((name, ring) -> {
      int seen = 0;
      double sum = 0;
      double least = Double.POSITIVE_INFINITY;
      double greatest = Double.NEGATIVE_INFINITY;
      double last = Double.NaN;
      for (long second = from; second < from + 60; second++) {
        double value = at(ring, second);
        if (!Double.isNaN(value)) {
          seen++;
          sum += value;
          least = Math.min(least, value);
          greatest = Math.max(greatest, value);
          last = value;
        }
      }
      if (seen > 0) {
        rows.add(
            new MinuteRow(
                balancer, name, Instant.ofEpochSecond(from), seen, sum, least, greatest, last));
      }
    });
    return rows;
  }
}
