package dev.checkrail.change;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of the journal: who did what to what, and when. Holds no secrets: no file contents, no
 * credentials, no header values; digests, names, counts and reasons only.
 *
 * @param at when, by the clock of the process that writes
 * @param actor an account, {@code token NAME}, or {@code checkrail} for what happens by itself
 * @param kind a word from a fixed list of the part that writes, dotted: {@code apply.began}, {@code
 *     apply.live}, {@code rollback.ordered}, {@code drift.found} …
 * @param subject what it is about: {@code lb edge}, {@code account ada}
 * @param details more, in the order in which it is to be read
 */
public record JournalEntry(
    Instant at, String actor, String kind, String subject, Map<String, String> details) {
  public JournalEntry {
    if (actor.isBlank() || kind.isBlank() || subject.isBlank()) {
      throw new IllegalArgumentException("a journal entry names actor, kind and subject");
    }
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /**
   * An entry as it was written down. The chain: each hash covers the entry, its number and the hash
   * of the one before, so that none can be changed, left out or put in between unnoticed.
   *
   * @param number 1, 2, 3 … without gaps
   * @param previous hash of the entry before, in hexadecimal; 64 zeros for the first
   * @param hash its own, in hexadecimal
   */
  public record Stored(long number, JournalEntry entry, String previous, String hash) {}
}
