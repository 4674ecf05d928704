package dev.checkrail.store;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Incidents as rows: what they are found by, and all of them as one text. Each call waits for the
 * database and throws {@link org.jdbi.v3.core.JdbiException} if it is down.
 */
public final class IncidentTable {
  private static final RowMapper<Row> ROW =
      (row, context) ->
          new Row(
              row.getString("id"),
              row.getString("balancer"),
              row.getObject("began", OffsetDateTime.class).toInstant(),
              row.getString("state"),
              row.getString("body"));

  private final Database database;

  public IncidentTable(Database database) {
    this.database = database;
  }

  /**
   * An incident.
   *
   * @param state {@code open}, {@code resolved} or {@code closed}
   * @param body all of it
   */
  public record Row(String id, String balancer, Instant began, String state, String body) {}

  /** Keeps one, instead of what was kept of it before. */
  public void write(Row row) {
    database
        .jdbi()
        .useHandle(handle ->
            handle
                .createUpdate(
                    """
                    insert into incident (id, balancer, began, state, body)
                    values (:id, :balancer, :began, :state, :body)
                    on conflict (id) do update set
                      state = excluded.state, body = excluded.body
                    """)
                .bind("id", row.id())
                .bind("balancer", row.balancer())
                .bind("began", OffsetDateTime.ofInstant(row.began(), ZoneOffset.UTC))
                .bind("state", row.state())
                // PostgreSQL keeps no NUL.
                .bind("body", row.body().replace("\\u0000", "\\ufffd"))
                .execute());
  }

  /** The one of this id. */
  public Optional<Row> find(String id) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery("select * from incident where id = :id")
                .bind("id", id)
                .map(ROW)
                .findFirst());
  }

  /** The one of a load balancer that is open; the latest, should there be several. */
  public Optional<Row> open(String balancer) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select * from incident where balancer = :balancer and state = 'open'
                    order by began desc limit 1
                    """)
                .bind("balancer", balancer)
                .map(ROW)
                .findFirst());
  }

  /**
   * The latest first.
   *
   * @param balancer empty: of all
   * @param state empty: in any
   */
  public List<Row> latest(Optional<String> balancer, Optional<String> state, int limit) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select * from incident
                    where (:balancer = '' or balancer = :balancer)
                      and (:state = '' or state = :state)
                    order by began desc, id limit :limit
                    """)
                .bind("balancer", balancer.orElse(""))
                .bind("state", state.orElse(""))
                .bind("limit", limit)
                .map(ROW)
                .list());
  }

  /**
   * Deletes some that began before a time and are not open, the oldest first.
   *
   * @return their ids
   */
  public List<String> forget(Instant before, int most) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    delete from incident where id in (
                      select id from incident where state <> 'open' and began < :before
                      order by began limit :most)
                    returning id
                    """)
                .bind("before", OffsetDateTime.ofInstant(before, ZoneOffset.UTC))
                .bind("most", most)
                .mapTo(String.class)
                .list());
  }
}
