package dev.checkrail.store;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.SqlStatement;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The journal in PostgreSQL. Rights and triggers make it append only; what rights can't hold back
 * (whoever owns the database can switch them off), the chain shows: {@link #verify}. Against
 * cutting entries off at the end helps a head that was written down elsewhere.
 */
public final class ChainedJournal implements Journal {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<LinkedHashMap<String, String>> DETAILS =
      new TypeReference<>() {};

  /** One writer at a time; the number means nothing but "the journal". */
  private static final String LOCK = "select pg_advisory_xact_lock(7233185101)";

  private static final int PAGE = 1000;
  private static final HexFormat HEX = HexFormat.of();

  private static final RowMapper<JournalEntry.Stored> ROW =
      (row, context) ->
          new JournalEntry.Stored(
              row.getLong("number"),
              new JournalEntry(
                  row.getObject("at", OffsetDateTime.class).toInstant(),
                  row.getString("actor"),
                  row.getString("kind"),
                  row.getString("subject"),
                  JSON.readValue(row.getString("details"), DETAILS)),
              HEX.formatHex(row.getBytes("previous")),
              HEX.formatHex(row.getBytes("hash")));

  private final Database database;

  public ChainedJournal(Database database) {
    this.database = database;
  }

  @Override
  public JournalEntry.Stored append(JournalEntry entry) {
    JournalEntry kept = storable(entry);
    return reaching(() -> database.jdbi().inTransaction(handle -> append(handle, kept)));
  }

  /** Writes an entry within a transaction that does more. */
  static JournalEntry.Stored append(Handle handle, JournalEntry entry) {
    JournalEntry kept = storable(entry);
    handle.createQuery(LOCK).mapTo(String.class).findFirst();
    Optional<JournalEntry.Stored> last = last(handle);
    long number = last.map(JournalEntry.Stored::number).orElse(0L) + 1;
    String previous = last.map(JournalEntry.Stored::hash).orElse(EntryHash.FIRST);
    String hash = EntryHash.of(number, kept, previous);
    handle
        .createUpdate(
            """
            insert into journal (number, at, actor, kind, subject, details, previous, hash)
            values (:number, :at, :actor, :kind, :subject, cast(:details as json), :previous, :hash)
            """)
        .bind("number", number)
        .bind("at", OffsetDateTime.ofInstant(kept.at(), ZoneOffset.UTC))
        .bind("actor", kept.actor())
        .bind("kind", kept.kind())
        .bind("subject", kept.subject())
        .bind("details", JSON.writeValueAsString(kept.details()))
        .bind("previous", HEX.parseHex(previous))
        .bind("hash", HEX.parseHex(hash))
        .execute();
    return new JournalEntry.Stored(number, kept, previous, hash);
  }

  /** As PostgreSQL gives it back: microseconds, no NUL characters. */
  private static JournalEntry storable(JournalEntry entry) {
    Map<String, String> details = new LinkedHashMap<>();
    entry.details().forEach((key, value) -> details.put(text(key), text(value)));
    return new JournalEntry(
        entry.at().truncatedTo(ChronoUnit.MICROS),
        text(entry.actor()),
        text(entry.kind()),
        text(entry.subject()),
        details);
  }

  private static String text(String value) {
    StringBuilder clean = new StringBuilder(value.length());
    value
        .codePoints()
        .map(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  @Override
  public List<JournalEntry.Stored> after(long number, int limit) {
    return after(number, limit, Filter.none());
  }

  /**
   * Which entries are wanted.
   *
   * @param kind a kind, or its beginning followed by {@code .*}
   * @param subject a subject
   * @param since not older
   */
  public record Filter(Optional<String> kind, Optional<String> subject, Optional<Instant> since) {
    /** All of them. */
    public static Filter none() {
      return new Filter(Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /** Entries with a number above this one that are wanted, in order, at most so many. */
  public List<JournalEntry.Stored> after(long number, int limit, Filter filter) {
    String where = "where number > :number" + conditions(filter);
    return query(
        "select * from journal " + where + " order by number limit :limit",
        filter,
        Map.of("number", number, "limit", limit));
  }

  /** The last of the entries that are wanted, in order, at most so many. */
  public List<JournalEntry.Stored> last(int limit, Filter filter) {
    String where = "where true" + conditions(filter);
    return query(
            "select * from journal " + where + " order by number desc limit :limit",
            filter,
            Map.of("limit", limit))
        .reversed();
  }

  private static String conditions(Filter filter) {
    StringBuilder text = new StringBuilder();
    filter
        .kind()
        .ifPresent(kind ->
            text.append(
                kind.endsWith(".*") ? " and starts_with(kind, :kind)" : " and kind = :kind"));
    filter.subject().ifPresent(subject -> text.append(" and subject = :subject"));
    filter.since().ifPresent(since -> text.append(" and at >= :since"));
    return text.toString();
  }

  private List<JournalEntry.Stored> query(
      String statement, Filter filter, Map<String, Object> values) {
    return reaching(() ->
        database
            .jdbi()
            .withHandle(handle ->
                bound(handle.createQuery(statement).bindMap(values), filter).map(ROW).list()));
  }

  private static <S extends SqlStatement<S>> S bound(S statement, Filter filter) {
    filter
        .kind()
        .ifPresent(kind ->
            statement.bind(
                "kind", kind.endsWith(".*") ? kind.substring(0, kind.length() - 1) : kind));
    filter.subject().ifPresent(subject -> statement.bind("subject", subject));
    filter
        .since()
        .ifPresent(
            since -> statement.bind("since", OffsetDateTime.ofInstant(since, ZoneOffset.UTC)));
    return statement;
  }

  @Override
  public Optional<JournalEntry.Stored> head() {
    return reaching(() -> database.jdbi().withHandle(ChainedJournal::last));
  }

  private static Optional<JournalEntry.Stored> last(Handle handle) {
    return handle
        .createQuery("select * from journal order by number desc limit 1")
        .map(ROW)
        .findFirst();
  }

  /**
   * What a check of the chain found.
   *
   * @param entries how many entries were looked at
   * @param head hash of the last good one; 64 zeros if there is none
   * @param broken the first entry that is not as it was written, and why
   */
  public record Verification(long entries, String head, Optional<Broken> broken) {
    /**
     * A place where the chain is broken.
     *
     * @param number of the entry
     */
    public record Broken(long number, String why) {}

    /** Whether nothing was changed, left out or put in between. */
    public boolean intact() {
      return broken.isEmpty();
    }
  }

  /**
   * Computes the whole chain anew.
   *
   * @param known hashes that were written down elsewhere, by number: an entry that is missing at
   *     the end is found out by them only
   */
  public Verification verify(Map<Long, String> known) {
    return verify(this::after, known);
  }

  /** Entries with a number above one, in order, at most so many. */
  interface Pages {
    List<JournalEntry.Stored> after(long number, int limit);
  }

  static List<JournalEntry.Stored> page(Handle handle, long number, int limit) {
    return handle
        .createQuery("select * from journal where number > :number order by number limit :limit")
        .bind("number", number)
        .bind("limit", limit)
        .map(ROW)
        .list();
  }

  static Verification verify(Pages pages, Map<Long, String> known) {
    List<JournalEntry.Stored> page = new ArrayList<>();
    long number = 0;
    String head = EntryHash.FIRST;
    do {
      page.clear();
      page.addAll(pages.after(number, PAGE));
      for (JournalEntry.Stored stored : page) {
        Optional<String> wrong = wrong(stored, number + 1, head, known);
        if (wrong.isPresent()) {
          return new Verification(
              number, head, Optional.of(new Verification.Broken(number + 1, wrong.get())));
        }
        number = stored.number();
        head = stored.hash();
      }
    } while (page.size() == PAGE);
    long last = number;
    return new Verification(
        number,
        head,
        known.keySet().stream()
            .filter(it -> it > last)
            .min(Long::compare)
            .map(it ->
                new Verification.Broken(
                    it, "the journal ends before entry " + it + ", which was seen once")));
  }

  private static Optional<String> wrong(
      JournalEntry.Stored stored, long number, String previous, Map<Long, String> known) {
    if (stored.number() != number) {
      return Optional.of("entry " + number + " is missing");
    }
    if (!stored.previous().equals(previous)) {
      return Optional.of("entry " + number + " does not follow the one before it");
    }
    if (!stored.hash().equals(EntryHash.of(number, stored.entry(), previous))) {
      return Optional.of("entry " + number + " is not what was written");
    }
    String seen = Objects.requireNonNullElse(known.get(number), stored.hash());
    return seen.equals(stored.hash())
        ? Optional.empty()
        : Optional.of("entry " + number + " is another one than was seen once");
  }

  private static <T> T reaching(Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException e) {
      if (Database.isOutage(e)) {
        throw new JournalUnavailable("the journal can't be reached: the database is down", e);
      }
      throw e;
    }
  }
}
