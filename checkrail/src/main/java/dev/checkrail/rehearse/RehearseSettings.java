package dev.checkrail.rehearse;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * How a rehearsal is run.
 *
 * @param requests time for all requests together; those that do not fit are listed as not rehearsed
 * @param faults time for all faults together; those that do not fit are reported as skipped
 * @param clock what time it is
 * @param progress told, in a few words, what is being done; for people
 */
public record RehearseSettings(
    Duration requests, Duration faults, InstantSource clock, Consumer<String> progress) {
  /** The same with a minute for requests. */
  public RehearseSettings(Duration faults, InstantSource clock, Consumer<String> progress) {
    this(Duration.ofSeconds(60), faults, clock, progress);
  }

  /** A minute for requests, 20 seconds for faults, the system's clock, nobody told. */
  public static RehearseSettings standard() {
    return new RehearseSettings(Duration.ofSeconds(20), InstantSource.system(), text -> {});
  }

  /** The same with this much time for faults. */
  public RehearseSettings faults(Duration time) {
    return new RehearseSettings(requests, time, clock, progress);
  }

  /** The same with this much time for requests. */
  public RehearseSettings requests(Duration time) {
    return new RehearseSettings(time, faults, clock, progress);
  }

  /** The same, telling this one what is being done. */
  public RehearseSettings progress(Consumer<String> teller) {
    return new RehearseSettings(requests, faults, clock, teller);
  }
}
