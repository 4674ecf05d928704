package dev.checkrail.watch;

import java.time.Instant;
import java.util.List;

/** Minutes that are kept. Safe for many threads. */
public interface Rollups {
  /**
   * Keeps rows; a minute that is there already is put together with what is new of it. May fail as
   * its implementation says; whoever must not wait takes one that doesn't.
   */
  void write(List<MinuteRow> rows);

  /**
   * What is kept of a series, oldest first; minutes of which nothing was seen are left out.
   *
   * @param from first minute
   * @param to the first that is not read any more
   */
  List<MinuteRow> read(String balancer, String series, Instant from, Instant to);
}
