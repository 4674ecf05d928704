package dev.checkrail.gateway.store;

import org.jdbi.v3.core.Jdbi;

/** The part of a key's limit that instances have leased, second by second. */
public final class RateWindows {
  private final Jdbi jdbi;

  public RateWindows(Database database) {
    this.jdbi = database.jdbi();
  }

  /**
   * What was leased.
   *
   * @param granted requests, 0 when the limit is used up
   * @param used by all instances in this second, as a share of the limit
   */
  public record Leased(int granted, double used) {}

  /** Leases up to {@code chunk} requests of the database's current second. */
  public Leased lease(String keyHash, int limit, int chunk) {
    return jdbi.inTransaction(handle -> {
      // Nothing is lost if it is lost: not worth a flush.
      handle.execute("set local synchronous_commit = off");
      return handle
          .createQuery(
              """
              insert into rate_windows as w (hash, second, used)
              values (decode(:hash, 'hex'), extract(epoch from now())::bigint, :chunk)
              on conflict (hash, second) do update set used = w.used + :chunk where w.used < :limit
              returning least(:chunk, :limit - (used - :chunk)), used
              """)
          .bind("hash", keyHash)
          .bind("limit", limit)
          .bind("chunk", chunk)
          .map((row, context) ->
              new Leased(row.getInt(1), Math.min(1, (double) row.getInt(2) / limit)))
          .findOne()
          .orElse(new Leased(0, 1));
    });
  }

  /** Forgets seconds that are over. */
  public void forget() {
    jdbi.useHandle(handle ->
        handle.execute(
            "delete from rate_windows where second < extract(epoch from now())::bigint - 60"));
  }
}
