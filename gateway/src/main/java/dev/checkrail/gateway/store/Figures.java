package dev.checkrail.gateway.store;

import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** Numbers over the whole database, for people and metrics. */
public final class Figures {
  private final Jdbi jdbi;

  public Figures(Database database) {
    this.jdbi = database.jdbi();
  }

  /** The three numbers (by our own books), and what must be zero beside them. */
  public record Numbers(
      long lost,
      long chargedTwice,
      long toldFailedButCharged,
      long openWithoutNextStep,
      List<String> unbalancedCurrencies) {

    public Numbers {
      unbalancedCurrencies = List.copyOf(unbalancedCurrencies);
    }
  }

  /**
   * What the reconciler has before it.
   *
   * @param attempts whose outcome is not known yet
   * @param overdueSeconds how long the oldest due step waits
   */
  public record Open(long attempts, double overdueSeconds) {}

  /** Reads what is open; cheap, by an index of open attempts only. */
  public Open open() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                select count(*) filter (where state in ('pending', 'unknown')),
                  coalesce(extract(epoch from max(now() - next_step_at)
                    filter (where next_step_at < now())), 0)::float8
                from attempts where next_step_at is not null
                """)
            .map((row, context) -> new Open(row.getLong(1), row.getDouble(2)))
            .one());
  }

  /** Reads all of them; costs a walk over the tables. */
  public Numbers read() {
    return jdbi.withHandle(handle -> {
      Map<String, Object> row =
          handle
              .createQuery(
                  """
                  select (select count(*) from lost) as lost,
                    (select count(*) from charged_twice) as twice,
                    (select count(*) from told_failed_but_charged) as told,
                    (select count(*) from attempts where state in ('pending', 'unknown')
                      and next_step_at is null) as stuck
                  """)
              .mapToMap()
              .one();
      List<String> unbalanced =
          handle
              .createQuery("select currency from ledger_balance where balance <> 0")
              .mapTo(String.class)
              .list();
      return new Numbers(
          number(row, "lost").longValue(),
          number(row, "twice").longValue(),
          number(row, "told").longValue(),
          number(row, "stuck").longValue(),
          unbalanced);
    });
  }

  private static Number number(Map<String, Object> row, String column) {
    return (Number) java.util.Objects.requireNonNull(row.get(column));
  }
}
