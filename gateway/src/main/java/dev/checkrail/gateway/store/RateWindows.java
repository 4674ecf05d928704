package dev.checkrail.gateway.store;

import org.jdbi.v3.core.Jdbi;

/** The part of a key's limit that instances have leased, second by second. */
public final class RateWindows {
  private final Jdbi jdbi;

  public RateWindows(Database database) {
    this.jdbi = database.jdbi();
  }

  /**
   * Leases up to {@code chunk} requests of the database's current second.
   *
   * @return how many were left to have; 0 when the limit is used up
   */
  public int lease(String keyHash, int limit, int chunk) {
    return jdbi.inTransaction(handle -> {
      // Nothing is lost if it is lost: not worth a flush.
      handle.execute("set local synchronous_commit = off");
      return handle
          .createQuery(
              """
              with was as (select used from rate_windows where hash = decode(:hash, 'hex')
                  and second = extract(epoch from now())::bigint for update),
              is_now as (insert into rate_windows (hash, second, used)
                values (decode(:hash, 'hex'), extract(epoch from now())::bigint, least(:chunk, :limit))
                on conflict (hash, second) do update set used = least(rate_windows.used + :chunk, :limit)
                where rate_windows.used < :limit returning used)
              select coalesce((select used from is_now) - coalesce((select used from was), 0), 0)
              """)
          .bind("hash", keyHash)
          .bind("limit", limit)
          .bind("chunk", chunk)
          .mapTo(Integer.class)
          .one();
    });
  }

  /** Forgets seconds that are over. */
  public void forget() {
    jdbi.useHandle(handle ->
        handle.execute(
            "delete from rate_windows where second < extract(epoch from now())::bigint - 60"));
  }
}
