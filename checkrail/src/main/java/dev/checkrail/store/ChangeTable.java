package dev.checkrail.store;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.JournalEntry;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.mapper.RowMapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Changes as rows. Each write is one transaction with the journal's entries of it: no move is made
 * of which the journal knows nothing, and none is in the journal that was not made. Each call waits
 * for the database and throws {@link JdbiException} if it is down.
 */
public final class ChangeTable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<LinkedHashMap<String, String>> PIECES =
      new TypeReference<>() {};
  private static final String UNIQUE = "23505"; // SQLSTATE of PostgreSQL

  private static final RowMapper<Row> ROW =
      (row, context) ->
          new Row(JSON.readValue(row.getString("body"), Change.class), row.getInt("revision"));

  private final Database database;

  public ChangeTable(Database database) {
    this.database = database;
  }

  /**
   * A change as it was read.
   *
   * @param revision how often it was written
   */
  public record Row(Change change, int revision) {}

  /** A new change under the next number, with what is written down of it. */
  public record Fresh(Change change, JournalEntry entry) {}

  /**
   * A further step of one.
   *
   * @param entries what is written down, in order
   * @param evidence texts of the files that its check left; empty: as before
   */
  public record Step(
      Change change, List<JournalEntry> entries, Optional<Map<String, String>> evidence) {
    public Step {
      entries = List.copyOf(entries);
      evidence = evidence.map(Map::copyOf);
    }
  }

  /** Adds one under the next number. */
  public Change add(Function<Long, Fresh> make) {
    return database
        .jdbi()
        .inTransaction(handle -> {
          handle.execute("lock table change in exclusive mode");
          long number =
              handle
                  .createQuery("select coalesce(max(number), 0) + 1 from change")
                  .mapTo(Long.class)
                  .one();
          Fresh fresh = make.apply(number);
          Change change = fresh.change();
          bound(
                  handle,
                  """
                  insert into change (number, balancer, state, review_owed, revision, body)
                  values (:number, :balancer, :state, :owed, 1, :body)
                  """,
                  change)
              .bind("balancer", change.matter().balancer())
              .execute();
          ChainedJournal.append(handle, fresh.entry());
          return change;
        });
  }

  /**
   * Writes a further step, if nobody wrote another one since it was read.
   *
   * @return false if somebody did, or if another change of its load balancer began to be put in
   *     place; nothing was written then
   */
  public boolean write(Row read, Step step) {
    try {
      return database
          .jdbi()
          .inTransaction(handle -> {
            int written =
                bound(
                        handle,
                        """
                        update change set state = :state, review_owed = :owed, body = :body,
                          revision = revision + 1
                        where number = :number and revision = :revision
                        """,
                        step.change())
                    .bind("revision", read.revision())
                    .execute();
            if (written == 0) {
              return false;
            }
            step.evidence().ifPresent(pieces -> keep(handle, step.change().number(), pieces));
            step.entries().forEach(entry -> ChainedJournal.append(handle, entry));
            return true;
          });
    } catch (JdbiException e) {
      if (isTaken(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.sql.SQLException e && UNIQUE.equals(e.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  private static org.jdbi.v3.core.statement.Update bound(
      Handle handle, String statement, Change change) {
    return handle
        .createUpdate(statement)
        .bind("number", change.number())
        .bind("state", change.state().word())
        .bind("owed", change.reviewOwed())
        // PostgreSQL keeps no NUL.
        .bind("body", JSON.writeValueAsString(change).replace("\\u0000", "\\ufffd"));
  }

  private static void keep(Handle handle, long number, Map<String, String> pieces) {
    handle
        .createUpdate(
            """
            insert into change_evidence (change, pieces) values (:number, :pieces)
            on conflict (change) do update set pieces = excluded.pieces
            """)
        .bind("number", number)
        .bind("pieces", JSON.writeValueAsString(pieces))
        .execute();
  }

  /** The one of this number. */
  public Optional<Row> find(long number) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery("select * from change where number = :number")
                .bind("number", number)
                .map(ROW)
                .findFirst());
  }

  /** What its last check found, by names of files; empty before. */
  public Map<String, String> evidence(long number) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery("select pieces from change_evidence where change = :number")
                .bind("number", number)
                .mapTo(String.class)
                .findFirst()
                .<Map<String, String>>map(text -> JSON.readValue(text, PIECES))
                .orElse(Map.of()));
  }

  /**
   * The latest first.
   *
   * @param balancer empty: of all
   * @param state empty: in any
   * @param owed only those of which a review is owed
   */
  public List<Row> latest(
      Optional<String> balancer, Optional<ChangeState> state, boolean owed, int limit) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select * from change
                    where (:balancer = '' or balancer = :balancer)
                      and (:state = '' or state = :state)
                      and (review_owed or not :owed)
                    order by number desc limit :limit
                    """)
                .bind("balancer", balancer.orElse(""))
                .bind("state", state.map(ChangeState::word).orElse(""))
                .bind("owed", owed)
                .bind("limit", limit)
                .map(ROW)
                .list());
  }

  /** All that are on their way: proposed, checked, approved or rolling out. */
  public List<Row> open() {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select * from change
                    where state in ('proposed', 'checked', 'approved', 'rolling out')
                    order by number
                    """)
                .map(ROW)
                .list());
  }

  /** The one that is put in place at a load balancer now. */
  public Optional<Row> rolling(String balancer) {
    return latest(Optional.of(balancer), Optional.of(ChangeState.ROLLING_OUT), false, 1).stream()
        .findFirst();
  }

  /** Whether there was ever one of a load balancer. */
  public boolean any(String balancer) {
    return !latest(Optional.of(balancer), Optional.empty(), false, 1).isEmpty();
  }

  /**
   * Changes of which evidence is kept, that are at an end, of which no review is owed, and of which
   * the journal says nothing newer than a time; the oldest first.
   */
  public List<Change> quietSince(Instant before, int most) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select c.* from change c join change_evidence e on e.change = c.number
                    where c.state in
                        ('live', 'rolled back', 'rejected', 'withdrawn', 'superseded')
                      and not c.review_owed
                      and (select max(at) from journal where subject = 'change ' || c.number)
                        < :before
                    order by c.number limit :most
                    """)
                .bind("before", OffsetDateTime.ofInstant(before, ZoneOffset.UTC))
                .bind("most", most)
                .map(ROW)
                .list()
                .stream()
                .map(Row::change)
                .toList());
  }

  /** Deletes what the check of a change found. */
  public void forgetEvidence(long number) {
    database
        .jdbi()
        .useHandle(handle ->
            handle
                .createUpdate("delete from change_evidence where change = :number")
                .bind("number", number)
                .execute());
  }
}
