package dev.checkrail.serve;

import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.oncall.Delivery;
import dev.checkrail.watch.oncall.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How a notifier is told. Used by one thread each. */
sealed interface Way permits WebhookWay, AlertmanagerWay {
  /** {@code webhook}, {@code alertmanager}. */
  String kind();

  /** Tells it of something. */
  Posting.Result tell(Delivery delivery) throws InterruptedException;

  /** Tells it that we live. */
  Posting.Result heartbeat(Instant now, Duration every) throws InterruptedException;

  /** After how long it has to be told again of what is open; empty: it remembers. */
  Optional<Duration> forgetful();

  /** Tells it again of all that is open. */
  Posting.Result again(List<Open> open) throws InterruptedException;

  /** An alert that is open, and the cause that is known. */
  record Open(Alert alert, Optional<Evidence> cause) {}
}
