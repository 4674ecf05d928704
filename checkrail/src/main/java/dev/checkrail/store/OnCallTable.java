package dev.checkrail.store;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * What the on-call part remembers, and the deliveries that come of it, as JSON that it wrote
 * itself. Each call is one transaction, waits for the database and throws {@link
 * org.jdbi.v3.core.JdbiException} if it is down.
 */
public final class OnCallTable {
  private final Database database;

  public OnCallTable(Database database) {
    this.database = database;
  }

  /** What it remembers. */
  public record State(String alerts, String escalation) {}

  /**
   * Something to be sent.
   *
   * @param body all of it, the other members included
   */
  public record Waiting(String id, String notifier, Instant madeAt, String body) {}

  /**
   * Something that needs no further try.
   *
   * @param outcome a word
   */
  public record Ended(String id, Instant at, String outcome, int tries) {}

  /**
   * All that is to be written.
   *
   * @param state empty: as it is
   */
  public record Change(Optional<State> state, List<Waiting> made, List<Ended> ended) {
    public Change {
      made = List.copyOf(made);
      ended = List.copyOf(ended);
    }
  }

  /** What was remembered; empty at the first start. */
  public Optional<State> state() {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery("select alerts, escalation from on_call")
                .map((row, context) ->
                    new State(row.getString("alerts"), row.getString("escalation")))
                .findOne());
  }

  /** What is still to be sent, in the order in which it was decided. */
  public List<Waiting> waiting() {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select id, notifier, made_at, body from delivery where ended_at is null
                    order by number
                    """)
                .map((row, context) ->
                    new Waiting(
                        row.getString("id"),
                        row.getString("notifier"),
                        row.getObject("made_at", OffsetDateTime.class).toInstant(),
                        row.getString("body")))
                .list());
  }

  /** Writes all of it, or nothing. What was written already, because the answer was lost, stays. */
  public void write(Instant at, Change change) {
    database
        .jdbi()
        .useTransaction(handle -> {
          change
              .state()
              .ifPresent(state ->
                  handle
                      .createUpdate(
                          """
                          insert into on_call (at, alerts, escalation)
                          values (:at, cast(:alerts as json), cast(:escalation as json))
                          on conflict (one) do update set at = excluded.at,
                            alerts = excluded.alerts, escalation = excluded.escalation
                          """)
                      .bind("at", time(at))
                      .bind("alerts", state.alerts())
                      .bind("escalation", state.escalation())
                      .execute());
          made(handle, change.made());
          ended(handle, change.ended());
        });
  }

  private static void made(Handle handle, List<Waiting> made) {
    if (made.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into delivery (id, notifier, made_at, body)
            values (:id, :notifier, :made_at, cast(:body as json)) on conflict (id) do nothing
            """);
    for (Waiting one : made) {
      batch
          .bind("id", one.id())
          .bind("notifier", one.notifier())
          .bind("made_at", time(one.madeAt()))
          .bind("body", one.body())
          .add();
    }
    batch.execute();
  }

  private static void ended(Handle handle, List<Ended> ended) {
    if (ended.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            update delivery set ended_at = :at, outcome = :outcome, tries = :tries
            where id = :id and ended_at is null
            """);
    for (Ended one : ended) {
      batch
          .bind("id", one.id())
          .bind("at", time(one.at()))
          .bind("outcome", one.outcome())
          .bind("tries", one.tries())
          .add();
    }
    batch.execute();
  }

  /** Deletes what was ended before a time. */
  public int forget(Instant before) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createUpdate("delete from delivery where ended_at < :before")
                .bind("before", time(before))
                .execute());
  }

  private static OffsetDateTime time(Instant at) {
    return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
  }
}
