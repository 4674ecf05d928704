package dev.checkrail.serve.access;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refused calls in the journal. Anybody can send those, so no more than thirty at once and one a
 * second are written; the next that is written says how many were not.
 */
public final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final int BURST = 30;
  private static final long REFILL = Duration.ofSeconds(1).toNanos();
  private static final int LONGEST = 200;

  private final Journal journal;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private double left = BURST;
  private long last;
  private long unwritten;

  /**
   * For one journal.
   *
   * @param nanos elapsed time
   */
  public Refusals(Journal journal, InstantSource clock, LongSupplier nanos) {
    this.journal = journal;
    this.clock = clock;
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /**
   * Writes a refused call down.
   *
   * @param actor an account, or {@code unknown}
   * @param call method and path
   * @param from the address it came from
   * @param why in one sentence
   */
  public void write(String actor, String call, String from, String why) {
    long notWritten = admit();
    if (notWritten < 0) {
      return;
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("call", shown(call));
    details.put("from", from);
    details.put("why", why);
    if (notWritten > 0) {
      details.put("not_written_before", Long.toString(notWritten));
    }
    try {
      journal.append(new JournalEntry(clock.instant(), actor, "access.refused", "access", details));
    } catch (RuntimeException e) {
      LOG.warn("a refused call could not be written to the journal: {}", e.getMessage());
    }
  }

  /** How many were not written before this one; negative if this one is not written either. */
  private synchronized long admit() {
    long now = nanos.getAsLong();
    left = Math.min(BURST, left + (double) (now - last) / REFILL);
    last = now;
    if (left < 1) {
      unwritten++;
      return -1;
    }
    left--;
    long before = unwritten;
    unwritten = 0;
    return before;
  }

  private static String shown(String call) {
    String plain = call.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
  }
}
