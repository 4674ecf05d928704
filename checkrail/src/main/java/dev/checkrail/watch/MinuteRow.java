package dev.checkrail.watch;

import java.time.Instant;

/**
 * One minute of one series.
 *
 * @param balancer name of the load balancer
 * @param series as in {@link Series}
 * @param minute its beginning
 * @param seconds how many of its seconds were seen, 1 to 60; the others are a gap
 * @param sum of the seconds that were seen
 * @param least of them
 * @param most of them
 * @param last of them
 */
public record MinuteRow(
    String balancer,
    String series,
    Instant minute,
    int seconds,
    double sum,
    double least,
    double most,
    double last) {

  /** The mean of the seconds that were seen. */
  public double mean() {
    return sum / seconds;
  }
}
