package dev.checkrail.logs;

import dev.checkrail.logs.Read.Reason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What an intake has counted since it was opened. Every line that reached it is in {@code lines},
 * and {@code lines = parsed + the sum of refused}, but for those that are just being read.
 *
 * @param lines that were read, good or bad
 * @param bytes of these lines, with their syslog headers
 * @param parsed that became records
 * @param cut parsed lines whose end is missing
 * @param refused the others, by reason; each reason has an entry
 * @param droppedByQueue lines that came faster than they were read, thrown away by ourselves
 * @param droppedByKernel datagrams that the kernel threw away because our socket's buffer was full;
 *     empty where nobody can tell: for UNIX sockets the sender notices ({@code DroppedLogs} of
 *     {@code show info}), for files nobody
 * @param consumerFailures batches at which the consumer threw
 * @param trouble the last error of the socket or file that it went on after, in a sentence; "" if
 *     there was none or it is over
 */
public record Counts(
    long lines,
    long bytes,
    long parsed,
    long cut,
    Map<Reason, Long> refused,
    long droppedByQueue,
    OptionalLong droppedByKernel,
    long consumerFailures,
    String trouble) {
  public Counts {
    EnumMap<Reason, Long> all = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      all.put(reason, refused.getOrDefault(reason, 0L));
    }
    refused = Collections.unmodifiableMap(all);
  }

  /** All lines that were read and were no request. */
  public long refusedInAll() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }
}
