package dev.checkrail.change;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which part of the recorded requests a change moves. Each request counts by the part of it that
 * other servers get, or that is answered otherwise: a fourth server beside three moves a quarter.
 *
 * @param requests that were looked at: a sample of what the log told
 * @param since when the oldest of them came
 * @param share of all requests
 * @param atMost with 97.5 % certainty it is not more
 * @param unclear share of which nobody can tell, because the log does not
 * @param services those whose requests move, the largest part first
 */
public record Traffic(
    long requests,
    Instant since,
    double share,
    double atMost,
    double unclear,
    List<OfService> services) {
  /** Of fewer requests nobody can tell how many move. */
  private static final int THIN = 100;

  public Traffic {
    services = List.copyOf(services);
  }

  /**
   * A service's own requests.
   *
   * @param share of them
   */
  public record OfService(String service, long requests, double share) {}

  /** Whether so few were recorded that they tell nothing. */
  public boolean thin() {
    return requests < THIN;
  }

  /** For people: a sentence without its end. */
  public String text() {
    if (thin()) {
      return "how many is not known: %d requests were recorded since %s, and that is too few to tell"
          .formatted(requests, since.truncatedTo(ChronoUnit.SECONDS));
    }
    String by =
        services.stream()
            .limit(10)
            .map(it -> it.service() + " " + percent(it.share()))
            .collect(Collectors.joining(", "));
    return "%s of the recorded requests move%s (%,d since %s, at most %s)"
        .formatted(
            percent(share),
            by.isEmpty() ? "" : ": " + by,
            requests,
            since.truncatedTo(ChronoUnit.SECONDS),
            percent(atMost));
  }

  /** As people read a share. */
  public static String percent(double share) {
    return share > 0 && share < 0.001
        ? "less than 0.1 %"
        : String.format(Locale.ROOT, "%.1f %%", share * 100);
  }
}
