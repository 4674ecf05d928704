package dev.checkrail.scenarios;

import dev.checkrail.scenarios.RawFiles.Met;
import dev.checkrail.scenarios.RawFiles.Routed;
import dev.checkrail.scenarios.topology.Staging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * When what was seen, each by the party that saw it, read from what that party wrote down.
 *
 * @param reload T0, by the stranger
 * @param misrouted T2, the first purchase that was sent to the server that cannot take it, by
 *     HAProxy
 * @param failed T3, the first failure that a user met, by the users' log
 * @param alerted T4, the first alert that wakes somebody, by the sink
 * @param cause T5, the first cause that was said, by the sink
 * @param said what the cause is
 * @param kept whether nothing else was said within 60 s
 * @param ordered T6, a way back was ordered, by the control plane's journal
 * @param lastMisrouted T7, by HAProxy
 * @param verified T8, the new worker is the approved one and answers right: when both the control
 *     plane and the observer had said so
 * @param lastFailed T9, by the users' log
 * @param baseline T10, 30 s in which nobody failed and nobody waited long have passed
 * @param alone no old worker is left, by the observer
 */
record Clocks(
    Instant reload,
    Optional<Instant> misrouted,
    Optional<Instant> failed,
    Optional<Instant> alerted,
    Optional<Instant> cause,
    String said,
    boolean kept,
    Optional<Instant> ordered,
    Optional<Instant> lastMisrouted,
    Optional<Instant> verified,
    Optional<Instant> lastFailed,
    Optional<Instant> baseline,
    Optional<Instant> alone) {
  static final Duration KEPT = Duration.ofSeconds(60);
  static final Duration CALM = Duration.ofSeconds(30);
  private static final Duration LATE = Duration.ofSeconds(3);

  /** What happened in HAProxy: purchases that went to the wrong server, in their order. */
  static List<Routed> misrouted(Path log, Staging staging, Instant from, Instant until)
      throws IOException {
    return RawFiles.routed(log).stream()
        .filter(Routed::isPurchase)
        .filter(it -> it.server().equals(staging.reportsServer()))
        .filter(it -> !it.began().isBefore(from) && it.began().isBefore(until))
        .sorted(Comparator.comparing(Routed::began))
        .toList();
  }

  /** What users met that was no answer or an error, in the order in which they saw it. */
  static List<Met> failures(List<Path> logs, Instant from, Instant until) throws IOException {
    List<Met> all = new ArrayList<>();
    for (Path log : logs) {
      if (Files.isRegularFile(log)) {
        for (String line : Files.readAllLines(log)) {
          RawFiles.met(line).stream()
              .filter(Met::failed)
              .filter(it -> !it.end().isBefore(from) && it.end().isBefore(until))
              .forEach(all::add);
        }
      }
    }
    all.sort(Comparator.comparing(Met::end));
    return all;
  }

  /** When the last user who failed or was paid late was done, if there is one. */
  static Optional<Instant> lastTrouble(List<Path> logs, Instant from, Instant until)
      throws IOException {
    Optional<Instant> last = Optional.empty();
    for (Path log : logs) {
      for (JsonNode purchase : RawFiles.lines(log)) {
        Instant intended = Instant.parse(purchase.path("intended_start").asString());
        Instant end = intended;
        boolean failed = false;
        for (JsonNode one : purchase.path("attempts")) {
          int status = one.path("status").asInt();
          failed |= status == 0 || status >= 500;
          end = Instant.parse(one.path("end").asString());
        }
        boolean trouble = failed || Duration.between(intended, end).compareTo(LATE) > 0;
        if (trouble && !end.isBefore(from) && end.isBefore(until)) {
          Instant at = end;
          last = last.filter(it -> it.isAfter(at)).or(() -> Optional.of(at));
        }
      }
    }
    return last;
  }

  /** The pages that came since. */
  static List<JsonNode> pages(Path log, Instant from, Instant until) throws IOException {
    return RawFiles.lines(log).stream()
        .filter(it -> {
          Instant at = Instant.parse(it.path("received").asString());
          return !at.isBefore(from) && at.isBefore(until);
        })
        .toList();
  }

  /** The first that wakes somebody. */
  static Optional<Instant> alerted(List<JsonNode> pages) {
    return pages.stream()
        .filter(it -> it.path("body").path("wake").asBoolean(false))
        .filter(it -> !it.path("body").path("kind").asString("").matches("resolved|watchdog"))
        .map(it -> Instant.parse(it.path("received").asString()))
        .findFirst();
  }

  /** Those that say a cause. */
  static List<JsonNode> causes(List<JsonNode> pages) {
    return pages.stream()
        .filter(it -> !it.path("body").path("cause").path("cause").asString("").isEmpty())
        .toList();
  }

  /** Seconds from one to the other; empty if either did not happen. */
  static Optional<Double> seconds(Optional<Instant> from, Optional<Instant> to) {
    return from.flatMap(a -> to.map(b -> Duration.between(a, b).toMillis() / 1000.0));
  }
}
