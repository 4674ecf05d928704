package dev.checkrail.watch.detect;

import java.time.Instant;

/**
 * Alerts that nobody is to be told of for a while.
 *
 * @param balancer name, or {@code *}
 * @param detection id such as {@code server/errors}, or {@code *}
 * @param subject of the alert, or {@code *}
 * @param from from then on
 * @param until and no longer
 * @param by who wants it
 * @param why a sentence
 */
public record Silence(
    String id,
    String balancer,
    String detection,
    String subject,
    Instant from,
    Instant until,
    String by,
    String why) {
  public Silence {
    if (!from.isBefore(until)) {
      throw new IllegalArgumentException("a silence ends after it begins");
    }
  }

  boolean covers(Alert alert, Instant at) {
    return !at.isBefore(from)
        && at.isBefore(until)
        && matches(balancer, alert.balancer())
        && matches(detection, alert.detection().id())
        && matches(subject, alert.subject());
  }

  private static boolean matches(String pattern, String text) {
    return pattern.equals("*") || pattern.equals(text);
  }
}
