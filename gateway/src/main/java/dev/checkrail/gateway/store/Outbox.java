package dev.checkrail.gateway.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Events for merchants, until they are taken or dead. */
public final class Outbox {
  private final Jdbi jdbi;

  public Outbox(Database database) {
    this.jdbi = database.jdbi();
  }

  /**
   * One event to be sent now.
   *
   * @param sequence of the merchant: 1, 2, 3, … without gaps
   * @param secret sealed; signs the event
   * @param payload a JSON object
   */
  public record Event(
      long id,
      String merchantId,
      long sequence,
      String type,
      String payload,
      int tries,
      long createdMillis,
      String url,
      Optional<byte[]> secret) {}

  /** Leases up to {@code most} events that are due, and numbers those that have no number yet. */
  public List<Event> lease(int most, Duration lease) {
    return jdbi.inTransaction(handle -> {
      List<Long> due =
          handle
              .createQuery(
                  "select id from outbox where state = 'waiting' and next_at <= now()"
                      + " order by id limit :most for update skip locked")
              .bind("most", most)
              .mapTo(Long.class)
              .list();
      if (due.isEmpty()) {
        return List.of();
      }
      handle
          .createUpdate(
              """
              with n as (select id, merchant_id, row_number() over (partition by merchant_id order by id) as n
                from outbox where id = any(:due) and sequence is null),
              m as (update merchants set webhook_sequence = webhook_sequence
                  + (select count(*) from n where n.merchant_id = merchants.id)
                where id in (select merchant_id from n) returning id, webhook_sequence)
              update outbox set sequence = m.webhook_sequence
                - (select count(*) from n x where x.merchant_id = n.merchant_id) + n.n
              from n join m on m.id = n.merchant_id where outbox.id = n.id
              """)
          .bindArray("due", Long.class, due)
          .execute();
      return handle
          .createQuery(
              """
              with o as (update outbox set tries = tries + 1,
                  next_at = now() + :lease * interval '1 millisecond'
                where id = any(:due) returning *)
              select o.id, o.merchant_id, o.sequence, o.type, o.payload, o.tries,
                (extract(epoch from o.created_at) * 1000)::bigint, m.webhook_url, m.webhook_secret
              from o join merchants m on m.id = o.merchant_id order by o.id
              """)
          .bindArray("due", Long.class, due)
          .bind("lease", lease.toMillis())
          .map((row, context) ->
              new Event(
                  row.getLong(1),
                  row.getString(2),
                  row.getLong(3),
                  row.getString(4),
                  row.getString(5),
                  row.getInt(6),
                  row.getLong(7),
                  Optional.ofNullable(row.getString(8)).orElse(""),
                  Optional.ofNullable(row.getBytes(9))))
          .list();
    });
  }

  /** The merchant has it. */
  public void taken(long id) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate("update outbox set state = 'taken', last_error = null where id = :id")
            .bind("id", id)
            .execute());
  }

  /** He has not; again after {@code in}, or never. */
  public void failed(long id, Optional<Duration> in, String why) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                update outbox set state = case when :in::bigint is null then 'dead' else state end,
                  next_at = now() + coalesce(:in, 0) * interval '1 millisecond', last_error = :why
                where id = :id
                """)
            .bind("id", id)
            .bind("in", in.map(Duration::toMillis).orElse(null))
            .bind("why", why)
            .execute());
  }

  /** Events that nobody took and that are given up. */
  public long dead() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery("select count(*) from outbox where state = 'dead'")
            .mapTo(Long.class)
            .one());
  }
}
