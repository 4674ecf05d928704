package dev.checkrail.store;

import dev.checkrail.change.JournalEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The hash of a journal entry: SHA-256, in hexadecimal, over a list of words, each written as its
 * length in bytes of UTF-8, a colon and the bytes. The words: {@code checkrail journal 1}, the
 * number, the hash of the entry before, the time (ISO 8601, UTC), actor, kind, subject, and each
 * detail's name and value in order of the names.
 *
 * <p>Lengths keep apart what would read the same when put together; the order of names makes the
 * hash independent of how a database keeps a map.
 */
final class EntryHash {
  /** What the first entry has as the hash of the one before. */
  static final String FIRST = "0".repeat(64);

  private EntryHash() {}

  static String of(long number, JournalEntry entry, String previous) {
    List<String> words = new ArrayList<>();
    words.add("checkrail journal 1");
    words.add(Long.toString(number));
    words.add(previous);
    words.add(entry.at().toString());
    words.add(entry.actor());
    words.add(entry.kind());
    words.add(entry.subject());
    entry.details().keySet().stream()
        .sorted()
        .forEach(key -> {
          words.add(key);
          words.add(entry.details().getOrDefault(key, ""));
        });
    MessageDigest digest = sha256();
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
