package dev.checkrail.store;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A journal for acts that are done although the journal can't be written: going back, and what
 * became of an act that had begun when the database went. What could not be written is put into a
 * file, forced to the disk, and written into the journal when the database is back, in order and
 * before anything else that goes through here, with the time of the act and a detail {@code
 * written_late}. If the disk takes nothing either, it waits in memory. The caller is told all the
 * same that it is not in the journal yet.
 *
 * <p>Each waiting entry has a number of its own, so that a crash between writing it and forgetting
 * it writes it once.
 */
public final class LateJournal implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(LateJournal.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<LinkedHashMap<String, String>> DETAILS =
      new TypeReference<>() {};
  private static final Set<String> KEPT = Set.of("apply.serves", "apply.stopped", "apply.live");
  private static final List<String> KEPT_TOO = List.of("rollback.", "recover.");
  private static final String DETAIL = "detail.";
  private static final String LATE = "late_number";
  private static final long LARGEST = 16 << 20;
  private static final int MOST_IN_MEMORY = 1000;

  /** Entries at the end of the journal among which a late one may be that was written already. */
  private static final int LOOKED_AT = 1000;

  private final Journal journal;
  private final Path file;
  private final List<String> inMemory = new ArrayList<>();

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
      if (KEPT.contains(entry.kind()) || KEPT_TOO.stream().anyMatch(entry.kind()::startsWith)) {
        keep(entry);
      }
      throw e;
    }
  }

  /** Writes what waits, if anything does. */
  public synchronized void writeLate() {
    List<String> lines;
    try {
      lines = waiting();
    } catch (IOException e) {
      LOG.error("late journal entries in {} can't be read: {}", file, e.getMessage());
      return;
    }
    if (lines.isEmpty()) {
      return;
    }
    Set<String> there = written();
    for (int i = 0; i < lines.size(); i++) {
      try {
        JournalEntry entry = entry(lines.get(i));
        if (!there.contains(entry.details().getOrDefault(LATE, "none"))) {
          journal.append(entry);
        }
      } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
        LOG.error("a late journal entry can't be read: line {} of {}", i + 1, file);
      } catch (JournalUnavailable e) {
        forget(i, lines);
        throw e;
      }
    }
    forget(lines.size(), lines);
  }

  private List<String> waiting() throws IOException {
    List<String> lines = new ArrayList<>();
    if (Files.exists(file)) {
      // Not readAllLines: bytes of a line that was cut off need not be characters.
      new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .forEach(lines::add);
    }
    lines.addAll(inMemory);
    return lines;
  }

  /** Numbers of late entries that the journal has already: a crash kept us from forgetting them. */
  private Set<String> written() {
    Set<String> numbers = new HashSet<>();
    long from = journal.head().map(JournalEntry.Stored::number).orElse(0L) - LOOKED_AT;
    for (JournalEntry.Stored stored : journal.after(Math.max(0, from), LOOKED_AT)) {
      Optional.ofNullable(stored.entry().details().get(LATE)).ifPresent(numbers::add);
    }
    return numbers;
  }

  /** Forgets the first lines; if the disk does not take that, their numbers tell later. */
  private void forget(int first, List<String> lines) {
    if (first == 0) {
      return;
    }
    try {
      if (first == lines.size()) {
        Files.deleteIfExists(file);
      } else if (Files.exists(file)) {
        Path rest = file.resolveSibling(file.getFileName() + ".rest");
        Files.write(rest, lines.subList(first, lines.size()));
        try (FileChannel written = FileChannel.open(rest, StandardOpenOption.WRITE)) {
          written.force(true);
        }
        Files.move(rest, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } else {
        inMemory.subList(0, first).clear();
        return;
      }
      inMemory.clear();
    } catch (IOException e) {
      LOG.error("late journal entries in {} can't be forgotten: {}", file, e.getMessage());
    }
  }

  private synchronized void keep(JournalEntry entry) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("at", entry.at().toString());
    words.put("actor", entry.actor());
    words.put("kind", entry.kind());
    words.put("subject", entry.subject());
    words.put("number", UUID.randomUUID().toString());
    entry.details().forEach((key, value) -> words.put(DETAIL + key, value));
    String line = JSON.writeValueAsString(words);
    try {
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        LOG.error("too many late journal entries in {}", file);
        return;
      }
      if (!inMemory.isEmpty()) {
        throw new IOException("earlier ones wait in memory");
      }
      append(line);
    } catch (IOException e) {
      if (inMemory.isEmpty()) {
        LOG.error(
            "journal entries can't be kept in {} and wait in memory: {}", file, e.getMessage());
      }
      if (inMemory.size() < MOST_IN_MEMORY) {
        inMemory.add(line);
      }
    }
  }

  /** A whole line, also behind one that was cut off; nothing of it if the disk is full. */
  private void append(String line) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long size = out.size();
      ByteBuffer left = ByteBuffer.wrap(("\n" + line + "\n").getBytes(StandardCharsets.UTF_8));
      try {
        long at = size;
        while (left.hasRemaining()) {
          at += out.write(left, at);
        }
        out.force(true);
      } catch (IOException e) {
        out.truncate(size);
        throw e;
      }
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
    details.put("written_late", "the journal could not be written when it happened");
    Optional.ofNullable(words.get("number")).ifPresent(number -> details.put(LATE, number));
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
