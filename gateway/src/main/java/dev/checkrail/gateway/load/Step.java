package dev.checkrail.gateway.load;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a user asked for once, with one key, and what he was told: a line of the client log.
 *
 * @param operation {@code create}, {@code capture}, {@code void} or {@code refund}
 * @param intendedStart when the user came, or the step before was done; waiting for a thread counts
 * @param payment the payment's id, as far as he was told
 * @param paymentStatus as the last answer that had one said
 */
public record Step(
    int user,
    String operation,
    String key,
    String host,
    long amount,
    String currency,
    Instant intendedStart,
    Told told,
    Optional<String> payment,
    Optional<String> paymentStatus,
    List<Attempt> attempts) {
  public Step {
    attempts = List.copyOf(attempts);
  }

  /** What the user believes afterwards. */
  public enum Told {
    /** It was done. */
    DONE,
    /** A decline of the bank: business, not a failure. */
    DECLINED,
    /** An answer that says it was not done, or is not known yet. */
    FAILED,
    /** No answer at the last attempt. The page shows an error. */
    NOTHING
  }

  /**
   * One exchange.
   *
   * @param end when the answer was complete, or given up
   * @param status 0 if there was none; {@code error} then says why
   * @param requestId of the answer, for support
   */
  public record Attempt(
      String url,
      Instant start,
      Instant end,
      int status,
      Optional<String> error,
      Optional<String> requestId) {
    /** One whose answer, if there was one, had no id. */
    public Attempt(String url, Instant start, Instant end, int status, Optional<String> error) {
      this(url, start, end, status, error, Optional.empty());
    }
  }
}
