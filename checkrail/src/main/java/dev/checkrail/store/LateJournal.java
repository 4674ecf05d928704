package dev.checkrail.store;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A journal for acts that are done although the journal can't be written: going back. What could
 * not be written is put into a file, forced to the disk, and written into the journal when the
 * database is back, in order, with the time of the act and a detail {@code written_late}. The
 * caller is told all the same that it is not in the journal yet.
 */
public final class LateJournal implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(LateJournal.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<LinkedHashMap<String, String>> DETAILS =
      new TypeReference<>() {};
  private static final String KEPT = "rollback.";
  private static final String DETAIL = "detail.";
  private static final long LARGEST = 16 << 20;

  private final Journal journal;
  private final Path file;

  /**
   * Before another journal.
   *
   * @param file where entries wait; its folder exists
   */
  public LateJournal(Journal journal, Path file) {
    this.journal = journal;
    this.file = file;
  }

  @Override
  public JournalEntry.Stored append(JournalEntry entry) {
    try {
      writeLate();
      return journal.append(entry);
    } catch (JournalUnavailable e) {
      if (entry.kind().startsWith(KEPT)) {
        keep(entry);
      }
      throw e;
    }
  }

  /** Writes what waits, if anything does. */
  public synchronized void writeLate() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        try {
          journal.append(entry(lines.get(i)));
        } catch (JacksonException | IllegalArgumentException e) {
          LOG.error("a late journal entry can't be read: line {} of {}", i + 1, file);
        } catch (JournalUnavailable e) {
          Files.write(file, lines.subList(i, lines.size()));
          throw e;
        }
      }
      Files.delete(file);
    } catch (IOException e) {
      LOG.error("late journal entries in {} can't be read: {}", file, e.getMessage());
    }
  }

  private synchronized void keep(JournalEntry entry) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("at", entry.at().toString());
    words.put("actor", entry.actor());
    words.put("kind", entry.kind());
    words.put("subject", entry.subject());
    entry.details().forEach((key, value) -> words.put(DETAIL + key, value));
    byte[] line = (JSON.writeValueAsString(words) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        LOG.error("too many late journal entries in {}", file);
        return;
      }
      try (FileChannel out =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.APPEND)) {
        out.write(java.nio.ByteBuffer.wrap(line));
        out.force(true);
      }
    } catch (IOException e) {
      LOG.error("a journal entry can't be kept in {}: {}", file, e.getMessage());
    }
  }

  private static JournalEntry entry(String line) {
    Map<String, String> words = JSON.readValue(line, DETAILS);
    Map<String, String> details = new LinkedHashMap<>();
    words.forEach((key, value) -> {
      if (key.startsWith(DETAIL)) {
        details.put(key.substring(DETAIL.length()), value);
      }
    });
    details.put("written_late", "the database was down");
    return new JournalEntry(
        Instant.parse(words.getOrDefault("at", "")),
        words.getOrDefault("actor", ""),
        words.getOrDefault("kind", ""),
        words.getOrDefault("subject", ""),
        details);
  }

  @Override
  public List<JournalEntry.Stored> after(long number, int limit) {
    return journal.after(number, limit);
  }

  @Override
  public Optional<JournalEntry.Stored> head() {
    return journal.head();
  }
}
