package dev.checkrail.watch.collect;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a probe found.
 *
 * @param latency until it was known
 * @param status of the answer
 * @param instance how the one that answered calls itself, if it does ({@code X-Served-By}, a header
 *     that ends with {@code -Instance})
 * @param why a sentence for people
 */
public record Probed(
    ProbeTarget target,
    Instant at,
    Outcome outcome,
    Duration latency,
    OptionalInt status,
    Optional<String> instance,
    String why) {

  /** What became of it. */
  public enum Outcome {
    GOOD,
    /** Nobody listens. */
    REFUSED,
    /** No connection, or no answer, in time. */
    TIMEOUT,
    /** It took the connection and broke it off. */
    BROKEN,
    /** It answered something that is no HTTP. */
    NO_HTTP,
    /** It answered with a status that is not good. */
    BAD_STATUS,
    /** It says that it does not serve what it is configured to serve. */
    WRONG
  }

  /** Whether it is as it should be. */
  public boolean good() {
    return outcome == Outcome.GOOD;
  }
}
